/* test_observe.c: observed trials: the figures, against schedules whose figures are known; and with every
 * strategy, that every item is seen exactly once, in its order, and the results are checked all the same.
 */
#include "base/shuffle.h"
#include "child.h"
#include "trial/observe.h"
#include "trial/registry.h"
#include "trial/trial.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the figures ---- */

static struct pvq_observed describe(const struct pvq_moment *m, size_t n, unsigned workers, uint64_t map_ns)
{
	struct pvq_observed o = {.n = n, .workers = workers, .map_ns = map_ns};

	assert_int_equal(pvq_observed_describe(&o, m, n), 0);
	assert_int_equal(
		o.busy_ns + o.ramp_ns + o.dispatch_ns + o.imbalance_ns + o.deliver_ns, o.lanes * o.map_ns);
	return o;
}

static void the_map_is_divided(void **state)
{
	const struct pvq_moment m[] = {
		{.item = 0, .worker = 0, .begin_ns = 10, .end_ns = 30, .delivered_ns = 31},
		{.item = 2, .worker = 0, .begin_ns = 35, .end_ns = 60, .delivered_ns = 66},
		{.item = 1, .worker = 1, .begin_ns = 20, .end_ns = 90, .delivered_ns = 92},
	};
	struct pvq_observed o = describe(m, 3, 3, 100);

	(void)state;
	assert_int_equal(o.lanes, 3);
	assert_int_equal(o.longest_ns, 70);
	assert_int_equal(o.busy_ns, 20 + 25 + 70);
	assert_int_equal(o.ramp_ns, 10 + 20);
	assert_int_equal(o.dispatch_ns, 5);
	assert_int_equal(o.imbalance_ns, 30 + 0 + 90); /* the third worker got nothing */
	assert_int_equal(o.deliver_ns, 3 * 10);
	assert_int_equal(o.first_ns, 31);
	assert_int_equal(o.stall_ns, 35);
	assert_int_equal(o.wait_median_ns, 2);
	assert_int_equal(o.wait_max_ns, 6);
	assert_int_equal(o.waiting_max, 1);
	assert_int_equal(o.blocked_ns, 0);
}

/* Item 0 is long, the others wait behind it. */
static void the_head_of_the_line_blocks(void **state)
{
	const struct pvq_moment m[] = {
		{.item = 0, .worker = 0, .begin_ns = 0, .end_ns = 100, .delivered_ns = 101},
		{.item = 1, .worker = 1, .begin_ns = 1, .end_ns = 10, .delivered_ns = 102},
		{.item = 2, .worker = 1, .begin_ns = 11, .end_ns = 20, .delivered_ns = 103},
		{.item = 3, .worker = 1, .begin_ns = 21, .end_ns = 30, .delivered_ns = 104},
	};
	struct pvq_observed o = describe(m, 4, 2, 110);

	(void)state;
	assert_int_equal(o.blocked_ns, 100 - 10);
	assert_int_equal(o.first_ns, 101);
	assert_int_equal(o.stall_ns, 101);
	assert_int_equal(o.waiting_max, 4);
	assert_int_equal(o.wait_max_ns, 92);
	assert_int_equal(o.imbalance_ns, 70);
}

/* The same items, delivered as they complete. */
static void without_an_order_nothing_blocks(void **state)
{
	const struct pvq_moment m[] = {
		{.item = 1, .worker = 1, .begin_ns = 1, .end_ns = 10, .delivered_ns = 11},
		{.item = 2, .worker = 1, .begin_ns = 11, .end_ns = 20, .delivered_ns = 20},
		{.item = 3, .worker = 1, .begin_ns = 21, .end_ns = 30, .delivered_ns = 31},
		{.item = 0, .worker = 0, .begin_ns = 0, .end_ns = 100, .delivered_ns = 101},
	};
	struct pvq_observed o = describe(m, 4, 2, 110);

	(void)state;
	assert_int_equal(o.blocked_ns, 0);
	assert_int_equal(o.first_ns, 11);
	assert_int_equal(o.stall_ns, 70);
	assert_int_equal(o.waiting_max, 1);
}

static void nothing_to_do_is_described(void **state)
{
	struct pvq_observed o = describe(NULL, 0, 2, 50);

	(void)state;
	assert_int_equal(o.deliver_ns, 100);
	assert_int_equal(o.stall_ns, 0);
}

/* A strategy that replaced a worker has more lanes than workers, and the sum still holds. */
static void a_replaced_worker_is_a_lane(void **state)
{
	const struct pvq_moment m[] = {
		{.item = 0, .worker = 0, .begin_ns = 5, .end_ns = 20, .delivered_ns = 21},
		{.item = 1, .worker = 1, .begin_ns = 40, .end_ns = 60, .delivered_ns = 61},
	};

	(void)state;
	assert_int_equal(describe(m, 2, 1, 70).lanes, 2);
}

enum { ITEMS = 60, SPAN = 400 };

static int by_delivery(const void *x, const void *y)
{
	const struct pvq_moment *a = x, *b = y;

	return (a->delivered_ns > b->delivered_ns) - (a->delivered_ns < b->delivered_ns);
}

