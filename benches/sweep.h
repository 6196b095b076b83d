/* sweep.h: runs a plan, block after block, and appends every row to raw.csv as it is measured.
 *
 * A block holds every cell once. Groups (one task on one number of cores) come in a fresh random order
 * in each block, and so do the strategies within a group, so neither drift nor neighbours favour one.
 */
#ifndef PVQ_SWEEP_H
#define PVQ_SWEEP_H

#include "plan.h"

enum pvq_sweep_end {
	PVQ_SWEEP_BLOCKS,      /* all the blocks that the profile wants */
	PVQ_SWEEP_BUDGET,      /* the time was used up */
	PVQ_SWEEP_INTERRUPTED, /* by a signal */
};

struct pvq_sweep {
	const struct pvq_host *host;
	const char *dir;
	double deadline_s; /* seconds from now until the last trial must have ended; 0: none, below 0: passed */
	/* Results: */
	enum pvq_sweep_end end;
	unsigned blocks;              /* whole blocks, earlier sessions included */
	unsigned long trials, failed; /* rows written now; of these, not ok and not unavailable */
};

/* Measures what is missing of the plan in dir/raw.csv, which is created or continued. 0 (see `end`), or
 * -errno with one line on stderr. */
int pvq_sweep_run(struct pvq_plan *, struct pvq_sweep *);

#endif
