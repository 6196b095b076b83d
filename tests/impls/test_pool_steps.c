/* test_pool_steps.c: a pool driven step by step: submit, collect, wait, its descriptor, cancel; and what its workers have
 * done. Each by a small program that knows the public header alone.
 */
#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { IDS = 4096, NOT_PUT = 99 };

/* What an item does; its input is that, and a number. */
enum deed { TENFOLD, AWAIT_GO, HANG, DIE, DIE_ONCE, FAIL, NAP };

struct item {
	uint32_t deed, value;
};

struct shared {
	_Atomic uint32_t begun[IDS], go, starts;
};

struct fixture {
	struct shared *sh;
	struct pvq_pool *pool;
	struct pvq_error err;
	uint64_t submitted; /* ids, from 0 on */
	uint32_t value[IDS];
	/* what came of them: */
	int status[IDS];
	uint64_t put, twice, wrong, disorder, last;
	int refuses; /* with this, the next result */
	int leaves;  /* by a jump */
	jmp_buf jump;
};

static struct fixture *now; /* for hooks of workers */

static int init(void *ctx, unsigned worker)
{
	const struct timespec nap = {.tv_nsec = 2000000};

	(void)ctx;
	(void)worker;
	atomic_fetch_add(&now->sh->starts, 1);
	return nanosleep(&nap, NULL);
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	struct item item;
	uint32_t times;

	(void)ctx;
	(void)cap;
	memcpy(&item, in, len);
	times = atomic_fetch_add(&now->sh->begun[item.value], 1);
	if (item.deed == AWAIT_GO)
		while (!atomic_load(&now->sh->go))
			sched_yield();
	while (item.deed == HANG)
		pause();
	if (item.deed == DIE || (item.deed == DIE_ONCE && times == 0))
		raise(SIGKILL);
	if (item.deed == NAP)
		nanosleep(&nap, NULL);
	item.value *= 10;
	memcpy(out, &item.value, sizeof(item.value));
	return item.deed == FAIL ? -ENOTTY : (ssize_t)sizeof(item.value);
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;
	int refuses = f->refuses;
	uint32_t value;

	assert_in_range(id, 0, IDS - 1);
	f->put++;
	f->twice += f->status[id] != NOT_PUT;
	f->status[id] = status;
	f->disorder += f->put > 1 && id != f->last + 1;
	f->last = id;
	if (status == 0) {
		assert_int_equal(len, sizeof(value));
		memcpy(&value, out, sizeof(value));
		f->wrong += value != f->value[id] * 10;
	} else if (status < 0 || status == PVQ_POOL_CANCELLED) {
		assert_null(out);
	}
	if (f->leaves)
		longjmp(f->jump, 1);
	f->refuses = 0;
	return refuses;
}

static const struct pvq_pool_config plain = {PVQ_POOL_DEFAULTS, .workers = 2, .max_in = sizeof(struct item),
	.max_out = sizeof(uint32_t), .init = init, .run = run};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->sh = mmap(NULL, sizeof(*f->sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*state = now = f;
	return f->sh == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	munmap(f->sh, sizeof(*f->sh));
	free(f);
	return 0;
}

static void start(struct fixture *f, struct pvq_pool_config config)
{
	f->submitted = f->put = f->twice = f->disorder = 0;
	for (unsigned i = 0; i < IDS; i++)
		f->status[i] = NOT_PUT;
	memset(f->sh, 0, sizeof(*f->sh));
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	assert_int_equal(pvq_pool_start(&f->pool, &config, &f->err), 0);
}

/* The item's value is its id. */
static int try_submit(struct fixture *f, enum deed deed)
{
	struct item item = {.deed = deed, .value = (uint32_t)f->submitted};
	uint64_t id = UINT64_MAX;
	int ret = pvq_pool_submit(f->pool, &item, sizeof(item), &id, &f->err);

	if (ret == 0) {
		assert_int_equal(id, f->submitted);
		f->value[f->submitted++] = item.value;
	}
	return ret;
}

static void submit(struct fixture *f, enum deed deed)
{
	assert_int_equal(try_submit(f, deed), 0);
}

static int collect(struct fixture *f)
{
	const struct pvq_pool_feed feed = {.put = put, .ctx = f};

	return pvq_pool_collect(f->pool, &feed, &f->err);
}

static void collect_all(struct fixture *f)
{
	while (pvq_pool_in_flight(f->pool) > 0) {
		int got = collect(f);

		assert_true(got >= 0);
		if (got == 0)
			assert_true(pvq_pool_wait(f->pool, -1, &f->err) >= 0);
	}
	assert_int_equal(f->put, f->submitted);
	assert_int_equal(f->twice, 0);
	assert_int_equal(f->wrong, 0);
}

static void close_well(struct fixture *f)
{
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_int_equal(f->err.code, 0);
}

static void await_begun(const struct fixture *f, unsigned id)
{
	while (!atomic_load(&f->sh->begun[id]))
		sched_yield();
}

/* ---- items go in, results come out ---- */

static void test_every_item_once_and_no_more_than_the_window(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;
		unsigned full = 0;

		config.ordered = ordered;
		config.window = 7;
		start(f, config);
		while (f->submitted < IDS) {
			int ret = try_submit(f, f->submitted % 50 == 3 ? FAIL : TENFOLD);

			if (ret) {
				assert_int_equal(ret, -EAGAIN);
				assert_int_equal(pvq_pool_in_flight(f->pool), 7);
				full++;
				assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
				assert_in_range(collect(f), 1, 7);
			}
		}
		assert_true(full > 0);
		collect_all(f);
		for (unsigned i = 0; i < IDS; i++)
			assert_int_equal(f->status[i], i % 50 == 3 ? -ENOTTY : 0);
		if (ordered)
			assert_int_equal(f->disorder, 0);
		close_well(f);
	}
}