/* The definitions of observed.h, tick by tick. */
static void count_ticks(const struct pvq_moment *m, uint64_t *waiting, uint64_t *blocked)
{
	*waiting = *blocked = 0;
	for (uint64_t t = 0; t < SPAN; t++) {
		uint64_t now = 0, later = 0;
		const struct pvq_moment *next = NULL;

		for (int i = 0; i < ITEMS; i++) {
			int complete = m[i].end_ns <= t, delivered = m[i].delivered_ns <= t;

			now += complete && !delivered;
			later += complete && !delivered && next != NULL;
			if (!delivered && !next)
				next = &m[i];
		}
		*waiting = now > *waiting ? now : *waiting;
		*blocked += next && next->end_ns > t && later > 0;
	}
}

static void random_schedules_agree_with_the_definitions(void **state)
{
	uint64_t seed = 5, waiting, blocked;

	(void)state;
	for (int round = 0; round < 300; round++) {
		unsigned workers = 1 + (unsigned)(pvq_random_next(&seed) % 4);
		uint64_t free_at[4] = {0}, last = 0;
		struct pvq_moment m[ITEMS];
		struct pvq_observed o;

		for (unsigned i = 0; i < ITEMS; i++) {
			unsigned w = i % workers;

			m[i].item = i;
			m[i].worker = w;
			m[i].begin_ns = free_at[w] + pvq_random_next(&seed) % 2;
			m[i].end_ns = m[i].begin_ns + pvq_random_next(&seed) % 4;
			free_at[w] = m[i].end_ns;
			m[i].delivered_ns = m[i].end_ns + pvq_random_next(&seed) % 20;
		}
		qsort(m, ITEMS, sizeof(m[0]), by_delivery);
		last = m[ITEMS - 1].delivered_ns;
		assert_true(last < SPAN);
		o = describe(m, ITEMS, workers, last + round % 3);
		count_ticks(m, &waiting, &blocked);
		assert_int_equal(o.waiting_max, waiting);
		assert_int_equal(o.blocked_ns, blocked);
	}
}

/* ---- with real strategies ---- */

struct files {
	char dir[32], observe[64], timeline[64];
};

static int make_files(void **state)
{
	struct files *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->dir, "/tmp/pvq-observe.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->observe, sizeof(f->observe), "%s/observed.csv", f->dir);
	snprintf(f->timeline, sizeof(f->timeline), "%s/timeline.csv", f->dir);
	*state = f;
	return 0;
}

static int drop_files(void **state)
{
	struct files *f = *state;

	(void)unlink(f->observe);
	(void)unlink(f->timeline);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

/* Runs an observed trial in a child; returns its row. */
static struct pvq_row observe(
	const struct files *f, const struct pvq_impl *impl, const char *words, uint64_t n, unsigned workers)
{
	struct pvq_spec spec;
	struct pvq_trial t = {.impl = impl,
		.spec = &spec,
		.n = n,
		.seed = 7,
		.workers = impl->flags & PVQ_BASELINE ? 1 : workers,
		.oracle = "",
		.observe = f->observe,
		.timeline = f->timeline};
	struct pvq_row row;
	int channel[2];
	pid_t pid;

	assert_int_equal(pvq_spec_parse(&spec, words), 0);
	assert_int_equal(pipe(channel), 0);
	pid = pvq_child_fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		pvq_trial_run(&t, &row, NULL, NULL);
		_exit(write(channel[1], &row, sizeof(row)) == sizeof(row) ? 0 : 1);
	}
	close(channel[1]);
	assert_int_equal(read(channel[0], &row, sizeof(row)), sizeof(row));
	close(channel[0]);
	assert_int_equal(pvq_child_reap(pid), 0);
	return row;
}

static void check_timeline(const struct files *f, const struct pvq_row *row, int ordered)
{
	unsigned char *seen = calloc(row->n + 1, 1);
	struct pvq_moment *m;
	uint64_t last = 0;
	size_t n;

	assert_non_null(seen);
	assert_int_equal(pvq_timeline_read(f->dir, "timeline.csv", &m, &n), 0);
	assert_int_equal(n, row->n);
	for (size_t i = 0; i < n; i++) {
		assert_true(m[i].item < row->n);
		assert_int_equal(seen[m[i].item]++, 0);
		assert_true(m[i].worker < row->workers);
		assert_true(m[i].begin_ns <= m[i].end_ns && m[i].end_ns <= m[i].delivered_ns);
		assert_true(m[i].delivered_ns >= last && m[i].delivered_ns <= row->map_ns);
		last = m[i].delivered_ns;
		if (ordered)
			assert_int_equal(m[i].item, i);
	}
	free(m);
	free(seen);
}

static void check_observed(const struct files *f, const struct pvq_row *row)
{
	struct pvq_observations all;
	const struct pvq_observed *o;

	assert_int_equal(pvq_observations_read(&all, f->dir), 0);
	assert_int_equal(all.count, 1);
	o = pvq_observed_next(&all, row, NULL);
	assert_non_null(o);
	assert_null(pvq_observed_next(&all, row, o));
	assert_int_equal(o->map_ns, row->map_ns);
	assert_int_equal(o->busy_ns + o->ramp_ns + o->dispatch_ns + o->imbalance_ns + o->deliver_ns,
		o->lanes * o->map_ns);
	assert_in_range(o->waiting_max, 0, row->n);
	pvq_observations_free(&all);
}

