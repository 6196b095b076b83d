/* test_pool_features.c: what a pool does on request: the hook at a worker's end, replacements that are held back, pinning, bounds
 * of memory, the stack of a crash, urgent items, more and fewer workers.
 * Each by a small program that knows the public header alone.
 */
#include "pool.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ITEMS = 64, WORKERS = 3 };

/* What the workers and the test share. */
struct shared {
	_Atomic uint32_t begun[ITEMS], starts[WORKERS], meet, arrived, exits;
	_Atomic uint64_t first_ns, last_ns; /* starts of worker 1 */
	_Atomic int cpus[WORKERS], cpu[WORKERS], pid[WORKERS];
	_Atomic uint32_t go, turns, turn[ITEMS]; /* which item of all was begun */
};

/* A pool whose items multiply by ten, but for what a test sets; and what came of them. */
struct fixture {
	struct shared *sh;
	struct pvq_pool *pool;
	struct pvq_error err;
	uint64_t n, put;
	int (*init)(const struct fixture *, unsigned worker);
	int (*run)(const struct fixture *, uint64_t id);
	void (*bye)(const struct fixture *, unsigned worker);
	int status[ITEMS], ordered;
};

static unsigned worker_here;
static int has_run; /* this process, an item */

static int init(void *ctx, unsigned worker)
{
	const struct fixture *f = ctx;

	worker_here = worker;
	atomic_fetch_add(&f->sh->starts[worker], 1);
	return f->init ? f->init(f, worker) : 0;
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct fixture *f = ctx;
	uint64_t id;
	int ret;

	memcpy(&id, in, len);
	atomic_fetch_add(&f->sh->begun[id], 1);
	ret = f->run ? f->run(f, id) : 0;
	has_run = 1;
	id *= 10;
	memcpy(out, &id, cap);
	return ret ? ret : (ssize_t)cap;
}

static void bye(void *ctx, unsigned worker)
{
	const struct fixture *f = ctx;

	f->bye(f, worker);
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	const struct fixture *f = ctx;

	memcpy(in, &id, sizeof(id));
	return id < f->n ? (ssize_t)sizeof(id) : PVQ_POOL_END;
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;
	uint64_t value;

	f->put++;
	f->status[id] = status;
	if (status == 0) {
		memcpy(&value, out, len);
		assert_int_equal(value, id * 10);
	}
	return 0;
}

static const struct pvq_pool_config plain = {.workers = 2, .chunk = 1, .max_in = 8, .max_out = 8};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->sh = mmap(NULL, sizeof(*f->sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
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

static void start(struct fixture *f, struct pvq_pool_config config)
{
	config.init = init;
	config.run = run;
	config.worker_exit = f->bye ? bye : NULL;
	config.ctx = f;
	assert_int_equal(pvq_pool_start(&f->pool, &config, &f->err), 0);
}

static void map(struct fixture *f)
{
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = f};

	f->put = 0;
	assert_int_equal(pvq_pool_map(f->pool, &feed, &f->err), 0);
	assert_int_equal(f->put, f->n);
}

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- a worker's end ---- */

static void notes_its_end(const struct fixture *f, unsigned worker)
{
	assert_int_equal(worker, worker_here);
	if (has_run)
		atomic_fetch_add(&f->sh->exits, 1);
}

/* Each of the first items waits for the others: so each has a worker, which is ready. */
static int meets_others(const struct fixture *f, uint64_t id)
{
	if (id >= f->sh->meet)
		return 0;
	atomic_fetch_add(&f->sh->arrived, 1);
	while (atomic_load(&f->sh->arrived) < f->sh->meet)
		pause_ms(1);
	return 0;
}

static void test_the_hook_runs_when_the_pool_is_closed(void **state)
{
	struct fixture *f = *state;

	f->n = 2;
	f->sh->meet = 2;
	f->run = meets_others;
	f->bye = notes_its_end;
	start(f, plain);
	map(f);
	assert_int_equal(f->sh->exits, 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_int_equal(f->sh->exits, 2);
}

static void test_the_hook_runs_when_a_worker_is_recycled(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->n = 10;
	f->bye = notes_its_end;
	config.recycle = 1;
	start(f, config);
	map(f);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_int_equal(f->sh->exits, 10);
}

static int some_end_the_process(const struct fixture *f, uint64_t id)
{
	(void)f;
	if (id == 2)
		exit(0); /* NOLINT: the test's own handlers are none */
	if (id == 5)
		raise(SIGKILL);
	return 0;
}

static void test_the_hook_does_not_run_where_a_worker_dies(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->n = 8;
	f->run = some_end_the_process;
	f->bye = notes_its_end;
	config.workers = 1;
	start(f, config);
	map(f);
	assert_int_equal(f->status[2], PVQ_POOL_DIED);
	assert_int_equal(f->status[5], PVQ_POOL_DIED);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_int_equal(f->sh->exits, 1); /* of three */
}

static void fails_to_end(const struct fixture *f, unsigned worker)
{
	(void)worker;
	if (f->n == 1)
		abort();
	for (;;)
		pause();
}

static void test_a_hook_that_crashes_or_hangs_is_told_by_close(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->bye = fails_to_end;
	config.workers = 1;
	f->n = 1;
	start(f, config);
	map(f);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), -EOWNERDEAD);
	assert_int_equal(WTERMSIG(f->err.wstatus), SIGABRT);
	f->n = 2;
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	config.close_timeout_ns = 200000000;
	start(f, config);
	map(f);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), -ETIMEDOUT);
}

