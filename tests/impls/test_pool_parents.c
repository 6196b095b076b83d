/* test_pool_parents.c: any program may be a pool's parent: with threads, without stdio, with odd signals, as root or no
 * longer so. And nobody of a pool outlives it, whatever workers have done.
 */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	WORKERS = 3,
	CROWD = 400, /* more messages than the socket holds */
	NOBODY = 65534,
	GONE_MS = 20000,
	FDS = 256,
};

/* What all processes share. */
struct shared {
	_Atomic pid_t server, worker[CROWD], inner_server, inner[WORKERS];
	_Atomic unsigned begun, inner_begun, starts;
};

/* A pool whose items return what run() says; and what came of them. */
struct fixture {
	struct shared *sh;
	struct pvq_pool *pool;
	struct pvq_error err;
	uint64_t n, put, failed, memory;
	int64_t (*run)(struct fixture *, uint64_t id); /* the output; below 0: an error */
	void (*init)(void);
	void (*got)(struct fixture *, uint64_t id);
	int64_t value[1000];
	int status[1000], fds;
};

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static _Noreturn void hang(void)
{
	for (;;)
		pause();
}

static int init(void *ctx, unsigned worker)
{
	struct fixture *f = ctx;

	atomic_store(&f->sh->server, getppid());
	atomic_store(&f->sh->worker[worker], getpid());
	atomic_fetch_add(&f->sh->starts, 1);
	if (f->init)
		f->init();
	return 0;
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	struct fixture *f = ctx;
	uint64_t id;
	int64_t value;

	memcpy(&id, in, len);
	atomic_fetch_add(&f->sh->begun, 1);
	value = f->run ? f->run(f, id) : (int64_t)id;
	if (value < 0)
		return value;
	memcpy(out, &value, cap);
	return (ssize_t)cap;
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	const struct fixture *f = ctx;

	if (id >= f->n)
		return PVQ_POOL_END;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;

	f->put++;
	f->failed += status != 0;
	f->status[id] = status;
	if (status == 0)
		memcpy(&f->value[id], out, len);
	if (f->got)
		f->got(f, id);
	return 0;
}

static const struct pvq_pool_config plain = {
	.retries = 100, .workers = WORKERS, .max_in = 8, .max_out = 8, .chunk = 1};

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

	f->put = f->failed = 0;
	return pvq_pool_map(f->pool, &feed, &f->err);
}

static void check_all(const struct fixture *f)
{
	assert_int_equal(f->put, f->n);
	assert_int_equal(f->failed, 0);
	for (uint64_t i = 0; i < f->n; i++)
		assert_int_equal(f->value[i], i);
}

static int count_fds(void)
{
	int sum = 0;

	for (int fd = 0; fd < FDS; fd++)
		sum += fcntl(fd, F_GETFD) >= 0;
	return sum;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->sh = mmap(NULL, sizeof(*f->sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	f->n = 100;
	f->err = (struct pvq_error)PVQ_NO_ERROR;
	f->fds = count_fds();
	*state = f;
	return f->sh == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int left = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD || count_fds() != f->fds;

	munmap(f->sh, sizeof(*f->sh));
	free(f);
	return left;
}

/* ---- processes ---- */

static int watch(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	assert_true(fd >= 0);
	return fd;
}

static void is_gone(int pidfd, int within_ms)
{
	struct pollfd on = {.fd = pidfd, .events = POLLIN};

	assert_int_equal(poll(&on, 1, within_ms), 1);
	close(pidfd);
}

/* Kills the process, and sees all the others end. */
static void ends_with(pid_t pid, const int *pidfd, unsigned n)
{
	kill(pid, SIGKILL);
	for (unsigned i = 0; i < n; i++)
		is_gone(pidfd[i], GONE_MS);
}

static void await(_Atomic unsigned *count, unsigned least)
{
	while (atomic_load(count) < least)
		pause_ms(1);
}

/* Runs in a process of its own, which exits with what `body` returns: 0 where all is well. */
static pid_t in_child(int (*body)(struct fixture *), struct fixture *f)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body(f));
	return pid;
}

static void ends_well(pid_t pid)
{
	int wstatus;

	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_int_equal(wstatus, 0);
}

