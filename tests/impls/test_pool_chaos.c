/* test_pool_chaos.c: processes of a pool are killed, or stopped and continued, at the k-th step of its protocol or at any
 * time, and every item must be accounted for: put exactly once, right, and begun no more often than it may. A step is an
 * access to shared memory (steps.h) or a system call (wrapped at link time).
 *
 * A round is the life of one pool: its shape, and what happens to which of its processes, follow from a seed. What falls at
 * a step does so at the same step again, though in the company of other processes that the kernel may schedule otherwise.
 *
 *	test_pool_chaos                      a sample, as a test
 *	test_pool_chaos --seed N [TIMES]     that round, so many times, with its shape
 *	test_pool_chaos --events N [SEED]    rounds from SEED on until so much has happened; a table in Markdown
 */
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

void pvq_pool_step(const char *function);

enum {
	ITEMS = 400,
	WORKERS = 4,
	SITES = 1024,
	STOPPED = 1 << 14, /* more than are born in a round */
	FDS = 64,
	HANG_MS = 120000,
	LOST_MS = 500,
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(PVQ_EMULATED)
	SAMPLE = 20, /* rounds; a fork costs milliseconds there */
#else
	SAMPLE = 150,
#endif
};

enum place { CALLER, SERVER, WORKER, PLACES };
enum deed { NOTHING, KILL, STOP, DEEDS };
enum when { AT_STEP, AT_ANY_TIME, WHENS };

/* Where in the program something was done. */
struct site {
	_Atomic(const char *) function;
	_Atomic uint64_t count[PLACES][DEEDS];
};

/* What all processes share. */
struct shared {
	/* Of this round: */
	_Atomic unsigned begun[ITEMS], born;
	_Atomic pid_t server;
	_Atomic int is_through; /* the caller has closed its pool */
	_Atomic pid_t stopped[STOPPED];
	/* Of all: */
	_Atomic uint64_t count[PLACES][DEEDS][WHENS];
	struct site site[SITES];
};

static struct shared *sh;

/* ---- chance ---- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t draw(uint64_t *state)
{
	return mix(*state += 0x9e3779b97f4a7c15u);
}

static uint64_t below(uint64_t *state, uint64_t n)
{
	return draw(state) % n;
}

/* 1 to 2^bits: each order of magnitude as often. */
static uint64_t any_size(uint64_t *state, unsigned bits)
{
	uint64_t most = 1ull << below(state, bits + 1);

	return 1 + below(state, most);
}

/* ---- a round's shape ---- */

/* Who is killed: workers in each of them; and then that is the end of the round. */
enum end { ENDS_WELL, SERVER_KILLED, CALLER_KILLED };

struct round {
	uint64_t seed;
	struct pvq_pool_config config;
	enum end end;
	unsigned items, maps, spin, callers_stops, servers_stops;
	int late;    /* the caller is killed while it closes the pool */
	int steps;   /* no map, but submit, collect, and wait or poll */
	int cancels; /* some items, at some time */
	int varied;  /* inputs differ in length, and some items fail */
	int changes; /* between maps the number of workers does, or none is kept */
	/* what came of it: */
	unsigned char seen[ITEMS], cancelled[ITEMS];
	const char *wrong;
};

