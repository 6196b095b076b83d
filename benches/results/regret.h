/* regret.h: what it can cost to always take one strategy: over a set of tasks, how much longer its map time is than that
 * of the fastest strategy, where it is worst.
 *
 *	regret(s) = max over tasks of  median(s) / min over strategies of median - 1
 *
 * The interval is over resampled blocks (stats/resample.h), so it covers that the fastest is chosen by the same data.
 */
#ifndef PVQ_REGRET_H
#define PVQ_REGRET_H

#include "results/summary.h"

struct pvq_regret {
	size_t series; /* in the summary */
	struct pvq_estimate
		cost; /* 0.03: at most 3 % slower than the fastest; lo, hi NAN: too few blocks */
	const struct pvq_work *at; /* the task where it is worst; borrowed */
};

/* Owned; freed with pvq_regrets_free(). */
struct pvq_regrets {
	struct pvq_regret *of; /* the least first */
	size_t count;
	size_t works; /* how many tasks they are over */
	unsigned cores;
};

/* Finds the regret of every series with one worker a core that was measured on all of the works for which take[w] is not
 * 0, w being the work's index. 0 or -ENOMEM. */
int pvq_regrets_find(
	struct pvq_regrets *, const struct pvq_summary *, const unsigned char *take, unsigned cores);
void pvq_regrets_free(struct pvq_regrets *);

/* NULL: that series has no regret here. */
const struct pvq_regret *pvq_regrets_of(const struct pvq_regrets *, size_t series);

#endif
