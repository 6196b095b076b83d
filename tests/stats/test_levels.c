/* test_levels.c: levels of made-up values: found where they are, and none where there is but one. */
#include "base/shuffle.h"
#include "stats/levels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 4000 };

static double value[MOST];
static uint64_t state = 7;

/* Uniform in (0, 1). */
static double draw(void)
{
	return ((double)(pvq_random_next(&state) >> 11) + 0.5) / 9007199254740992.0;
}

/* About normal: the sum of twelve draws. */
static double bell(void)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += draw();
	return sum;
}

/* n values around a centre, with that spread on the logarithmic scale. */
static size_t around(size_t at, size_t n, double centre, double spread)
{
	for (size_t i = 0; i < n; i++)
		value[at + i] = centre * exp(spread * bell());
	return at + n;
}

static void one_level_is_not_split(void **unused)
{
	const double spread[] = {0, 0.01, 0.03, 0.05, 0.2, 0.5};
	struct pvq_levels levels;

	(void)unused;
	for (size_t i = 0; i < sizeof(spread) / sizeof(*spread); i++)
		for (size_t n = spread[i] > 0.1 ? 300 : 1; n <= MOST; n *= 3) {
			pvq_levels_find(&levels, value, around(0, n, 105, spread[i]));
			assert_int_equal(levels.count, 1);
			assert_true(levels.level[0].values >= n - n / 10);
		}
}

static void two_levels_are_found(void **unused)
{
	struct pvq_levels levels;
	size_t n = around(0, 180, 105, 0.04);

	(void)unused;
	pvq_levels_find(&levels, value, around(n, 20, 520, 0.02));
	assert_int_equal(levels.count, 2);
	assert_true(fabs(levels.level[0].centre / 105 - 1) < 0.05);
	assert_true(fabs(levels.level[1].centre / 520 - 1) < 0.05);
	assert_int_equal(levels.level[0].values, 180);
	assert_int_equal(levels.level[1].values, 20);
	assert_int_equal(pvq_levels_of(&levels, 110), 0);
	assert_int_equal(pvq_levels_of(&levels, 500), 1);
	assert_int_equal(pvq_levels_of(&levels, 250), PVQ_LEVELS_PASSING);
	assert_int_equal(pvq_levels_of(&levels, 0), PVQ_LEVELS_NONE);
	assert_int_equal(pvq_levels_of(&levels, (double)NAN), PVQ_LEVELS_NONE);
}

static void three_levels_are_found(void **unused)
{
	struct pvq_levels levels;
	size_t n = around(0, 100, 50, 0.03);

	(void)unused;
	n = around(n, 500, 105, 0.04);
	pvq_levels_find(&levels, value, around(n, 200, 520, 0.02));
	assert_int_equal(levels.count, 3);
	assert_int_equal(levels.level[0].values, 100);
	assert_int_equal(levels.level[1].values, 500);
	assert_int_equal(levels.level[2].values, 200);
}

/* A value or two far away, such as from a look that was interrupted, is no level, and does not hide those there are. */
static void what_is_seen_in_passing_is_no_level(void **unused)
{
	struct pvq_levels levels;
	size_t n = around(0, 400, 105, 0.04);

	(void)unused;
	value[n++] = 48;
	value[n++] = 9000;
	pvq_levels_find(&levels, value, n);
	assert_int_equal(levels.count, 1);
	assert_int_equal(pvq_levels_of(&levels, 48), PVQ_LEVELS_PASSING);
	assert_int_equal(pvq_levels_of(&levels, 9000), PVQ_LEVELS_PASSING);
	n = around(0, 300, 105, 0.04);
	n = around(n, 100, 520, 0.04);
	value[n++] = 100000;
	pvq_levels_find(&levels, value, n);
	assert_int_equal(levels.count, 2);
}

static void too_few_values_have_one_level(void **unused)
{
	struct pvq_levels levels;

	(void)unused;
	pvq_levels_find(&levels, value, 0);
	assert_int_equal(levels.count, 0);
	assert_int_equal(pvq_levels_of(&levels, 100), PVQ_LEVELS_PASSING);
	value[0] = 100, value[1] = 500;
	pvq_levels_find(&levels, value, 2);
	assert_int_equal(levels.count, 1);
	assert_int_equal(pvq_levels_of(&levels, 500), 0);
}