static void shape(struct round *r, uint64_t seed)
{
	static const unsigned retries[] = {0, 1, 3, 200}, chunk[] = {0, 1, 3, 64},
			      window[] = {1, 2, 16, 64, 1000}, recycle[] = {0, 0, 1, 7};
	static const uint64_t limit[] = {0, 0, 0, 60000000000u, 3000000};
	uint64_t s = mix(seed), end = below(&s, 10);

	*r = (struct round){.seed = seed,
		.end = end == 0   ? SERVER_KILLED
		       : end == 1 ? CALLER_KILLED
				  : ENDS_WELL,
		.items = 1 + (unsigned)below(&s, ITEMS),
		.maps = 1 + (unsigned)below(&s, 3), /* the first one may be made step by step */
		.spin = below(&s, 4) ? (unsigned)any_size(&s, 12) : 0,
		.callers_stops = below(&s, 4) == 0,
		.servers_stops = below(&s, 4) == 0,
		.late = below(&s, 3) == 0};
	r->config = (struct pvq_pool_config){.retries = retries[below(&s, 4)],
		.workers = 1 + (unsigned)below(&s, WORKERS),
		.cores = below(&s, 2) ? 1 : 64,
		.chunk = chunk[below(&s, 4)],
		.window = window[below(&s, 5)],
		.ordered = (int)below(&s, 2),
		.max_in = 8,
		.max_out = 8,
		.recycle = recycle[below(&s, 4)],
		.item_timeout_ns = limit[below(&s, 5)],
		.close_timeout_ns = 1000000000ull * HANG_MS};
	r->steps = below(&s, 3) == 0;
	r->cancels = r->steps && below(&s, 2);
	r->config.interrupt = r->cancels && below(&s, 2);
	r->varied = below(&s, 2) == 0;
	r->changes = below(&s, 3) == 0;
	r->config.max_workers = r->changes ? WORKERS : 0;
}

/* ---- what happens to this process ---- */

static const struct round *round_now;
static enum place here;
static int armed;   /* it is in the pool's code: steps are counted */
static uint64_t me; /* the process's number in the round */
static uint64_t steps, next_step, chance;
static enum deed at_step, at_time;
static timer_t waker, clock_of_fate;
static int has_waker;

static struct site *site_of(const char *function)
{
	for (size_t i = (uintptr_t)function / 8;; i++) {
		struct site *site = &sh->site[i % SITES];
		const char *known = NULL;

		if (atomic_compare_exchange_strong(&site->function, &known, function) || known == function)
			return site;
	}
}

static void set_timer(timer_t timer, uint64_t first_ns, uint64_t every_ns)
{
	const struct itimerspec at = {
		.it_value = {.tv_nsec = (long)first_ns}, .it_interval = {.tv_nsec = (long)every_ns}};

	timer_settime(timer, 0, &at, NULL);
}

static void is_continued(int sig)
{
	(void)sig;
}

/* Until a timer continues it; again and again, lest one that comes before the stop be the last. A stop discards a SIGCONT
 * that is pending, and with it the timer: then somebody else must do it. */
static void stop_for(uint64_t ns)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGCONT};

	if (!has_waker && timer_create(CLOCK_MONOTONIC, &event, &waker))
		_exit(1);
	has_waker = 1;
	atomic_store(&sh->stopped[me % STOPPED], getpid());
	set_timer(waker, ns, ns);
	raise(SIGSTOP);
	set_timer(waker, 0, 0);
	atomic_store(&sh->stopped[me % STOPPED], 0);
}

static void suffer(enum deed deed, enum when when)
{
	atomic_fetch_add(&sh->count[here][deed][when], 1);
	if (deed == KILL)
		raise(SIGKILL);
	stop_for(1000 * (100 + any_size(&chance, 11)));
}

void pvq_pool_step(const char *function)
{
	if (!armed || ++steps != next_step || at_step == NOTHING)
		return;
	atomic_fetch_add(&site_of(function)->count[here][at_step], 1);
	suffer(at_step, AT_STEP);
	next_step = steps + any_size(&chance, 12);
}

/* At any time: in the pool's code, in a hook, or asleep. */
static void strike(int sig)
{
	int error = errno;
	pid_t server = atomic_load(&sh->server);

	(void)sig;
	if (here == WORKER && round_now->end == SERVER_KILLED && server == getppid()) {
		atomic_fetch_add(&sh->count[SERVER][KILL][AT_ANY_TIME], 1);
		kill(server, SIGKILL);
	}
	suffer(at_time, AT_ANY_TIME);
	set_timer(clock_of_fate, 1000 * (200 + any_size(&chance, 12)), 0); /* it must get on meanwhile */
	errno = error;
}

