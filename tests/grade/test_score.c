/* test_score.c: points from synthetic blocks: a loss must be shown, and the reference against itself does not lose. */
#include "base/shuffle.h"
#include "grade/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCKS = 20, RUNS = 5000 };

static double uniform(uint64_t *random)
{
	return (double)(pvq_random_next(random) >> 11) / 9007199254740992.0;
}

/* A time with noise of a virtual machine: some ten per cent either way, and one in ten is up to three times as long. */
static double noisy(uint64_t *random, double base)
{
	double time = base * (0.9 + 0.2 * uniform(random));

	return uniform(random) < 0.1 ? time * (1 + 2 * uniform(random)) : time;
}

/* How many of the gradings lose points, for a strategy that takes `factor` times as long as the reference. Measuring stops
 * as it does in a race. */
static unsigned count_losses(double factor, unsigned blocks)
{
	uint64_t random = 11;
	unsigned lost = 0;

	for (unsigned run = 0; run < RUNS; run++) {
		double student[BLOCKS], reference[BLOCKS], serial[BLOCKS];
		struct pvq_grading g = {0};
		unsigned n = 0;

		for (unsigned i = 0; i < blocks; i++) {
			student[i] = noisy(&random, 20e6 * factor);
			reference[i] = noisy(&random, 20e6);
			serial[i] = noisy(&random, 40e6);
		}
		while (n < blocks && !pvq_grade_settled(student, reference, n))
			n++;
		pvq_grade_score(&g, student, reference, serial, n);
		lost += g.points < PVQ_POINTS_FULL;
	}
	return lost;
}

static void test_reference_against_itself(void **state)
{
	(void)state;
	assert_true(count_losses(1.0, BLOCKS) <= RUNS / 100);
	assert_true(count_losses(1.0, 6) <= RUNS / 100);
	/* At the very edge too, the interval errs on one side in at most 2.5 of 100. */
	assert_true(count_losses(PVQ_SCORE_WITHIN, BLOCKS) <= RUNS / 40);
}

static void test_slower_loses(void **state)
{
	(void)state;
	assert_true(count_losses(2.0, BLOCKS) > RUNS * 99 / 100);
	/* To stop early hides a loss of a quarter in at most 2 of 100. */
	assert_true(count_losses(1.5, BLOCKS) > RUNS * 98 / 100);
}

static struct pvq_grading score(double low, double high, unsigned blocks)
{
	double student[BLOCKS], reference[BLOCKS], serial[BLOCKS];
	struct pvq_grading g = {0};

	for (unsigned i = 0; i < blocks; i++) {
		student[i] = i % 2 ? low : high;
		reference[i] = 1;
		serial[i] = 2;
	}
	pvq_grade_score(&g, student, reference, serial, blocks);
	return g;
}

static void test_points(void **state)
{
	struct pvq_grading g = score(1.1, 1.1, BLOCKS);

	(void)state;
	assert_int_equal(g.grade, PVQ_GRADE_FULL);
	assert_int_equal(g.points, 100);
	assert_string_equal(g.reference_ratio.ratio, "1.100");
	assert_string_equal(g.serial_ratio.words, "faster");
	g = score(2.4, 2.4, BLOCKS);
	assert_int_equal(g.grade, PVQ_GRADE_SLOWER);
	assert_int_equal(g.points, 50);
	assert_non_null(strstr(g.sentence, "2.40x slower"));
	/* Half of the blocks say full, half say slower. */
	g = score(1.1, 2.4, BLOCKS);
	assert_int_equal(g.grade, PVQ_GRADE_FULL);
	assert_int_equal(g.points, 100);
	assert_non_null(strstr(g.sentence, "not shown"));
}

static void test_settled(void **state)
{
	double student[BLOCKS], reference[BLOCKS];

	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++) {
		student[i] = 1.1;
		reference[i] = 1;
	}
	for (unsigned n = 0; n <= BLOCKS; n++)
		assert_int_equal(pvq_grade_settled(student, reference, n), n == 10 || n == 15 || n == 20);
	student[3] = student[5] = 1.3; /* the interval of 10 blocks leaves out one at each end */
	assert_false(pvq_grade_settled(student, reference, 10));
	assert_true(pvq_grade_settled(student, reference, 20));
}

static void test_too_few(void **state)
{
	struct pvq_grading g = score(9, 9, 5);

	(void)state;
	assert_int_equal(g.grade, PVQ_GRADE_OPEN);
	assert_true(g.points == PVQ_UNKNOWN_U64);
	assert_string_equal(g.reference_ratio.lo, "");
	g = score(9, 9, 0);
	assert_int_equal(g.grade, PVQ_GRADE_OPEN);
	assert_string_equal(g.reference_ratio.ratio, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_against_itself),
		cmocka_unit_test(test_slower_loses),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_too_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