/* ---- workers that die at once ---- */

enum { STARTS = 10 };

static int second_dies_at_once(const struct fixture *f, unsigned worker)
{
	uint64_t none = 0, now = now_ns();

	if (worker != 1)
		return 0;
	atomic_compare_exchange_strong(&f->sh->first_ns, &none, now);
	if (atomic_load(&f->sh->starts[1]) <= STARTS)
		atomic_store(&f->sh->last_ns, now);
	_exit(3);
}

static int lasts_until_many_have_died(const struct fixture *f, uint64_t id)
{
	(void)id;
	while (atomic_load(&f->sh->starts[1]) <= STARTS)
		pause_ms(1);
	return 0;
}

static void test_a_broken_init_burns_no_cpu(void **state)
{
	struct fixture *f = *state;

	f->n = 1;
	f->init = second_dies_at_once;
	f->run = lasts_until_many_have_died;
	start(f, plain);
	map(f);
	/* The third start comes 1 ms after the second one's death, the next 2 ms after that, then 4, … */
	assert_true(f->sh->last_ns - f->sh->first_ns >= ((UINT64_C(1) << (STARTS - 2)) - 1) * 1000000);
	assert_true(pvq_pool_counts(f->pool)->held_back > 0);
	(void)pvq_pool_close(f->pool, &f->err); /* one may just have died */
}

static int all_die(const struct fixture *f, uint64_t id)
{
	(void)f;
	(void)id;
	raise(SIGKILL);
	return 0;
}

static void test_poison_burns_no_cpu(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	uint64_t began = now_ns();

	f->n = 6;
	f->run = all_die;
	config.workers = 1;
	start(f, config);
	map(f);
	assert_true(now_ns() - began >= (1 + 2 + 4 + 8) * UINT64_C(1000000));
	/* Fewer where a start has taken a second: that is not dying at once. */
	assert_in_range(pvq_pool_counts(f->pool)->held_back, 1, f->n - 1);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static int every_fourth_dies(const struct fixture *f, uint64_t id)
{
	(void)f;
	if (id % 4 == 3)
		raise(SIGKILL);
	return 0;
}

static void test_a_worker_that_has_got_on_is_replaced_at_once(void **state)
{
	struct fixture *f = *state;

	f->n = ITEMS;
	f->run = every_fourth_dies;
	for (unsigned chunk = 1; chunk <= 8; chunk += 7) {
		struct pvq_pool_config config = plain;

		config.workers = 1;
		config.chunk = chunk;
		start(f, config);
		map(f);
		assert_int_equal(pvq_pool_counts(f->pool)->deaths, ITEMS / 4);
		assert_int_equal(pvq_pool_counts(f->pool)->held_back, 0);
		assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	}
}

/* ---- CPUs ---- */

static int first_cpu(const cpu_set_t *set)
{
	int cpu = 0;

	while (!CPU_ISSET(cpu, set))
		cpu++;
	return cpu;
}

static int notes_its_cpus(const struct fixture *f, unsigned worker)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -errno;
	atomic_store(&f->sh->cpus[worker], CPU_COUNT(&set));
	atomic_store(&f->sh->cpu[worker], first_cpu(&set));
	return 0;
}