/* Draws this process's fate. */
static void arm(uint64_t n)
{
	const struct sigaction action = {.sa_handler = is_continued};
	const struct round *r = round_now;
	uint64_t kind;

	me = n;
	chance = mix(r->seed * 1000003 + n);
	kind = below(&chance, 20);
	steps = 0;
	has_waker = 0;
	at_step = at_time = NOTHING;
	if (here == CALLER && r->end == CALLER_KILLED && !r->late) {
		at_step = kind < 15 ? KILL : NOTHING;
		at_time = kind < 15 ? NOTHING : KILL;
	} else if (here == CALLER) {
		at_step = r->callers_stops ? STOP : NOTHING;
	} else if (here == SERVER) {
		at_step = r->end == SERVER_KILLED && kind < 15 ? KILL : r->servers_stops ? STOP : NOTHING;
	} else {
		at_step = kind < 11 ? KILL : kind < 14 ? STOP : NOTHING;
		at_time = kind >= 18 ? STOP : kind >= 14 ? KILL : NOTHING;
	}
	next_step = any_size(&chance, here == CALLER ? 15 : here == SERVER ? 8 : 10);
	/* Some die before they are ready; were they too many in a row, the pool would give up. */
	if (here == WORKER && below(&chance, 8))
		next_step += 20;
	sigaction(SIGCONT, &action, NULL); /* a timer whose signal is ignored would not go off again */
	armed = 1;
}

/* Strikes the process at some time, and again. */
static void set_clock(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct sigaction action = {.sa_handler = strike};
	uint64_t ns = 1000 * (20 + any_size(&chance, 12));

	if (at_time == NOTHING)
		return;
	sigaction(SIGALRM, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &clock_of_fate))
		_exit(1);
	set_timer(clock_of_fate, ns, 0);
}

/* ---- system calls ---- */

#define WRAP(type, name, parameters, arguments) \
	type __real_##name parameters;          \
	type __wrap_##name parameters;          \
	type __wrap_##name parameters           \
	{                                       \
		pvq_pool_step(#name);           \
		return __real_##name arguments; \
	}

WRAP(int, close, (int fd), (fd))
WRAP(int, epoll_create1, (int flags), (flags))
WRAP(int, epoll_ctl, (int epfd, int op, int fd, struct epoll_event *event), (epfd, op, fd, event))
WRAP(int, epoll_pwait2,
	(int epfd, struct epoll_event *event, int n, const struct timespec *wait, const sigset_t *mask),
	(epfd, event, n, wait, mask))
WRAP(int, eventfd, (unsigned count, int flags), (count, flags))
WRAP(int, kill, (pid_t pid, int sig), (pid, sig))
WRAP(int, munmap, (void *at, size_t len), (at, len))
WRAP(int, poll, (struct pollfd * on, nfds_t n, int ms), (on, n, ms))
WRAP(int, prctl, (int option, unsigned long value), (option, value))
WRAP(ssize_t, read, (int fd, void *bytes, size_t len), (fd, bytes, len))
WRAP(ssize_t, recv, (int fd, void *bytes, size_t len, int flags), (fd, bytes, len, flags))
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags))
WRAP(ssize_t, send, (int fd, const void *bytes, size_t len, int flags), (fd, bytes, len, flags))
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
WRAP(int, shutdown, (int fd, int how), (fd, how))
WRAP(int, socketpair, (int domain, int type, int protocol, int fd[2]), (domain, type, protocol, fd))
WRAP(int, timerfd_create, (int clock, int flags), (clock, flags))
WRAP(int, timerfd_settime, (int fd, int flags, const struct itimerspec *to, struct itimerspec *before),
	(fd, flags, to, before))