/* The worker sleeps between them, or is about to. */
static void test_a_single_item_reaches_a_worker(void **state)
{
	struct fixture *f = *state;

	start(f, plain);
	for (unsigned i = 0; i < 500; i++) {
		submit(f, TENFOLD);
		assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
		assert_int_equal(collect(f), 1);
		assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 0); /* nothing is in flight */
	}
	assert_int_equal(f->put, 500);
	close_well(f);
}

static void test_flush_lets_items_go(void **state)
{
	struct fixture *f = *state;

	start(f, plain);
	for (unsigned i = 0; i < 100; i++)
		submit(f, TENFOLD);
	pvq_pool_flush(f->pool);
	for (unsigned i = 0; i < 100; i++)
		await_begun(f, i);
	assert_int_equal(f->put, 0);
	collect_all(f);
	close_well(f);
}

static void test_an_input_that_is_too_long_is_refused(void **state)
{
	char bytes[sizeof(struct item) + 1] = {0};
	struct fixture *f = *state;

	start(f, plain);
	assert_int_equal(pvq_pool_submit(f->pool, bytes, sizeof(bytes), NULL, &f->err), -EMSGSIZE);
	assert_non_null(strstr(f->err.msg, "9 bytes"));
	assert_int_equal(pvq_pool_in_flight(f->pool), 0);
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	submit(f, TENFOLD);
	collect_all(f);
	close_well(f);
}

static void test_a_put_that_refuses_ends_the_collect_alone(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		start(f, config);
		for (unsigned i = 0; i < 20; i++)
			submit(f, TENFOLD);
		f->refuses = -ECHILD;
		assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
		assert_int_equal(collect(f), -ECHILD);
		assert_int_equal(f->put, 1);
		assert_int_equal(pvq_pool_in_flight(f->pool), 19);
		f->err = (struct pvq_error)PVQ_NO_ERROR;
		collect_all(f);
		close_well(f);
	}
}

static void test_a_put_that_does_not_return(void **state)
{
	struct fixture *f = *state;

	start(f, plain);
	submit(f, TENFOLD);
	assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
	f->leaves = 1;
	if (setjmp(f->jump) == 0) {
		(void)collect(f);
		fail();
	}
	assert_int_equal(try_submit(f, TENFOLD), -EINVAL);
	assert_int_equal(collect(f), -EINVAL);
	assert_int_equal(pvq_pool_wait(f->pool, 0, &f->err), -EINVAL);
	assert_int_equal(pvq_pool_cancel_all(f->pool), -EINVAL);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	struct fixture *f = ctx;
	struct item item = {.deed = TENFOLD, .value = (uint32_t)id};

	memcpy(in, &item, sizeof(item));
	f->value[id] = item.value;
	return id < 10 ? (ssize_t)sizeof(item) : PVQ_POOL_END;
}