static void every_strategy_is_observed(void **state)
{
	const struct files *f = *state;
	const char *const words[] = {"skew:ns=2000,rate=1000", "echo:in=3000,out=5000", "noop"};
	const uint64_t sizes[] = {1, 2, 300};

	for (int i = 0; pvq_linked_in[i]; i++)
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
				struct pvq_row row = observe(f, pvq_linked_in[i], words[w], sizes[s], 3);

				if (row.status == PVQ_UNAVAILABLE)
					continue;
				if (row.status != PVQ_OK)
					fail_msg("%s, %s: %s", row.impl, words[w], row.reason);
				assert_int_equal(row.verified, PVQ_VERIFIED_ORACLE);
				check_timeline(f, &row, pvq_linked_in[i]->order == PVQ_ORDERED);
				check_observed(f, &row);
				assert_int_equal(unlink(f->observe), 0);
			}
}

/* Results are checked as in any trial, and a failed trial has no figures. */
static void a_failed_trial_leaves_nothing(void **state)
{
	const struct files *f = *state;

	for (int i = 0; pvq_linked_in[i]; i++) {
		struct pvq_row row = observe(f, pvq_linked_in[i], "fault:kind=error,at=2", 10, 2);

		if (row.status == PVQ_UNAVAILABLE)
			continue;
		assert_int_equal(row.status, PVQ_ERROR);
		assert_non_null(strstr(row.reason, "1 of 10 items failed, the first 2"));
		assert_int_not_equal(access(f->observe, F_OK), 0);
		assert_int_not_equal(access(f->timeline, F_OK), 0);
	}
}

static int liar_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	(void)opts, (void)err;
	*self = (void *)(uintptr_t)load;
	return 0;
}

/* Knows the results of noop without running it, as a strategy in another language would. */
static int liar_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	const struct pvq_load *load = self;

	for (uint64_t id = 0; id < load->n; id++) {
		uint64_t result[8] = {(id + 1) * 10};
		int ret = sink->put(sink, id, result, id ? sizeof(result) : sizeof(result[0]), 0);

		if (ret)
			return pvq_fail(err, ret, "refused");
	}
	return 0;
}

static int liar_stop(void *self, struct pvq_error *err)
{
	(void)self, (void)err;
	return 0;
}

static void a_strategy_that_does_not_run_the_task_is_told(void **state)
{
	static const struct pvq_impl liar = {.name = "liar",
		.order = PVQ_ORDERED,
		.start = liar_start,
		.map = liar_map,
		.stop = liar_stop};
	struct pvq_row row = observe(*state, &liar, "noop", 3, 1);

	assert_int_equal(row.status, PVQ_ERROR);
	assert_non_null(strstr(row.reason, "item 0 carries no stamps"));
}

static void what_cannot_be_observed_says_why(void **state)
{
	const struct pvq_impl *serial = pvq_linked_in[0];
	struct pvq_row row = observe(*state, serial, "noop", PVQ_OBSERVE_MAX + 1, 1);

	assert_int_equal(row.status, PVQ_UNAVAILABLE);
	assert_non_null(strstr(row.reason, "more than 2^20 items"));
	row = observe(*state, serial, "echo:in=1,out=16777216", 1, 1);
	assert_int_equal(row.status, PVQ_UNAVAILABLE);
	assert_non_null(strstr(row.reason, "no room for stamps"));
}

static void a_file_that_cannot_be_written_fails_the_trial(void **state)
{
	struct files full = *(struct files *)*state;
	struct pvq_row row;

	strcpy(full.observe, "/dev/full");
	row = observe(&full, pvq_linked_in[0], "noop", 5, 1);
	assert_int_equal(row.status, PVQ_ERROR);
	assert_string_equal(row.reason, "/dev/full: No space left on device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_map_is_divided),
		cmocka_unit_test(the_head_of_the_line_blocks),
		cmocka_unit_test(without_an_order_nothing_blocks),
		cmocka_unit_test(nothing_to_do_is_described),
		cmocka_unit_test(a_replaced_worker_is_a_lane),
		cmocka_unit_test(random_schedules_agree_with_the_definitions),
		cmocka_unit_test_setup_teardown(every_strategy_is_observed, make_files, drop_files),
		cmocka_unit_test_setup_teardown(a_failed_trial_leaves_nothing, make_files, drop_files),
		cmocka_unit_test_setup_teardown(
			a_strategy_that_does_not_run_the_task_is_told, make_files, drop_files),
		cmocka_unit_test_setup_teardown(what_cannot_be_observed_says_why, make_files, drop_files),
		cmocka_unit_test_setup_teardown(
			a_file_that_cannot_be_written_fails_the_trial, make_files, drop_files),
	};

	return cmocka_run_group_tests_name("observe", tests, NULL, NULL);
}