WRAP(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int flags), (type, id, info, flags))
WRAP(pid_t, waitpid, (pid_t pid, int *wstatus, int flags), (pid, wstatus, flags))
WRAP(ssize_t, write, (int fd, const void *bytes, size_t len), (fd, bytes, len))

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	pvq_pool_step(number == SYS_futex        ? "futex"
		      : number == SYS_pidfd_open ? "pidfd_open"
						 : "pidfd_send_signal");
	return __real_syscall(number, a, b, c, d, e, f);
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	int is_pools = armed;
	pid_t pid;

	pvq_pool_step("fork");
	pid = __real_fork();
	if (pid == 0 && is_pools) {
		here++;
		arm(here == SERVER ? 1 : 2 + atomic_fetch_add(&sh->born, 1));
	}
	return pid;
}

/* ---- the pool's hooks ---- */

static int init(void *ctx, unsigned worker)
{
	(void)ctx;
	(void)worker;
	armed = 0;
	atomic_store(&sh->server, getppid());
	set_clock();
	armed = 1;
	return 0;
}

static int fails(const struct round *r, uint64_t id)
{
	return r->varied && mix(r->seed - id) % 8 == 0;
}

/* Bytes of the input; some in a row have the same. */
static size_t length_of(const struct round *r, uint64_t id)
{
	return r->varied && mix(id / 16) % 4 == 0 ? 2 : sizeof(id);
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct round *r = ctx;
	uint64_t id = 0, value;

	armed = 0;
	memcpy(&id, in, len);
	atomic_fetch_add(&sh->begun[id], 1);
	for (volatile unsigned i = 0; i < r->spin;)
		i++;
	value = len == length_of(r, id) ? mix(r->seed + id) : 0;
	memcpy(out, &value, cap);
	armed = 1;
	return fails(r, id) ? -EXDEV : (ssize_t)cap;
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	const struct round *r = ctx;

	memcpy(in, &id, sizeof(id));
	return id < r->items ? (ssize_t)length_of(r, id) : PVQ_POOL_END;
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct round *r = ctx;
	const struct pvq_pool_loss *loss = out;
	uint64_t value;

	if (id >= r->items || r->seen[id]++) {
		r->wrong = "an item is put twice, or was none";
	} else if (r->config.ordered && id > 0 && !r->seen[id - 1]) {
		r->wrong = "an item is out of order";
	} else if (r->cancelled[id] != (status == PVQ_POOL_CANCELLED)) {
		r->wrong = "an item is put as cancelled that is not, or the other way";
	} else if (status == -EXDEV && fails(r, id)) {
		return 0;
	} else if (status == 0) {
		memcpy(&value, out, sizeof(value));
		if (len != sizeof(value) || fails(r, id) || value != mix(r->seed + id))
			r->wrong = "a result is wrong";
		if (atomic_load(&sh->begun[id]) == 0)
			r->wrong = "a result is of an item that was not begun";
	} else if (status == PVQ_POOL_DIED) {
		if (loss->attempts != r->config.retries + 1 || atomic_load(&sh->begun[id]) > loss->attempts)
			r->wrong = "an item is given up that may be tried again";
	} else if (status != PVQ_POOL_CANCELLED &&
		   (status != PVQ_POOL_OVERDUE || r->config.item_timeout_ns != 3000000)) {
		r->wrong = "an item has a status that it cannot have";
	}
	return 0;
}

/* ---- a round ---- */

static void check_begun(struct round *r)
{
	for (unsigned id = 0; id < r->items; id++)
		if (atomic_load(&sh->begun[id]) > r->config.retries + 1)
			r->wrong = "an item is begun more often than it may be";
}

static int may_fail(const struct round *r, int ret)
{
	return r->end == SERVER_KILLED && ret == -EOWNERDEAD;
}

