/* test_pool_bench.c: how the pool's benchmark reads its figures: METG, verdicts, and the works' sums. */
#include "pool/finding.h"
#include "pool/work.h"
#include "stats/metg.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void near(double got, double wanted)
{
	if (fabs(got - wanted) > 1e-9 * fabs(wanted))
		fail_msg("%.12g instead of %.12g", got, wanted);
}

static void metg_interpolates(void **state)
{
	const double granularity[] = {10, 100, 1000}, efficiency[] = {0.25, 0.75, 0.9};

	(void)state;
	near(pvq_metg(granularity, efficiency, 3, 0.5), sqrt(1000)); /* half-way in the logarithm */
	near(pvq_metg(granularity, efficiency, 3, 0.75), 100);
}

static void metg_at_the_ends(void **state)
{
	const double granularity[] = {10, 100}, efficiency[] = {0.25, 0.75};

	(void)state;
	near(pvq_metg(granularity, efficiency, 2, 0.2), 10);
	assert_true(isinf(pvq_metg(granularity, efficiency, 2, 0.8)));
	assert_true(isinf(pvq_metg(granularity, efficiency, 0, 0.5)));
}

/* Values from lo to hi, in equal steps. */
static struct pool_finding ratios(size_t n, double lo, double hi)
{
	struct pool_finding f = {.what = "test", .n = n, .unit = "ns", .margin_unit = "", .target = 1};

	for (size_t i = 0; i < n; i++)
		f.ours[i] = f.margin[i] = lo + (hi - lo) * (double)i / (double)(n - 1);
	return f;
}

static void answer_of_the_median(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 1.1);

	(void)state;
	assert_int_equal(pool_finding_answer(&f), POOL_MET); /* a few above: the interval is not */
	f.at_least = 1;
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_MET);
	f = ratios(15, 0.9, 1.1);
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_CERTAIN);
	f = ratios(15, 0.99, 2);
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_MET);
	f = ratios(5, 0.5, 0.6);
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_CERTAIN); /* too few for an interval */
}

static void answer_for_every_value(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 1.1);

	(void)state;
	f.every = 1;
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_MET);
	f = ratios(2, 0.5, 0.6);
	f.every = 1;
	assert_int_equal(pool_finding_answer(&f), POOL_MET);
	f.margin_unit = NULL; /* then ours counts */
	f.ours[0] = 1.5;
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_MET);
}

/* The sum that run() makes of n parameters. */
static uint64_t sum_of_runs(const struct pool_work *work, const uint64_t *in, uint64_t n, uint64_t arg)
{
	uint64_t sum = 0, out;

	for (uint64_t i = 0; i < n; i++) {
		assert_int_equal(work->run(&arg, &in[i], sizeof(in[i]), &out, sizeof(out)), sizeof(out));
		sum += out;
	}
	return sum;
}

static void works_match_their_sums(void **state)
{
	const struct pool_work *const works[] = {
		&pool_work_noop, &pool_work_spin, &pool_work_skew, &pool_work_sleep};
	uint64_t first[100], in[100];

	(void)state;
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		works[i]->fill(first, 100, 37, 0);
		works[i]->fill(in, 100, 37, 1);
		assert_memory_not_equal(first, in, sizeof(in));
		assert_int_equal(sum_of_runs(works[i], in, 100, 37), works[i]->expect(in, 100, 37));
	}
}

static void works_refuse_other_lengths(void **state)
{
	uint64_t in = 1, arg = 1;
	char out[8];

	(void)state;
	assert_true(pool_work_noop.run(&arg, &in, 4, out, sizeof(out)) < 0);
	assert_true(pool_work_spin.run(&arg, &in, sizeof(in), out, 4) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metg_interpolates),
		cmocka_unit_test(metg_at_the_ends),
		cmocka_unit_test(answer_of_the_median),
		cmocka_unit_test(answer_for_every_value),
		cmocka_unit_test(works_match_their_sums),
		cmocka_unit_test(works_refuse_other_lengths),
	};

	return cmocka_run_group_tests_name("pool_bench", tests, NULL, NULL);
}
