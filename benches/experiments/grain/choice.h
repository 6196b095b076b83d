/* choice.h: which lengths of items each strategy is measured with, block by block: those beside its own crossing.
 *
 * A strategy's METG depends on two lengths alone, the last below it and the first above. The rule, which is fixed before
 * anything is measured:
 *
 * - The first PVQ_GRAIN_FIRST blocks have the wide ramp (stats/metg.h), with every strategy at every length of its range.
 * - Then, and again after 10, 15, 20, 30 and every ten more blocks, each strategy gets the lengths between half and twice the
 *   one at which it crosses the share of METG, by the medians so far, and those around its break-even length. If the machine has
 *   several levels, it gets the lengths of each. Where its interval ends beyond the lengths with enough blocks, it gets those
 *   between a quarter and four times. Serial is measured beside it.
 * - A strategy whose lengths take k times as long as those of the fastest one takes part in one of k blocks, 8 at most. So one
 *   slow strategy does not use up the time of all.
 * - A strategy is done when its METG is known within ±5 % at every level that it met in ten blocks or more. What ends it is
 *   the width of its interval, never where the interval lies. All others go on until the time is used up.
 */
#ifndef PVQ_GRAIN_CHOICE_H
#define PVQ_GRAIN_CHOICE_H

#include "drive/sweep.h"
#include "stats/metg.h"

enum { PVQ_GRAIN_FIRST = 6, PVQ_GRAIN_BLOCKS = 200 };

/* A strategy's cells in the plan, and serial's, by length; and its part in the blocks to come. */
struct pvq_grain_turn {
	const struct pvq_impl *impl;
	unsigned own[PVQ_METG_GRAINS], base[PVQ_METG_GRAINS], lengths;
	unsigned char chosen[PVQ_METG_GRAINS];
	unsigned every; /* it takes part in one of so many blocks */
	int done, open; /* open: its interval has an end beyond the lengths with enough blocks */
};

/* Owned; freed with pvq_grain_choice_free(). The plan must outlive it. */
struct pvq_grain_choice {
	const struct pvq_plan *plan;
	double cores;
	struct pvq_grain_turn *turn;
	size_t turns;
};

/* From a plan that has the strategies' cells, and serial's, with ascending lengths. 0 or -ENOMEM. */
int pvq_grain_choice_make(struct pvq_grain_choice *, const struct pvq_plan *);
void pvq_grain_choice_free(struct pvq_grain_choice *);

/* Chooses the cells of the next block (drive/sweep.h); choice: a struct pvq_grain_choice. 0 or -ENOMEM. */
int pvq_grain_choose(void *choice, const struct pvq_sweep_seen *, unsigned char *takes_part);

#endif
