/* state.h: at which level of the machine's state each trial ran, and which trials enter figures and comparisons.
 *
 * The CPUs of a machine may be near each other at some times and far at others (base/probe.h), and times follow. So
 * trials are compared within a level only. The rule, which is fixed before anything is measured:
 *
 * - The levels come from the hand-overs of all rows on as many cores (stats/levels.h). A trial ran at a level if the
 *   looks before and after it agree on it.
 * - A group is what runs in a row within a block: one task on one number of cores and workers. It ran at the level of most
 *   of its trials. The sweep measures those that are off it again at once, twice at most (drive/sweep.h), and the last
 *   attempt of each counts. One that is still off it is counted, and compared with nothing at that level.
 * - Of a trial without a hand-over, those before and after it in its group tell, if they agree.
 * - The figures of a task on a number of cores come from one level: the one at which most groups with as many cores ran,
 *   or, if too few of the task's blocks ran there for its comparisons (contest.h), the one with most of its blocks. If it
 *   has none at any level, all its trials count.
 * - Levels are never joined, even if a task has too few blocks at each: the sweep gives it more (drive/admit.h).
 * - A group without a hand-over, as on one core, belongs to every level, if there is one at most. Where there are several,
 *   a group without one (the CPUs were too busy to answer) may have met any, and enters no figure
 *   either, unless these are at least as many as the task's groups at a level: then all its trials count, and no level is
 *   named. Taking them for whatever level is asked for would mix the states.
 */
#ifndef PVQ_STATE_H
#define PVQ_STATE_H

#include "stats/levels.h"
#include "trial/row.h"

/* The levels that trials on that many cores met. */
struct pvq_state {
	unsigned cores;
	struct pvq_levels levels;       /* of the hand-over, in ns */
	size_t groups[PVQ_LEVELS_MAX];  /* in how many blocks a group ran at that level */
	double wall_ns[PVQ_LEVELS_MAX]; /* how long trials ran at it, together */
	int most;                       /* the level with most groups; PVQ_LEVELS_NONE: none has any */
};

/* A task on a number of cores. */
struct pvq_met {
	const struct pvq_row *key;     /* a row of it; borrowed */
	size_t blocks[PVQ_LEVELS_MAX]; /* at each level, with the number of workers that has most there */
	size_t strategies;             /* in its largest group, twins included */
	size_t known, unknown;         /* groups at some level, and without a hand-over */
	int level; /* the level of its figures; PVQ_LEVELS_NONE: there is one level at most, or none is known */
	int all; /* 1: it has too few blocks at any level, so all its trials count */
};

/* How a row stands. */
struct pvq_standing {
	/* PVQ_LEVELS_NONE: unknown, and there is one at most; PVQ_LEVELS_PASSING: it saw a change, or unknown. */
	signed char level;
	unsigned char superseded; /* a later attempt took its place; it counts nowhere */
	unsigned char in;         /* it enters figures and comparisons, if it is good */
};

/* Owned; freed with pvq_states_free(). The rows must outlive it. */
struct pvq_states {
	struct pvq_state *state; /* by cores, ascending; those with a known hand-over only */
	size_t count;
	struct pvq_met *met;
	size_t mets;
	struct pvq_standing *standing; /* by row */
	const struct pvq_row *row;     /* the first row */
	size_t groups, again,
		off; /* groups with a hand-over, and of them measured again; trials off their group's level */
	size_t unknown; /* groups without one, where there are several levels */
};

/* only: PVQ_LEVELS_NONE for the rule above; otherwise rows at that level alone are in, and those that belong to every
 * level. 0 or -ENOMEM. */
int pvq_states_make(struct pvq_states *, const struct pvq_rows *, int only);
void pvq_states_free(struct pvq_states *);

/* How one of those rows stands. */
const struct pvq_standing *pvq_states_standing(const struct pvq_states *, const struct pvq_row *);

/* The state of that many cores; NULL: no hand-over is known there. */
const struct pvq_state *pvq_states_of(const struct pvq_states *, unsigned cores);

/* The task and the number of cores of that row. */
const struct pvq_met *pvq_states_met(const struct pvq_states *, const struct pvq_row *);

/* The most levels at any number of cores. */
size_t pvq_states_levels(const struct pvq_states *);

/* "near" and "far" for two levels; "near", "middle", "far" for three; "level 1" … for more; "" for one. */
const char *pvq_state_name(const struct pvq_state *, int level);

#endif
