/* test_pool.c: the pool by its public header, as a C program uses the library. And under fire: a process kills workers
 * at random, thousands of times, while every item must arrive exactly once.
 */
#include "pool.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ITEMS_MAX = 20000, WORKERS_MAX = 8 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { KILLS = 150 }; /* a fork costs milliseconds there */
#else
enum { KILLS = 1500 }; /* in each of the four ways */
#endif

/* What the workers, the killer and the test share. */
struct shared {
	_Atomic uint32_t begun[ITEMS_MAX]; /* how often run() was entered with an item */
	_Atomic uint32_t started[WORKERS_MAX], refuse_init;
	_Atomic pid_t pid[WORKERS_MAX];
	_Atomic uint32_t stop, kills;
};

enum what { TIMES_TEN, FAIL, DIE, DIE_ONCE, HANG, STOPPED };

/* A pool, what its items do, and what came of them. */
struct fixture {
	struct shared *sh;
	struct pvq_pool *pool;
	struct pvq_error err;
	uint64_t n, special; /* items; the one that does not just multiply by ten */
	enum what what;
	unsigned spin;
	/* results: */
	uint64_t fed, put, lost, failed, in_flight_most, stop_at;
	int ordered, out_of_order, twice, wrong, status;
	struct pvq_pool_loss loss;
	unsigned char seen[ITEMS_MAX];
};

static int init(void *ctx, unsigned worker)
{
	struct fixture *f = ctx;

	atomic_store(&f->sh->pid[worker], getpid());
	atomic_fetch_add(&f->sh->started[worker], 1);
	return atomic_load(&f->sh->refuse_init) ? -EPERM : 0;
}

static ssize_t misbehave(enum what what, uint32_t times)
{
	if (what == DIE || (what == DIE_ONCE && times == 1))
		kill(getpid(), SIGKILL);
	if (what == STOPPED)
		_exit(0); /* that, too, is a death: nobody asked it to go */
	if (what == HANG)
		for (;;)
			pause();
	return what == FAIL ? -EDOM : 0;
}

static ssize_t work(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct fixture *f = ctx;
	uint64_t id;
	uint32_t times;

	if (len != sizeof(id) || cap != sizeof(id))
		return -EINVAL;
	memcpy(&id, in, sizeof(id));
	times = atomic_fetch_add_explicit(&f->sh->begun[id], 1, memory_order_relaxed) + 1;
	for (volatile unsigned i = 0; i < f->spin; i++)
		;
	if (id == f->special && f->what != TIMES_TEN) {
		ssize_t ret = misbehave(f->what, times);

		if (ret < 0)
			return ret;
	}
	id *= 10;
	memcpy(out, &id, sizeof(id));
	return sizeof(id);
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	struct fixture *f = ctx;

	if (id >= f->n)
		return -1;
	f->fed++;
	if (f->fed - f->put > f->in_flight_most)
		f->in_flight_most = f->fed - f->put;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;
	uint64_t value = 0;

	f->out_of_order += f->ordered && id != f->put;
	f->twice += f->seen[id % ITEMS_MAX]++ != 0;
	f->put++;
	if (status > 0) {
		assert_int_equal(len, sizeof(f->loss));
		memcpy(&f->loss, out, sizeof(f->loss));
		f->status = status;
		f->lost++;
	} else if (status) {
		f->status = status;
		f->failed++;
	} else {
		memcpy(&value, out, sizeof(value));
		f->wrong += len != sizeof(value) || value != id * 10;
	}
	return f->stop_at && f->put == f->stop_at ? -ECANCELED : 0;
}

static const struct pvq_pool_config plain = {
	PVQ_POOL_DEFAULTS,
	.workers = 3,
	.max_in = sizeof(uint64_t),
	.max_out = sizeof(uint64_t),
	.init = init,
	.run = work,
};

static void forget(struct fixture *f)
{
	f->fed = f->put = f->lost = f->failed = f->in_flight_most = 0;
	f->out_of_order = f->twice = f->wrong = f->status = 0;
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	memset(f->seen, 0, sizeof(f->seen));
	memset(f->sh->begun, 0, sizeof(f->sh->begun));
}

