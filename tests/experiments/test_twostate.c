/* test_twostate.c: figures, comparisons and verdicts on a simulated machine whose CPUs are near each other at some times and
 * far at others. What judges all trials together must fail here, else the test would prove nothing. */
#include "experiments/selftest/twostate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct pvq_registry registry = {.linked_in = pvq_linked_in};
static struct pvq_twostate result, three;

/* Simulates once for all tests. */
static int simulate(void **state)
{
	(void)state;
	return pvq_twostate_simulate(&result, &registry, 2, 300, 1) ||
	       pvq_twostate_simulate(&three, &registry, 3, 150, 1);
}

static void intervals_hold_the_truth_of_their_state(void **state)
{
	(void)state;
	assert_true(result.within.covered.of > 2000); /* 600 runs of four strategies */
	assert_true(pvq_share_of(&result.within.covered) >= 0.93);
	assert_true(pvq_share_of(&result.within.covered) <= 0.97);
	assert_true(pvq_share_of(&result.together.covered) < 0.9);
}

static int errs_rarely(const struct pvq_share *share)
{
	return pvq_share_of(share) <= pvq_share_most(share, 0.05);
}

static int finds_as_often(const struct pvq_share *share)
{
	return pvq_share_of(share) >= pvq_share_least(share, &result.single, 0.05);
}

static void two_runs_of_one_program_hardly_ever_differ(void **state)
{
	(void)state;
	assert_true(result.within.different.of > 150);
	assert_true(errs_rarely(&result.within.different));
	assert_false(errs_rarely(&result.together.different));
}

static void verdicts_hold_in_the_state_they_name(void **state)
{
	(void)state;
	assert_true(result.within.wrong.of > 400);
	assert_true(errs_rarely(&result.within.wrong));
	assert_false(errs_rarely(&result.together.wrong));
}

static void a_slow_down_is_found_as_in_one_state(void **state)
{
	(void)state;
	assert_int_equal(result.within.found.of, result.single.of);
	assert_true(pvq_share_of(&result.single) > 0.5 && pvq_share_of(&result.single) < 1);
	assert_true(finds_as_often(&result.within.found));
	assert_false(finds_as_often(&result.together.found));
}

static void only_what_keeps_all_limits_passes(void **state)
{
	struct pvq_twostate t = result;

	(void)state;
	assert_true(pvq_twostate_passed(&t));
	t.within.covered = t.together.covered;
	assert_false(pvq_twostate_passed(&t));
	t = result;
	t.within.different = t.together.different;
	assert_false(pvq_twostate_passed(&t));
	t = result;
	t.within.wrong = t.together.wrong;
	assert_false(pvq_twostate_passed(&t));
	t = result;
	t.within.found = t.together.found;
	assert_false(pvq_twostate_passed(&t));
	t = (struct pvq_twostate){.pairs = 10}; /* nothing was judged */
	assert_false(pvq_twostate_passed(&t));
}

static void three_states_keep_the_limits_too(void **state)
{
	(void)state;
	assert_true(three.within.covered.of > 900); /* 300 runs of four strategies */
	assert_true(pvq_twostate_passed(&three));
	assert_true(pvq_share_of(&three.together.covered) < 0.9);
	assert_false(errs_rarely(&three.together.different));
	assert_false(errs_rarely(&three.together.wrong));
}

/* What lacks blocks at its level gets more. */
static void hardly_a_run_has_too_few_blocks(void **state)
{
	(void)state;
	assert_int_equal(three.had_enough.of, 300);
	assert_true(pvq_share_of(&three.had_enough) < 0.97);
	assert_true(pvq_share_of(&three.has_enough) > 0.99);
}

static void the_same_seed_gives_the_same(void **state)
{
	struct pvq_twostate a, b;

	(void)state;
	assert_int_equal(pvq_twostate_simulate(&a, &registry, 3, 3, 1), 0);
	assert_int_equal(pvq_twostate_simulate(&b, &registry, 3, 3, 1), 0);
	assert_memory_equal(&a, &b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_hold_the_truth_of_their_state),
		cmocka_unit_test(two_runs_of_one_program_hardly_ever_differ),
		cmocka_unit_test(verdicts_hold_in_the_state_they_name),
		cmocka_unit_test(a_slow_down_is_found_as_in_one_state),
		cmocka_unit_test(only_what_keeps_all_limits_passes),
		cmocka_unit_test(three_states_keep_the_limits_too),
		cmocka_unit_test(hardly_a_run_has_too_few_blocks),
		cmocka_unit_test(the_same_seed_gives_the_same),
	};

	return cmocka_run_group_tests(tests, simulate, NULL);
}
