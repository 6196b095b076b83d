/* test_pool_bench.c: how the pool's benchmark reads its figures: verdicts, rows, and the works' sums. */
#include "pool/finding.h"
#include "pool/work.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Values from lo to hi, in equal steps. */
static struct pool_finding ratios(size_t n, double lo, double hi)
{
	struct pool_finding f = {
		.what = "test", .unit = "ns", .margin_unit = "", .target = 1, .target_text = "≤ 1"};
	struct pool_values v = {.n = n};

	for (size_t i = 0; i < n; i++)
		v.ours[i] = v.margin[i] = lo + (hi - lo) * (double)i / (double)(n - 1);
	pool_finding_settle(&f, &v);
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
	f.ours.max = 1.5;
	assert_int_equal(pool_finding_answer(&f), POOL_NOT_MET);
}

/* What is printed of a row, with the head before it. */
static char *printed(enum pool_format format, const struct pool_finding *f)
{
	static char text[1024];
	struct pool_table t = {.f = fmemopen(text, sizeof(text), "w"), .format = format};

	assert_non_null(t.f);
	pool_table_head(&t);
	pool_table_row(&t, f);
	fclose(t.f);
	return text;
}

static void rows_in_every_format(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 0.6);

	(void)state;
	f.ours.median = 12;
	f.ours.lo = 11;
	f.ours.hi = 13;
	f.margin.lo = 0.54;
	f.margin.hi = 0.56;
	assert_non_null(strstr(printed(POOL_TEXT, &f), "test  "));
	assert_non_null(strstr(printed(POOL_TEXT, &f), "12.0 (11.0–13.0) ns  "));
	assert_string_equal(printed(POOL_NAMES, &f), "test\n");
	assert_string_equal(printed(POOL_MARKDOWN, &f),
		"| Figure | Pool | Peer | Ratio or margin | Target | Verdict |\n"
		"|:--|--:|--:|--:|:--|:--|\n"
		"| test | 12.0 (11.0–13.0) ns | – | 0.550 (0.540–0.560) | ≤ 1 | met |\n");
}

/* METG may lie below all that was measured, or above it. */
static void figures_beyond_what_was_measured(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 0.6);

	(void)state;
	f.ours = (struct pvq_estimate){.median = 30, .lo = 28, .hi = 33, .min = NAN, .max = NAN};
	f.ours_least = 30;
	assert_non_null(strstr(printed(POOL_MARKDOWN, &f), "| at most 30.0 (28.0–33.0) ns |"));
	f.ours.hi = INFINITY;
	assert_non_null(strstr(printed(POOL_MARKDOWN, &f), "| 30.0 ns, no upper bound |"));
	f.ours.median = INFINITY;
	assert_non_null(strstr(printed(POOL_MARKDOWN, &f), "| not reached |"));
}

/* Names are printed without values. */
static void unmeasured_rows_have_names(void **state)
{
	struct pool_finding f = {.what = "test", .unit = "ns", .peer_name = "peer", .target_text = "≤ 1"};
	const struct pool_values none = {.n = 0};

	(void)state;
	pool_finding_settle(&f, &none);
	assert_string_equal(printed(POOL_NAMES, &f), "test\n");
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
		cmocka_unit_test(answer_of_the_median),
		cmocka_unit_test(answer_for_every_value),
		cmocka_unit_test(rows_in_every_format),
		cmocka_unit_test(figures_beyond_what_was_measured),
		cmocka_unit_test(unmeasured_rows_have_names),
		cmocka_unit_test(works_match_their_sums),
		cmocka_unit_test(works_refuse_other_lengths),
	};

	return cmocka_run_group_tests_name("pool_bench", tests, NULL, NULL);
}
