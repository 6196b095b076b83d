/* test_empty.c: how many empty items a strategy gets. Its pilots are played: the linker replaces pvq_launch_trial(). */
#include "drive/empty.h"
#include "drive/launch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The strategy: a map takes `start_ns`, and `item_ns` an item. */
static double start_ns, item_ns;
/* The pilot of that number, counted from 1, takes so much longer; 0: none does. */
static unsigned slow_at, pilots;
static uint64_t slow_ns;
/* From so many items on it fails, or cannot run at all; 0: never. */
static uint64_t fails_from, interrupted_from, most;

int __wrap_pvq_launch_trial(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row);

int __wrap_pvq_launch_trial(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	(void)timeout_s;
	(void)io;
	*row = (struct pvq_row){.n = t->n, .map_ns = (uint64_t)(start_ns + item_ns * (double)t->n)};
	pilots++;
	if (pilots == slow_at)
		row->map_ns += slow_ns;
	if (fails_from && t->n >= fails_from)
		row->status = PVQ_CRASHED;
	most = t->n > most ? t->n : most;
	return interrupted_from && t->n >= interrupted_from ? -EINTR : 0;
}

static int no_faults(void **state)
{
	(void)state;
	start_ns = 1e6;
	slow_at = pilots = 0;
	fails_from = interrupted_from = most = 0;
	return 0;
}

static uint64_t size(double ns)
{
	const struct pvq_trial t = {.workers = 2};
	uint64_t n = 0;

	item_ns = ns;
	assert_int_equal(pvq_empty_size(&t, 1, &n), 0);
	return n;
}

/* Within the share of 1 ms that the start of the map takes. */
static void items_for_forty_milliseconds(void **state)
{
	(void)state;
	assert_in_range(size(25), (uint64_t)(0.9 * 40e6 / 25), 40e6 / 25);
	assert_in_range(size(400), (uint64_t)(0.9 * 40e6 / 400), 40e6 / 400);
	assert_int_equal(size(150000), PVQ_EMPTY_ITEMS_MIN); /* slow ones get a thousand at least */
}

/* A pilot that met another process must not decide. */
static void a_disturbed_pilot_does_not_count(void **state)
{
	(void)state;
	slow_ns = 20000000;
	for (unsigned at = 1; at <= 6; at++) {
		slow_at = at;
		pilots = 0;
		assert_in_range(size(25), (uint64_t)(0.9 * 40e6 / 25), 40e6 / 25);
	}
}

static void a_strategy_that_fails_gets_few_items(void **state)
{
	(void)state;
	fails_from = 1;
	assert_int_equal(size(25), 2); /* one a worker: the trial shows why */
	fails_from = 100000;
	assert_true(size(25) >= PVQ_EMPTY_ITEMS_MIN); /* by the pilots before */
}

static void an_interrupt_ends_the_pilots(void **state)
{
	const struct pvq_trial t = {.workers = 2};
	uint64_t n;

	(void)state;
	item_ns = 25;
	interrupted_from = 1000;
	assert_int_equal(pvq_empty_size(&t, 1, &n), -EINTR);
	assert_true(most < 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(items_for_forty_milliseconds, no_faults),
		cmocka_unit_test_setup(a_disturbed_pilot_does_not_count, no_faults),
		cmocka_unit_test_setup(a_strategy_that_fails_gets_few_items, no_faults),
		cmocka_unit_test_setup(an_interrupt_ends_the_pilots, no_faults),
	};

	return cmocka_run_group_tests_name("empty", tests, NULL, NULL);
}
