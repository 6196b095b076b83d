/* metg.c: the ramp of item lengths, and where the efficiency first reaches a share. */
#include "stats/metg.h"

#include <math.h>

enum { RANGE_FACTOR = 20 };

/* One producer feeds all workers, so the length at which the slowest strategies become efficient grows with the number
 * of workers. */
static double longest_ns(unsigned range, unsigned cores)
{
	return 5000.0 * (cores > 2 ? cores : 2) * pow(RANGE_FACTOR, range);
}

double pvq_metg_length_ns(unsigned range, unsigned grain, unsigned cores)
{
	static const double share[PVQ_METG_GRAINS] = {0.003, 0.01, 0.03, 0.1, 0.3, 1};

	return share[grain] * longest_ns(range, cores);
}

/* The longest items take serial 0.2 s, and there are enough for every worker. */
uint64_t pvq_metg_items(unsigned range, unsigned cores)
{
	return (uint64_t)fmax(0.2e9 / longest_ns(range, cores), (range ? 100.0 : 50.0) * cores);
}

/* Known strategies' METG is at most four times their time per empty item, on each core. */
unsigned pvq_metg_range(double empty_ns, unsigned cores)
{
	unsigned range = 0;

	while (range + 1 < PVQ_METG_RANGES && longest_ns(range, cores) < 4 * cores * empty_ns)
		range++;
	return range;
}

double pvq_metg_granularity(double map_ns, const struct pvq_metg_ramp *ramp)
{
	return map_ns * ramp->cores / ramp->n;
}

/* The granularity at which the efficiency first reaches a share, as in pvq_metg(). */
static double granularity_at(
	const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *ramp, double share)
{
	double at = NAN, efficiency = NAN;

	for (size_t i = 0; i < ramp->grains; i++) {
		double at_before = at, before = efficiency;

		at = pvq_metg_granularity(map_ns[i], ramp);
		efficiency = serial_ns[i] / (ramp->cores * map_ns[i]);
		if (efficiency < share)
			continue;
		if (i == 0)
			return at;
		return at_before * pow(at / at_before, (share - before) / (efficiency - before));
	}
	return INFINITY;
}

double pvq_metg(const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *ramp)
{
	return granularity_at(serial_ns, map_ns, ramp, PVQ_METG_SHARE);
}

static int is_whole(const double *median, const struct pvq_metg_ramp *ramp)
{
	for (size_t i = 0; i < 2 * ramp->grains; i++)
		if (isnan(median[i]))
			return 0;
	return 1;
}

static double metg_of_medians(const double *median, void *ctx)
{
	const struct pvq_metg_ramp *ramp = ctx;

	return is_whole(median, ramp) ? pvq_metg(median, median + ramp->grains, ramp) : NAN;
}

/* At an efficiency of 1 / cores the wall time is serial's, and 1 / cores of the granularity is the item's own work. */
static double even_of_medians(const double *median, void *ctx)
{
	const struct pvq_metg_ramp *ramp = ctx;

	return is_whole(median, ramp)
		       ? granularity_at(median, median + ramp->grains, ramp, 1 / ramp->cores) / ramp->cores
		       : NAN;
}

int pvq_metg_estimate(const struct pvq_blocks *blocks, const struct pvq_metg_ramp *ramp, uint64_t seed,
	struct pvq_estimate *result)
{
	struct pvq_metg_ramp given = *ramp;

	return pvq_resample(blocks, metg_of_medians, &given, PVQ_ALPHA, seed, result);
}

int pvq_break_even_estimate(const struct pvq_blocks *blocks, const struct pvq_metg_ramp *ramp,
	uint64_t seed, struct pvq_estimate *result)
{
	struct pvq_metg_ramp given = *ramp;

	return pvq_resample(blocks, even_of_medians, &given, PVQ_ALPHA, seed, result);
}
