/* test_contest.c: the words for a contest's outcome. */
#include "results/contest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void outcomes_never_say_more_than_they_carry(void **state)
{
	(void)state;
	assert_string_equal(pvq_outcome_words(PVQ_CLEAR), "clearly fastest");
	assert_string_equal(pvq_outcome_words(PVQ_OPEN), "no clear winner");
	assert_string_equal(pvq_outcome_words(PVQ_TOO_FEW), "too few blocks");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_never_say_more_than_they_carry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
