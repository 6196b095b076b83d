/* sweep.h: runs a plan, block after block, and appends every row to a file as it is measured.
 *
 * A block holds every cell once. Its groups (one task on one number of cores and workers) come in a fresh random
 * order. Within a group the strategies follow a cyclic Latin square: over as many blocks as there are strategies, each
 * has every place once, so that neither drift nor neighbours favour one.
 *
 * The machine may change while a group is measured: its CPUs come near each other, or move apart (base/probe.h). Trials that
 * are off the level of most of the group's (stats/levels.h) are measured again at once: twice at most, and in at most a fifth
 * of the run's time. Their rows say which attempt they are. The statistics take the last one, and leave out a trial that is
 * still off (results/state.h).
 *
 * A work (a task with all its cells) is measured until each of its cells is precise enough, the time is used up, or it
 * has the most blocks. Precision is checked after 10, 15, 20, 30 and 40 blocks only. Significance is never checked:
 * stopping as soon as a difference shows would find differences that do not exist. So the time goes where the
 * uncertainty is, and all cells of a work have the same number of blocks. A work that has too few blocks at one level for
 * its comparisons goes first where time is short, and goes on while others end (admit.h).
 *
 * An experiment may choose the cells of each block itself, for instance to give more blocks to what it knows least about. Then
 * the sweep leaves to it when each work has enough, and goes on until nothing is chosen, or the time or the plan's blocks are
 * used up.
 *
 * A strategy may ignore or clip the chunk that a cell asks for. Where two cells turn out to run with the same values, the
 * first to run is measured. The other's single trial leaves no row.
 */
#ifndef PVQ_SWEEP_H
#define PVQ_SWEEP_H

#include "drive/plan.h"

enum { PVQ_SWEEP_AGAIN_MOST = 2 }; /* how often a trial is measured again in a block */
#define PVQ_SWEEP_AGAIN_SHARE 0.2  /* of the run's time, for that */

enum pvq_sweep_end {
	PVQ_SWEEP_PRECISE,     /* every cell is precise enough */
	PVQ_SWEEP_BLOCKS,      /* at least some works reached the most blocks */
	PVQ_SWEEP_BUDGET,      /* the time was used up */
	PVQ_SWEEP_INTERRUPTED, /* by a signal */
};

/* What was measured before a block, for the choice of the block's cells. */
struct pvq_sweep_seen {
	unsigned blocks, cells;
	const double *map_ns; /* [block * cells + cell]; 0: not measured, below 0: failed */
	/* Likewise, the level of the machine's state at which the trial ran (stats/levels.h): PVQ_LEVELS_NONE if it has a part in
	 * every level, as on one core, PVQ_LEVELS_PASSING in none. Of a trial without a hand-over, most of its group tells. */
	const signed char *level;
};

/* Chooses a block's cells: clears takes_part[cell] of the others. It may stop a cell for the precision of a figure, never for
 * its significance. 0 or -errno. */
typedef int pvq_sweep_choose(void *ctx, const struct pvq_sweep_seen *, unsigned char *takes_part);

struct pvq_sweep {
	const struct pvq_host *host;
	const char *dir;
	const char *file; /* in dir: "raw.csv" */
	double deadline_s; /* seconds from now until the last trial must have ended; 0: none, below 0: passed */
	pvq_sweep_choose *choose; /* NULL: every block has all cells of the works that are open */
	void *choose_ctx;
	/* Results: */
	enum pvq_sweep_end end;
	unsigned blocks_least, blocks_most; /* whole blocks of a work, earlier sessions included */
	unsigned long trials, failed;       /* rows of this session; of these, neither ok nor unavailable */
	unsigned long again;                /* trials that were measured again, each time counted */
};

/* Measures the part of the plan that dir/file lacks; creates or continues the file. 0 (see `end`); -EINTR: the user
 * interrupted, and the results hold for what was measured; other -errno with one line on stderr. */
int pvq_sweep_run(struct pvq_plan *, struct pvq_sweep *);

/* Measures the whole plan in one go: dir/file exists only when it is complete (rundir.h). If it exists already, nothing
 * is measured. 0 or -errno, as above. */
int pvq_sweep_into(struct pvq_plan *, const struct pvq_sweep *);

#endif
