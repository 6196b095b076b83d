/* test_coverage.c: do the intervals cover, and do the verdicts err, as often as they say? On distributions whose
 * medians are known, drawn from fixed seeds, so that a test passes or fails always.
 */
#include "base/shuffle.h"
#include "drive/sweep.h"
#include "stats/stats.h"
#include "stats/unpaired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLES = 4000, N_MOST = 40 };

static double uniform(uint64_t *state)
{
	return ((double)(pvq_random_next(state) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(uniform(state)));

	return radius * cos(2 * M_PI * uniform(state));
}

/* ---- distributions ---- */

struct distribution {
	const char *name;
	double (*draw)(uint64_t *state);
	double median;
};

/* What a timing looks like on a good day. */
static double lognormal(uint64_t *state)
{
	return exp(0.05 * normal(state));
}

static double wide_lognormal(uint64_t *state)
{
	return exp(normal(state));
}

/* Two modes 30 % apart, such as two places in memory: 7 of 10 in the lower one. */
static double bimodal(uint64_t *state)
{
	double mode = uniform(state) < 0.7 ? 1 : 1.3;

	return mode * exp(0.02 * normal(state));
}

/* The hardest case: half of the values in either of two modes, and the median in the empty middle. */
static double half_and_half(uint64_t *state)
{
	double mode = uniform(state) < 0.5 ? 1 : 1.5;

	return mode * exp(0.02 * normal(state));
}

/* One trial in eight is disturbed, up to ten times as long. */
static double with_outliers(uint64_t *state)
{
	double x = exp(0.02 * normal(state));

	return uniform(state) < 0.125 ? x * (1 + 9 * uniform(state)) : x;
}

/* The median of a distribution that has no formula for it, from a million draws. */
static double find_median(double (*draw)(uint64_t *))
{
	const size_t draws = 1000001;
	double *x = malloc(draws * sizeof(*x)), median;
	uint64_t state = 1;

	assert_non_null(x);
	for (size_t i = 0; i < draws; i++)
		x[i] = draw(&state);
	pvq_sort(x, draws);
	median = x[draws / 2];
	free(x);
	return median;
}

static struct distribution distributions[] = {
	{"lognormal", lognormal, 1},
	{"wide lognormal", wide_lognormal, 1},
	{"bimodal", bimodal, 0},
	{"with outliers", with_outliers, 0},
};

enum { DISTRIBUTIONS = sizeof(distributions) / sizeof(distributions[0]) };

static int find_medians(void **state)
{
	(void)state;
	for (int d = 0; d < DISTRIBUTIONS; d++)
		if (distributions[d].median == 0)
			distributions[d].median = find_median(distributions[d].draw);
	return 0;
}

/* ---- tests ---- */

static const size_t sizes[] = {6, 8, 10, 13, 15, 20, 30, 40};

static void the_interval_of_a_median_covers_it(void **ctx)
{
	(void)ctx;
	for (int d = 0; d < DISTRIBUTIONS; d++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			uint64_t state = 1000 * (uint64_t)d + s;
			size_t covered = 0;

			for (int i = 0; i < SAMPLES; i++) {
				double x[N_MOST];
				struct pvq_estimate e;

				for (size_t j = 0; j < sizes[s]; j++)
					x[j] = distributions[d].draw(&state);
				e = pvq_estimate(x, sizes[s], PVQ_ALPHA);
				covered +=
					e.lo <= distributions[d].median && distributions[d].median <= e.hi;
			}
			if (covered < 0.93 * SAMPLES || covered > 0.97 * SAMPLES)
				fail_msg("%s, n = %zu: %.1f %%", distributions[d].name, sizes[s],
					100.0 * (double)covered / SAMPLES);
		}
}

/* Where the median lies in a gap the interval may be too wide, but must not be too narrow. */
static void a_gap_in_the_middle_is_no_trap(void **ctx)
{
	(void)ctx;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint64_t state = 31 + s;
		size_t covered = 0;

		for (int i = 0; i < SAMPLES; i++) {
			double x[N_MOST];
			struct pvq_estimate e;

			for (size_t j = 0; j < sizes[s]; j++)
				x[j] = half_and_half(&state);
			e = pvq_estimate(x, sizes[s], PVQ_ALPHA);
			covered += e.lo <= 1.2 && 1.2 <= e.hi;
		}
		if (covered < 0.94 * SAMPLES)
			fail_msg("n = %zu: %.1f %%", sizes[s], 100.0 * (double)covered / SAMPLES);
	}
}