static void cancel_some(struct round *r, struct pvq_pool *pool, uint64_t submitted)
{
	uint64_t id = below(&chance, submitted + 1), upto = below(&chance, 8) ? id + 1 : submitted;

	for (; id < upto; id++) {
		int ret = pvq_pool_cancel(pool, id);

		if (ret == 0)
			r->cancelled[id] = 1;
		else if (ret != -EALREADY && (ret != -ENOENT || (id < submitted && !r->seen[id])))
			r->wrong = "an item cannot be cancelled";
	}
}

/* In the pool, or in poll(2) as an event loop does. */
static int sleep_once(struct pvq_pool *pool, int fd, struct pvq_error *err)
{
	struct pollfd on = {.fd = fd, .events = POLLIN};
	int ret = pvq_pool_wait(pool, below(&chance, 2) ? 0 : -1, err);

	if (ret == 0 && pvq_pool_in_flight(pool) > 0)
		(void)poll(&on, 1, -1);
	return ret < 0 ? ret : 0;
}

static int go_step_by_step(struct round *r, struct pvq_pool *pool, struct pvq_error *err)
{
	const struct pvq_pool_feed feed = {.put = put, .ctx = r};
	uint64_t id = 0;
	int fd = pvq_pool_fd(pool, err), ret = fd < 0 ? fd : 0;

	while (ret == 0 && (id < r->items || pvq_pool_in_flight(pool) > 0)) {
		while (ret == 0 && id < r->items) {
			ret = pvq_pool_submit(pool, &id, length_of(r, id), NULL, err);
			id += ret == 0;
		}
		if (r->cancels && below(&chance, 4) == 0)
			cancel_some(r, pool, id);
		if (ret == 0 || ret == -EAGAIN)
			ret = pvq_pool_collect(pool, &feed, err);
		if (ret == 0)
			ret = sleep_once(pool, fd, err);
		ret = ret > 0 ? 0 : ret;
	}
	return ret;
}

static int map_once(struct round *r, struct pvq_pool *pool, int by_steps, struct pvq_error *err)
{
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = r};
	int ret;

	memset(r->seen, 0, sizeof(r->seen));
	memset(r->cancelled, 0, sizeof(r->cancelled));
	for (unsigned id = 0; id < r->items; id++)
		atomic_store(&sh->begun[id], 0);
	ret = by_steps ? go_step_by_step(r, pool, err) : pvq_pool_map(pool, &feed, err);
	for (unsigned id = 0; ret == 0 && id < r->items; id++)
		if (!r->seen[id])
			r->wrong = "an item is lost";
	check_begun(r);
	if (ret && !may_fail(r, ret))
		r->wrong = "the map fails";
	return ret;
}

static int change_workers(struct round *r, struct pvq_pool *pool, struct pvq_error *err)
{
	unsigned to = (unsigned)below(&chance, WORKERS + 1);
	int ret = to ? pvq_pool_resize(pool, to, err) : pvq_pool_rest(pool, err);

	if (ret && !may_fail(r, ret))
		r->wrong = "the number of workers cannot change";
	return ret;
}

static void pool_life(struct round *r)
{
	struct pvq_pool_config config = r->config;
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_pool *pool;
	int ret;

	config.init = init;
	config.run = run;
	config.ctx = r;
	ret = pvq_pool_start(&pool, &config, &err);
	if (ret) {
		if (!may_fail(r, ret))
			r->wrong = "the start fails";
	} else {
		for (unsigned i = 0; ret == 0 && !r->wrong && i < r->maps; i++) {
			if (i > 0 && r->changes)
				ret = change_workers(r, pool, &err);
			if (ret == 0)
				ret = map_once(r, pool, r->steps && i == 0, &err);
		}
		if (r->end == CALLER_KILLED && r->late) {
			at_step = KILL;
			next_step = steps + any_size(&chance, 6);
		}
		ret = pvq_pool_close(pool, &err);
		if (ret && ret != -EOWNERDEAD)
			r->wrong = "the pool cannot be closed";
	}
	if (r->wrong)
		fprintf(stderr, "seed %llu: %s (%s)\n", (unsigned long long)r->seed, r->wrong, err.msg);
}

