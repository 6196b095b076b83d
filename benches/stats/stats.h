/* stats.h: statistics over plain arrays of double. Pure functions: no rows, no files, no state.
 *
 * Everything here is distribution-free: timings are skewed and have outliers, so nothing may assume a normal
 * distribution. Figures that do not exist (an interval from three values) are NAN.
 *
 * Sources of the formulas:
 * - exact interval of a median by order statistics: the count of values below the median is binomial(n, 1/2),
 *   so [x_(k), x_(n+1-k)] misses it with probability 2 P(X < k). H. A. David, H. N. Nagaraja, Order
 *   Statistics, 3rd ed., section 7.1; J.-Y. Le Boudec, Performance Evaluation, theorem 2.1.
 * - n is small and k a whole number, so the exact interval covers more than 95 % (97.9 % for n = 10). The interval of a
 *   single median is interpolated between the exact ones of k and k + 1: T. P. Hettmansperger, S. J. Sheather, Confidence
 *   intervals based on interpolated order statistics, Statistics & Probability Letters 4 (1986). It covers 93 to 97 %
 *   (tests/drive/test_coverage.c). If the step to interpolate across is wider than the interval inside, as between two
 *   modes, the end stays at the exact rank, and the interval may cover more.
 * - the paired comparison is the exact interval of the log ratios within blocks. So a claim never errs more often than
 *   alpha, and may err less often. The interval excludes 0 exactly where the two-sided sign test rejects.
 * - blocks that would settle a comparison: the width of an interval shrinks with 1 / sqrt(n).
 * - far out: more than three interquartile ranges beyond a quartile. J. W. Tukey, Exploratory Data Analysis, section 2D;
 *   here of logarithms, because times are skewed.
 * - quantile: linear between order statistics, R's type 7 (Hyndman and Fan 1996).
 */
#ifndef PVQ_STATS_H
#define PVQ_STATS_H

#include <stddef.h>

/* Two strategies are equivalent if their ratio lies within 1/1.03 .. 1.03: no user would notice. */
#define PVQ_EQUIVALENT_RATIO 1.03

/* The error probability of a statement, by default. */
#define PVQ_ALPHA 0.05

/* A sample in short. lo and hi are NAN if n is too small for an interval; then the range from min to max is shown
 * instead. */
struct pvq_estimate {
	size_t n;
	double median, lo, hi, min, max;
};

enum pvq_verdict {
	PVQ_INCONCLUSIVE, /* the interval allows both, or there is none */
	PVQ_FASTER,       /* the whole interval of the ratio lies below 1 */
	PVQ_SLOWER,       /* the whole interval of the ratio lies above 1 */
	PVQ_EQUIVALENT,   /* the whole interval lies within PVQ_EQUIVALENT_RATIO, on whichever side of 1 */
};

/* A against B, from pairs of the same block: ratio = A's time / B's time. */
struct pvq_comparison {
	size_t n;             /* pairs */
	double ratio, lo, hi; /* NAN without pairs, or without an interval */
	enum pvq_verdict verdict;
	/* Pairs that would settle an inconclusive verdict if the median stayed where it is. An estimate from the
	 * interval's present width; at least n + 1. 0: settled already, or no interval. */
	size_t settle;
};

/* The most that `settle` can be: more blocks than anybody will measure. */
enum { PVQ_SETTLE_NEVER = 100000 };

/* P(X <= k) for X binomial(n, 1/2); k may be -1. */
double pvq_binomial_tail(size_t n, long k);

/* Ranks [*lo, *hi], counted from 1, of the narrowest symmetric exact interval of the median that errs with probability
 * at most alpha. 0, or -ERANGE if n is too small. */
int pvq_median_ranks(size_t n, double alpha, size_t *lo, size_t *hi);

/* The fewest values for which such an interval exists (6 for alpha = 0.05). */
size_t pvq_median_needs(double alpha);

/* Quantile p in [0, 1] of sorted values; NAN if n is 0. */
double pvq_quantile(const double *sorted, size_t n, double p);

/* Sorts x in place, ascending. */
void pvq_sort(double *x, size_t n);

/* Sets the bounds of what is far out: values below *lo or above *hi. With fewer than 8 values none is: *lo is 0 and *hi
 * is infinite. Values are sorted and all > 0. */
void pvq_far_out(const double *sorted, size_t n, double *lo, double *hi);

/* Sorts x in place and describes it. */
struct pvq_estimate pvq_estimate(double *x, size_t n, double alpha);

/* The precision: half the interval's width as a share of the median; INFINITY if there is no interval. */
double pvq_estimate_width(const struct pvq_estimate *);

/* Compares paired times, all > 0; overwrites a. For m comparisons that are read together pass alpha / m (Bonferroni). */
struct pvq_comparison pvq_compare(double *a, const double *b, size_t n, double alpha);

/* "faster", "slower", "equivalent", "inconclusive". */
const char *pvq_verdict_name(enum pvq_verdict);

/* The verdict's name, or "too few blocks" where no interval exists. */
const char *pvq_comparison_words(const struct pvq_comparison *);

#endif