static void test_workers_stay_on_a_cpu_each(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	cpu_set_t set, left;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	f->sh->meet = WORKERS;
	f->n = ITEMS; /* most of them in replacements */
	f->init = notes_its_cpus;
	f->run = meets_others;
	config.workers = WORKERS;
	config.recycle = 1;
	for (config.pin = 0; config.pin < 2; config.pin++) {
		atomic_store(&f->sh->arrived, 0);
		start(f, config);
		map(f);
		(void)pvq_pool_close(f->pool, &f->err);
		left = set;
		for (unsigned w = 0; w < WORKERS; w++) {
			if (CPU_COUNT(&left) == 0)
				left = set;
			assert_int_equal(f->sh->cpus[w], config.pin ? 1 : CPU_COUNT(&set));
			assert_int_equal(f->sh->cpu[w], first_cpu(config.pin ? &left : &set));
			CPU_CLR(first_cpu(&left), &left);
		}
	}
}

/* ---- memory ---- */

enum { LEAK = 8 << 20, LEAKS = 4 }; /* bytes an item, and of how many a worker is replaced */

/* Memory that is never given back; NULL: there is none. */
static void *take(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : memset(at, 1, bytes);
}

static int leaks(const struct fixture *f, uint64_t id)
{
	static unsigned times;

	(void)f;
	(void)id;
	if (times > LEAKS) /* it has more than it may have already */
		return -E2BIG;
	times++;
	return take(LEAK) ? 0 : -ENOMEM;
}