static int count_fds(void)
{
	int sum = 0;

	for (int fd = 0; fd < FDS; fd++)
		sum += fcntl(fd, F_GETFD) >= 0;
	return sum;
}

static int be_caller(struct round *r)
{
	int fds = count_fds();

	round_now = r;
	arm(0);
	set_clock();
	pool_life(r);
	armed = 0;
	atomic_store(&sh->is_through, 1);
	return r->wrong || count_fds() != fds;
}

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

/* Those of the caller's group whose timer was lost. */
static void continue_stopped(pid_t caller)
{
	for (int i = 0; i < STOPPED; i++) {
		pid_t pid = atomic_load(&sh->stopped[i]);

		if (pid && getpgid(pid) == caller)
			kill(pid, SIGCONT);
	}
}

static int see_caller_end(pid_t caller)
{
	struct pollfd on = {.fd = (int)__real_syscall(SYS_pidfd_open, caller, 0), .events = POLLIN};
	int ended = 0;

	for (int ms = 0; ended != 1 && ms < HANG_MS; ms += LOST_MS) {
		ended = poll(&on, 1, LOST_MS);
		if (ended != 1)
			continue_stopped(caller);
	}
	close(on.fd);
	return ended == 1;
}

/* Orphans become this process's children. Whether they all end. */
static int see_all_end(pid_t caller)
{
	for (int ms = 0; ms < HANG_MS; ms++) {
		pid_t pid;

		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			continue;
		if (pid < 0)
			return 1;
		if (ms % LOST_MS == LOST_MS - 1)
			continue_stopped(caller);
		pause_ms(1);
	}
	return 0;
}

/* NULL, or what is wrong. */
static const char *judge(const struct round *r, pid_t pid)
{
	int wstatus;

	if (!see_caller_end(pid))
		return "it hangs";
	if (waitpid(pid, &wstatus, 0) != pid)
		return "the caller is gone";
	if (!see_all_end(pid))
		return "somebody outlives the caller";
	if (WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGKILL && r->end == CALLER_KILLED)
		return NULL;
	if (wstatus != 0)
		return WIFSIGNALED(wstatus) ? "the caller dies"
					    : "the caller fails, or descriptors are left";
	return atomic_load(&sh->is_through) ? NULL : "the caller is not through";
}

static const char *play(uint64_t seed)
{
	static struct round r;
	const char *wrong;
	pid_t pid;

	shape(&r, seed);
	memset(sh, 0, offsetof(struct shared, count));
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		_exit(be_caller(&r));
	}
	setpgid(pid, pid);
	wrong = judge(&r, pid);
	if (wrong) {
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, wrong);
		kill(-pid, SIGKILL);
		see_all_end(pid);
	}
	return wrong;
}

/* ---- many of them ---- */

static uint64_t happened(void)
{
	uint64_t sum = 0;

	for (enum place place = CALLER; place < PLACES; place++)
		for (enum deed deed = KILL; deed < DEEDS; deed++)
			for (enum when when = AT_STEP; when < WHENS; when++)
				sum += atomic_load(&sh->count[place][deed][when]);
	return sum;
}

static void test_rounds(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SAMPLE; seed++)
		bad += play(seed) != NULL;
	assert_int_equal(bad, 0);
	assert_true(happened() > SAMPLE);
}

static uint64_t sum_of(const char *function, enum place place, enum deed deed)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SITES; i++) {
		const char *name = atomic_load(&sh->site[i].function);

		if (name && strcmp(name, function) == 0)
			sum += atomic_load(&sh->site[i].count[place][deed]);
	}
	return sum;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_row(const char *what, uint64_t count[PLACES][DEEDS])
{
	printf("| %s |", what);
	for (enum place place = CALLER; place < PLACES; place++)
		for (enum deed deed = KILL; deed < DEEDS; deed++)
			printf(count[place][deed] ? " %llu |" : " – |",
				(unsigned long long)count[place][deed]);
	putchar('\n');
}