/* Pairs that share what the block did to them; b takes `factor` times as long. */
static struct pvq_comparison compare_pairs(
	const struct distribution *d, size_t n, double factor, double alpha, uint64_t *state)
{
	double a[N_MOST], b[N_MOST];

	for (size_t i = 0; i < n; i++) {
		double block = exp(0.2 * normal(state));

		a[i] = factor * block * d->draw(state);
		b[i] = block * d->draw(state);
	}
	return pvq_compare(a, b, n, alpha);
}

static int differs(enum pvq_verdict verdict)
{
	return verdict == PVQ_FASTER || verdict == PVQ_SLOWER;
}

/* Two equal strategies are called different less often than alpha says, in single and in corrected comparisons. */
static void no_difference_is_found_where_there_is_none(void **ctx)
{
	static const double alpha[] = {PVQ_ALPHA, PVQ_ALPHA / 4, PVQ_ALPHA / 10};

	(void)ctx;
	for (int d = 0; d < DISTRIBUTIONS; d++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			for (size_t k = 0; k < 3; k++) {
				uint64_t state = 77 * (uint64_t)d + 10 * s + k;
				size_t wrong = 0;
				double slack =
					3 * sqrt(alpha[k] / SAMPLES); /* of drawing, not of the test */

				for (int i = 0; i < SAMPLES; i++)
					wrong += (size_t)differs(compare_pairs(
						&distributions[d], sizes[s], 1, alpha[k], &state)
									 .verdict);
				if ((double)wrong > (alpha[k] + slack) * SAMPLES)
					fail_msg("%s, n = %zu, alpha %g: %zu of %d", distributions[d].name,
						sizes[s], alpha[k], wrong, (int)SAMPLES);
			}
}

static void the_ratio_lies_in_its_interval(void **ctx)
{
	uint64_t state = 5;
	size_t covered = 0;

	(void)ctx;
	for (int i = 0; i < SAMPLES; i++) {
		struct pvq_comparison c = compare_pairs(&distributions[0], 15, 1.2, PVQ_ALPHA, &state);

		covered += c.lo <= 1.2 && 1.2 <= c.hi;
	}
	assert_true(covered >= 0.95 * SAMPLES);
	assert_true(covered <= 0.975 * SAMPLES); /* 96.5 % by theory */
}

/* As many blocks as a sweep of the default profile would measure, had it the time. */
static enum pvq_verdict sequential(
	double factor, double sigma, double alpha, uint64_t *state, size_t *blocks)
{
	const struct pvq_profile *p = pvq_profile_find("default");
	double a[N_MOST], b[N_MOST], x[N_MOST], y[N_MOST];

	for (size_t n = 0; n < N_MOST;) {
		double block = exp(0.01 * normal(state));

		a[n] = factor * block * exp(sigma * normal(state));
		b[n] = block * exp(sigma * normal(state));
		if (++n == N_MOST || pvq_profile_is_look((unsigned)n, p->first_look)) {
			struct pvq_estimate of_a, of_b;

			memcpy(x, a, n * sizeof(*a));
			memcpy(y, b, n * sizeof(*b));
			of_a = pvq_estimate(x, n, PVQ_ALPHA);
			of_b = pvq_estimate(y, n, PVQ_ALPHA);
			if (n == N_MOST || (pvq_estimate_width(&of_a) <= p->goal &&
						   pvq_estimate_width(&of_b) <= p->goal)) {
				*blocks += n;
				return pvq_compare(a, b, n, alpha).verdict;
			}
		}
	}
	return PVQ_INCONCLUSIVE; /* not reached */
}

/* Stopping when precise enough finds hardly more false differences than a fixed number of blocks, and misses few real
 * ones. */
static void stopping_on_precision_is_harmless(void **ctx)
{
	static const double sigma[] = {0.01, 0.02, 0.03, 0.05, 0.10};

	(void)ctx;
	for (size_t s = 0; s < sizeof(sigma) / sizeof(sigma[0]); s++) {
		uint64_t state = 900 + s;
		size_t wrong = 0, found = 0, blocks = 0;

		for (int i = 0; i < SAMPLES / 2; i++) {
			wrong += (size_t)differs(sequential(1, sigma[s], PVQ_ALPHA, &state, &blocks));
			found += sequential(1.05, sigma[s], PVQ_ALPHA / 4, &state, &blocks) == PVQ_SLOWER;
		}
		if (wrong > 0.05 * SAMPLES / 2)
			fail_msg("noise %g: %zu of %d differences that are none", sigma[s], wrong,
				SAMPLES / 2);
		if (sigma[s] <= 0.03 && found < 0.9 * SAMPLES / 2)
			fail_msg("noise %g: 5 %% found %zu of %d times, in %.1f blocks", sigma[s], found,
				SAMPLES / 2, (double)blocks / SAMPLES);
	}
}

/* With as many blocks as the first ones say it takes, a comparison is settled more often than not. */
static void what_would_settle_it_does(void **ctx)
{
	uint64_t state = 4;
	size_t open = 0, settled = 0;

	(void)ctx;
	for (int i = 0; i < 20000 && open < 400; i++) {
		struct distribution d = {.draw = lognormal};
		struct pvq_comparison first = compare_pairs(&d, 10, 1.04, PVQ_ALPHA, &state);

		if (first.verdict != PVQ_INCONCLUSIVE || first.settle > N_MOST)
			continue;
		assert_true(first.settle > first.n);
		open++;
		settled += compare_pairs(&d, first.settle, first.ratio, PVQ_ALPHA, &state).verdict !=
			   PVQ_INCONCLUSIVE;
	}
	assert_true(open == 400);
	assert_true(settled > open / 2);
}

/* Of two runs that share nothing: errors and coverage of the unpaired comparison. */
static void unpaired_comparisons_keep_their_level(void **ctx)
{
	static const size_t n[] = {10, 20};
	enum { TIMES = 300 };

	(void)ctx;
	for (int d = 0; d < DISTRIBUTIONS;
		d += 2) /* lognormal, bimodal: each resamples thousands of times */
		for (size_t s = 0; s < 2; s++) {
			uint64_t state = 60 + s + 10 * (uint64_t)d;
			size_t wrong = 0, covered = 0;

			for (int i = 0; i < TIMES; i++) {
				double a[N_MOST], b[N_MOST];
				struct pvq_unpaired u;

				for (size_t j = 0; j < n[s]; j++) {
					a[j] = distributions[d].draw(&state);
					b[j] = distributions[d].draw(&state);
				}
				u = pvq_compare_unpaired(a, n[s], b, n[s], PVQ_ALPHA, state);
				wrong += (size_t)differs(u.verdict);
				covered += u.lo <= 1 && 1 <= u.hi;
			}
			if (wrong > 0.07 * TIMES || covered < 0.92 * TIMES)
				fail_msg("%s, n = %zu: %zu of %d wrong, %zu covered", distributions[d].name,
					n[s], wrong, (int)TIMES, covered);
		}
}

static void far_out_is_far_out(void **ctx)
{
	double x[12], lo, hi;

	(void)ctx;
	for (int i = 0; i < 12; i++)
		x[i] = 100 + i;
	pvq_far_out(x, 7, &lo, &hi);
	assert_true(lo == 0 && isinf(hi));
	pvq_far_out(x, 12, &lo, &hi);
	assert_true(lo < 90 && hi > 121 && hi < 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_of_a_median_covers_it),
		cmocka_unit_test(a_gap_in_the_middle_is_no_trap),
		cmocka_unit_test(no_difference_is_found_where_there_is_none),
		cmocka_unit_test(the_ratio_lies_in_its_interval),
		cmocka_unit_test(stopping_on_precision_is_harmless),
		cmocka_unit_test(what_would_settle_it_does),
		cmocka_unit_test(unpaired_comparisons_keep_their_level),
		cmocka_unit_test(far_out_is_far_out),
	};

	return cmocka_run_group_tests(tests, find_medians, NULL);
}