static void no_more_levels_than_there_is_room_for(void **unused)
{
	struct pvq_levels levels;
	size_t n = 0, values = 0;

	(void)unused;
	for (int power = 0; power < 7; power++)
		n = around(n, 100, pow(10, power), 0.02);
	pvq_levels_find(&levels, value, n);
	assert_int_equal(levels.count, PVQ_LEVELS_MAX);
	for (size_t i = 0; i < levels.count; i++) {
		values += levels.level[i].values;
		assert_true(i == 0 || levels.level[i].from >= levels.level[i - 1].to);
	}
	assert_int_equal(values, n);
}

static void a_change_between_two_looks_shows(void **unused)
{
	struct pvq_levels levels;
	size_t n = around(0, 100, 105, 0.04);

	(void)unused;
	pvq_levels_find(&levels, value, around(n, 100, 520, 0.04));
	assert_int_equal(pvq_levels_between(&levels, 105, 106), 0);
	assert_int_equal(pvq_levels_between(&levels, 510, 530), 1);
	assert_int_equal(pvq_levels_between(&levels, 105, 530), PVQ_LEVELS_PASSING);
	assert_int_equal(pvq_levels_between(&levels, 105, 0), 0);
	assert_int_equal(pvq_levels_between(&levels, 0, 520), 1);
	assert_int_equal(pvq_levels_between(&levels, 0, 0), PVQ_LEVELS_NONE);
	assert_int_equal(pvq_levels_between(&levels, 250, 0), PVQ_LEVELS_PASSING);
}

static void what_was_not_seen_is_as_what_came_before_and_after(void **unused)
{
	enum { NONE = PVQ_LEVELS_NONE, PASSING = PVQ_LEVELS_PASSING };
	int level[] = {NONE, 1, NONE, NONE, 1, NONE, 0, NONE, PASSING, NONE};
	const int filled[] = {1, 1, 1, 1, 1, PASSING, 0, PASSING, PASSING, PASSING};
	int unknown[] = {NONE, NONE};

	(void)unused;
	pvq_levels_fill(level, sizeof(level) / sizeof(*level));
	assert_memory_equal(level, filled, sizeof(filled));
	pvq_levels_fill(unknown, 2);
	assert_int_equal(unknown[0], NONE);
	assert_int_equal(unknown[1], NONE);
}

static void most_of_them_decide(void **unused)
{
	enum { NONE = PVQ_LEVELS_NONE, PASSING = PVQ_LEVELS_PASSING };
	const int level[] = {1, 1, 0, PASSING, PASSING, PASSING, NONE}, even[] = {2, 0, 2, 0},
		  few[] = {PASSING, NONE};

	(void)unused;
	assert_int_equal(pvq_levels_most(level, 7), 1);
	assert_int_equal(pvq_levels_most(even, 4), 0);
	assert_int_equal(pvq_levels_most(few, 2), PASSING);
	assert_int_equal(pvq_levels_most(few + 1, 1), NONE);
	assert_int_equal(pvq_levels_most(NULL, 0), NONE);
}

/* What was not seen between two levels may have been either. */
static void those_off_the_level_are_found(void **unused)
{
	enum { NONE = PVQ_LEVELS_NONE, PASSING = PVQ_LEVELS_PASSING };
	int level[] = {0, NONE, 1, PASSING, 0, NONE};
	unsigned off[sizeof(level) / sizeof(*level)];

	(void)unused;
	assert_int_equal(pvq_levels_off(level, sizeof(level) / sizeof(*level), off), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(off[i], i + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_level_is_not_split),
		cmocka_unit_test(two_levels_are_found),
		cmocka_unit_test(three_levels_are_found),
		cmocka_unit_test(what_is_seen_in_passing_is_no_level),
		cmocka_unit_test(too_few_values_have_one_level),
		cmocka_unit_test(no_more_levels_than_there_is_room_for),
		cmocka_unit_test(a_change_between_two_looks_shows),
		cmocka_unit_test(what_was_not_seen_is_as_what_came_before_and_after),
		cmocka_unit_test(most_of_them_decide),
		cmocka_unit_test(those_off_the_level_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
