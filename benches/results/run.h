/* run.h: a run's folder, read back: its rows, their summary, and its facts. */
#ifndef PVQ_RUN_H
#define PVQ_RUN_H

#include "base/rundir.h"
#include "results/summary.h"

/* Owned; freed with pvq_run_free(). */
struct pvq_run {
	const char *dir; /* borrowed */
	struct pvq_rows rows;
	struct pvq_manifest manifest; /* empty where the folder has none */
	struct pvq_summary summary;   /* of the rows */
};

/* Reads the folder, and adds the run's peers to the registry, which is borrowed. Of a damaged raw.csv it keeps the
 * rows that can be read, with a line on stderr; rows.bad counts the others. 0, or -errno with one line on stderr. */
int pvq_run_read(struct pvq_run *, struct pvq_registry *, const char *dir);
void pvq_run_free(struct pvq_run *);

/* Warns on f, a line each, of what speaks against comparing the runs: facts about machine, versions and settings in
 * which they differ from the first one. */
void pvq_runs_differences(FILE *f, const struct pvq_run *, size_t runs);

#endif