static void start(struct fixture *f, struct pvq_pool_config config, int ordered)
{
	forget(f);
	f->ordered = config.ordered = ordered;
	config.ctx = f;
	memset(f->sh->started, 0, sizeof(f->sh->started));
	assert_int_equal(pvq_pool_start(&f->pool, &config, &f->err), 0);
}

static int map(struct fixture *f)
{
	struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = f};

	return pvq_pool_map(f->pool, &feed, &f->err);
}

/* Each once, the right ones, in order where ordered. */
static void check_all(const struct fixture *f)
{
	assert_int_equal(f->put, f->n);
	assert_int_equal(f->twice, 0);
	assert_int_equal(f->wrong, 0);
	assert_int_equal(f->out_of_order, 0);
}

static void close_well(struct fixture *f)
{
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->sh = mmap(NULL, sizeof(*f->sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	f->n = 2000;
	*state = f;
	return f->sh == MAP_FAILED;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	munmap(f->sh, sizeof(*f->sh));
	free(f);
	return 0;
}

/* ---- what it offers ---- */

static void test_init_runs_in_each_worker(void **state)
{
	struct fixture *f = *state;

	start(f, plain, 1);
	f->n = 100;
	do { /* a map may be through before all have started, and closing does not wait for those */
		forget(f);
		assert_int_equal(map(f), 0);
	} while (!f->sh->started[0] || !f->sh->started[1] || !f->sh->started[2]);
	close_well(f);
	for (int w = 0; w < 3; w++)
		assert_int_equal(f->sh->started[w], 1);
}

static void test_init_that_fails_fails_the_map(void **state)
{
	struct fixture *f = *state;

	f->sh->refuse_init = 1;
	start(f, plain, 0);
	assert_int_equal(map(f), -EPERM);
	assert_non_null(strstr(f->err.msg, "initializer"));
	assert_int_equal(map(f), -EINVAL); /* and can only be closed */
	close_well(f);
}

static void test_recycled_workers(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.recycle = 50;
		start(f, config, ordered);
		assert_int_equal(map(f), 0);
		check_all(f);
		/* Three may be on their way, and three not noticed yet. */
		assert_in_range(pvq_pool_counts(f->pool)->recycled, 2000 / 50 - 6, 2000 / 50);
		assert_int_equal(pvq_pool_counts(f->pool)->deaths, 0);
		assert_true(f->sh->started[0] + f->sh->started[1] + f->sh->started[2] >= 2000 / 50 - 6);
		close_well(f);
	}
}

static void test_an_error_comes_with_its_item(void **state)
{
	struct fixture *f = *state;

	f->what = FAIL;
	f->special = 700;
	start(f, plain, 1);
	assert_int_equal(map(f), 0);
	check_all(f);
	assert_int_equal(f->failed, 1);
	assert_int_equal(f->status, -EDOM);
	close_well(f);
}

static void test_an_item_that_kills_is_run_again_then_lost(void **state)
{
	struct fixture *f = *state;

	f->what = DIE;
	f->special = 700;
	for (unsigned retries = 0; retries < 4; retries++)
		for (int ordered = 0; ordered < 2; ordered++) {
			struct pvq_pool_config config = plain;

			config.retries = retries;
			start(f, config, ordered);
			assert_int_equal(map(f), 0);
			check_all(f);
			assert_int_equal(f->lost, 1);
			assert_int_equal(f->status, PVQ_POOL_DIED);
			assert_int_equal(f->loss.attempts, retries + 1);
			assert_true(WIFSIGNALED(f->loss.wstatus) && WTERMSIG(f->loss.wstatus) == SIGKILL);
			assert_int_equal(f->sh->begun[700], retries + 1);
			assert_int_equal(pvq_pool_counts(f->pool)->deaths, retries + 1);
			assert_int_equal(pvq_pool_counts(f->pool)->retried, retries);
			assert_int_equal(pvq_pool_counts(f->pool)->lost, 1);
			/* Nobody else was begun twice. */
			for (int id = 0; id < 2000; id++)
				assert_int_equal(f->sh->begun[id], id == 700 ? retries + 1 : 1);
			close_well(f);
		}
}

static void test_an_item_that_kills_once_succeeds(void **state)
{
	struct fixture *f = *state;

	f->what = DIE_ONCE;
	f->special = 1999;
	start(f, plain, 1);
	assert_int_equal(map(f), 0);
	check_all(f);
	assert_int_equal(f->lost, 0);
	assert_int_equal(f->sh->begun[1999], 2);
	close_well(f);
}

static void test_a_worker_that_exits_is_a_death(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.workers = 1;
	f->what = STOPPED;
	start(f, config, 0);
	f->special = 0;
	assert_int_equal(map(f), 0);
	check_all(f);
	assert_int_equal(f->lost, 1);
	assert_true(WIFEXITED(f->loss.wstatus) && WEXITSTATUS(f->loss.wstatus) == 0);
	close_well(f);
}

static void test_an_item_that_hangs_is_given_up(void **state)
{
	struct fixture *f = *state;

	f->what = HANG;
	for (int i = 0; i < 4; i++) {
		struct pvq_pool_config config = plain;

		f->special = i < 2 ? 0 : 1999;
		config.item_timeout_ns =
			1000000000; /* an item that only waits for a core is not given up */
		start(f, config, i % 2);
		assert_int_equal(map(f), 0);
		check_all(f);
		assert_int_equal(f->lost, 1);
		assert_int_equal(f->status, PVQ_POOL_OVERDUE);
		assert_int_equal(f->loss.attempts, 1);
		assert_int_equal(f->sh->begun[f->special], 1);
		close_well(f);
	}
}

static void test_window_bounds_what_is_in_flight(void **state)
{
	struct fixture *f = *state;

	for (unsigned window = 1; window <= 64; window *= 4) {
		struct pvq_pool_config config = plain;

		config.window = window;
		start(f, config, window % 3 == 1);
		assert_int_equal(map(f), 0);
		check_all(f);
		assert_in_range(f->in_flight_most, 1, window);
		close_well(f);
	}
}

static void test_endless_input_ends_when_put_says_so(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.window = 16;
	f->n = UINT64_MAX;
	f->stop_at = 900;
	start(f, config, 1);
	assert_int_equal(map(f), -ECANCELED);
	assert_int_equal(f->put, 900);
	assert_in_range(f->fed, 900, 900 + 16);
	close_well(f); /* after a failed map: workers with an item are killed */
}

static void test_terminate_kills_at_once(void **state)
{
	struct fixture *f = *state;

	f->what = HANG;
	f->special = 10;
	f->stop_at = 10;
	start(f, plain, 1);
	assert_int_equal(map(f), -ECANCELED);
	pvq_pool_terminate(f->pool);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_maps_again_after_deaths(void **state)
{
	struct fixture *f = *state;

	f->special = 5;
	start(f, plain, 0);
	for (int i = 0; i < 10; i++) {
		f->what = TIMES_TEN;
		forget(f);
		f->n = (uint64_t)i * 100;
		/* Killed while idle: the next map finds out. */
		for (int w = 0; i > 0 && w < 3; w++)
			if (w != i % 3 && f->sh->pid[w])
				kill(f->sh->pid[w], SIGKILL);
		assert_int_equal(map(f), 0);
		check_all(f);
		assert_int_equal(f->lost, 0);
	}
	pvq_pool_terminate(f->pool);
}

static int dies_at_once(void *ctx, unsigned worker)
{
	(void)ctx;
	(void)worker;
	kill(getpid(), SIGKILL);
	return 0;
}

static void test_workers_that_cannot_live_end_the_map(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.init = dies_at_once;
	start(f, config, 0);
	assert_int_equal(map(f), -EOWNERDEAD);
	assert_non_null(strstr(f->err.msg, "as soon as they are started"));
	close_well(f);
}

/* The parent is killed with workers in every state; all of them are gone soon after. */
static void test_no_orphans(void **state)
{
	struct fixture *f = *state;
	pid_t parent;
	int fd[3];

	f->what = HANG;
	f->special = 0;
	parent = fork();
	if (parent == 0) {
		start(f, plain, 1);
		map(f);
		_exit(0);
	}
	for (int w = 0; w < 3; w++) {
		while (!atomic_load(&f->sh->pid[w]) || !atomic_load(&f->sh->begun[0]))
			sched_yield();
		fd[w] = (int)syscall(SYS_pidfd_open, f->sh->pid[w], 0);
		assert_true(fd[w] >= 0);
	}
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	for (int w = 0; w < 3; w++) {
		/* ESRCH once it is gone: a zombie that nobody reaps cannot be told from here, so ask again. */
		while (syscall(SYS_pidfd_send_signal, fd[w], 0, NULL, 0) == 0)
			sched_yield();
		close(fd[w]);
	}
}

/* ---- under fire ---- */

static void killer(struct shared *sh, unsigned workers, unsigned seed)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!atomic_load(&sh->stop)) {
		unsigned w = (unsigned)rand_r(&seed) % workers;
		pid_t pid = atomic_exchange(&sh->pid[w], 0);
		unsigned pause_for = (unsigned)rand_r(&seed) % 40000;

		for (volatile unsigned i = 0; i < pause_for; i++)
			;
		/* It has not been reaped and its number given to somebody else: that takes 2^22 forks. */
		if (pid && kill(pid, SIGKILL) == 0)
			atomic_fetch_add(&sh->kills, 1);
	}
	_exit(0);
}