static void test_a_worker_that_has_grown_is_replaced_between_items(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->n = 20;
	f->run = leaks;
	f->bye = notes_its_end;
	config.workers = 1;
	config.recycle_memory = (size_t)LEAK * LEAKS;
	start(f, config);
	map(f);
	for (unsigned i = 0; i < f->n; i++)
		assert_int_equal(f->status[i], 0);
	assert_int_equal(pvq_pool_counts(f->pool)->deaths, 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	assert_in_range(f->sh->exits, f->n / (LEAKS + 1), f->n);
}

static int takes_little(const struct fixture *f, uint64_t id)
{
	(void)f;
	(void)id;
	return take(4096) ? 0 : -ENOMEM;
}

/* What the program has itself is not the worker's. */
static void test_a_worker_that_has_not_grown_stays(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	void *large = take((size_t)2 * LEAK * LEAKS);

	assert_non_null(large);
	f->n = ITEMS;
	f->run = takes_little;
	config.recycle_memory = (size_t)LEAK * LEAKS;
	start(f, config);
	map(f);
	assert_int_equal(pvq_pool_counts(f->pool)->recycled, 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	munmap(large, (size_t)2 * LEAK * LEAKS);
}

static int takes_too_much(const struct fixture *f, uint64_t id)
{
	if (id % 4 == 0)
		return take((size_t)2 * LEAK * LEAKS) ? 0 : -errno;
	if (id == 1 && !take((size_t)2 * LEAK * LEAKS))
		raise(SIGKILL);
	return takes_little(f, id);
}

static void test_an_item_that_takes_too_much_memory_is_told_by_name(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

#ifdef PVQ_EMULATED /* the emulator does not limit its own memory */
	skip();
#endif
	f->n = 12;
	f->run = takes_too_much;
	config.max_memory = (size_t)LEAK * LEAKS;
	start(f, config);
	map(f);
	for (unsigned i = 0; i < f->n; i++)
		assert_int_equal(f->status[i], i == 1 ? PVQ_POOL_DIED : i % 4 == 0 ? -ENOMEM : 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

/* ---- crashes ---- */

static const int crash[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { CRASHES = sizeof(crash) / sizeof(*crash), OVERFLOW = CRASHES, FAULT };

/* Until the stack has no room. */
static int descend(volatile const char *above, volatile const int *goes_on)
{
	volatile char here[4096];

	here[0] = (char)(*above + 1);
	return *goes_on ? descend(here, goes_on) + here[0] : here[0];
}

static int crashes(const struct fixture *f, uint64_t id)
{
	const struct rlimit small = {.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};
	volatile int goes_on = 1;
	volatile char bottom = 0;
	volatile char *page;

	(void)f;
	if (id == OVERFLOW) {
		setrlimit(RLIMIT_STACK, &small);
		return descend(&bottom, &goes_on);
	}
	if (id == FAULT) {
		page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		return *page;
	}
	return raise(crash[id]);
}

static int note_fate(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;
	struct pvq_pool_loss loss;

	f->put++;
	assert_int_equal(status, PVQ_POOL_DIED);
	memcpy(&loss, out, len);
	assert_true(WIFSIGNALED(loss.wstatus));
	f->status[id] = WTERMSIG(loss.wstatus);
	return 0;
}

/* What workers print on stderr, which is a file meanwhile. */
static void crash_all(struct fixture *f, int backtrace, char *text, size_t cap)
{
	const struct pvq_pool_feed feed = {.next = next, .put = note_fate, .ctx = f};
	struct pvq_pool_config config = plain;
	int kept = dup(STDERR_FILENO), file = memfd_create("stderr", 0);
	ssize_t n;

	assert_true(kept >= 0 && file >= 0);
	f->n = FAULT + 1;
	f->run = crashes;
	config.backtrace = backtrace;
	config.workers = 1; /* so that nobody writes over another's lines */
	dup2(file, STDERR_FILENO);
	start(f, config);
	dup2(kept, STDERR_FILENO);
	assert_int_equal(pvq_pool_map(f->pool, &feed, &f->err), 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	for (int i = 0; i < CRASHES; i++)
		assert_int_equal(f->status[i], crash[i]);
	assert_int_equal(f->status[OVERFLOW], SIGSEGV);
	assert_int_equal(f->status[FAULT], SIGSEGV);
	n = pread(file, text, cap - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	close(file);
	close(kept);
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned sum = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		sum++;
	}
	return sum;
}

static void test_a_crash_shows_where_and_ends_the_worker_as_ever(void **state)
{
	static char text[1 << 16];
	struct fixture *f = *state;

	crash_all(f, 1, text, sizeof(text));
	for (int i = 0; i < CRASHES; i++) {
		char line[64];

		snprintf(line, sizeof(line), "is killed by SIG%s:\n", sigabbrev_np(crash[i]));
		assert_int_equal(count_of(text, line), crash[i] == SIGSEGV ? 3 : 1);
	}
	assert_int_equal(count_of(text, "worker 0 "), FAULT + 1);
	assert_true(count_of(text, "[0x") >= FAULT + 1);
	crash_all(f, 0, text, sizeof(text));
	assert_int_equal(count_of(text, "worker"), 0);
}

/* ---- urgent items ---- */

enum { PLAIN = 20, URGENT = 5 };

/* The first one lasts until all others are there; the second urgent one kills its worker once. */
static int notes_its_turn(const struct fixture *f, uint64_t id)
{
	while (id == 0 && !atomic_load(&f->sh->go))
		pause_ms(1);
	if (id == PLAIN + 1 && atomic_load(&f->sh->begun[id]) == 1)
		raise(SIGKILL);
	atomic_store(&f->sh->turn[id], atomic_fetch_add(&f->sh->turns, 1));
	return 0;
}

static int put_in_turn(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	const struct fixture *f = ctx;

	assert_true(!f->ordered || id == f->put);
	return put(ctx, id, out, len, status);
}

static void submit(struct fixture *f, uint64_t id)
{
	uint64_t given = UINT64_MAX;

	assert_int_equal((id < PLAIN ? pvq_pool_submit : pvq_pool_submit_urgent)(
				 f->pool, &id, sizeof(id), &given, &f->err),
		0);
	assert_int_equal(given, id);
	pvq_pool_flush(f->pool);
}

static void test_an_urgent_item_is_begun_first(void **state)
{
	struct fixture *f = *state;
	const struct pvq_pool_feed feed = {.put = put_in_turn, .ctx = f};
	struct pvq_pool_config config = plain;

	f->run = notes_its_turn;
	config.workers = 1;
	config.retries = 1;
	for (config.ordered = 0; config.ordered < 2; config.ordered++) {
		f->ordered = config.ordered;
		f->put = 0;
		memset(f->sh, 0, sizeof(*f->sh));
		start(f, config);
		submit(f, 0);
		while (!atomic_load(&f->sh->begun[0]))
			assert_true(pvq_pool_wait(f->pool, 1000000, &f->err) >= 0);
		for (uint64_t id = 1; id < PLAIN + URGENT; id++)
			submit(f, id);
		atomic_store(&f->sh->go, 1);
		while (pvq_pool_in_flight(f->pool) > 0) {
			assert_true(pvq_pool_wait(f->pool, -1, &f->err) >= 0);
			assert_true(pvq_pool_collect(f->pool, &feed, &f->err) >= 0);
		}
		assert_int_equal(f->put, PLAIN + URGENT);
		for (unsigned id = 1; id < PLAIN + URGENT; id++) {
			assert_int_equal(f->status[id], 0);
			assert_int_equal(f->sh->begun[id], id == PLAIN + 1 ? 2 : 1);
			/* What was run again comes after what was on the lane. */
			if (id < PLAIN)
				assert_int_equal(f->sh->turn[id], URGENT + id);
			else
				assert_in_range(f->sh->turn[id], 1, URGENT);
		}
		assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
	}
}

static void test_an_urgent_item_may_be_cancelled_or_refused(void **state)
{
	struct fixture *f = *state;
	const struct pvq_pool_feed feed = {.put = put, .ctx = f};
	struct pvq_pool_config config = plain;
	uint64_t id = 1;
	char large[9] = {0};

	f->run = notes_its_turn;
	config.workers = 1;
	config.window = 2;
	start(f, config);
	submit(f, 0);
	while (!atomic_load(&f->sh->begun[0]))
		assert_true(pvq_pool_wait(f->pool, 1000000, &f->err) >= 0);
	assert_int_equal(pvq_pool_submit_urgent(f->pool, large, sizeof(large), NULL, &f->err), -EMSGSIZE);
	assert_int_equal(pvq_pool_submit_urgent(f->pool, &id, sizeof(id), NULL, &f->err), 0);
	assert_int_equal(pvq_pool_submit_urgent(f->pool, &id, sizeof(id), NULL, &f->err), -EAGAIN);
	assert_int_equal(pvq_pool_cancel(f->pool, 1), 0);
	atomic_store(&f->sh->go, 1);
	while (pvq_pool_in_flight(f->pool) > 0) {
		assert_true(pvq_pool_wait(f->pool, -1, &f->err) >= 0);
		assert_true(pvq_pool_collect(f->pool, &feed, &f->err) >= 0);
	}
	assert_int_equal(f->status[0], 0);
	assert_int_equal(f->status[1], PVQ_POOL_CANCELLED);
	assert_int_equal(f->sh->begun[1], 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

/* ---- more and fewer workers ---- */

static int notes_its_pid(const struct fixture *f, unsigned worker)
{
	atomic_store(&f->sh->pid[worker], getpid());
	return 0;
}

/* Whether that worker was there, and is gone. */
static int is_gone(const struct fixture *f, unsigned worker)
{
	return f->sh->pid[worker] && kill(f->sh->pid[worker], 0) && errno == ESRCH;
}

/* A map of as many items as workers, of which each needs its own. */
static void map_on(struct fixture *f, unsigned workers)
{
	atomic_store(&f->sh->arrived, 0);
	f->n = workers;
	f->sh->meet = workers;
	map(f);
	for (unsigned i = 0; i < workers; i++)
		assert_int_equal(f->status[i], 0);
}

static void test_the_number_of_workers_changes_between_maps(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->init = notes_its_pid;
	f->run = meets_others;
	f->bye = notes_its_end;
	config.workers = 2;
	config.max_workers = WORKERS;
	start(f, config);
	map_on(f, 2);
	assert_int_equal(pvq_pool_resize(f->pool, WORKERS, &f->err), 0);
	map_on(f, WORKERS);
	assert_int_equal(pvq_pool_resize(f->pool, 1, &f->err), 0);
	assert_int_equal(f->sh->exits, WORKERS - 1);
	assert_false(is_gone(f, 0));
	for (unsigned w = 1; w < WORKERS; w++)
		assert_true(is_gone(f, w));
	map_on(f, 1);
	assert_int_equal(pvq_pool_resize(f->pool, 2, &f->err), 0);
	map_on(f, 2);
	assert_int_equal(f->sh->starts[0], 1);
	assert_int_equal(f->sh->starts[1], 2);
	assert_int_equal(f->sh->starts[2], 1);
	assert_int_equal(pvq_pool_counts(f->pool)->deaths + pvq_pool_counts(f->pool)->recycled, 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static void test_a_pool_at_rest_has_no_worker_until_the_next_item(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->init = notes_its_pid;
	f->run = meets_others;
	f->bye = notes_its_end;
	config.workers = WORKERS;
	start(f, config);
	for (unsigned round = 1; round < 4; round++) {
		map_on(f, WORKERS);
		assert_int_equal(pvq_pool_rest(f->pool, &f->err), 0);
		for (unsigned w = 0; w < WORKERS; w++)
			assert_true(is_gone(f, w));
		assert_int_equal(f->sh->exits, round * WORKERS);
		assert_int_equal(pvq_pool_rest(f->pool, &f->err), 0); /* as it is */
		assert_int_equal(f->sh->starts[0], round);
	}
	assert_int_equal(pvq_pool_resize(f->pool, 1, &f->err), 0);
	assert_int_equal(f->sh->starts[0], 3); /* with the next item */
	map_on(f, 1);
	assert_int_equal(f->sh->starts[1], 3);
	assert_int_equal(pvq_pool_rest(f->pool, &f->err), 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static void test_the_number_of_workers_has_bounds(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	uint64_t id = 0;

	config.max_workers = 1;
	config.run = run;
	assert_int_equal(pvq_pool_start(&f->pool, &config, &f->err), -EINVAL);
	assert_non_null(strstr(f->err.msg, "max_workers is 1"));
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	config.max_workers = WORKERS;
	start(f, config);
	assert_int_equal(pvq_pool_resize(f->pool, 0, &f->err), -EINVAL);
	assert_int_equal(pvq_pool_resize(f->pool, WORKERS + 1, &f->err), -EINVAL);
	assert_int_equal(pvq_pool_submit(f->pool, &id, sizeof(id), NULL, &f->err), 0);
	assert_int_equal(pvq_pool_resize(f->pool, 1, &f->err), -EBUSY);
	assert_int_equal(pvq_pool_rest(f->pool, &f->err), -EBUSY);
	while (pvq_pool_in_flight(f->pool) > 0) {
		const struct pvq_pool_feed feed = {.put = put, .ctx = f};

		assert_true(pvq_pool_wait(f->pool, -1, &f->err) >= 0);
		assert_true(pvq_pool_collect(f->pool, &feed, &f->err) >= 0);
	}
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	assert_int_equal(pvq_pool_resize(f->pool, 1, &f->err), 0); /* as it was */
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static int hangs_where_told(const struct fixture *f, unsigned worker)
{
	(void)notes_its_pid(f, worker);
	while (worker == 1 && atomic_load(&f->sh->go))
		pause();
	return 0;
}

/* Two cannot end by themselves: one is stopped, and one is in its init(). */
static void test_workers_that_do_not_end_are_killed(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->init = hangs_where_told;
	f->run = meets_others;
	config.workers = WORKERS;
	config.close_timeout_ns = 100000000;
	f->sh->go = 1;
	start(f, config);
	map_on(f, WORKERS - 1);
	while (!f->sh->pid[1])
		pause_ms(1);
	assert_int_equal(kill(f->sh->pid[2], SIGSTOP), 0);
	assert_int_equal(pvq_pool_resize(f->pool, 1, &f->err), 0);
	assert_true(is_gone(f, 1) && is_gone(f, 2) && !is_gone(f, 0));
	assert_int_equal(pvq_pool_counts(f->pool)->deaths, 1);
	f->sh->go = 0;
	assert_int_equal(pvq_pool_resize(f->pool, WORKERS, &f->err), 0);
	map_on(f, WORKERS);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_the_hook_runs_when_the_pool_is_closed),
		TEST(test_the_hook_runs_when_a_worker_is_recycled),
		TEST(test_the_hook_does_not_run_where_a_worker_dies),
		TEST(test_a_hook_that_crashes_or_hangs_is_told_by_close),
		TEST(test_a_broken_init_burns_no_cpu),
		TEST(test_poison_burns_no_cpu),
		TEST(test_a_worker_that_has_got_on_is_replaced_at_once),
		TEST(test_workers_stay_on_a_cpu_each),
		TEST(test_a_worker_that_has_grown_is_replaced_between_items),
		TEST(test_a_worker_that_has_not_grown_stays),
		TEST(test_an_item_that_takes_too_much_memory_is_told_by_name),
		TEST(test_a_crash_shows_where_and_ends_the_worker_as_ever),
		TEST(test_an_urgent_item_is_begun_first),
		TEST(test_an_urgent_item_may_be_cancelled_or_refused),
		TEST(test_the_number_of_workers_changes_between_maps),
		TEST(test_a_pool_at_rest_has_no_worker_until_the_next_item),
		TEST(test_the_number_of_workers_has_bounds),
		TEST(test_workers_that_do_not_end_are_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
