/* test_pool_promises.c: what pool.h promises at the edges: lengths, bounds, hooks that fail, children that somebody else
 * reaps, starts that die, items that are run again, clocks, closing. Each by a small program that knows the public
 * header alone.
 */
#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ITEMS = 2000, WORKERS = 3 };

/* What the workers and the test share. */
struct shared {
	_Atomic uint32_t begun[ITEMS], starts, early, go;
	_Atomic uint64_t begun_ns[ITEMS];    /* when last */
	_Atomic uint32_t turns, turn[ITEMS]; /* calls of run(), and which of them was the item's last */
	_Atomic pid_t pid[WORKERS];
};

/* A pool whose items multiply by ten, but for what a test sets; and what came of them. */
struct fixture {
	struct shared *sh;
	struct pvq_pool *pool;
	struct pvq_error err;
	uint64_t n;
	ssize_t (*run)(const struct fixture *, uint64_t id, uint64_t *value);
	int (*init)(const struct fixture *, unsigned worker);
	ssize_t (*feed)(struct fixture *, uint64_t id);
	int (*got)(struct fixture *, uint64_t id, int status);
	/* results: */
	uint64_t put, wrong, twice, asked;
	int status[ITEMS];
	uint64_t put_ns[ITEMS];
	unsigned char seen[ITEMS];
	int out_given[ITEMS];
	struct pvq_pool_loss loss;
	jmp_buf jump;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int init(void *ctx, unsigned worker)
{
	struct fixture *f = ctx;

	atomic_fetch_add(&f->sh->starts, 1);
	if (worker < WORKERS)
		atomic_store(&f->sh->pid[worker], getpid());
	return f->init ? f->init(f, worker) : 0;
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct fixture *f = ctx;
	uint64_t id, value;
	ssize_t ret = sizeof(value);

	(void)cap;
	memcpy(&id, in, len);
	atomic_fetch_add(&f->sh->begun[id % ITEMS], 1);
	atomic_store(&f->sh->begun_ns[id % ITEMS], now_ns());
	atomic_store(&f->sh->turn[id % ITEMS], atomic_fetch_add(&f->sh->turns, 1));
	value = id * 10;
	if (f->run)
		ret = f->run(f, id, &value);
	memcpy(out, &value, sizeof(value));
	return ret;
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	struct fixture *f = ctx;
	ssize_t ret;

	f->asked++;
	if (id >= f->n)
		return PVQ_POOL_END;
	ret = f->feed ? f->feed(f, id) : (ssize_t)sizeof(id);
	memcpy(in, &id, sizeof(id));
	return ret;
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;
	uint64_t value;

	f->put++;
	f->twice += f->seen[id]++ != 0;
	f->status[id] = status;
	f->put_ns[id] = now_ns();
	f->out_given[id] = out != NULL;
	if (status < 0)
		return f->got ? f->got(f, id, status) : 0;
	if (!out)
		return -EBADMSG;
	if (status > 0) {
		assert_int_equal(len, sizeof(f->loss));
		memcpy(&f->loss, out, sizeof(f->loss));
	} else {
		assert_int_equal(len, sizeof(value));
		memcpy(&value, out, sizeof(value));
		f->wrong += value != id * 10;
	}
	return f->got ? f->got(f, id, status) : 0;
}

static const struct pvq_pool_config plain = {PVQ_POOL_DEFAULTS, .workers = 2, .max_in = 8, .max_out = 8};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->sh = mmap(NULL, sizeof(*f->sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	f->n = 100;
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	*state = f;
	return f->sh == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int left = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;

	munmap(f->sh, sizeof(*f->sh));
	free(f);
	return left;
}

static int start(struct fixture *f, struct pvq_pool_config config)
{
	config.init = init;
	config.run = run;
	config.ctx = f;
	return pvq_pool_start(&f->pool, &config, &f->err);
}

static int map(struct fixture *f)
{
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = f};

	f->put = f->wrong = f->twice = 0;
	memset(f->seen, 0, sizeof(f->seen));
	return pvq_pool_map(f->pool, &feed, &f->err);
}

/* Starts, maps and closes well, with all results but those of other statuses right, each once. */
static void through(struct fixture *f, struct pvq_pool_config config)
{
	assert_int_equal(start(f, config), 0);
	assert_int_equal(map(f), 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_int_equal(f->put, f->n);
	assert_int_equal(f->wrong, 0);
	assert_int_equal(f->twice, 0);
}

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* ---- bounds ---- */

static void refused(struct fixture *f, struct pvq_pool_config config, const char *names)
{
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	assert_int_equal(start(f, config), -EINVAL);
	assert_non_null(strstr(f->err.msg, names));
}

static void test_bounds_are_checked_first_and_named(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.max_in = SIZE_MAX;
	refused(f, config, "max_in");
	refused(f, config, "2147483647");
	config = plain;
	config.max_out = (size_t)INT_MAX + 1;
	refused(f, config, "max_out");
	config = plain;
	config.workers = 1u << 31;
	refused(f, config, "workers");
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	config = plain;
	assert_int_equal(pvq_pool_start(&f->pool, &config, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.msg, "run()"));
}

static void test_a_window_for_any_bounds(void **state)
{
	const size_t bytes[] = {0, 1, 8, 1 << 20, INT_MAX, SIZE_MAX / 2, SIZE_MAX - 15, SIZE_MAX};
	const unsigned workers[] = {0, 1, 64, UINT_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
		for (size_t j = 0; j < sizeof(bytes) / sizeof(*bytes); j++)
			for (size_t w = 0; w < sizeof(workers) / sizeof(*workers); w++)
				assert_in_range(pvq_pool_window(workers[w], bytes[i], bytes[j]), 1,
					PVQ_POOL_WINDOW_MAX);
}

/* ---- lengths and errors ---- */

static ssize_t odd_results(const struct fixture *f, uint64_t id, uint64_t *value)
{
	(void)f;
	(void)value;
	switch (id) {
	case 10:
		return 9;
	case 20:
		return (1ll << 32) + 8;
	case 30:
		return SSIZE_MAX;
	case 40:
		return LONG_MIN;
	case 50:
		return -(1ll << 32);
	case 60:
		return -ETIMEDOUT;
	case 70:
		return -EOWNERDEAD;
	default:
		return sizeof(*value);
	}
}

static void test_what_run_returns_is_that_items_affair(void **state)
{
	static const struct {
		unsigned id;
		int status;
	} odd[] = {{10, -EMSGSIZE}, {20, -EMSGSIZE}, {30, -EMSGSIZE}, {40, -EOVERFLOW}, {50, -EOVERFLOW},
		{60, -ETIMEDOUT}, {70, -EOWNERDEAD}};
	struct fixture *f = *state;

	f->run = odd_results;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;
		unsigned failed = 0;

		config.ordered = ordered;
		through(f, config);
		for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
			assert_int_equal(f->status[odd[i].id], odd[i].status);
			assert_false(f->out_given[odd[i].id]);
		}
		for (size_t i = 0; i < f->n; i++)
			failed += f->status[i] != 0;
		assert_int_equal(failed, sizeof(odd) / sizeof(*odd));
	}
}

static ssize_t every_third_too_long(struct fixture *f, uint64_t id)
{
	(void)f;
	return id % 3 == 0 ? 9 : id % 3 == 1 ? 8 : (ssize_t)sizeof(id);
}

static ssize_t all_too_long(struct fixture *f, uint64_t id)
{
	(void)f;
	(void)id;
	return SSIZE_MAX;
}

static void test_an_input_that_is_too_long_is_not_run(void **state)
{
	struct fixture *f = *state;

	f->n = ITEMS;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		config.window = 16;
		f->feed = every_third_too_long;
		memset(f->sh, 0, sizeof(*f->sh));
		through(f, config);
		for (unsigned i = 0; i < ITEMS; i++) {
			assert_int_equal(f->status[i], i % 3 == 0 ? -EMSGSIZE : 0);
			assert_int_equal(f->sh->begun[i], i % 3 != 0);
		}
		f->feed = all_too_long;
		through(f, config);
	}
}

