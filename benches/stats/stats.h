/* stats.h: statistics over plain arrays of double. Pure functions: no rows, no files, no state.
 *
 * Everything here is distribution-free: timings are skewed and have outliers, so nothing may lean on
 * a normal distribution. Figures that do not exist (an interval from three values) are NAN.
 *
 * Sources of the formulas:
 * - exact interval of a median by order statistics: the count of values below the median is binomial(n, 1/2),
 *   so [x_(k), x_(n+1-k)] misses it with probability 2 P(X < k). H. A. David, H. N. Nagaraja, Order
 *   Statistics, 3rd ed., section 7.1; J.-Y. Le Boudec, Performance Evaluation, theorem 2.1.
 * - n is small and k a whole number, so that the exact interval covers more than it is asked to (97.9 % for n = 10).
 *   The interval of a single median lies between the exact ones of k and k + 1: T. P. Hettmansperger,
 *   S. J. Sheather, Confidence intervals based on interpolated order statistics, Statistics & Probability Letters 4
 *   (1986). It covers 93 to 97 % (tests/test_coverage.c). Where the step to interpolate across is wider than the
 *   interval inside, as between two modes, the end stays at the exact rank, and it may cover more.
 * - the paired comparison is the exact interval on the per-block log ratios: a claim may err less often than it
 *   says, never more. It excludes 0 exactly where the two-sided sign test rejects.
 * - blocks that would settle a comparison: the width of an interval goes with 1 / sqrt(n).
 * - far out: beyond the quartiles by three times their distance. J. W. Tukey, Exploratory Data Analysis, section 2D;
 *   here of logarithms, since times are skewed.
 * - quantile: linear between order statistics, R's type 7 (Hyndman and Fan 1996).
 */
#ifndef PVQ_STATS_H
#define PVQ_STATS_H

#include <stddef.h>

/* Two strategies whose ratio lies within this are the same to a user: 1/1.03 .. 1.03. */
#define PVQ_EQUIVALENT_RATIO 1.03

/* The error that a statement may have where nothing else is said. */
#define PVQ_ALPHA 0.05

/* A sample in short. lo and hi are NAN where n is too small for an interval; min and max are the
 * range then shown in its place. */
struct pvq_estimate {
	size_t n;
	double median, lo, hi, min, max;
};

enum pvq_verdict {
	PVQ_INCONCLUSIVE, /* the interval holds both faster and slower, or there is none */
	PVQ_FASTER,       /* the whole interval of the ratio lies below 1 */
	PVQ_SLOWER,       /* the whole interval of the ratio lies above 1 */
	PVQ_EQUIVALENT,   /* the whole interval lies within PVQ_EQUIVALENT_RATIO, whatever its side */
};

/* A against B, from pairs of the same block: ratio = A's time / B's time. */
struct pvq_comparison {
	size_t n;             /* pairs */
	double ratio, lo, hi; /* NAN without pairs, or without an interval */
	enum pvq_verdict verdict;
	/* Pairs after which the verdict would no longer be inconclusive, if the median stays where it is: from the
	 * interval's width now, hence a guess; at least one more than n. 0: it is settled, or there is no interval. */
	size_t settle;
};

/* More blocks than anybody will measure. */
enum { PVQ_SETTLE_NEVER = 100000 };

/* P(X <= k) for X binomial(n, 1/2); k may be -1. */
double pvq_binomial_tail(size_t n, long k);

/* Ranks [*lo, *hi], counted from 1, of the narrowest symmetric exact interval of the median that errs with
 * probability alpha at most. 0, or -ERANGE where n is too small for one. */
int pvq_median_ranks(size_t n, double alpha, size_t *lo, size_t *hi);

/* The fewest values from which such an interval exists (6 for alpha = 0.05). */
size_t pvq_median_needs(double alpha);

/* Quantile p in [0, 1] of sorted values; NAN for none. */
double pvq_quantile(const double *sorted, size_t n, double p);

/* Sorts x in place, ascending. */
void pvq_sort(double *x, size_t n);

/* Values below *lo or above *hi are far out; with fewer than 8 values none is: then *lo is 0 and *hi infinite. x: sorted,
 * all > 0. */
void pvq_far_out(const double *sorted, size_t n, double *lo, double *hi);

/* Sorts x in place and describes it. */
struct pvq_estimate pvq_estimate(double *x, size_t n, double alpha);

/* Half the interval's width as a share of the median, infinity where there is no interval: how precise it is. */
double pvq_estimate_width(const struct pvq_estimate *);

/* Compares paired times, all > 0; a is overwritten. For m comparisons that shall hold
 * together pass alpha / m (Bonferroni). */
struct pvq_comparison pvq_compare(double *a, const double *b, size_t n, double alpha);

/* "faster", "slower", "equivalent", "inconclusive". */
const char *pvq_verdict_name(enum pvq_verdict);

#endif
