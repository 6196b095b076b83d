/* unpaired.h: compares two samples that have nothing in common but what they measure: the same cell in two runs.
 * Whoever can pair trials (within a block) should: stats.h.
 *
 * Sources of the formulas:
 * - U: H. B. Mann, D. R. Whitney, On a test of whether one of two random variables is stochastically larger than the
 *   other, Annals of Mathematical Statistics 18 (1947); its exact distribution by their recurrence, otherwise the
 *   normal approximation with corrections for ties and continuity (E. L. Lehmann, Nonparametrics, chapter 1).
 * - the interval of the ratio of two medians: percentile bootstrap, each sample drawn anew from itself (B. Efron,
 *   R. J. Tibshirani, An Introduction to the Bootstrap, chapter 13).
 */
#ifndef PVQ_UNPAIRED_H
#define PVQ_UNPAIRED_H

#include "stats/stats.h"

#include <stdint.h>

struct pvq_unpaired {
	size_t na, nb;
	double ratio, lo, hi; /* median a / median b, and its interval; NAN where there is none */
	double p;             /* of the U test, two-sided */
	enum pvq_verdict verdict;
};

/* Probability that U is at least as far from its mean as it is, were both samples of one distribution; 1 where one
 * is empty. Exact for up to 20 values a side without ties. Sorts both. */
double pvq_mann_whitney(double *a, size_t na, double *b, size_t nb);

/* a against b, all values > 0; sorts both. Faster or slower where the interval lies on one side of 1 and the U
 * test agrees at alpha; an interval takes pvq_median_needs(alpha) values a side. The same seed gives the same
 * interval. -> inconclusive where memory ran out. */
struct pvq_unpaired pvq_compare_unpaired(
	double *a, size_t na, double *b, size_t nb, double alpha, uint64_t seed);

#endif
