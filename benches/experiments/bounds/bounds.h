/* bounds.h: how far a strategy is from the ideal on its cores, and where the rest goes.
 *
 * The ideal of a work on C cores, one worker each, is max(longest item, work / C): no schedule is shorter than its
 * longest item, nor than the work divided evenly (R. L. Graham, Bounds on multiprocessing timing anomalies, SIAM J.
 * Appl. Math. 17 (1969)). The work is serial's map time, by the best median. The longest item is the shortest of the
 * observed trials' longest items, since disturbance can only lengthen an item.
 *
 * Ratios to the ideal are taken block by block. Where the work binds, the ideal comes from serial's trial in the same
 * block, so that a slow block slows both.
 *
 * The parts are what one core does on average from start to stop. start and stop are medians of the sweep. The sweep's
 * median of the map is divided in the proportions of the observed trial with the nearest map time (observed.h). It is
 * not divided if that time, or serial's, is off by more than a factor of PVQ_OBSERVED_RATIO_MAX: then observation or
 * noise changed too much. The loss in a part is what it takes beyond the ideal:
 *
 *	work       busy time beyond that of serial's items, divided among the cores
 *	dispatch   time beyond what serial itself spent between items, likewise
 *	imbalance  time beyond what the longest item alone makes unavoidable
 *	others     all of their time
 *
 * Losses add up to start + map + stop - ideal. A single one may be negative.
 */
#ifndef PVQ_BOUNDS_H
#define PVQ_BOUNDS_H

#include "report/experiment.h"

#define PVQ_OBSERVED_RATIO_MAX 1.25

enum pvq_part {
	PVQ_PART_START,
	PVQ_PART_RAMP, /* until a worker has its first item */
	PVQ_PART_WORK, /* items; the whole map if it is not divided */
	PVQ_PART_DISPATCH,
	PVQ_PART_IMBALANCE,
	PVQ_PART_DELIVER,
	PVQ_PART_STOP,
	PVQ_PARTS,
};

struct pvq_ideal {
	unsigned cores;
	double work_ns, longest_ns; /* longest: NAN if nothing was observed */
	double ns;
	int longest_binds;
};

/* A strategy on that work. */
struct pvq_gap {
	const struct pvq_cell *cell;
	struct pvq_comparison map, total; /* time / ideal */
	double observed_ratio;            /* observed map time / the sweep's; NAN: not observed */
	int divided;                      /* the map is divided into parts */
	double spent_ns[PVQ_PARTS], lost_ns[PVQ_PARTS]; /* lost: only if divided */
};

/* Owned; freed with pvq_bounds_free(). */
struct pvq_bounds {
	const struct pvq_work *work;
	struct pvq_ideal ideal;
	double observed_ratio; /* serial's, as in pvq_gap */
	struct pvq_gap *gap;   /* one per strategy, in the summary's order */
	size_t gaps;           /* 0: nothing to compare with an ideal */
};

/* Computes the bounds of the work at its largest core count. 0 or -ENOMEM. */
int pvq_bounds_make(struct pvq_bounds *, const struct pvq_summary *, const struct pvq_work *,
	const struct pvq_observations *);
void pvq_bounds_free(struct pvq_bounds *);

/* The sum of the parts, start + map + stop. It is a sum of medians, hence not quite the median of the total. */
double pvq_gap_spent_ns(const struct pvq_gap *);

/* The hooks. They need no data: the report itself has the observed trials. */
int pvq_bounds_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_bounds_chapter(const struct pvq_report *, const void *data);

#endif
