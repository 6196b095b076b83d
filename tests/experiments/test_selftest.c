/* test_selftest.c: the judge of the self-test, on rows whose truth is known. */
#include "base/shuffle.h"
#include "experiments/selftest/selftest.h"
#include "trial/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

struct table {
	struct pvq_rows rows;
	uint64_t state;
};

static double noise(struct table *t, double sigma)
{
	double sum = 0; /* twelve uniforms are as good as normal here */

	for (int i = 0; i < 12; i++)
		sum += (double)(pvq_random_next(&t->state) >> 11) / 9007199254740992.0;
	return exp(sigma * (sum - 6));
}

static void add(struct table *t, const char *task, const char *impl, unsigned block, double ms)
{
	struct pvq_row row = {.n = 10,
		.workers = 2,
		.cores = 2,
		.chunk = 1,
		.window = 2,
		.block = block,
		.status = PVQ_OK};

	snprintf(row.task, sizeof(row.task), "%s", task);
	snprintf(row.impl, sizeof(row.impl), "%s", impl);
	snprintf(row.order, sizeof(row.order), "unordered");
	row.map_ns = (uint64_t)(ms * 1e6);
	row.total_ns = row.map_ns;
	t->rows.row = realloc(t->rows.row, (t->rows.count + 1) * sizeof(row));
	assert_non_null(t->rows.row);
	t->rows.row[t->rows.count++] = row;
}

/* A strategy and its twins, each `claim` times as slow as its name says. */
static void add_twins(struct table *t, const char *task, unsigned blocks, double sigma, double claim)
{
	for (unsigned b = 0; b < blocks; b++) {
		double drift = 1 + 0.002 * b;

		add(t, task, "pool_ordered", b, 40 * drift * noise(t, sigma));
		add(t, task, "pool_ordered~0", b, 40 * drift * noise(t, sigma));
		for (int k = 0; k < PVQ_SELFTEST_SLOWER; k++) {
			char name[PVQ_NAME_MAX];

			snprintf(name, sizeof(name), "pool_ordered~%u", pvq_selftest_percent[k]);
			add(t, task, name, b,
				40 * drift * (1 + claim * pvq_selftest_percent[k] / 100.0) *
					noise(t, sigma));
		}
	}
}

static struct pvq_selftest judge(struct table *t)
{
	struct pvq_selftest s = {0};

	assert_int_equal(pvq_selftest_judge_twins(&s, &registry, &t->rows), 0);
	pvq_rows_free(&t->rows);
	return s;
}

static void quiet_twins_pass(void **state)
{
	struct table t = {.state = 3};
	struct pvq_selftest s;

	(void)state;
	add_twins(&t, "sleep", 300, 0.01, 1);
	add_twins(&t, "spin", 300, 0.02, 1);
	s = judge(&t);
	assert_int_equal(s.tasks, 2);
	assert_true(s.same.experiments >= 30);
	assert_true(s.slower[2].experiments == s.same.experiments);
	assert_true(pvq_selftest_passed(&s));
	assert_int_equal(s.slower[3].verdict[PVQ_SLOWER], s.slower[3].experiments);
	/* The noisy task takes more blocks. */
	assert_true(
		s.task[0].blocks >= 10 && s.task[0].blocks < s.task[1].blocks && s.task[1].blocks <= 20);
	assert_string_equal(s.task[0].label, "sleep");
	pvq_selftest_free(&s);
}

/* Twins that are no slower than the strategy, whatever their names claim: nothing is found, and that fails. */
static void what_is_not_found_fails(void **state)
{
	struct table t = {.state = 4};
	struct pvq_selftest s;

	(void)state;
	add_twins(&t, "sleep", 200, 0.01, 0);
	s = judge(&t);
	assert_int_equal(s.slower[3].verdict[PVQ_SLOWER], 0);
	assert_false(pvq_selftest_passed(&s));
	pvq_selftest_free(&s);
}

/* A twin that always runs in a worse place: a difference that is none, and the test says so. */
static void a_biased_twin_fails(void **state)
{
	struct table t = {.state = 5};
	struct pvq_selftest s;

	(void)state;
	for (unsigned b = 0; b < 200; b++) {
		add(&t, "noop", "pool_ordered", b, 40 * noise(&t, 0.01));
		add(&t, "noop", "pool_ordered~0", b, 40 * 1.04 * noise(&t, 0.01));
	}
	s = judge(&t);
	assert_int_equal(s.same.verdict[PVQ_SLOWER], s.same.experiments);
	assert_false(pvq_selftest_passed(&s));
	pvq_selftest_free(&s);
}

/* Three strategies at 1 : second : third, as one run would have measured them. */
static void add_run(struct table *t, double second, double third)
{
	for (unsigned b = 0; b < 12; b++) {
		add(t, "spin", "fork_pipe_queue", b, 40 * noise(t, 0.01));
		add(t, "spin", "pool_ordered", b, 40 * second * noise(t, 0.01));
		add(t, "spin", "pthread_queue", b, 40 * third * noise(t, 0.01));
	}
}

static struct pvq_selftest judge_two(double second, double third, double second_again, double third_again)
{
	struct table a = {.state = 6}, b = {.state = 7};
	struct pvq_selftest s = {0};

	add_run(&a, second, third);
	add_run(&b, second_again, third_again);
	assert_int_equal(pvq_selftest_judge_runs(&s, &registry, &a.rows, &b.rows), 0);
	pvq_rows_free(&a.rows);
	pvq_rows_free(&b.rows);
	return s;
}

static void runs_that_agree_pass(void **state)
{
	struct pvq_selftest s = judge_two(1.2, 1.5, 1.2, 1.5);

	(void)state;
	assert_int_equal(s.clear, 3);
	assert_int_equal(s.agree, 3);
	assert_int_equal(s.contradicted, 0);
	assert_int_equal(s.clear_tasks, 1);
	assert_int_equal(s.same_winner, 1);
	assert_true(pvq_selftest_tau(&s) == 1);
	assert_true(pvq_selftest_passed(&s));
}

static void a_contradiction_fails(void **state)
{
	struct pvq_selftest s = judge_two(1.2, 1.5, 0.8, 1.5);

	(void)state;
	assert_int_equal(s.clear, 3);
	assert_int_equal(s.agree, 2);
	assert_int_equal(s.contradicted, 1);
	assert_int_equal(s.same_winner, 0);
	assert_true(fabs(pvq_selftest_tau(&s) - 1.0 / 3) < 1e-12);
	assert_false(pvq_selftest_passed(&s));
}

/* Equivalent in the first run, and different in the second. */
static void an_equality_that_does_not_hold_fails(void **state)
{
	struct pvq_selftest s = judge_two(1, 1.5, 1.2, 1.5);

	(void)state;
	assert_int_equal(s.equal, 1);
	assert_int_equal(s.unequal, 1);
	assert_false(pvq_selftest_passed(&s));
}

/* Runs in which nothing can be told apart contradict nothing. */
static void nothing_claimed_is_nothing_contradicted(void **state)
{
	struct pvq_selftest s = judge_two(1, 1, 1, 1);

	(void)state;
	assert_int_equal(s.clear, 0);
	assert_true(isnan(pvq_selftest_tau(&s)));
	assert_true(pvq_selftest_passed(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_twins_pass),
		cmocka_unit_test(what_is_not_found_fails),
		cmocka_unit_test(a_biased_twin_fails),
		cmocka_unit_test(runs_that_agree_pass),
		cmocka_unit_test(a_contradiction_fails),
		cmocka_unit_test(an_equality_that_does_not_hold_fails),
		cmocka_unit_test(nothing_claimed_is_nothing_contradicted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