static void print_table(void)
{
	const char *name[SITES];
	uint64_t count[PLACES][DEEDS];
	size_t n = 0;

	for (size_t i = 0; i < SITES; i++)
		if (atomic_load(&sh->site[i].function))
			name[n++] = atomic_load(&sh->site[i].function);
	qsort(name, n, sizeof(*name), by_name);
	puts("| Step in | caller killed | stopped | server killed | stopped | worker killed | stopped |");
	puts("|:--|--:|--:|--:|--:|--:|--:|");
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && strcmp(name[i], name[i - 1]) == 0)
			continue;
		for (enum place place = CALLER; place < PLACES; place++)
			for (enum deed deed = KILL; deed < DEEDS; deed++)
				count[place][deed] = sum_of(name[i], place, deed);
		print_row(name[i], count);
	}
	for (enum when when = WHENS; when-- > AT_STEP;) {
		for (enum place place = CALLER; place < PLACES; place++)
			for (enum deed deed = KILL; deed < DEEDS; deed++)
				count[place][deed] = atomic_load(&sh->count[place][deed][when]);
		print_row(when == AT_STEP ? "all steps" : "any time", count);
	}
}

static volatile sig_atomic_t is_enough;

static void end(int sig)
{
	is_enough = sig;
}

/* Or until it is told to end. */
static int play_until(uint64_t events, uint64_t seed)
{
	struct timespec began, now;
	uint64_t first = seed, told = 0;
	unsigned bad = 0;

	clock_gettime(CLOCK_MONOTONIC, &began);
	signal(SIGTERM, end);
	while (happened() < events && !is_enough && bad < 10) {
		bad += play(seed++) != NULL;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (happened() - told >= events / 20 || happened() >= events || is_enough) {
			told = happened();
			fprintf(stderr,
				"%llu kills, stops and continues in %llu rounds from seed %llu, %ld s, %u bad\n",
				(unsigned long long)told, (unsigned long long)(seed - first),
				(unsigned long long)first, (long)(now.tv_sec - began.tv_sec), bad);
		}
	}
	print_table();
	return bad > 0;
}

static int replay(uint64_t seed, uint64_t times)
{
	struct round r;
	unsigned bad = 0;

	shape(&r, seed);
	fprintf(stderr,
		"seed %llu: %u maps of %u items, %u workers, chunk %u, window %u, recycle %llu, retries %u, timeout %llu ns, "
		"%u cores, %s, spin %u, %s, %s\n",
		(unsigned long long)seed, r.maps, r.items, r.config.workers, r.config.chunk,
		r.config.window, (unsigned long long)r.config.recycle, r.config.retries,
		(unsigned long long)r.config.item_timeout_ns, r.config.cores,
		r.config.ordered ? "ordered" : "unordered", r.spin,
		r.config.interrupt ? "step by step, some interrupted"
		: r.cancels        ? "step by step, some cancelled"
		: r.steps          ? "step by step"
				   : "mapped",
		r.end == SERVER_KILLED   ? "the server is killed"
		: r.end == CALLER_KILLED ? "the caller is killed"
					 : "workers are killed");
	for (uint64_t i = 0; i < times; i++)
		bad += play(seed) != NULL;
	fprintf(stderr, "seed %llu: %u of %llu times bad, %llu kills and stops\n", (unsigned long long)seed,
		bad, (unsigned long long)times, (unsigned long long)happened());
	return bad > 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_rounds)};
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0,
		 m = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;

	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED)
		return 1;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* qemu-user cannot: orphans are not looked for there */
	if (argc > 2 && strcmp(argv[1], "--seed") == 0)
		return replay(n, m);
	if (argc > 2 && strcmp(argv[1], "--events") == 0)
		return play_until(n, m);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