static ssize_t fails_at_50(struct fixture *f, uint64_t id)
{
	(void)f;
	return id == 50 ? -EIO : (ssize_t)sizeof(id);
}

static void test_an_input_that_fails_ends_the_map(void **state)
{
	struct fixture *f = *state;

	f->feed = fails_at_50;
	assert_int_equal(start(f, plain), 0);
	assert_int_equal(map(f), -EIO);
	assert_non_null(strstr(f->err.msg, "item 50"));
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

/* Every input but the first is made from the result of the item before. */
static ssize_t waits_for_the_one_before(struct fixture *f, uint64_t id)
{
	return id && !f->seen[id - 1] ? PVQ_POOL_LATER : (ssize_t)sizeof(id);
}

/* Nothing is in flight, and nothing will be until it is asked several times. */
static ssize_t not_yet(struct fixture *f, uint64_t id)
{
	return f->asked % 4 ? PVQ_POOL_LATER : (ssize_t)sizeof(id);
}

static void test_an_input_may_come_later(void **state)
{
	struct fixture *f = *state;

	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		f->n = 50;
		f->feed = waits_for_the_one_before;
		through(f, config);
		f->n = 5;
		f->feed = not_yet;
		through(f, config);
	}
}

static int leaves_by_a_jump(struct fixture *f, uint64_t id, int status)
{
	(void)status;
	if (id == 20)
		longjmp(f->jump, 1);
	return 0;
}

