/* bounds.h: how far a strategy is from the best that its cores could do, and where the rest goes.
 *
 * The ideal of a work on C cores, one worker each, is max(longest item, work / C): no schedule is shorter than
 * its longest item, nor than the work divided evenly (R. L. Graham, Bounds on multiprocessing timing
 * anomalies, SIAM J. Appl. Math. 17 (1969)). The work is serial's map time, the best median there is. The
 * longest item is the least that any observed trial needed for its longest, since what disturbs a trial can
 * only lengthen an item.
 *
 * Times against the ideal are taken block by block: with serial's trial of the same block where the work
 * binds, so that a slow block slows both.
 *
 * The parts are what one core does on average from start to stop. start and stop are medians of the sweep. The
 * sweep's median of the map is divided as the observed trial with the nearest map time was (observed.h), unless that
 * is off by more than a factor of PVQ_OBSERVED_RATIO_MAX, or serial's is: then observing, or noise, changed too much. What is lost in a part is
 * what it takes beyond the ideal:
 *
 *	work       busy time beyond what serial's items took, divided among the cores
 *	dispatch   beyond what serial itself spent between items, likewise
 *	imbalance  beyond what the longest item alone makes unavoidable
 *	others     all of it
 *
 * Lost parts add up to start + map + stop - ideal; single ones may be negative.
 */
#ifndef PVQ_BOUNDS_H
#define PVQ_BOUNDS_H

#include "report/experiment.h"

#define PVQ_OBSERVED_RATIO_MAX 1.25

enum pvq_part {
	PVQ_PART_START,
	PVQ_PART_RAMP, /* until a worker has its first item */
	PVQ_PART_WORK, /* items; the whole map where that is not divided */
	PVQ_PART_DISPATCH,
	PVQ_PART_IMBALANCE,
	PVQ_PART_DELIVER,
	PVQ_PART_STOP,
	PVQ_PARTS,
};

struct pvq_ideal {
	unsigned cores;
	double work_ns, longest_ns; /* longest: NAN where nothing was observed */
	double ns;
	int longest_binds;
};

/* A strategy on that work. */
struct pvq_gap {
	const struct pvq_cell *cell;
	struct pvq_comparison map, total; /* time / ideal */
	double observed_ratio;            /* observed map time / the sweep's; NAN: not observed */
	int divided;                      /* the map is */
	double spent_ns[PVQ_PARTS], lost_ns[PVQ_PARTS]; /* lost: only where divided */
};

/* Owned; freed with pvq_bounds_free(). */
struct pvq_bounds {
	const struct pvq_work *work;
	struct pvq_ideal ideal;
	double observed_ratio; /* with serial, as in pvq_gap */
	struct pvq_gap *gap;   /* one a strategy, in the summary's order */
	size_t gaps;           /* 0: nothing to set against an ideal */
};

/* Of the work at its largest core count. 0 or -ENOMEM. */
int pvq_bounds_make(struct pvq_bounds *, const struct pvq_summary *, const struct pvq_work *,
	const struct pvq_observations *);
void pvq_bounds_free(struct pvq_bounds *);

/* The sum of the parts, start + map + stop: of medians, hence not quite the total's own median. */
double pvq_gap_spent_ns(const struct pvq_gap *);

/* The hooks; they have no data: what was observed is every report's. */
int pvq_bounds_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_bounds_chapter(const struct pvq_report *, const void *data);

#endif
