/* test_unpaired.c: Mann-Whitney against known values and by counting, and the verdicts of two samples. */
#include "stats/unpaired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_near(double x, double y, double within)
{
	if (!(fabs(x - y) <= within))
		fail_msg("%g is not %g", x, y);
}

static void known_values(void **state)
{
	double a[] = {1, 2, 3, 4, 5}, b[] = {6, 7, 8, 9, 10};
	double c[] = {1, 4, 5, 8}, d[] = {2, 3, 6, 7};
	double e[] = {1.1, 2.2, 3.3, 4.4, 5.5, 6.6}, f[] = {3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0};

	(void)state;
	assert_near(pvq_mann_whitney(a, 5, b, 5), 2.0 / 252, 1e-12); /* the extreme order, both ways */
	assert_near(pvq_mann_whitney(c, 4, d, 4), 1, 1e-12);         /* right in the middle */
	assert_near(pvq_mann_whitney(e, 6, f, 7), pvq_mann_whitney(f, 7, e, 6), 1e-12);
	assert_near(pvq_mann_whitney(a, 5, b, 0), 1, 0);
}

/* All orders of 3 + 4 values, counted one by one. */
static void exact_is_a_count(void **state)
{
	unsigned at_least[13] = {0}, orders = 0;

	(void)state;
	for (unsigned mask = 0; mask < 128; mask++) {
		unsigned u = 0, ones = 0;

		for (unsigned i = 0; i < 7; i++) {
			if (mask >> i & 1)
				u += i - ones++;
		}
		if (ones != 3)
			continue;
		orders++;
		for (unsigned far = 0; far <= 12; far++)
			at_least[far] += (unsigned)abs(2 * (int)u - 12) >= far;
	}
	assert_int_equal(orders, 35);
	for (unsigned mask = 0; mask < 128; mask++) {
		double a[7], b[7];
		unsigned na = 0, nb = 0, u = 0;

		for (unsigned i = 0; i < 7; i++) {
			if (mask >> i & 1) {
				u += nb;
				a[na++] = i + 1;
			} else {
				b[nb++] = i + 1;
			}
		}
		if (na == 3)
			assert_near(
				pvq_mann_whitney(a, 3, b, 4), at_least[abs(2 * (int)u - 12)] / 35.0, 1e-12);
	}
}

/* The approximation meets the exact value where both can be had, and ties make it no error. */
static void approximation_and_ties(void **state)
{
	double a[20], b[20], same[10], as[10];
	double exact, near;

	(void)state;
	for (int i = 0; i < 20; i++) {
		a[i] = 2 * i;
		b[i] = 2 * i + 9.5;
	}
	exact = pvq_mann_whitney(a, 20, b, 20);
	a[0] = a[1]; /* the same order but for one tie within a, which moves no pair */
	near = pvq_mann_whitney(a, 20, b, 20);
	assert_near(exact, near, 0.002);
	for (int i = 0; i < 10; i++)
		same[i] = as[i] = 5;
	assert_near(pvq_mann_whitney(same, 10, as, 10), 1, 0);
}

static void verdicts(void **state)
{
	static const struct {
		double factor, spread;
		enum pvq_verdict verdict;
	} c[] = {
		{1.2, 0.02, PVQ_SLOWER},
		{0.8, 0.02, PVQ_FASTER},
		{1.001, 0.005, PVQ_EQUIVALENT},
		{1.05, 0.5, PVQ_INCONCLUSIVE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		double a[12], b[12];
		struct pvq_unpaired u, again;

		for (int j = 0; j < 12; j++) {
			a[j] = c[i].factor * (1 + c[i].spread * ((j * 5 % 12) / 11.0 - 0.5));
			b[j] = 1 + c[i].spread * ((j * 7 % 12) / 11.0 - 0.5);
		}
		u = pvq_compare_unpaired(a, 12, b, 12, 0.05, 1);
		again = pvq_compare_unpaired(a, 12, b, 12, 0.05, 1);
		assert_int_equal(u.verdict, c[i].verdict);
		assert_near(u.ratio, c[i].factor, 0.02);
		assert_true(u.lo <= u.ratio && u.ratio <= u.hi);
		assert_true(u.lo == again.lo && u.hi == again.hi);
	}
}

static void few_values_have_no_interval(void **state)
{
	double a[5] = {1, 2, 3, 4, 5}, b[9] = {11, 12, 13, 14, 15, 16, 17, 18, 19};
	struct pvq_unpaired u = pvq_compare_unpaired(a, 5, b, 9, 0.05, 1);

	(void)state;
	assert_true(isnan(u.lo) && isnan(u.hi));
	assert_int_equal(u.verdict, PVQ_INCONCLUSIVE);
	assert_near(u.ratio, 0.2, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(exact_is_a_count),
		cmocka_unit_test(approximation_and_ties),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(few_values_have_no_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