/* Maps until so many workers were killed. */
static void under_fire(struct fixture *f, struct pvq_pool_config config, int ordered)
{
	unsigned retries = config.retries, seed = (unsigned)time(NULL) ^ (unsigned)getpid();
	uint64_t maps = 0, lost = 0;
	pid_t pid;

	f->sh->stop = f->sh->kills = 0;
	memset(f->sh->pid, 0, sizeof(f->sh->pid));
	pid = fork();
	if (pid == 0)
		killer(f->sh, config.workers, seed);
	start(f, config, ordered);
	while (atomic_load(&f->sh->kills) < KILLS) {
		forget(f);
		if (map(f))
			fail_msg("seed %u, map %d: %s", seed, (int)maps, f->err.msg);
		check_all(f);
		for (uint64_t id = 0; retries == 0 && id < f->n; id++)
			assert_in_range(f->sh->begun[id], 0, 1);
		assert_true(retries == 0 || f->lost == 0);
		lost += f->lost;
		maps++;
	}
	assert_int_equal(pvq_pool_counts(f->pool)->lost, lost);
	/* A kill may hit one that has just gone, to be recycled. */
	assert_true(pvq_pool_counts(f->pool)->deaths > KILLS / 10);
	atomic_store(&f->sh->stop, 1);
	waitpid(pid, NULL, 0);
	pvq_pool_terminate(f->pool);
}

