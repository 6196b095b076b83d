/* test_contest.c: the words for a contest's outcome. */
#include "results/contest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_words_never_claim_more_than_the_outcome(void **state)
{
	static const struct {
		struct pvq_contest contest;
		const char *words;
	} row[] = {
		{{.outcome = PVQ_NOBODY}, "nothing finished"},
		{{.outcome = PVQ_ALONE, .rivals = 1}, "only one measured"},
		{{.outcome = PVQ_CLEAR, .rivals = 5}, "fastest"},
		{{.outcome = PVQ_EQUAL, .rivals = 5, .level = 2}, "3 equivalent"},
		{{.outcome = PVQ_OPEN, .rivals = 5, .level = 3}, "4 tie"},
		{{.outcome = PVQ_TOO_FEW, .rivals = 5, .level = 4}, "too few blocks"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_string_equal(pvq_contest_words(&row[i].contest).s, row[i].words);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_never_claim_more_than_the_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
