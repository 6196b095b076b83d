/* test_metg.c: METG from map times, and the ramp of item lengths. */
#include "stats/metg.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void near(double got, double wanted)
{
	if (fabs(got - wanted) > 1e-9 * fabs(wanted))
		fail_msg("%.12g instead of %.12g", got, wanted);
}

/* One core and one item: the granularity is the map time. */
static const struct pvq_metg_ramp plain = {.grains = 3, .cores = 1, .n = 1};

static void interpolates(void **state)
{
	const double map[] = {10, 100, 1000}, serial[] = {2.5, 75, 900}, at_the_grain[] = {2.5, 50, 900};

	(void)state;
	near(pvq_metg(serial, map, &plain),
		2 * sqrt(2.5 * 75)); /* 0.25 to 0.75: half-way in the logarithm */
	near(pvq_metg(at_the_grain, map, &plain), 100);
}

static void at_the_ends(void **state)
{
	const double map[] = {10, 100, 1000}, fast[] = {5, 75, 900}, slow[] = {1, 10, 499};
	const struct pvq_metg_ramp none = {.cores = 1, .n = 1};

	(void)state;
	near(pvq_metg(fast, map, &plain), 10);
	assert_true(isinf(pvq_metg(slow, map, &plain)));
	assert_true(isinf(pvq_metg(fast, map, &none)));
}

/* An overhead of `o` core time an item makes METG 2 o, on any number of cores and items, wherever the grains are. */
static void is_twice_the_overhead(void **state)
{
	const struct pvq_metg_ramp ramp = {.grains = 2, .cores = 4, .n = 1000};
	const double own[] = {70, 900};
	double serial[2], map[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		serial[i] = own[i] * ramp.n;
		map[i] = (own[i] + 200) * ramp.n / ramp.cores;
	}
	near(pvq_metg(serial, map, &ramp), 400);
	near(pvq_metg_granularity(map[0], &ramp), 270);
}

/* So does one that grows: 20 times the root of the work is as long as a work of 400. */
static void overhead_may_grow(void **state)
{
	const struct pvq_metg_ramp ramp = {.grains = 4, .cores = 2, .n = 10};
	const double own[] = {100, 300, 500, 3000};
	double serial[4], map[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		serial[i] = own[i] * ramp.n;
		map[i] = (own[i] + 20 * sqrt(own[i])) * ramp.n / ramp.cores;
	}
	near(pvq_metg(serial, map, &ramp), 800);
	near(pvq_break_even(serial, map, &ramp), 400);
}

/* All grains near the share have a part in the fit, by their weight; those far away have none. */
static void near_grains_are_fitted(void **state)
{
	double weight[] = {1, 1, 1, 1, 1};
	const struct pvq_metg_ramp ramp = {.grains = 5, .cores = 1, .n = 1, .weight = weight};
	const double serial[] = {10, 100, 200, 400, 4000};
	double map[] = {210, 300, 400, 600, 4200}, off;

	(void)state;
	near(pvq_metg(serial, map, &ramp), 400);
	map[0] = 500;
	map[4] = 5000;
	near(pvq_metg(serial, map, &ramp), 400);
	map[1] = 330;
	off = pvq_metg(serial, map, &ramp);
	assert_true(off > 404);
	weight[1] = 0.1;
	assert_true(pvq_metg(serial, map, &ramp) > 400 && pvq_metg(serial, map, &ramp) < off);
}

/* The estimate takes serial's cells first, and computes METG of the medians. */
/* Efficiencies that hardly rise: their line may reach the share far away, but METG lies between two of the lengths. */
static void a_flat_line_tells_nothing_beyond_the_lengths(void **state)
{
	const struct pvq_metg_ramp ramp = {.grains = 4, .cores = 1, .n = 1};
	const double serial[] = {10, 20, 40, 80}, share[] = {0.46, 0.47, 0.465, 0.501};
	double map[4], metg;

	(void)state;
	for (int i = 0; i < 4; i++)
		map[i] = serial[i] / share[i];
	metg = pvq_metg(serial, map, &ramp);
	assert_true(metg >= 2 * serial[2] && metg <= 2 * serial[3]);
	for (int i = 0; i < 4; i++)
		map[i] = serial[i] / (i == 1 ? 0.502 : 0.45);
	metg = pvq_metg(serial, map, &ramp);
	assert_true(metg >= 2 * serial[0] && metg <= 2 * serial[3]);
}

static void estimate_over_blocks(void **state)
{
	enum { BLOCKS = 20 };
	double ns[4 * BLOCKS];
	const struct pvq_blocks blocks = {.cells = 4, .blocks = BLOCKS, .ns = ns};
	const struct pvq_metg_ramp ramp = {.grains = 2, .cores = 1, .n = 1};
	const double median[] = {2.5, 75, 10, 100};
	struct pvq_estimate e, even;

	(void)state;
	for (int c = 0; c < 4; c++)
		for (int b = 0; b < BLOCKS; b++)
			ns[c * BLOCKS + b] = median[c] * (b == 3 ? 50 : 1 + (b % 2 ? 0.01 : -0.01));
	assert_int_equal(pvq_metg_estimate(&blocks, &ramp, 1, &e, &even), 0);
	assert_true(fabs(e.median / 2 / sqrt(2.5 * 75) - 1) < 0.02);
	assert_true(e.lo <= e.median && e.median <= e.hi && e.hi < 1.2 * e.lo);
	assert_true(isinf(even.median)); /* on one core it never is as fast as serial */
}

static void ramp_ascends_and_its_longest_take_a_fifth_of_a_second(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= 64; cores *= 2)
		for (unsigned r = 0; r < PVQ_METG_RANGES; r++) {
			for (unsigned g = 1; g < PVQ_METG_GRAINS; g++)
				assert_true(pvq_metg_length_ns(r, g - 1, cores) <
					    pvq_metg_length_ns(r, g, cores));
			assert_true(pvq_metg_items(r, cores) >= UINT64_C(50) * cores);
			assert_true((double)pvq_metg_items(r, cores) *
					    pvq_metg_length_ns(r, PVQ_METG_GRAINS - 1, cores) >=
				    0.199e9);
		}
	assert_int_equal(PVQ_METG_GRAINS % PVQ_METG_WIDE, 1); /* the longest is in the wide ramp */
	assert_int_equal(pvq_metg_items(0, 2), 20000);
	near(pvq_metg_length_ns(0, 0, 2), 30);
}

static void slow_strategies_get_longer_items(void **state)
{
	(void)state;
	assert_int_equal(pvq_metg_range(NAN, 2), 0); /* unknown */
	assert_int_equal(pvq_metg_range(30, 2), 0);
	assert_int_equal(pvq_metg_range(2000, 2), 1);
	assert_int_equal(pvq_metg_range(1e9, 2), PVQ_METG_RANGES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interpolates),
		cmocka_unit_test(at_the_ends),
		cmocka_unit_test(is_twice_the_overhead),
		cmocka_unit_test(overhead_may_grow),
		cmocka_unit_test(near_grains_are_fitted),
		cmocka_unit_test(a_flat_line_tells_nothing_beyond_the_lengths),
		cmocka_unit_test(estimate_over_blocks),
		cmocka_unit_test(ramp_ascends_and_its_longest_take_a_fifth_of_a_second),
		cmocka_unit_test(slow_strategies_get_longer_items),
	};

	return cmocka_run_group_tests_name("metg", tests, NULL, NULL);
}
