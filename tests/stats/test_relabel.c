/* test_relabel.c: Several runs a side: equal sides must not differ, whatever the noise; a real shift must be found. */
#include "base/shuffle.h"
#include "stats/relabel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIGURES = 30, MOST = 2 * PVQ_RELABEL_MOST };

static double uniform(uint64_t *state)
{
	return ((double)(pvq_random_next(state) >> 11) + 0.5) / 9007199254740992.0;
}

/* Noise as bad as it gets: a shift of the whole run, another scale for each figure, and tails without a mean. */
static void make_noise(double *value, size_t runs, uint64_t *state)
{
	for (size_t r = 0; r < runs; r++) {
		double shift = 0.1 * uniform(state);

		for (size_t i = 0; i < FIGURES; i++)
			value[i * runs + r] =
				shift + 0.001 * (double)(1 + i * i) * tan(M_PI * (uniform(state) - 0.5));
	}
}

/* Puts the runs whose bits are set last, as the side b. */
static void label_runs(double *to, const double *from, size_t runs, unsigned label)
{
	for (size_t i = 0; i < FIGURES; i++) {
		size_t at = 0;

		for (unsigned side = 0; side < 2; side++)
			for (size_t r = 0; r < runs; r++)
				if ((label >> r & 1) == side)
					to[i * runs + at++] = from[i * runs + r];
	}
}

static int any_larger(const struct pvq_relabelled *result)
{
	for (size_t i = 0; i < FIGURES; i++)
		if (result[i].p_larger <= 0.05)
			return 1;
	return 0;
}

/* Of all ways to call these very runs before and after, at most 5 % may claim anything: that is the promise, and
 * it can be counted. */
static void equal_sides_are_told_apart_in_one_of_twenty_labellings(void **state)
{
	static const size_t sides[][2] = {{3, 3}, {3, 4}, {4, 4}, {3, 8}};
	uint64_t seed = 3;

	(void)state;
	for (size_t s = 0; s < sizeof(sides) / sizeof(sides[0]); s++) {
		size_t na = sides[s][0], nb = sides[s][1], labels = 0, claims = 0;
		double noise[FIGURES * MOST], value[FIGURES * MOST];
		struct pvq_relabelled result[FIGURES];

		make_noise(noise, na + nb, &seed);
		for (unsigned label = 0; label < 1u << (na + nb); label++) {
			if ((size_t)__builtin_popcount(label) != nb)
				continue;
			label_runs(value, noise, na + nb, label);
			assert_int_equal(pvq_relabel(value, FIGURES, na, nb, result), 0);
			claims += (size_t)any_larger(result);
			labels++;
		}
		assert_in_range(claims * 20, 0, labels);
		assert_true(claims > 0); /* as powerful as it may be */
	}
}

static void a_shift_is_found_in_its_figure_alone(void **state)
{
	double value[FIGURES * 8];
	struct pvq_relabelled result[FIGURES];
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < FIGURES; i++)
		for (size_t r = 0; r < 8; r++)
			value[i * 8 + r] = 0.02 * uniform(&seed) + (i == 7 && r >= 4 ? 0.2 : 0) -
					   (i == 9 && r >= 4 ? 0.2 : 0);
	assert_int_equal(pvq_relabel(value, FIGURES, 4, 4, result), 0);
	assert_true(result[7].p_larger <= 0.05 && result[7].p_smaller > 0.5);
	assert_true(result[9].p_smaller <= 0.05 && result[9].p_larger > 0.5);
	assert_true(result[7].lo > 0.18 && result[7].hi < 0.22);
	for (size_t i = 0; i < FIGURES; i++)
		assert_true(i == 7 || result[i].p_larger > 0.05);
}

static void intervals_are_those_of_the_u_test(void **state)
{
	static const double three[] = {1, 2, 4, 10, 20, 40};
	double many[16];
	struct pvq_relabelled r;

	(void)state;
	/* P(U = 0) = 1 / 20: all pairs. */
	assert_int_equal(pvq_relabel(three, 1, 3, 3, &r), 0);
	assert_true(r.lo == 10 - 4 && r.hi == 40 - 1);
	/* Tables of the U test: 15 is the critical value of eight against eight at one-sided 5 %, so the
	 * interval runs from the 16th smallest difference to the 16th largest. With 0 on one side and 1 .. 8
	 * on the other each difference stands there eight times. */
	for (size_t i = 0; i < 8; i++) {
		many[i] = 0;
		many[8 + i] = (double)i + 1;
	}
	assert_int_equal(pvq_relabel(many, 1, 8, 8, &r), 0);
	assert_true(r.lo == 2 && r.hi == 7);
}

/* A spread of nothing must not make a difference of nothing look large. */
static void agreeing_runs_do_not_inflate(void **state)
{
	double value[2 * 6] = {1, 1, 1, 1.0001, 1.0001, 1.0001, 5, 6, 7, 5, 6, 7};
	struct pvq_relabelled r[2];

	(void)state;
	assert_int_equal(pvq_relabel(value, 2, 3, 3, r), 0);
	assert_true(r[0].p_larger > 0.05);
	assert_true(r[1].p_larger > 0.05 && r[1].p_smaller > 0.05);
	assert_int_equal(pvq_relabel(value, 0, 3, 3, r), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sides_are_told_apart_in_one_of_twenty_labellings),
		cmocka_unit_test(a_shift_is_found_in_its_figure_alone),
		cmocka_unit_test(intervals_are_those_of_the_u_test),
		cmocka_unit_test(agreeing_runs_do_not_inflate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
