/* stats.h: medians, exact intervals and paired comparisons. */
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Log of the probability that a binomial(n, 1/2) variable is k. lgamma_r, since lgamma has a global. */
static double stats_log_pmf(size_t n, size_t k)
{
	int sign;

	return lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
	       lgamma_r((double)(n - k) + 1, &sign) - (double)n * M_LN2;
}

double pvq_binomial_tail(size_t n, long k)
{
	double sum = 0;

	if (k >= (long)n)
		return 1;
	for (long i = 0; i <= k; i++)
		sum += exp(stats_log_pmf(n, (size_t)i));
	return fmin(sum, 1);
}

int pvq_median_ranks(size_t n, double alpha, size_t *lo, size_t *hi)
{
	double tail = 0;
	size_t k = 0;

	/* The largest k with 2 P(X <= k - 1) <= alpha; the tail grows term by term. */
	while (k < n / 2) {
		tail += exp(stats_log_pmf(n, k));
		if (2 * tail > alpha)
			break;
		k++;
	}
	if (k == 0)
		return -ERANGE;
	*lo = k;
	*hi = n + 1 - k;
	return 0;
}

size_t pvq_median_needs(double alpha)
{
	size_t n = 2; /* the widest interval, [1, n], errs with probability 2 / 2^n */

	while (n < 1000 && ldexp(2, -(int)n) > alpha)
		n++;
	return n;
}

double pvq_quantile(const double *sorted, size_t n, double p)
{
	double at = p * (double)(n - 1);
	size_t below = n ? (size_t)at : 0;

	if (n == 0)
		return NAN;
	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

static int stats_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void pvq_sort(double *x, size_t n)
{
	if (n > 1)
		qsort(x, n, sizeof(*x), stats_order);
}

struct pvq_estimate pvq_estimate(double *x, size_t n, double alpha)
{
	struct pvq_estimate e = {.n = n, .lo = NAN, .hi = NAN, .min = NAN, .max = NAN};
	size_t lo, hi;

	pvq_sort(x, n);
	e.median = pvq_quantile(x, n, 0.5);
	if (n == 0)
		return e;
	e.min = x[0];
	e.max = x[n - 1];
	if (pvq_median_ranks(n, alpha, &lo, &hi) == 0) {
		e.lo = x[lo - 1];
		e.hi = x[hi - 1];
	}
	return e;
}

double pvq_estimate_width(const struct pvq_estimate *e)
{
	return isnan(e->lo) ? INFINITY : (e->hi - e->lo) / 2 / e->median;
}

static enum pvq_verdict stats_verdict(double log_lo, double log_hi)
{
	double same = log(PVQ_EQUIVALENT_RATIO);

	if (isnan(log_lo) || isnan(log_hi))
		return PVQ_INCONCLUSIVE;
	/* First, since a difference that is certain but too small to matter is no reason to choose. */
	if (log_lo >= -same && log_hi <= same)
		return PVQ_EQUIVALENT;
	if (log_hi < 0)
		return PVQ_FASTER;
	if (log_lo > 0)
		return PVQ_SLOWER;
	return PVQ_INCONCLUSIVE;
}

struct pvq_comparison pvq_compare(double *a, const double *b, size_t n, double alpha)
{
	struct pvq_comparison c = {.n = n};
	struct pvq_estimate e;

	for (size_t i = 0; i < n; i++)
		a[i] = log(a[i] / b[i]);
	e = pvq_estimate(a, n, alpha);
	c.ratio = exp(e.median);
	c.lo = exp(e.lo);
	c.hi = exp(e.hi);
	c.verdict = stats_verdict(e.lo, e.hi);
	return c;
}

const char *pvq_verdict_name(enum pvq_verdict verdict)
{
	static const char *const name[] = {"inconclusive", "faster", "slower", "equivalent"};

	return name[verdict];
}
