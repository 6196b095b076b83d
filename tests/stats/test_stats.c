/* test_stats.c: Medians, their exact intervals and paired comparisons. */
#include "stats/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* splitmix64: the same numbers on every machine. */
static double next_uniform(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static void ranks_match_the_published_table(void **state)
{
	static const size_t table[][3] = {
		{6, 1, 6}, {10, 2, 9}, {12, 3, 10}, {20, 6, 15}, {30, 10, 21}, {100, 40, 61}};
	size_t lo, hi;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(pvq_median_ranks(table[i][0], 0.05, &lo, &hi), 0);
		assert_int_equal(lo, table[i][1]);
		assert_int_equal(hi, table[i][2]);
	}
	for (size_t n = 0; n < 6; n++)
		assert_true(pvq_median_ranks(n, 0.05, &lo, &hi) < 0);
	assert_int_equal(pvq_median_needs(0.05), 6);
	assert_int_equal(pvq_median_needs(0.05 / 4), 8);
}

/* The ranks are those of the binomial tail: as narrow as alpha allows, and no narrower. */
static void ranks_are_exact_for_every_n(void **state)
{
	size_t lo, hi;

	(void)state;
	for (size_t n = 6; n <= 2000; n += n < 100 ? 1 : 37) {
		assert_int_equal(pvq_median_ranks(n, 0.05, &lo, &hi), 0);
		assert_int_equal(lo + hi, n + 1);
		assert_true(2 * pvq_binomial_tail(n, (long)lo - 1) <= 0.05);
		assert_true(2 * pvq_binomial_tail(n, (long)lo) > 0.05);
	}
	assert_true(fabs(pvq_binomial_tail(10, 2) - 56.0 / 1024) < 1e-12);
	assert_true(pvq_binomial_tail(10, -1) == 0);
	assert_true(pvq_binomial_tail(10, 10) == 1);
}

/* The interval of an estimate lies between the exact one and the next narrower one. */
static void interval_lies_between_the_exact_ones(void **state)
{
	(void)state;
	for (size_t n = 6; n <= 40; n++) {
		double x[40];
		struct pvq_estimate e;
		size_t lo, hi;

		for (size_t i = 0; i < n; i++)
			x[i] = (double)(i * 7 %
					n); /* 0 .. n - 1 where 7 does not divide n; sorted by the call */
		e = pvq_estimate(x, n, 0.05);
		assert_int_equal(pvq_median_ranks(n, 0.05, &lo, &hi), 0);
		assert_true(x[lo - 1] <= e.lo && e.lo <= x[lo]);
		assert_true(x[hi - 2] <= e.hi && e.hi <= x[hi - 1]);
		assert_true(e.lo <= e.median && e.median <= e.hi);
	}
}

static void estimate_of_few_values_has_no_interval(void **state)
{
	double x[] = {5, 1, 3};
	struct pvq_estimate e = pvq_estimate(x, 3, 0.05);

	(void)state;
	assert_true(e.median == 3 && e.min == 1 && e.max == 5);
	assert_true(isnan(e.lo) && isnan(e.hi));
	e = pvq_estimate(x, 0, 0.05);
	assert_true(isnan(e.median) && isnan(e.min));
	e = pvq_estimate(x, 1, 0.05);
	assert_true(e.median == 1);
}

static void quantiles_interpolate(void **state)
{
	static const double x[] = {1, 2, 3, 4};

	(void)state;
	assert_true(pvq_quantile(x, 4, 0) == 1);
	assert_true(pvq_quantile(x, 4, 1) == 4);
	assert_true(pvq_quantile(x, 4, 0.5) == 2.5);
	assert_true(fabs(pvq_quantile(x, 4, 0.25) - 1.75) < 1e-12);
	assert_true(isnan(pvq_quantile(x, 0, 0.5)));
}

/* n pairs whose ratios lie evenly within factor * (1 -+ spread). */
static enum pvq_verdict verdict_of(double factor, double spread, size_t n)
{
	double a[64], b[64];

	for (size_t i = 0; i < n; i++) {
		b[i] = 100 + (double)i; /* a drift that pairs must cancel */
		a[i] = b[i] * factor * (1 + spread * (2.0 * (double)i / (double)(n - 1) - 1));
	}
	return pvq_compare(a, b, n, 0.05).verdict;
}

static void verdicts_follow_the_interval(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(0.8, 0.05, 10), PVQ_FASTER);
	assert_int_equal(verdict_of(1.25, 0.05, 10), PVQ_SLOWER);
	assert_int_equal(verdict_of(1.0, 0.02, 10), PVQ_EQUIVALENT);
	assert_int_equal(verdict_of(1.0, 0.2, 10), PVQ_INCONCLUSIVE);
	assert_int_equal(verdict_of(1.02, 0.1, 10), PVQ_INCONCLUSIVE);
	/* Certain, but too small to matter. */
	assert_int_equal(verdict_of(1.015, 0.005, 20), PVQ_EQUIVALENT);
	/* However large the difference, five pairs are too few. */
	assert_int_equal(verdict_of(0.1, 0.01, 5), PVQ_INCONCLUSIVE);
	assert_string_equal(pvq_verdict_name(PVQ_FASTER), "faster");
	assert_string_equal(pvq_verdict_name(PVQ_EQUIVALENT), "equivalent");
}

/* One strategy against itself must not win more often than alpha says. */
static void a_against_a_rarely_differs(void **state)
{
	enum { RUNS = 4000, N = 10 };
	uint64_t seed = 11;
	int claims = 0;

	(void)state;
	for (int r = 0; r < RUNS; r++) {
		double a[N], b[N];
		struct pvq_comparison c;

		for (int i = 0; i < N; i++) {
			double block = 1 + next_uniform(&seed);

			a[i] = block * (1 + next_uniform(&seed));
			b[i] = block * (1 + next_uniform(&seed));
		}
		c = pvq_compare(a, b, N, 0.05);
		claims += c.verdict == PVQ_FASTER || c.verdict == PVQ_SLOWER;
	}
	/* Exact: 2.15 % at n = 10; four standard errors above it. */
	assert_in_range(claims, 0, 123);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_match_the_published_table),
		cmocka_unit_test(ranks_are_exact_for_every_n),
		cmocka_unit_test(interval_lies_between_the_exact_ones),
		cmocka_unit_test(estimate_of_few_values_has_no_interval),
		cmocka_unit_test(quantiles_interpolate),
		cmocka_unit_test(verdicts_follow_the_interval),
		cmocka_unit_test(a_against_a_rarely_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