/* ---- the caller's death ---- */

/* Either clears the signal that the kernel sends at the parent's death; without root the latter only. */
static void drop_privileges(void)
{
	if (geteuid() == 0 && (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, 0);
}

static int64_t hangs(struct fixture *f, uint64_t id)
{
	(void)f;
	(void)id;
	hang();
}

static int64_t drops_and_hangs(struct fixture *f, uint64_t id)
{
	drop_privileges();
	if (id == 1)
		setsid();
	return hangs(f, id);
}

static int owner(struct fixture *f)
{
	return start(f, plain) || map(f);
}

static unsigned watch_tree(struct fixture *f, int *pidfd)
{
	unsigned n = 0;

	pidfd[n++] = watch(f->sh->server);
	for (int w = 0; w < WORKERS; w++)
		pidfd[n++] = watch(f->sh->worker[w]);
	return n;
}

static void test_nobody_outlives_a_killed_caller(void **state)
{
	struct fixture *f = *state;

	for (int where = 0; where < 2; where++) {
		int pidfd[1 + WORKERS];
		pid_t pid;

		memset(f->sh, 0, sizeof(*f->sh));
		f->init = where == 0 ? drop_privileges : NULL;
		f->run = where == 0 ? hangs : drops_and_hangs;
		pid = in_child(owner, f);
		await(&f->sh->begun, WORKERS);
		ends_with(pid, pidfd, watch_tree(f, pidfd));
		waitpid(pid, NULL, 0);
	}
}

static int inner_init(void *ctx, unsigned worker)
{
	struct fixture *f = ctx;

	atomic_store(&f->sh->inner_server, getppid());
	atomic_store(&f->sh->inner[worker], getpid());
	drop_privileges();
	return 0;
}

static ssize_t inner_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	struct fixture *f = ctx;

	(void)in, (void)len, (void)out, (void)cap;
	prctl(PR_SET_PDEATHSIG, 0);
	atomic_fetch_add(&f->sh->inner_begun, 1);
	hang();
}

/* Item 0 has a pool of its own. */
static int64_t nests(struct fixture *f, uint64_t id)
{
	struct pvq_pool_config config = plain;
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = f};

	drop_privileges();
	if (id > 0)
		hang();
	config.init = inner_init;
	config.run = inner_run;
	config.ctx = f;
	return pvq_pool_start(&f->pool, &config, &f->err) ? -EIO : pvq_pool_map(f->pool, &feed, &f->err);
}

static void test_nobody_outlives_a_caller_of_nested_pools(void **state)
{
	struct fixture *f = *state;
	int pidfd[2 + 2 * WORKERS];
	unsigned n;
	pid_t pid;

	f->run = nests;
	pid = in_child(owner, f);
	await(&f->sh->begun, WORKERS);
	await(&f->sh->inner_begun, WORKERS);
	n = watch_tree(f, pidfd);
	pidfd[n++] = watch(f->sh->inner_server);
	for (int w = 0; w < WORKERS; w++)
		pidfd[n++] = watch(f->sh->inner[w]);
	ends_with(pid, pidfd, n);
	waitpid(pid, NULL, 0);
}

static int becomes_another(struct fixture *f)
{
	if (start(f, plain))
		return 1;
	await(&f->sh->starts, WORKERS);
	while (!atomic_load(&f->sh->begun))
		pause_ms(1);
	execlp("sleep", "sleep", "1000", (char *)NULL);
	return 2;
}

