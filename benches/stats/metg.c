/* metg.c: the ramp of item lengths, and where the efficiency first reaches a share. */
#include "stats/metg.h"

#include <math.h>

enum { RANGE_FACTOR = 20 };

/* The grains of a fit have odds within this factor of the share's. */
enum { ODDS_NEAR = 3 };

/* One producer feeds all workers, so the length at which the slowest strategies become efficient grows with the number
 * of workers. */
static double longest_ns(unsigned range, unsigned cores)
{
	return 5000.0 * (cores > 2 ? cores : 2) * pow(RANGE_FACTOR, range);
}

double pvq_metg_length_ns(unsigned range, unsigned grain, unsigned cores)
{
	static const double share[PVQ_METG_GRAINS] = {
		0.003, 0.0055, 0.01, 0.0175, 0.03, 0.055, 0.1, 0.175, 0.3, 0.55, 1};

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

/* The logarithm of the odds of an efficiency. One of 1 and more has none: it is taken for as much as can be told from 1. */
static double log_odds(double efficiency)
{
	return log(efficiency / fmax(1 - efficiency, 0.001));
}

/* Sums over grains, for a line. */
struct sums {
	double weight, x, y, xx, xy;
	unsigned below, above; /* grains on either side of the share */
};

static void add(struct sums *s, double x, double y, double weight)
{
	s->weight += weight;
	s->x += weight * x;
	s->y += weight * y;
	s->xx += weight * x * x;
	s->xy += weight * x * y;
	s->below += y < 0;
	s->above += y >= 0;
}

/* Where the line is 0; NAN: it does not rise, or all grains are on one side. */
static double zero_of(const struct sums *s)
{
	double rise = (s->weight * s->xy - s->x * s->y) / (s->weight * s->xx - s->x * s->x);

	return s->below && s->above && rise > 0 ? (s->x - s->y / rise) / s->weight : NAN;
}

/* The granularity at which the efficiency reaches the share between grain `above` and the one before. A line that is nearly
 * flat, as where efficiencies are noise, may reach it far beyond all lengths: then these two tell. */
static double fit(const double *x, const double *y, const struct pvq_metg_ramp *ramp, size_t above)
{
	struct sums near = {0}, two = {0};
	double zero;

	for (size_t i = 0; i < ramp->grains; i++) {
		if (fabs(y[i]) <= log(ODDS_NEAR))
			add(&near, x[i], y[i], ramp->weight ? ramp->weight[i] : 1);
		if (i + 1 == above || i == above)
			add(&two, x[i], y[i], 1);
	}
	zero = zero_of(&near);
	return exp(zero >= x[0] && zero <= x[ramp->grains - 1] ? zero : zero_of(&two));
}

/* The granularity at which the efficiency first reaches a share, as in pvq_metg(). */
static double granularity_at(
	const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *ramp, double share)
{
	double x[PVQ_METG_GRAINS_MAX], y[PVQ_METG_GRAINS_MAX];
	size_t first = ramp->grains;

	for (size_t i = ramp->grains; i-- > 0;) {
		double efficiency = serial_ns[i] / (ramp->cores * map_ns[i]);

		x[i] = log(serial_ns[i] / ramp->n);
		y[i] = log_odds(efficiency) - log_odds(share);
		if (efficiency >= share)
			first = i;
	}
	if (first == ramp->grains)
		return INFINITY;
	if (first == 0)
		return pvq_metg_granularity(map_ns[0], ramp);
	return fit(x, y, ramp, first) / share;
}

double pvq_metg(const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *ramp)
{
	return granularity_at(serial_ns, map_ns, ramp, PVQ_METG_SHARE);
}

/* At an efficiency of 1 / cores the wall time is serial's, and 1 / cores of the granularity is the item's own work. */
double pvq_break_even(const double *serial_ns, const double *map_ns, const struct pvq_metg_ramp *ramp)
{
	return granularity_at(serial_ns, map_ns, ramp, 1 / ramp->cores) / ramp->cores;
}

static int is_whole(const double *median, const struct pvq_metg_ramp *ramp)
{
	for (size_t i = 0; i < 2 * ramp->grains; i++)
		if (isnan(median[i]))
			return 0;
	return 1;
}

/* Figures of the medians. */
enum { METG, EVEN, FIGURES };

static void of_medians(const double *median, void *ctx, double *figure)
{
	const struct pvq_metg_ramp *ramp = ctx;
	int whole = is_whole(median, ramp);

	figure[METG] = whole ? pvq_metg(median, median + ramp->grains, ramp) : NAN;
	figure[EVEN] = whole ? pvq_break_even(median, median + ramp->grains, ramp) : NAN;
}

int pvq_metg_estimate(const struct pvq_blocks *blocks, const struct pvq_metg_ramp *ramp, uint64_t seed,
	struct pvq_estimate *metg, struct pvq_estimate *even)
{
	struct pvq_metg_ramp given = *ramp;
	struct pvq_estimate result[FIGURES];
	double weight[PVQ_METG_GRAINS_MAX] = {0};
	int ret;

	for (size_t i = 0; i < ramp->grains; i++)
		for (size_t b = 0; b < blocks->blocks; b++)
			weight[i] += !isnan(blocks->ns[(ramp->grains + i) * blocks->blocks + b]);
	given.weight = weight;
	ret = pvq_resample_all(blocks, of_medians, &given, FIGURES, PVQ_ALPHA, seed, result);

	*metg = result[METG];
	if (even)
		*even = result[EVEN];
	return ret;
}
