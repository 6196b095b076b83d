/* stats.c: medians, exact intervals and paired comparisons. */
#include "stats/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Log of the probability that a binomial(n, 1/2) variable is k. Uses lgamma_r, because lgamma writes to a global. */
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

void pvq_far_out(const double *sorted, size_t n, double *lo, double *hi)
{
	double below, above;

	*lo = 0;
	*hi = INFINITY;
	if (n < 8)
		return;
	below = log(pvq_quantile(sorted, n, 0.25));
	above = log(pvq_quantile(sorted, n, 0.75));
	*lo = exp(below - 3 * (above - below));
	*hi = exp(above + 3 * (above - below));
}

/* How far from rank k towards rank k + 1 the interval's ends must move to make it err with probability alpha. */
static double stats_share(size_t n, size_t k, double alpha)
{
	double wide = 1 - 2 * pvq_binomial_tail(n, (long)k - 1),
	       narrow = 1 - 2 * pvq_binomial_tail(n, (long)k);
	double excess = (wide - (1 - alpha)) / (wide - narrow);

	if (2 * (k + 1) > n)
		return 0; /* the narrower interval does not exist */
	return (double)(n - k) * excess / ((double)k + (double)(n - 2 * k) * excess);
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
		double share = stats_share(n, lo, alpha), inside = x[hi - 2] - x[lo];

		/* Do not interpolate across a gap between two modes: no values are in it. */
		e.lo = x[lo - 1] + (x[lo] - x[lo - 1] <= inside ? share * (x[lo] - x[lo - 1]) : 0);
		e.hi = x[hi - 1] - (x[hi - 1] - x[hi - 2] <= inside ? share * (x[hi - 1] - x[hi - 2]) : 0);
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

	/* First, because a difference may be certain and still too small to matter. */
	if (log_lo >= -same && log_hi <= same)
		return PVQ_EQUIVALENT;
	if (log_hi < 0)
		return PVQ_FASTER;
	if (log_lo > 0)
		return PVQ_SLOWER;
	return PVQ_INCONCLUSIVE;
}

/* A comparison is settled when its interval excludes 0, or fits between the bounds of equivalence. The nearer goal is the
 * one whose limit the median is farther from. */
static size_t stats_settle(size_t n, double median, double lo, double hi)
{
	double half = (hi - lo) / 2, room = fmax(fabs(median), log(PVQ_EQUIVALENT_RATIO) - fabs(median));
	double blocks = ceil((double)n * (half / room) * (half / room));

	return blocks < PVQ_SETTLE_NEVER ? (size_t)fmax(blocks, (double)n + 1) : PVQ_SETTLE_NEVER;
}

struct pvq_comparison pvq_compare(double *a, const double *b, size_t n, double alpha)
{
	struct pvq_comparison c = {.n = n, .lo = NAN, .hi = NAN};
	size_t lo, hi;
	double median;

	for (size_t i = 0; i < n; i++)
		a[i] = log(a[i] / b[i]);
	pvq_sort(a, n);
	median = pvq_quantile(a, n, 0.5);
	c.ratio = exp(median);
	if (pvq_median_ranks(n, alpha, &lo, &hi))
		return c;
	c.lo = exp(a[lo - 1]);
	c.hi = exp(a[hi - 1]);
	c.verdict = stats_verdict(a[lo - 1], a[hi - 1]);
	if (c.verdict == PVQ_INCONCLUSIVE)
		c.settle = stats_settle(n, median, a[lo - 1], a[hi - 1]);
	return c;
}

const char *pvq_verdict_name(enum pvq_verdict verdict)
{
	static const char *const name[] = {"inconclusive", "faster", "slower", "equivalent"};

	return name[verdict];
}

const char *pvq_comparison_words(const struct pvq_comparison *c)
{
	return isnan(c->lo) ? "too few blocks" : pvq_verdict_name(c->verdict);
}
