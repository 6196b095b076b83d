/* unpaired.h: compares two independent samples of the same cell, from two runs. If trials can be paired (within a block),
 * use stats.h instead.
 *
 * Sources of the formulas:
 * - U: H. B. Mann, D. R. Whitney, On a test of whether one of two random variables is stochastically larger than the
 *   other, Annals of Mathematical Statistics 18 (1947); its exact distribution by their recurrence, otherwise the
 *   normal approximation with corrections for ties and continuity (E. L. Lehmann, Nonparametrics, chapter 1).
 * - the interval of the ratio of two medians: percentile bootstrap, each sample resampled by itself (B. Efron,
 *   R. J. Tibshirani, An Introduction to the Bootstrap, chapter 13).
 */
#ifndef PVQ_UNPAIRED_H
#define PVQ_UNPAIRED_H

#include "stats/stats.h"

#include <stdint.h>

struct pvq_unpaired {
	size_t na, nb;
	double ratio, lo, hi; /* median a / median b and its interval; NAN if there is none */
	double p;             /* of the U test, two-sided */
	enum pvq_verdict verdict;
};

/* The two-sided p: the probability that U is at least this far from its mean if both samples have one distribution. 1 if
 * a sample is empty. Exact for up to 20 values a side without ties. Sorts both. */
double pvq_mann_whitney(double *a, size_t na, double *b, size_t nb);

/* Compares a with b, all values > 0; sorts both. The verdict is faster or slower if the interval lies on one side of 1 and
 * the U test agrees at alpha. An interval needs pvq_median_needs(alpha) values a side. The same seed gives the same
 * interval. If memory runs out there is none, and the verdict is inconclusive. */
struct pvq_unpaired pvq_compare_unpaired(
	double *a, size_t na, double *b, size_t nb, double alpha, uint64_t seed);

#endif