static void test_maps_and_steps_take_turns(void **state)
{
	struct fixture *f = *state;
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = f};

	start(f, plain);
	submit(f, TENFOLD);
	assert_int_equal(pvq_pool_map(f->pool, &feed, &f->err), -EBUSY);
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	collect_all(f);
	f->status[0] = NOT_PUT;
	assert_int_equal(pvq_pool_map(f->pool, &feed, &f->err), 0);
	assert_int_equal(f->put, 11);
	f->submitted = 10;
	submit(f, TENFOLD); /* its id is 10 */
	f->put--;           /* the first one's */
	collect_all(f);
	close_well(f);
}

/* ---- items in pieces ---- */

/* So short that many go together, and many different ones. */
static void test_short_items_of_many_kinds(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		config.window = 2048;
		start(f, config);
		while (f->submitted < IDS) {
			uint64_t id = f->submitted;
			int ret = try_submit(f, id % 100 == 37     ? FAIL
						: id % 1000 == 641 ? DIE_ONCE
								   : TENFOLD);

			if (ret == -EAGAIN && collect(f) == 0)
				assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
		}
		collect_all(f);
		for (unsigned i = 0; i < IDS; i++) {
			assert_int_equal(f->status[i], i % 100 == 37 ? -ENOTTY : 0);
			assert_int_equal(f->sh->begun[i], i % 1000 == 641 ? 2 : 1);
		}
		if (ordered)
			assert_int_equal(f->disorder, 0);
		close_well(f);
	}
}

/* Items that take long lie far apart, in as many places as there are workers; the window can be filled all the same. */
static void test_the_window_can_be_full_whatever_takes_long(void **state)
{
	enum { WORKERS = 8, WINDOW = 256 };
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.workers = WORKERS;
	config.window = WINDOW;
	start(f, config);
	for (unsigned i = 0; i < WORKERS; i++) {
		unsigned id = (unsigned)f->submitted;

		submit(f, AWAIT_GO);
		pvq_pool_flush(f->pool);
		await_begun(f, id);
		for (unsigned j = 0; i + 1 < WORKERS && j < 2 * WINDOW / WORKERS; j++) {
			submit(f, TENFOLD);
			while (pvq_pool_in_flight(f->pool) > i + 1)
				if (collect(f) == 0)
					assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
		}
	}
	for (unsigned i = WORKERS; i < WINDOW; i++)
		submit(f, TENFOLD);
	assert_int_equal(pvq_pool_in_flight(f->pool), WINDOW);
	assert_int_equal(try_submit(f, TENFOLD), -EAGAIN);
	atomic_store(&f->sh->go, 1);
	collect_all(f);
	/* The same slots again. */
	for (unsigned i = 0; i < WINDOW; i++)
		submit(f, TENFOLD);
	collect_all(f);
	close_well(f);
}

/* ---- waiting ---- */

static void note_signal(int sig)
{
	(void)sig;
}

static void test_waiting_ends_in_time_and_at_a_signal(void **state)
{
	const struct sigaction action = {.sa_handler = note_signal};
	const struct itimerspec often = {
		.it_value = {.tv_nsec = 2000000}, .it_interval = {.tv_nsec = 2000000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct fixture *f = *state;
	timer_t timer;

	start(f, plain);
	submit(f, AWAIT_GO);
	assert_int_equal(pvq_pool_wait(f->pool, 0, &f->err), 0);
	assert_int_equal(pvq_pool_wait(f->pool, 1000000, &f->err), 0);
	assert_int_equal(collect(f), 0);
	sigaction(SIGALRM, &action, NULL);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	timer_settime(timer, 0, &often, NULL);
	assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 0);
	timer_delete(timer);
	atomic_store(&f->sh->go, 1);
	collect_all(f);
	close_well(f);
}

/* Sleeps nowhere but in poll(2), without a time limit. */
static void poll_all(struct fixture *f, int fd)
{
	while (pvq_pool_in_flight(f->pool) > 0) {
		struct pollfd on = {.fd = fd, .events = POLLIN};
		int there = pvq_pool_wait(f->pool, 0, &f->err);

		assert_true(there >= 0);
		if (there == 0)
			assert_int_equal(poll(&on, 1, -1), 1);
		assert_true(collect(f) >= 0);
	}
	assert_int_equal(f->put, f->submitted);
	assert_int_equal(f->twice, 0);
	assert_int_equal(f->wrong, 0);
}

static void test_a_loop_that_polls_the_descriptor(void **state)
{
	static const enum deed deeds[] = {
		TENFOLD, TENFOLD, NAP, TENFOLD, DIE_ONCE, TENFOLD, DIE, TENFOLD, HANG};
	static const int status[] = {0, 0, 0, 0, 0, 0, PVQ_POOL_DIED, 0, PVQ_POOL_OVERDUE};
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;
		int fd;

		config.ordered = ordered;
		config.item_timeout_ns = 1000000000; /* waiting for a core is not to count */
		start(f, config);
		fd = pvq_pool_fd(f->pool, &f->err);
		assert_true(fd > 2);
		assert_int_equal(pvq_pool_fd(f->pool, &f->err), fd);
		for (unsigned i = 0; i < 100; i++) {
			submit(f, TENFOLD);
			poll_all(f, fd);
		}
		for (unsigned i = 0; i < 9; i++)
			submit(f, deeds[i]);
		poll_all(f, fd);
		for (unsigned i = 0; i < 9; i++)
			assert_int_equal(f->status[100 + i], status[i]);
		close_well(f);
	}
}

