/* metg.h: the minimum effective task granularity (Slaughter et al., Task Bench, SC'20): the item lengths with which it is
 * measured, the efficiency, and the fit. All programs that give a METG use these, so that their figures agree.
 *
 * Granularity is wall time x cores / items. Efficiency is serial's map time for the same items / (cores x map time), so
 * that the peak is measured, not assumed. METG is the granularity at which efficiency crosses a share.
 *
 * Every length of a range has the same number of items. A map starts in a fresh process, with no map before it.
 */
#ifndef PVQ_METG_H
#define PVQ_METG_H

#include "stats/resample.h"

#include <stddef.h>
#include <stdint.h>

/* The item length at which a strategy becomes efficient spans five decades, from a loop over threads to a process per
 * item. So there are several ranges of lengths. Each has serial in it; a strategy is measured in one of them. */
enum { PVQ_METG_RANGES = 3, PVQ_METG_GRAINS = 11 };

/* Every second length, from the first on, makes the wide ramp, on which a strategy's METG is found roughly. The lengths
 * between are for those beside it. */
enum { PVQ_METG_WIDE = 2 };

/* The most grains that a fit takes: a run may have been made with another ramp. */
enum { PVQ_METG_GRAINS_MAX = 16 };

/* The share of METG(50%). */
#define PVQ_METG_SHARE 0.5

/* The lengths of a range, ascending, and its number of items. */
double pvq_metg_length_ns(unsigned range, unsigned grain, unsigned cores);
uint64_t pvq_metg_items(unsigned range, unsigned cores);

/* The range for a strategy with this time per empty item; NAN: unknown. */
unsigned pvq_metg_range(double empty_ns, unsigned cores);

/* What the map times of a strategy have in common. */
struct pvq_metg_ramp {
	size_t grains;
	double cores, n;
	const double *weight; /* of each grain in the fit; NULL: all alike */
};

double pvq_metg_granularity(double map_ns, const struct pvq_metg_ramp *);

/* METG(50%) from the map times of serial and of the strategy at every grain, ascending. The odds of the efficiency, own work to
 * overhead, cross those of the share between the first grain that reaches it and the one before. Their logarithm is fitted by
 * a line over the logarithm of the own work, at the grains where the odds are within a factor of 3 of the share's, or at
 * these two alone. That is exact where the overhead is a power of the work, a fixed time included, however far apart the grains are.
 * If the first of all grains reaches the share, returns its granularity, an upper bound of METG. INFINITY if none reaches it. */
double pvq_metg(const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *);

/* The break-even length: an item's own work, in ns, from which on the strategy is as fast as serial; INFINITY: it never
 * is. If it is so at the first grain already, its wall time per item there, an upper bound. */
double pvq_break_even(const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *);

/* Both from the medians over blocks, with their intervals over resampled blocks. The cells are serial at every grain, then
 * the strategy; each grain weighs as much as it has blocks. even NULL: METG alone. 0 or -ENOMEM. */
int pvq_metg_estimate(const struct pvq_blocks *, const struct pvq_metg_ramp *, uint64_t seed,
	struct pvq_estimate *metg, struct pvq_estimate *even);

#endif