static void test_a_caller_that_becomes_another_program_has_no_pool(void **state)
{
	struct fixture *f = *state;
	int pidfd[1 + WORKERS];
	unsigned n;
	pid_t pid;

	f->init = drop_privileges;
	pid = in_child(becomes_another, f);
	await(&f->sh->starts, WORKERS);
	n = watch_tree(f, pidfd);
	atomic_store(&f->sh->begun, 1);
	for (unsigned i = 0; i < n; i++)
		is_gone(pidfd[i], GONE_MS);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- the server's death ---- */

static int64_t kills_the_server(struct fixture *f, uint64_t id)
{
	drop_privileges();
	if (id == WORKERS - 1) {
		await(&f->sh->begun, WORKERS);
		kill(f->sh->server, SIGKILL); /* where that is not allowed any more, the test does it */
	}
	hang();
}

static void *kills_it_too(void *ctx)
{
	struct fixture *f = ctx;

	await(&f->sh->begun, WORKERS);
	kill(f->sh->server, SIGKILL);
	return NULL;
}

static void test_a_map_whose_server_is_killed_fails_by_name(void **state)
{
	struct fixture *f = *state;
	int pidfd[1 + WORKERS];
	pthread_t thread;
	unsigned n;

	f->run = kills_the_server;
	assert_int_equal(start(f, plain), 0);
	await(&f->sh->starts, WORKERS);
	n = watch_tree(f, pidfd);
	assert_int_equal(pthread_create(&thread, NULL, kills_it_too, f), 0);
	assert_int_equal(map(f), -EOWNERDEAD);
	assert_non_null(strstr(f->err.msg, "the pool's server died (killed by SIGKILL)"));
	for (unsigned i = 0; i < n; i++)
		is_gone(pidfd[i], 0);
	pthread_join(thread, NULL);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static void test_a_server_killed_while_nothing_is_mapped(void **state)
{
	struct fixture *f = *state;

	for (int maps = 0; maps < 2; maps++) {
		int server;

		assert_int_equal(start(f, plain), 0);
		assert_int_equal(map(f), 0);
		check_all(f);
		server = watch(f->sh->server);
		kill(f->sh->server, SIGKILL);
		is_gone(server, GONE_MS);
		f->err = (struct pvq_error)PVQ_NO_ERROR;
		if (maps)
			assert_int_equal(map(f), -EOWNERDEAD);
		assert_int_equal(pvq_pool_close(f->pool, &f->err), maps ? 0 : -EOWNERDEAD);
		assert_non_null(strstr(f->err.msg, "server died"));
		f->err = (struct pvq_error)PVQ_NO_ERROR;
	}
}

static void test_a_stopped_server_does_not_hold_up_the_end(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	int pidfd[1 + WORKERS];
	unsigned n;

	config.close_timeout_ns = 100000000;
	assert_int_equal(start(f, config), 0);
	await(&f->sh->starts, WORKERS);
	n = watch_tree(f, pidfd);
	kill(f->sh->server, SIGSTOP);
	pvq_pool_terminate(f->pool);
	for (unsigned i = 0; i < n; i++)
		is_gone(pidfd[i], 0);
}

/* ---- threads ---- */

static void *starts(void *ctx)
{
	return start(ctx, plain) ? ctx : NULL;
}

static void *closes(void *ctx)
{
	struct fixture *f = ctx;

	return pvq_pool_close(f->pool, &f->err) ? f : NULL;
}

static void in_thread(void *(*body)(void *), struct fixture *f)
{
	pthread_t thread;
	void *failed;

	assert_int_equal(pthread_create(&thread, NULL, body, f), 0);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
}

/* Some die, so that there are replacements too. */
static int64_t some_die(struct fixture *f, uint64_t id)
{
	if (id % 10 == 5 && atomic_fetch_add(&f->sh->inner_begun, 1) % 2 == 0)
		raise(SIGKILL);
	return (int64_t)id;
}

static void test_started_mapped_and_closed_by_different_threads(void **state)
{
	struct fixture *f = *state;

	f->run = some_die;
	in_thread(starts, f);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(map(f), 0);
		check_all(f);
	}
	in_thread(closes, f);
}

static _Atomic int enough;

static void *is_busy(void *ctx)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	unsigned size = 1;

	(void)ctx;
	while (!atomic_load(&enough)) {
		void *memory;

		pthread_mutex_lock(&mutex);
		memory = malloc(size = size * 5 % 10007);
		if (memory)
			memset(memory, 1, size);
		free(memory);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

/* The worker, too, needs memory. */
static int64_t allocates_and_dies(struct fixture *f, uint64_t id)
{
	char *text = NULL;
	int64_t value;

	if (asprintf(&text, "%d", (int)id) < 0)
		return -ENOMEM;
	value = some_die(f, (uint64_t)atoi(text));
	free(text);
	return value;
}

static void test_threads_run_while_workers_are_replaced(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	pthread_t thread[2];

	atomic_store(&enough, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, is_busy, NULL), 0);
	f->run = allocates_and_dies;
	f->n = 1000;
	config.recycle = 20;
	assert_int_equal(start(f, config), 0);
	assert_int_equal(map(f), 0);
	check_all(f);
	assert_true(pvq_pool_counts(f->pool)->deaths > 0);
	assert_true(pvq_pool_counts(f->pool)->fork_ns > 0);
	atomic_store(&enough, 1);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	(void)pvq_pool_close(f->pool, &f->err); /* the last one may have died */
}

static void *is_all_that_is_left(void *ctx)
{
	struct fixture *f = ctx;

	f->run = some_die;
	if (start(f, plain) || map(f) || f->put != f->n || f->failed)
		_exit(1);
	(void)pvq_pool_close(f->pool, &f->err);
	_exit(0);
}

static int without_main_thread(struct fixture *f)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, is_all_that_is_left, f))
		return 2;
	pthread_exit(NULL);
}