/* ---- cancelling ---- */

static void test_an_item_that_waits_is_cancelled(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		config.workers = 1;
		config.chunk = 1;
		start(f, config);
		submit(f, AWAIT_GO);
		for (unsigned i = 1; i < 100; i++)
			submit(f, TENFOLD);
		pvq_pool_flush(f->pool);
		await_begun(f, 0);
		assert_int_equal(pvq_pool_cancel(f->pool, 100), -ENOENT);
		for (unsigned i = 2; i < 100; i += 3)
			assert_int_equal(pvq_pool_cancel(f->pool, i), 0);
		assert_int_equal(pvq_pool_cancel(f->pool, 2), 0); /* again */
		atomic_store(&f->sh->go, 1);
		collect_all(f);
		for (unsigned i = 0; i < 100; i++) {
			assert_int_equal(f->status[i], i % 3 == 2 ? PVQ_POOL_CANCELLED : 0);
			assert_int_equal(f->sh->begun[i], i % 3 != 2);
		}
		assert_int_equal(pvq_pool_counts(f->pool)->cancelled, 33);
		assert_int_equal(pvq_pool_cancel(f->pool, 5), -ENOENT);
		submit(f, TENFOLD);
		assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
		assert_int_equal(pvq_pool_cancel(f->pool, 100), -EALREADY);
		collect_all(f);
		assert_int_equal(f->status[100], 0);
		close_well(f);
	}
}

static void test_an_item_that_runs_is_interrupted_and_no_other(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.interrupt = 1;
	config.retries = 0;
	start(f, config);
	submit(f, AWAIT_GO);
	submit(f, HANG);
	for (unsigned i = 2; i < 100; i++)
		submit(f, TENFOLD);
	pvq_pool_flush(f->pool);
	await_begun(f, 0);
	await_begun(f, 1);
	assert_int_equal(pvq_pool_cancel(f->pool, 1), 0);
	while (f->status[1] == NOT_PUT) {
		assert_int_equal(pvq_pool_wait(f->pool, -1, &f->err), 1);
		assert_true(collect(f) > 0);
	}
	assert_int_equal(f->status[0], NOT_PUT);
	atomic_store(&f->sh->go, 1);
	collect_all(f);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(f->status[i], i == 1 ? PVQ_POOL_CANCELLED : 0);
		assert_int_equal(f->sh->begun[i], 1);
	}
	assert_int_equal(pvq_pool_counts(f->pool)->deaths, 1);
	assert_int_equal(pvq_pool_counts(f->pool)->lost, 0);
	close_well(f);
}

/* It is in a worker's claim, behind another one. */
static void test_an_item_that_is_claimed_is_interrupted_when_it_begins(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.interrupt = 1;
	config.ordered = 1;
	config.workers = 1;
	config.chunk = 8;
	start(f, config);
	submit(f, AWAIT_GO);
	for (unsigned i = 1; i < 8; i++)
		submit(f, i == 3 ? HANG : TENFOLD);
	pvq_pool_flush(f->pool);
	await_begun(f, 0);
	assert_int_equal(pvq_pool_cancel(f->pool, 3), 0);
	atomic_store(&f->sh->go, 1);
	collect_all(f);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(f->status[i], i == 3 ? PVQ_POOL_CANCELLED : 0);
	close_well(f);
}