/* What an exception does to a program in C++. */
static void test_a_hook_that_does_not_return(void **state)
{
	struct fixture *f = *state;

	f->got = leaves_by_a_jump;
	assert_int_equal(start(f, plain), 0);
	if (setjmp(f->jump) == 0) {
		(void)map(f);
		fail();
	}
	assert_int_equal(map(f), -EINVAL);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

/* ---- children that are not ours to reap ---- */

static ssize_t dies_at_7(const struct fixture *f, uint64_t id, uint64_t *value)
{
	(void)f;
	if (id == 7)
		raise(SIGKILL);
	return sizeof(*value);
}

static void reap_all(int sig)
{
	int saved = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = saved;
}

static void test_the_program_reaps_all_children_itself(void **state)
{
	void (*const handler[])(int) = {SIG_IGN, reap_all};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		struct pvq_pool_config config = plain;
		void (*before)(int) = signal(SIGCHLD, handler[i]);

		config.recycle = 5;
		f->run = dies_at_7;
		through(f, config);
		signal(SIGCHLD, before);
		assert_int_equal(f->status[7], PVQ_POOL_DIED);
		assert_int_equal(f->loss.attempts, 2);
		assert_int_equal(WTERMSIG(f->loss.wstatus), SIGKILL);
	}
}

/* ---- starts ---- */

/* Every other start dies; none of the results that are ready can be put before the first item's. */
static int every_other_dies(const struct fixture *f, unsigned worker)
{
	(void)worker;
	if (atomic_fetch_add(&f->sh->go, 1) % 2 == 1) {
		atomic_fetch_add(&f->sh->early, 1);
		_exit(3);
	}
	return 0;
}

static ssize_t first_waits_for_deaths(const struct fixture *f, uint64_t id, uint64_t *value)
{
	while (id == 0 && atomic_load(&f->sh->early) < 60)
		pause_ms(1);
	return sizeof(*value);
}

static void test_early_deaths_between_good_starts(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->n = 500;
	f->init = every_other_dies;
	f->run = first_waits_for_deaths;
	config.ordered = 1;
	config.recycle = 1;
	config.retries = 100;
	assert_int_equal(start(f, config), 0);
	assert_int_equal(map(f), 0);
	assert_int_equal(f->put, f->n);
	assert_int_equal(f->wrong + f->twice, 0);
	(void)pvq_pool_close(f->pool, &f->err); /* one may just have died */
}

