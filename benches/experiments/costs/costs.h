/* costs.h: what a strategy costs before it does any work. There are three figures for every strategy of a run: the time
 * per empty item; the whole run, from the start of its process to its exit; and the memory of all its processes.
 *
 * Extra trials measure them. dispatch.csv and cold.csv have the columns of raw.csv; memory.csv has other columns.
 */
#ifndef PVQ_COSTS_H
#define PVQ_COSTS_H

#include "report/experiment.h"

enum pvq_cost {
	PVQ_COST_DISPATCH, /* map time per item of noop on all cores, in nanoseconds */
	PVQ_COST_COLD,     /* whole run of a process with one item of noop a worker, in nanoseconds */
	PVQ_COST_MEMORY,   /* KiB: PSS of the whole tree while every worker has an item */
	PVQ_COSTS,
};

/* Measures all strategies of the plan, on its largest core count. Costs that the folder already has are not measured
 * again. As in report/experiment.h. */
int pvq_costs_run(const struct pvq_session *);

enum { PVQ_COMMAND_MAX = PVQ_NAME_MAX + 192 };

struct pvq_cost_of {
	char impl[PVQ_NAME_MAX];
	struct pvq_estimate cost[PVQ_COSTS];       /* n 0: unknown */
	struct pvq_estimate level[PVQ_LEVELS_MAX]; /* the dispatch at each level of the machine's state */
	char command[PVQ_COSTS][PVQ_COMMAND_MAX];  /* repeats a trial of that cost; empty: there is none */
	unsigned processes;                        /* whose memory was measured; 0: unknown */
	char reason[PVQ_REASON_MAX];               /* why a cost is unknown; empty: all are known */
};

/* Owned: `of` is freed with free(). */
struct pvq_costs {
	struct pvq_cost_of *of; /* by time per empty item, the fastest first; those without one come last */
	size_t count;
	unsigned workers;       /* for which the figures hold; serial has one */
	struct pvq_state state; /* the levels that the dispatch was measured at; none: unknown */
};

/* Reads the folder. 0; -ENOENT: nothing was measured; -errno with one line on stderr. */
int pvq_costs_read(struct pvq_costs *, const char *dir);

/* NULL: not measured. */
const struct pvq_cost_of *pvq_costs_find(const struct pvq_costs *, const char *impl);

/* Writes the command that repeats the trial of the row; nothing where it is too long, for a part of it would repeat something
 * else, or where there is no row. */
void pvq_costs_command(char command[PVQ_COMMAND_MAX], const struct pvq_row *);

/* The hooks; their data is a struct pvq_costs. */
int pvq_costs_tell(const void *data, struct pvq_traits *);
int pvq_costs_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
/* What a user would pick instead; wall time versus cores, strategy by strategy. */
int pvq_costs_chapter(const struct pvq_report *, const void *data);
int pvq_costs_time_chapter(const struct pvq_report *, const void *data);

#endif