static void test_a_program_whose_main_thread_has_ended(void **state)
{
	ends_well(in_child(without_main_thread, *state));
}

/* ---- shortages, crowds, namespaces ---- */

static int limit_descriptors(pid_t pid, rlim_t most, struct rlimit *before)
{
	struct rlimit few;

	if (prlimit(pid, RLIMIT_NOFILE, NULL, before))
		return -1;
	few = *before;
	few.rlim_cur = most;
	return prlimit(pid, RLIMIT_NOFILE, &few, NULL);
}

/* Fewer than it takes, by one and by more: each thing that is opened fails once. */
static int starts_short(struct fixture *f)
{
	struct rlimit before;
	int succeeded = 0;

	for (rlim_t most = 3; !succeeded; most++) {
		int ret;

		if (limit_descriptors(0, most, &before))
			return 1;
		ret = start(f, plain);
		succeeded = ret == 0;
		if (succeeded && pvq_pool_close(f->pool, &f->err))
			return 2;
		setrlimit(RLIMIT_NOFILE, &before);
		if (ret && (ret != -EMFILE || f->err.code != ret))
			return 3;
		f->err = (struct pvq_error)PVQ_NO_ERROR;
		if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD || count_fds() != f->fds)
			return 4;
		if (most > FDS)
			return 5;
	}
	return 0;
}

static void test_a_start_that_is_short_of_descriptors(void **state)
{
	ends_well(in_child(starts_short, *state));
}

static struct rlimit server_had;
static _Atomic int server_lacks;

static void takes_from_the_server(struct fixture *f, uint64_t id)
{
	if (id != 10)
		return;
	assert_int_equal(limit_descriptors(f->sh->server, 3, &server_had), 0);
	atomic_store(&server_lacks, 1);
}

/* A while later: the length of it decides nothing. */
static void *gives_back(void *ctx)
{
	const struct fixture *f = ctx;

	while (!atomic_load(&server_lacks))
		pause_ms(1);
	pause_ms(100);
	return prlimit(f->sh->server, RLIMIT_NOFILE, &server_had, NULL) ? ctx : NULL;
}