/* With one worker each replacement is made while nobody is alive; descriptors are short for a while. */
static struct rlimit enough;
static _Atomic int short_of_them;

static int takes_descriptors_away(struct fixture *f, uint64_t id, int status)
{
	struct rlimit few = enough;

	(void)f;
	(void)status;
	if (id == 10) {
		few.rlim_cur = 3;
		setrlimit(RLIMIT_NOFILE, &few);
		atomic_store(&short_of_them, 1);
	}
	return 0;
}

/* A while later: the length of it decides nothing. */
static void *gives_descriptors_back(void *ctx)
{
	while (!atomic_load(&short_of_them))
		pause_ms(1);
	pause_ms(100);
	return setrlimit(RLIMIT_NOFILE, &enough) ? ctx : NULL;
}

static void test_a_shortage_that_passes(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	pthread_t thread;
	void *failed;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &enough), 0);
	assert_int_equal(pthread_create(&thread, NULL, gives_descriptors_back, f), 0);
	f->got = takes_descriptors_away;
	config.workers = 1;
	config.recycle = 1;
	through(f, config);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
}

/* ---- items that are run again ---- */

enum { HELD = 40, HAND_OUT = 500 };

/* The first one's worker dies with it. Before that is noticed nobody gets beyond item HELD. An item's turn is the number
 * of items that its own worker has begun since then. A count over all workers would depend on which of them has a core. */
static ssize_t first_dies_once(const struct fixture *f, uint64_t id, uint64_t *value)
{
	static uint32_t since;

	atomic_store(&f->sh->turn[id], since);
	since += atomic_load(&f->sh->go);
	if (id == 0 && atomic_load(&f->sh->begun[0]) == 1)
		raise(SIGKILL);
	while (id >= HELD && !atomic_load(&f->sh->go))
		pause_ms(1);
	return sizeof(*value);
}

/* Fills the window, and has no more before the death was noticed. */
static ssize_t more_once_it_is_noticed(struct fixture *f, uint64_t id)
{
	if (id < HAND_OUT || atomic_load(&f->sh->go))
		return sizeof(id);
	if (pvq_pool_counts(f->pool)->retried == 0)
		return PVQ_POOL_LATER;
	atomic_store(&f->sh->go, 1);
	return sizeof(id);
}

static void test_a_retried_item_goes_first(void **state)
{
	struct fixture *f = *state;

	f->n = ITEMS / 2;
	f->run = first_dies_once;
	f->feed = more_once_it_is_noticed;
	for (int i = 0; i < 4; i++) {
		struct pvq_pool_config config = plain;
		uint64_t chunk = i < 2 ? 1 : 8;

		config.chunk = (unsigned)chunk;
		config.ordered = i % 2;
		config.window = HAND_OUT + 1;
		memset(f->sh, 0, sizeof(*f->sh));
		through(f, config);
		assert_int_equal(f->sh->begun[0], 2);
		/* Whoever begins it goes through with one claim before; likewise before what the dead one had claimed and
		 * not begun. At the tail of the ring it would be HAND_OUT, less what others take. */
		for (unsigned id = 0; id < chunk; id++)
			assert_in_range(f->sh->turn[id], 0, 2 * chunk);
		for (unsigned id = 1; id < f->n; id++)
			assert_int_equal(f->sh->begun[id], 1);
	}
}

/* 100: its worker dies; 700: it fails first, then its worker hangs and is killed; 1300: it hangs. */
static ssize_t some_die_or_hang(const struct fixture *f, uint64_t id, uint64_t *value)
{
	uint32_t times = atomic_load(&f->sh->begun[id]);

	if ((id == 100 || id == 700) && times == 1)
		raise(SIGKILL);
	if (id == 1300 || (id == 700 && times == 2))
		for (;;)
			pause();
	return sizeof(*value);
}