static void test_under_fire_tiny_items(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.retries = 200;
	f->n = ITEMS_MAX;
	for (int ordered = 0; ordered < 2; ordered++)
		under_fire(f, config, ordered);
}

static void test_under_fire_few_slots(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.retries = 200;
	config.window = 3;
	config.workers = 2;
	f->n = 300;
	f->spin = 2000;
	for (int ordered = 0; ordered < 2; ordered++)
		under_fire(f, config, ordered);
}

static void test_under_fire_at_most_once(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.retries = 0;
	config.workers = 5;
	f->n = 5000;
	f->spin = 300;
	for (int ordered = 0; ordered < 2; ordered++)
		under_fire(f, config, ordered);
}

static void test_under_fire_recycled_with_time_out(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.retries = 200;
	config.recycle = 100;
	config.chunk = 7;
	config.item_timeout_ns = 5000000000;
	f->n = 3000;
	f->spin = 1000;
	for (int ordered = 0; ordered < 2; ordered++)
		under_fire(f, config, ordered);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_init_runs_in_each_worker),
		TEST(test_init_that_fails_fails_the_map),
		TEST(test_recycled_workers),
		TEST(test_an_error_comes_with_its_item),
		TEST(test_an_item_that_kills_is_run_again_then_lost),
		TEST(test_an_item_that_kills_once_succeeds),
		TEST(test_a_worker_that_exits_is_a_death),
		TEST(test_an_item_that_hangs_is_given_up),
		TEST(test_window_bounds_what_is_in_flight),
		TEST(test_endless_input_ends_when_put_says_so),
		TEST(test_terminate_kills_at_once),
		TEST(test_maps_again_after_deaths),
		TEST(test_workers_that_cannot_live_end_the_map),
		TEST(test_no_orphans),
		TEST(test_under_fire_tiny_items),
		TEST(test_under_fire_few_slots),
		TEST(test_under_fire_at_most_once),
		TEST(test_under_fire_recycled_with_time_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
