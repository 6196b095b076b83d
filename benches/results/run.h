/* run.h: a run's folder, read back: its rows, what they amount to, and its facts. */
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

/* The run's peers join the registry, which is borrowed. 0, or -errno with one line on stderr. A raw.csv that is damaged from some line on counts up to there, which is
 * said. */
int pvq_run_read(struct pvq_run *, struct pvq_registry *, const char *dir);
void pvq_run_free(struct pvq_run *);

/* Tells on f, a line each, what speaks against comparing them: facts about machine, versions and settings in which
 * runs differ from the first one. */
void pvq_runs_differences(FILE *f, const struct pvq_run *, size_t runs);

#endif
