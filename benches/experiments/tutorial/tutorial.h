/* tutorial.h: the tutorial's own job: four tasks that sleep 2 s each, on four workers. It runs as the pure Python
 * program impls/python/tutorial.py and through pvq's strategies, as whole programs that a user would start.
 */
#ifndef PVQ_TUTORIAL_EXPERIMENT_H
#define PVQ_TUTORIAL_EXPERIMENT_H

#include "base/table.h"
#include "report/experiment.h"

#define PVQ_JOB_FILE "tutorial.csv"

/* A program that does the job. */
struct pvq_job_way {
	const char *name, *argv[12]; /* name NULL: the end */
};
extern const struct pvq_job_way pvq_job_ways[];

struct pvq_job_row {
	char way[64];
	unsigned block;
	uint64_t wall_ns;
	unsigned wstatus; /* 0: it ended well */
};
extern const struct pvq_table pvq_job_table;

/* Runs all programs in turn, several times. Does nothing if tutorial.csv exists. As in report/experiment.h. */
int pvq_job_run(const struct pvq_session *);

/* The hooks; their data is a struct pvq_table_rows. */
int pvq_job_read(void **data, const struct pvq_folder *);
void pvq_job_release(void *data);
int pvq_job_chapter(const struct pvq_report *, const void *data);

#endif
