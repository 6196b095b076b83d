/* test_pool_bench.c: how the pool's benchmark reads its figures: verdicts, rows, levels, and the works' sums. */
#include "pool/finding.h"
#include "pool/work.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Values from lo to hi, in equal steps, all at one level. */
static struct pool_finding ratios(size_t n, double lo, double hi)
{
	static struct pool_values v; /* large */
	struct pool_finding f = {
		.what = "test", .unit = "ns", .margin_unit = "", .target = 1, .target_text = "≤ 1"};
	const struct pvq_levels none = {.count = 0};
	int level[POOL_BLOCKS_MAX];

	for (size_t i = 0; i < n; i++) {
		v.ours[i] = v.margin[i] = lo + (hi - lo) * (double)i / (double)(n - 1);
		level[i] = PVQ_LEVELS_NONE;
	}
	pool_split_make(&v.split, &none, level, n);
	pool_finding_settle(&f, &v);
	assert_int_equal(f.levels, 1);
	return f;
}

static enum pool_answer answer(const struct pool_finding *f)
{
	return pool_finding_answer(f, &f->at[0]);
}

static void answer_of_the_median(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 1.1);

	(void)state;
	assert_int_equal(answer(&f), POOL_MET); /* a few above: the interval is not */
	f.at_least = 1;
	assert_int_equal(answer(&f), POOL_NOT_MET);
	f = ratios(15, 0.9, 1.1);
	assert_int_equal(answer(&f), POOL_NOT_CERTAIN);
	f = ratios(15, 0.99, 2);
	assert_int_equal(answer(&f), POOL_NOT_MET);
	f = ratios(5, 0.5, 0.6);
	assert_int_equal(answer(&f), POOL_NOT_CERTAIN); /* too few for an interval */
}

static void answer_for_every_value(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 1.1);

	(void)state;
	f.every = 1;
	assert_int_equal(answer(&f), POOL_NOT_MET);
	f = ratios(2, 0.5, 0.6);
	f.every = 1;
	assert_int_equal(answer(&f), POOL_MET);
	f.margin_unit = NULL; /* then ours counts */
	f.at[0].ours.max = 1.5;
	assert_int_equal(answer(&f), POOL_NOT_MET);
}

/* What is printed of a finding, with the head before it. */
static char *printed(enum pool_format format, const struct pool_finding *f)
{
	static char text[1024];
	struct pool_table t = {.f = fmemopen(text, sizeof(text), "w"), .format = format};

	assert_non_null(t.f);
	pool_table_head(&t);
	pool_table_rows(&t, f);
	fclose(t.f);
	return text;
}

static void rows_in_every_format(void **state)
{
	struct pool_finding f = ratios(15, 0.5, 0.6);

	(void)state;
	f.at[0].ours.median = 12;
	f.at[0].ours.lo = 11;
	f.at[0].ours.hi = 13;
	f.at[0].margin.lo = 0.54;
	f.at[0].margin.hi = 0.56;
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
	f.at[0].ours = (struct pvq_estimate){.median = 30, .lo = 28, .hi = 33, .min = NAN, .max = NAN};
	f.at[0].ours_least = 30;
	assert_non_null(strstr(printed(POOL_MARKDOWN, &f), "| at most 30.0 (28.0–33.0) ns |"));
	f.at[0].ours.hi = INFINITY;
	assert_non_null(strstr(printed(POOL_MARKDOWN, &f), "| 30.0 ns, no upper bound |"));
	f.at[0].ours.median = INFINITY;
	assert_non_null(strstr(printed(POOL_MARKDOWN, &f), "| not reached |"));
}

/* Names are printed without values. */
static void unmeasured_rows_have_names(void **state)
{
	const struct pool_finding f = {.what = "test", .unit = "ns", .target_text = "≤ 1"};

	(void)state;
	assert_string_equal(printed(POOL_NAMES, &f), "test\n");
}

/* ---- levels ---- */

enum { NEAR_NS = 100, FAR_NS = 500 };

/* The levels of a run that met both equally often, with a little noise. */
static struct pool_looks two_levels(void)
{
	struct pool_looks looks = {0};

	for (int i = 0; i < 40; i++)
		assert_int_equal(
			pool_looks_add(&looks, (struct pool_look){(i % 2 ? NEAR_NS : FAR_NS) + i % 7,
						       (i % 2 ? NEAR_NS : FAR_NS) + i % 5}),
			0);
	assert_int_equal(pool_looks_find(&looks), 0);
	assert_int_equal(looks.levels.count, 2);
	return looks;
}

