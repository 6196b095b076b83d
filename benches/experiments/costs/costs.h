/* costs.h: what a strategy costs before it does any work, one figure each for every strategy of a run: time per
 * empty task; a whole run, from the start of its process to its exit; the memory of all its processes.
 *
 * Measured in trials of their own, in files of their own of the run's folder: dispatch.csv and cold.csv have the columns
 * of raw.csv, memory.csv its own.
 */
#ifndef PVQ_COSTS_H
#define PVQ_COSTS_H

#include "report/experiment.h"

enum pvq_cost {
	PVQ_COST_DISPATCH, /* nanoseconds of map for an item of noop, on all cores */
	PVQ_COST_COLD, /* nanoseconds of a process that runs one item of noop a worker, start-up and end included */
	PVQ_COST_MEMORY, /* KiB: PSS of the whole tree while every worker has an item */
	PVQ_COSTS,
};

/* Measures them for all strategies of the plan, on as many cores as it has at most. What is in the folder already is not
 * measured again. As in report/experiment.h. */
int pvq_costs_run(const struct pvq_session *);

struct pvq_cost_of {
	char impl[PVQ_NAME_MAX];
	struct pvq_estimate cost[PVQ_COSTS]; /* n 0: not known */
	unsigned processes;                  /* in the tree whose memory that is; 0: not known */
	char reason[PVQ_REASON_MAX];         /* why a cost is not known; empty: all are */
};

/* Owned: `of` is freed with free(). */
struct pvq_costs {
	struct pvq_cost_of
		*of; /* by time per empty task, the fastest first; those without one at the end */
	size_t count;
	unsigned workers; /* that the figures are for; serial has one */
};

/* 0; -ENOENT where nothing was measured; -errno with one line on stderr. */
int pvq_costs_read(struct pvq_costs *, const char *dir);

/* NULL: not measured. */
const struct pvq_cost_of *pvq_costs_find(const struct pvq_costs *, const char *impl);

/* The hooks; their data is a struct pvq_costs. */
int pvq_costs_tell(const void *data, struct pvq_traits *);
int pvq_costs_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
/* What a user would pick instead; wall time versus cores, strategy by strategy. */
int pvq_costs_chapter(const struct pvq_report *, const void *data);
int pvq_costs_time_chapter(const struct pvq_report *, const void *data);

#endif