static void test_a_server_that_is_short_of_descriptors_for_a_while(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	pthread_t thread;
	void *failed;

	f->got = takes_from_the_server;
	config.workers = 1;
	config.recycle = 1;
	assert_int_equal(start(f, config), 0);
	assert_int_equal(pthread_create(&thread, NULL, gives_back, f), 0);
	assert_int_equal(map(f), 0);
	check_all(f);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static void kills_all(struct fixture *f, uint64_t id)
{
	if (id != 0)
		return;
	await(&f->sh->starts, CROWD);
	for (int w = 0; w < CROWD; w++) {
		int pidfd = watch(f->sh->worker[w]);

		kill(f->sh->worker[w], SIGKILL);
		is_gone(pidfd, GONE_MS);
	}
}

static void test_a_crowd_that_dies_while_the_caller_is_busy(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->got = kills_all;
	config.workers = CROWD;
	assert_int_equal(start(f, config), 0);
	assert_int_equal(map(f), 0);
	check_all(f);
	pvq_pool_terminate(f->pool);
}

static int in_a_namespace(struct fixture *f)
{
	if (unshare(CLONE_NEWPID))
		return 0;
	f->run = some_die;
	if (start(f, plain) || map(f) || f->put != f->n || f->failed)
		return 1;
	(void)pvq_pool_close(f->pool, &f->err);
	return 0;
}

static void test_a_server_that_is_the_first_of_its_namespace(void **state)
{
	if (geteuid())
		skip();
	ends_well(in_child(in_a_namespace, *state));
}

/* ---- memory ---- */

static int64_t tells_memory(struct fixture *f, uint64_t id)
{
	if (id % 10 == 5 && some_die(f, id) < 0)
		return -EIO;
	return (int64_t)f->memory;
}

static void test_replacements_see_memory_as_it_was_at_start(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;

	f->memory = 7;
	f->run = tells_memory;
	config.recycle = 10;
	assert_int_equal(start(f, config), 0);
	f->memory = 8;
	assert_int_equal(map(f), 0);
	assert_int_equal(f->put, f->n);
	for (uint64_t i = 0; i < f->n; i++)
		assert_int_equal(f->value[i], 7);
	assert_true(pvq_pool_counts(f->pool)->deaths > 0);
	(void)pvq_pool_close(f->pool, &f->err);
}

/* ---- descriptors and signals ---- */

static int64_t is_without_stdio(struct fixture *f, uint64_t id)
{
	(void)f;
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return -EBADF;
	return (int64_t)id;
}

static int without_stdio(struct fixture *f)
{
	struct pvq_pool_config config = plain;

	config.recycle = 10;
	f->run = is_without_stdio;
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (start(f, config) || is_without_stdio(f, 0) || map(f) || is_without_stdio(f, 0))
		return 1;
	return pvq_pool_close(f->pool, &f->err) || f->put != f->n || f->failed;
}

static void test_a_program_without_stdio(void **state)
{
	ends_well(in_child(without_stdio, *state));
}

/* How many descriptors above 2 a program has that run() executes. */
static int64_t executes(struct fixture *f, uint64_t id)
{
	(void)f;
	(void)id;
	return WEXITSTATUS(
		system("n=3 s=0; while [ $n -lt 250 ]; do [ -e /proc/$$/fd/$n ] && s=$((s + 1)); "
		       "n=$((n + 1)); done; exit $s"));
}

static void test_what_run_executes_gets_no_descriptor(void **state)
{
	struct fixture *f = *state;

	for (int fd = 3; fd < FDS; fd++) /* what the test's parent left open */
		if (fcntl(fd, F_GETFD) >= 0)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	f->run = executes;
	f->n = 6;
	assert_int_equal(start(f, plain), 0);
	assert_int_equal(map(f), 0);
	assert_int_equal(f->put, f->n);
	assert_int_equal(f->failed, 0);
	for (uint64_t i = 0; i < f->n; i++)
		assert_int_equal(f->value[i], 0);
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static int64_t signals_are_plain(struct fixture *f, uint64_t id)
{
	sigset_t blocked;

	(void)f;
	if (sigprocmask(SIG_SETMASK, NULL, &blocked))
		return -errno;
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction action;

		if (sigismember(&blocked, sig) == 1)
			return -EINVAL;
		if (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
			return -EEXIST;
	}
	return (int64_t)id;
}

/* Though each worker may begin on a CPU of its own. */
static int64_t cpus_of_a_worker(struct fixture *f, uint64_t id)
{
	cpu_set_t set;

	(void)f, (void)id;
	return sched_getaffinity(0, sizeof(set), &set) ? -1 : CPU_COUNT(&set);
}

static void test_workers_may_run_on_all_cpus_of_the_caller(void **state)
{
	struct fixture *f = *state;
	struct pvq_pool_config config = plain;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) > CROWD)
		skip();
	config.workers = CPU_COUNT(&set) < WORKERS ? WORKERS : CPU_COUNT(&set);
	config.recycle = 5; /* replacements, too */
	f->run = cpus_of_a_worker;
	assert_int_equal(start(f, config), 0);
	assert_int_equal(map(f), 0);
	assert_int_equal(f->put, f->n);
	for (uint64_t i = 0; i < f->n; i++)
		assert_int_equal(f->value[i], CPU_COUNT(&set));
	assert_int_equal(pvq_pool_close(f->pool, &f->err), 0);
}