/* A level is shared if no look contradicts it. One CPU has no hand-over, and is at every level. */
static void looks_share_a_level(void **state)
{
	const struct pool_look near = {NEAR_NS, NEAR_NS}, far = {FAR_NS, FAR_NS},
			       between = {NEAR_NS, FAR_NS}, unknown = {0, 0};
	const struct pool_look *const same[] = {&near, &unknown, &near}, *const other[] = {&near, &far},
				      *const changed[] = {&far, &between}, *const none[] = {&unknown};
	struct pool_looks looks = two_levels();

	(void)state;
	assert_int_equal(pool_looks_level(&looks.levels, same, 3), 0);
	assert_int_equal(pool_looks_level(&looks.levels, same + 1, 1), PVQ_LEVELS_NONE);
	assert_int_equal(pool_looks_level(&looks.levels, other, 2), PVQ_LEVELS_PASSING);
	assert_int_equal(pool_looks_level(&looks.levels, other + 1, 1), 1);
	assert_int_equal(pool_looks_level(&looks.levels, changed, 2), PVQ_LEVELS_PASSING);
	assert_int_equal(pool_looks_level(&looks.levels, none, 1), PVQ_LEVELS_NONE);
	pool_looks_free(&looks);
}

/* Ours is 17 ns near and 45 ns far; the mixed block has neither. Each level gets its row and its verdict. */
static void levels_have_rows_of_their_own(void **state)
{
	static struct pool_values v; /* large */
	struct pool_looks looks = two_levels();
	struct pool_finding f = {.what = "test", .unit = "ns", .target = 20, .target_text = "≤ 20 ns"};
	int level[POOL_BLOCKS_MAX];

	(void)state;
	for (int b = 0; b < 16; b++) {
		level[b] = b == 15 ? PVQ_LEVELS_PASSING : b % 2;
		v.ours[b] = b == 15 ? 1000 : b % 2 ? 45 : 17;
	}
	pool_split_make(&v.split, &looks.levels, level, 16);
	pool_finding_settle(&f, &v);
	assert_string_equal(strchr(strchr(printed(POOL_MARKDOWN, &f), '\n') + 1, '\n'),
		"\n| test (near, 8 blocks) | 17.0 ns | – | – | ≤ 20 ns | met |\n"
		"| test (far, 7 blocks) | 45.0 ns | – | – | ≤ 20 ns | NOT MET |\n");
	assert_string_equal(printed(POOL_NAMES, &f), "test\n");
	pool_looks_free(&looks);
}

/* A level with too few blocks for an interval has no row; if no level has enough, the row says that it mixes them. */
static void seldom_met_levels(void **state)
{
	struct pool_looks looks = two_levels();
	struct pool_split split;
	int level[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, PVQ_LEVELS_PASSING};

	(void)state;
	pool_split_make(&split, &looks.levels, level, 10);
	assert_int_equal(split.parts, 1);
	assert_string_equal(split.part[0].name, "near");
	assert_int_equal(split.part[0].count, 7);
	pool_split_make(&split, &looks.levels, level + 3, 7);
	assert_int_equal(split.parts, 1);
	assert_string_equal(split.part[0].name, "levels mixed");
	assert_int_equal(split.part[0].count, 7);
	pool_looks_free(&looks);
}

/* Where no trial has a hand-over, as with one CPU, there is one row, whatever other figures met. */
static void rows_without_looks(void **state)
{
	const int level[] = {PVQ_LEVELS_NONE, PVQ_LEVELS_NONE};
	struct pool_looks looks = two_levels();
	struct pool_split split;

	(void)state;
	pool_split_make(&split, &looks.levels, level, 2);
	assert_int_equal(split.parts, 1);
	assert_string_equal(split.part[0].name, "");
	assert_int_equal(split.part[0].count, 2);
	pool_looks_free(&looks);
}

/* A block whose CPUs were too busy to tell may have met any level: it is in none, and many of them name none. */
static void unknown_levels(void **state)
{
	int level[20] = {0};
	struct pool_looks looks = two_levels();
	struct pool_split split;

	(void)state;
	for (int b = 0; b < 9; b++)
		level[b] = PVQ_LEVELS_NONE;
	pool_split_make(&split, &looks.levels, level, 20);
	assert_string_equal(split.part[0].name, "near");
	assert_int_equal(split.part[0].count, 11);
	level[9] = PVQ_LEVELS_NONE;
	pool_split_make(&split, &looks.levels, level, 20);
	assert_int_equal(split.parts, 1);
	assert_string_equal(split.part[0].name, "levels mixed");
	assert_int_equal(split.part[0].count, 20);
	pool_looks_free(&looks);
}

/* ---- works ---- */

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
		cmocka_unit_test(looks_share_a_level),
		cmocka_unit_test(levels_have_rows_of_their_own),
		cmocka_unit_test(seldom_met_levels),
		cmocka_unit_test(rows_without_looks),
		cmocka_unit_test(unknown_levels),
		cmocka_unit_test(works_match_their_sums),
		cmocka_unit_test(works_refuse_other_lengths),
	};

	return cmocka_run_group_tests_name("pool_bench", tests, NULL, NULL);
}
