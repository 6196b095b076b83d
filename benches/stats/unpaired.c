/* unpaired.c: Mann-Whitney's U, and a bootstrap interval of a ratio of medians. */
#include "stats/unpaired.h"
#include "base/shuffle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	EXACT_MOST = 20,
	U_MOST = EXACT_MOST * EXACT_MOST + 1,
	RESAMPLES_LEAST = 2000,
	RESAMPLES_PER_TAIL = 50
};

/* The results of one pass over both sorted samples. */
struct ranks {
	double u;    /* pairs in which a is larger; a tie counts half */
	double ties; /* sum of t^3 - t over groups of t equal values */
};

static struct ranks rank_both(const double *a, size_t na, const double *b, size_t nb)
{
	struct ranks r = {0};
	size_t i = 0, j = 0;

	while (i < na || j < nb) {
		double x = j == nb || (i < na && a[i] < b[j]) ? a[i] : b[j];
		size_t of_a = i, of_b = j, t;

		while (i < na && a[i] == x)
			i++;
		while (j < nb && b[j] == x)
			j++;
		of_a = i - of_a;
		of_b = j - of_b;
		r.u += (double)of_a * ((double)(j - of_b) + (double)of_b / 2);
		t = of_a + of_b;
		r.ties += (double)t * (double)t * (double)t - (double)t;
	}
	return r;
}

/* P(U <= u) without ties. ways[i][k] counts the orders of i values of a and the values of b so far that have U = k. Add
 * one more b: the largest value is either a b, which adds nothing to U, or an a, which is larger than all j values of
 * b. */
static double exact_tail(size_t na, size_t nb, size_t u)
{
	static double ways[EXACT_MOST + 1][U_MOST];
	double all = 0, tail = 0;

	for (size_t i = 0; i <= na; i++)
		for (size_t k = 0; k < U_MOST; k++)
			ways[i][k] = k == 0;
	for (size_t j = 1; j <= nb; j++)
		for (size_t i = 1; i <= na; i++)
			for (size_t k = i * j + 1; k-- > 0;)
				ways[i][k] += k >= j ? ways[i - 1][k - j] : 0;
	for (size_t k = 0; k <= na * nb; k++) {
		all += ways[na][k];
		tail += k <= u ? ways[na][k] : 0;
	}
	return tail / all;
}

double pvq_mann_whitney(double *a, size_t na, double *b, size_t nb)
{
	double n = (double)(na + nb), pairs = (double)na * (double)nb, far, sd;
	struct ranks r;

	if (na == 0 || nb == 0)
		return 1;
	pvq_sort(a, na);
	pvq_sort(b, nb);
	r = rank_both(a, na, b, nb);
	far = fabs(r.u - pairs / 2);
	if (r.ties == 0 && na <= EXACT_MOST && nb <= EXACT_MOST)
		return fmin(1, 2 * exact_tail(na, nb, (size_t)(pairs / 2 - far + 0.25)));
	sd = sqrt(pairs / 12 * (n + 1 - r.ties / (n * (n - 1))));
	return sd > 0 ? erfc(fmax(far - 0.5, 0) / sd / M_SQRT2) : 1;
}

/* The median of a resample of sorted x. times: room for n counts. A resample is sorted by counting how often each value
 * was drawn, which is much faster than sorting it. */
static double resampled_median(const double *x, size_t n, size_t *times, uint64_t *state)
{
	size_t below = 0, at = 0;
	double middle[2];

	memset(times, 0, n * sizeof(*times));
	for (size_t i = 0; i < n; i++)
		times[pvq_random_next(state) % n]++;
	for (size_t i = 0; i < 2; i++) {
		size_t rank = (n - 1 + i) / 2;

		for (; below + times[at] <= rank; at++)
			below += times[at];
		middle[i] = x[at];
	}
	return pvq_quantile(middle, 2, 0.5);
}

static void bootstrap(struct pvq_unpaired *u, const double *a, const double *b, double alpha, uint64_t seed)
{
	double tails = ceil(RESAMPLES_PER_TAIL / (alpha / 2));
	size_t resamples = tails > RESAMPLES_LEAST ? (size_t)tails : RESAMPLES_LEAST;
	double *ratio = calloc(resamples, sizeof(*ratio));
	size_t *times = calloc(u->na > u->nb ? u->na : u->nb, sizeof(*times));

	for (size_t i = 0; ratio && times && i < resamples; i++) {
		double of_a = resampled_median(a, u->na, times, &seed);

		ratio[i] = of_a / resampled_median(b, u->nb, times, &seed);
	}
	if (ratio && times) {
		pvq_sort(ratio, resamples);
		u->lo = pvq_quantile(ratio, resamples, alpha / 2);
		u->hi = pvq_quantile(ratio, resamples, 1 - alpha / 2);
	}
	free(ratio);
	free(times);
}

struct pvq_unpaired pvq_compare_unpaired(
	double *a, size_t na, double *b, size_t nb, double alpha, uint64_t seed)
{
	struct pvq_unpaired u = {.na = na, .nb = nb, .lo = NAN, .hi = NAN};

	u.p = pvq_mann_whitney(a, na, b, nb);
	u.ratio = pvq_quantile(a, na, 0.5) / pvq_quantile(b, nb, 0.5);
	if (na < pvq_median_needs(alpha) || nb < pvq_median_needs(alpha))
		return u;
	bootstrap(&u, a, b, alpha, seed);
	if (u.lo >= 1 / PVQ_EQUIVALENT_RATIO && u.hi <= PVQ_EQUIVALENT_RATIO)
		u.verdict = PVQ_EQUIVALENT;
	else if (u.p <= alpha && u.hi < 1)
		u.verdict = PVQ_FASTER;
	else if (u.p <= alpha && u.lo > 1)
		u.verdict = PVQ_SLOWER;
	return u;
}