/* So a single worker begins items in their order, whatever happens to it. */
static void test_one_worker_keeps_the_order_over_deaths(void **state)
{
	static const unsigned chunk[] = {0, 1, 7};
	struct fixture *f = *state;

	f->n = ITEMS;
	f->run = some_die_or_hang;
	for (int i = 0; i < 3; i++) {
		struct pvq_pool_config config = plain;

		config.workers = 1;
		config.ordered = i % 2;
		config.chunk = chunk[i];
		config.recycle = 150;
		config.item_timeout_ns = 1000000000; /* waiting for a core is not to count */
		memset(f->sh, 0, sizeof(*f->sh));
		through(f, config);
		for (unsigned id = 0; id < ITEMS; id++) {
			int lost = id == 700 || id == 1300;

			assert_int_equal(f->status[id], lost ? PVQ_POOL_OVERDUE : 0);
			assert_int_equal(f->sh->begun[id], id == 100 || id == 700 ? 2 : 1);
			assert_true(id == 0 || f->sh->turn[id] > f->sh->turn[id - 1]);
		}
	}
}

static ssize_t each_dies_once(const struct fixture *f, uint64_t id, uint64_t *value)
{
	if (atomic_load(&f->sh->begun[id]) == 1)
		raise(SIGKILL);
	return sizeof(*value);
}

static void test_every_item_is_run_again(void **state)
{
	struct fixture *f = *state;

	f->n = 200;
	f->run = each_dies_once;
	for (int i = 0; i < 4; i++) {
		struct pvq_pool_config config = plain;

		config.workers = WORKERS;
		config.ordered = i % 2;
		config.window = i < 2 ? 4 : 64;
		memset(f->sh, 0, sizeof(*f->sh));
		through(f, config);
		for (unsigned id = 0; id < f->n; id++) {
			assert_int_equal(f->status[id], 0);
			assert_int_equal(f->sh->begun[id], 2);
		}
	}
}

/* Only those that start first get ready. */
static int third_never_starts(const struct fixture *f, unsigned worker)
{
	(void)worker;
	if (atomic_fetch_add(&f->sh->early, 1) >= 2)
		for (;;)
			pause();
	return 0;
}

static ssize_t dies_beside_another(const struct fixture *f, uint64_t id, uint64_t *value)
{
	while (atomic_load(&f->sh->early) < 2)
		pause_ms(1);
	if (id == 0 && atomic_load(&f->sh->begun[0]) == 1)
		raise(SIGKILL);
	return sizeof(*value);
}

/* The other worker sleeps, for there was nothing to do; the replacement does not come. */
static void test_a_sleeper_is_woken_for_a_retried_item(void **state)
{
	struct fixture *f = *state;

	f->n = 1;
	f->init = third_never_starts;
	f->run = dies_beside_another;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool_config config = plain;

		config.ordered = ordered;
		memset(f->sh, 0, sizeof(*f->sh));
		through(f, config);
		assert_int_equal(f->status[0], 0);
		assert_int_equal(f->sh->begun[0], 2);
	}
}

/* ---- clocks ---- */

static void spin_cpu_ms(long ms)
{
	struct timespec t;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	while (t.tv_sec * 1000 + t.tv_nsec / 1000000 < ms);
}

/* Some 60 ms of CPU for each item that a worker runs; it is replaced after each. */
static ssize_t computes(const struct fixture *f, uint64_t id, uint64_t *value)
{
	(void)f;
	(void)id;
	spin_cpu_ms(60);
	return sizeof(*value);
}