static void test_without_interrupt_it_runs_to_its_end(void **state)
{
	struct fixture *f = *state;

	start(f, plain);
	submit(f, AWAIT_GO);
	pvq_pool_flush(f->pool);
	await_begun(f, 0);
	assert_int_equal(pvq_pool_cancel(f->pool, 0), 0);
	assert_int_equal(pvq_pool_wait(f->pool, 1000000, &f->err), 0);
	atomic_store(&f->sh->go, 1);
	collect_all(f);
	assert_int_equal(f->status[0], PVQ_POOL_CANCELLED);
	assert_int_equal(pvq_pool_counts(f->pool)->deaths, 0);
	close_well(f);
}

static void test_all_are_cancelled_and_the_pool_is_as_good_as_new(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		config.interrupt = 1;
		config.window = 64;
		start(f, config);
		for (unsigned i = 0; i < 64; i++)
			submit(f, HANG);
		pvq_pool_flush(f->pool);
		await_begun(f, 0);
		assert_int_equal(pvq_pool_cancel_all(f->pool), 64);
		collect_all(f);
		for (unsigned i = 0; i < 64; i++)
			assert_int_equal(f->status[i], PVQ_POOL_CANCELLED);
		assert_int_equal(pvq_pool_cancel_all(f->pool), 0);
		for (unsigned i = 0; i < 64; i++)
			submit(f, TENFOLD);
		collect_all(f);
		for (unsigned i = 64; i < 128; i++) {
			assert_int_equal(f->status[i], 0);
			assert_int_equal(f->sh->begun[i], 1);
		}
		close_well(f);
	}
}

/* What a dead worker leaves, and is cancelled, is not run again. */
static void test_a_cancelled_item_is_not_run_again(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.retries = 200;
	config.workers = 1;
	config.chunk = 8;
	start(f, config);
	for (unsigned i = 0; i < 8; i++)
		submit(f, i == 0 ? DIE : TENFOLD);
	pvq_pool_flush(f->pool);
	await_begun(f, 0);
	assert_int_equal(pvq_pool_cancel_all(f->pool), 8);
	collect_all(f);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(f->status[i], PVQ_POOL_CANCELLED);
		assert_int_equal(f->sh->begun[i], i == 0);
	}
	close_well(f);
}

/* ---- what workers have done ---- */

static void test_what_each_worker_has_done(void **state)
{
	struct pvq_pool_worker sum = {0}, one;
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.chunk = 1; /* else the longest item is an estimate */
	start(f, config);
	for (unsigned i = 0; i < 1000; i++)
		submit(f, i == 500 ? NAP : TENFOLD);
	collect_all(f);
	assert_int_equal(pvq_pool_worker(f->pool, 2, &one), -EINVAL);
	/* A claim is counted when it has ended, which may be a moment after its results were put. */
	do {
		sum = (struct pvq_pool_worker){0};
		for (unsigned w = 0; w < 2; w++) {
			assert_int_equal(pvq_pool_worker(f->pool, w, &one), 0);
			sum.items += one.items;
			sum.busy_ns += one.busy_ns;
			sum.start_ns += one.start_ns;
			sum.longest_ns = sum.longest_ns > one.longest_ns ? sum.longest_ns : one.longest_ns;
		}
	} while (sum.items < 1000 || sum.start_ns < 4000000);
	assert_int_equal(sum.items, 1000);
	assert_in_range(sum.busy_ns, 5000000, UINT64_MAX);
	assert_in_range(sum.longest_ns, 5000000, sum.busy_ns);
	close_well(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_every_item_once_and_no_more_than_the_window),
		TEST(test_a_single_item_reaches_a_worker),
		TEST(test_flush_lets_items_go),
		TEST(test_an_input_that_is_too_long_is_refused),
		TEST(test_a_put_that_refuses_ends_the_collect_alone),
		TEST(test_a_put_that_does_not_return),
		TEST(test_maps_and_steps_take_turns),
		TEST(test_short_items_of_many_kinds),
		TEST(test_the_window_can_be_full_whatever_takes_long),
		TEST(test_waiting_ends_in_time_and_at_a_signal),
		TEST(test_a_loop_that_polls_the_descriptor),
		TEST(test_an_item_that_waits_is_cancelled),
		TEST(test_an_item_that_runs_is_interrupted_and_no_other),
		TEST(test_an_item_that_is_claimed_is_interrupted_when_it_begins),
		TEST(test_without_interrupt_it_runs_to_its_end),
		TEST(test_all_are_cancelled_and_the_pool_is_as_good_as_new),
		TEST(test_a_cancelled_item_is_not_run_again),
		TEST(test_what_each_worker_has_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