static void take_note(int sig)
{
	(void)sig;
}

static int with_odd_signals(struct fixture *f)
{
	struct pvq_pool_config config = plain;
	sigset_t some, now;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGUSR1, take_note);
	sigemptyset(&some);
	sigaddset(&some, SIGTERM);
	sigaddset(&some, SIGCHLD);
	sigprocmask(SIG_BLOCK, &some, NULL);
	config.recycle = 10;
	f->run = signals_are_plain;
	if (start(f, config) || map(f) || f->put != f->n || f->failed)
		return 1;
	/* The program's own are as they were. */
	sigprocmask(SIG_SETMASK, NULL, &now);
	if (!sigismember(&now, SIGTERM) || sigismember(&now, SIGINT) || signal(SIGPIPE, SIG_DFL) != SIG_IGN)
		return 2;
	return pvq_pool_close(f->pool, &f->err);
}

static void test_signals_in_workers_are_those_of_a_plain_start(void **state)
{
	ends_well(in_child(with_odd_signals, *state));
}

static int64_t interrupts_the_group(struct fixture *f, uint64_t id)
{
	if (id == 50 && atomic_fetch_add(&f->sh->inner_begun, 1) == 0)
		kill(0, SIGINT);
	return (int64_t)id;
}

static int with_a_handler(struct fixture *f)
{
	struct pvq_pool_config config = plain;

	setpgid(0, 0);
	signal(SIGINT, take_note);
	config.retries = 100;
	f->run = interrupts_the_group;
	if (start(f, config) || map(f) || f->put != f->n || f->failed)
		return 1;
	(void)pvq_pool_close(f->pool, &f->err);
	return f->sh->inner_begun < 2; /* the workers did die of it */
}

static void test_an_interrupt_that_the_program_handles(void **state)
{
	ends_well(in_child(with_a_handler, *state));
}

/* ---- privileges of the caller ---- */

static int64_t first_hangs(struct fixture *f, uint64_t id)
{
	return id ? (int64_t)id : hangs(f, id);
}

static int drops_them_itself(struct fixture *f)
{
	struct pvq_pool_config config = plain;

	config.item_timeout_ns = 1000000000; /* waiting for a core is not to count */
	f->run = first_hangs;
	if (start(f, config))
		return 1;
	drop_privileges();
	if (map(f) || f->put != f->n || f->failed != 1 || f->status[0] != PVQ_POOL_OVERDUE)
		return 2;
	return pvq_pool_close(f->pool, &f->err);
}

static void test_a_caller_that_gives_its_privileges_away(void **state)
{
	if (geteuid())
		skip();
	ends_well(in_child(drops_them_itself, *state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_nobody_outlives_a_killed_caller),
		TEST(test_nobody_outlives_a_caller_of_nested_pools),
		TEST(test_a_caller_that_becomes_another_program_has_no_pool),
		TEST(test_a_map_whose_server_is_killed_fails_by_name),
		TEST(test_a_server_killed_while_nothing_is_mapped),
		TEST(test_a_stopped_server_does_not_hold_up_the_end),
		TEST(test_started_mapped_and_closed_by_different_threads),
		TEST(test_threads_run_while_workers_are_replaced),
		TEST(test_a_program_whose_main_thread_has_ended),
		TEST(test_a_start_that_is_short_of_descriptors),
		TEST(test_a_server_that_is_short_of_descriptors_for_a_while),
		TEST(test_a_crowd_that_dies_while_the_caller_is_busy),
		TEST(test_a_server_that_is_the_first_of_its_namespace),
		TEST(test_replacements_see_memory_as_it_was_at_start),
		TEST(test_a_program_without_stdio),
		TEST(test_what_run_executes_gets_no_descriptor),
		TEST(test_workers_may_run_on_all_cpus_of_the_caller),
		TEST(test_signals_in_workers_are_those_of_a_plain_start),
		TEST(test_an_interrupt_that_the_program_handles),
		TEST(test_a_caller_that_gives_its_privileges_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