/* The whole program is stopped for longer than an item may take, and goes on. */
static void test_time_in_which_the_program_is_stopped_counts_for_nobody(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	int wstatus;
	pid_t pid;

	f->n = 8;
	f->run = computes;
	config.recycle = 1;
	config.retries = 0;
	config.item_timeout_ns = 2000000000;
	pid = fork();
	if (pid == 0) {
		unsigned lost = 0;

		setpgid(0, 0);
		if (start(f, config) || (atomic_store(&f->sh->go, 1), map(f)))
			_exit(1);
		for (unsigned i = 0; i < f->n; i++)
			lost += f->status[i] != 0;
		_exit(pvq_pool_close(f->pool, &f->err) || lost ? 2 : 0);
	}
	while (!atomic_load(&f->sh->go) || !atomic_load(&f->sh->begun[0]))
		pause_ms(1);
	kill(-pid, SIGSTOP);
	pause_ms(2500);
	kill(-pid, SIGCONT);
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_int_equal(wstatus, 0);
}

/* One item in six takes about as long as an item may; the others no time. */
static ssize_t some_take_about_the_limit(const struct fixture *f, uint64_t id, uint64_t *value)
{
	(void)f;
	if (id % 6 == 0)
		pause_ms(290 + (long)(id % 7) * 5);
	return sizeof(*value);
}

static void test_only_items_that_were_overdue_are_given_up(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->n = 90;
	f->run = some_take_about_the_limit;
	config.retries = 0;
	config.chunk = 6;
	config.item_timeout_ns = 300000000;
	through(f, config);
	/* Any may have waited for a core for so long. */
	for (unsigned i = 0; i < f->n; i++)
		assert_true(f->status[i] == 0 || (f->status[i] == PVQ_POOL_OVERDUE &&
							 f->put_ns[i] - atomic_load(&f->sh->begun_ns[i]) >=
								 config.item_timeout_ns));
}

/* ---- closing ---- */

static void test_close_does_not_wait_for_a_stopped_worker(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	config.close_timeout_ns = 200000000;
	assert_int_equal(start(f, config), 0);
	assert_int_equal(map(f), 0);
	while (!atomic_load(&f->sh->pid[0]))
		pause_ms(1);
	kill(f->sh->pid[0], SIGSTOP);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), -ETIMEDOUT);
	assert_non_null(strstr(f->err.msg, "worker 0"));
}

static int second_never_starts(const struct fixture *f, unsigned worker)
{
	(void)f;
	if (worker == 1)
		for (;;)
			pause();
	return 0;
}

static void test_close_does_not_wait_for_an_init_that_never_ends(void **state)
{
	struct fixture *f = *state;

	f->init = second_never_starts;
	through(f, plain);
}

static int first_start_hangs(const struct fixture *f, unsigned worker)
{
	(void)worker;
	while (atomic_load(&f->sh->starts) == 1)
		pause();
	return 0;
}

static void test_an_init_may_have_a_limit(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->init = first_start_hangs;
	config.workers = 1;
	config.init_timeout_ns = 300000000;
	through(f, config);
	assert_true(f->sh->starts >= 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_bounds_are_checked_first_and_named),
		TEST(test_a_window_for_any_bounds),
		TEST(test_what_run_returns_is_that_items_affair),
		TEST(test_an_input_that_is_too_long_is_not_run),
		TEST(test_an_input_that_fails_ends_the_map),
		TEST(test_an_input_may_come_later),
		TEST(test_a_hook_that_does_not_return),
		TEST(test_the_program_reaps_all_children_itself),
		TEST(test_early_deaths_between_good_starts),
		TEST(test_a_shortage_that_passes),
		TEST(test_a_retried_item_goes_first),
		TEST(test_one_worker_keeps_the_order_over_deaths),
		TEST(test_every_item_is_run_again),
		TEST(test_a_sleeper_is_woken_for_a_retried_item),
		TEST(test_time_in_which_the_program_is_stopped_counts_for_nobody),
		TEST(test_only_items_that_were_overdue_are_given_up),
		TEST(test_close_does_not_wait_for_a_stopped_worker),
		TEST(test_close_does_not_wait_for_an_init_that_never_ends),
		TEST(test_an_init_may_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
