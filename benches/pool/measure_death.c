/* measure_death.c: a worker is killed, or the caller: how soon the caller learns of it, and how soon the pool follows.
 * These need more of the pool than a runner shows.
 */
#include "base/clock.h"
#include "child.h"
#include "pool.h"
#include "pool/measure.h"
#include "pool/work.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Maps zeroed memory, shared with all processes forked from here. */
static int share(void **at, size_t size, struct pvq_error *err)
{
	*at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return *at == MAP_FAILED ? pvq_fail(err, -errno, "cannot share %zu bytes", size) : 0;
}

static void rest(uint64_t ns)
{
	struct timespec left = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static const uint64_t look_every_ns = 1000000; /* between checks of what another process writes */

static _Noreturn void hang(void)
{
	for (;;)
		pause();
}

/* A pool of 8-byte items, without its functions. */
static struct pvq_pool_config plain_config(const struct pool_cell *cell)
{
	return (struct pvq_pool_config){
		PVQ_POOL_DEFAULTS,
		.workers = cell->workers,
		.ordered = strcmp(cell->who, "pool_ordered") == 0,
		.max_in = sizeof(uint64_t),
		.max_out = sizeof(uint64_t),
	};
}

/* ---- the death of a worker ---- */

enum { HELD = 0 }; /* the item that hangs; its result would be 0, so the others' sum is that of all */

/* What workers, killer and caller share. */
struct death_shared {
	_Atomic pid_t holder; /* the worker that has the item; 0: none yet */
	_Atomic uint64_t killed_ns;
};

struct death {
	const struct pool_cell *cell;
	struct death_shared *shared;
	int busy; /* 1: next() kills; 0: another process does */
	/* The result: */
	uint64_t fed, arrived, sum, noticed_ns;
};

static ssize_t death_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct death *d = ctx;
	uint64_t id;

	if (len != sizeof(id))
		return -EMSGSIZE;
	memcpy(&id, in, sizeof(id));
	if (id == HELD) {
		atomic_store(&d->shared->holder, getpid());
		hang();
	}
	return pool_work_noop.run(NULL, in, len, out, cap);
}

/* Kills the worker with the item. It has not been reaped, so no other process can have its pid. */
static void kill_holder(struct death_shared *shared)
{
	atomic_store(&shared->killed_ns, pvq_clock_ns());
	kill(atomic_load(&shared->holder), SIGKILL);
}

/* Gives items until the loss is reported, so that the caller stays busy. After n items it would be far too late. */
static ssize_t death_next(void *ctx, uint64_t id, void *in)
{
	struct death *d = ctx;

	if (id >= d->cell->n || d->noticed_ns)
		return -1;
	if (d->busy && id == d->cell->arg) {
		while (!atomic_load(&d->shared->holder))
			sched_yield();
		kill_holder(d->shared);
	}
	d->fed = id + 1;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int is_killed_once(const struct pvq_pool_loss *loss)
{
	return loss->attempts == 1 && WIFSIGNALED(loss->wstatus) && WTERMSIG(loss->wstatus) == SIGKILL;
}

static int death_put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct death *d = ctx;
	uint64_t result;

	if (status == PVQ_POOL_DIED && id == HELD && !d->noticed_ns) {
		d->noticed_ns = pvq_clock_ns();
		return is_killed_once(out) ? 0 : -EBADMSG;
	}
	if (status || len != sizeof(result))
		return -EBADMSG;
	memcpy(&result, out, sizeof(result));
	d->sum += result;
	d->arrived++;
	return 0;
}

static int death_verify(const struct death *d, struct pvq_error *err)
{
	uint64_t n = d->fed, numbers = n % 2 ? (n - 1) / 2 * n : n / 2 * (n - 1);

	if (!d->noticed_ns)
		return pvq_fail(err, -EBADMSG, "no item was lost");
	if (d->arrived + 1 != n || d->sum != 10 * numbers)
		return pvq_fail(err, -EBADMSG, "the results of the other items are wrong");
	return 0;
}

/* There are no retries: the first death is final. In order, no result can be put while the item hangs, and a caller
 * with a full window sleeps. This window takes longer to fill than a death may take to be noticed. */
static int death_map(struct death *d, struct pvq_error *err)
{
	struct pvq_pool_config config = plain_config(d->cell);
	struct pvq_pool_feed feed = {.next = death_next, .put = death_put, .ctx = d};
	struct pvq_pool *pool;
	int ret, closed;

	config.retries = 0;
	config.run = death_run;
	config.ctx = d;
	if (d->busy && config.ordered)
		config.window = 1 << 21;
	ret = pvq_pool_start(&pool, &config, err);
	if (ret)
		return ret;
	ret = pvq_pool_map(pool, &feed, err);
	if (ret == 0)
		ret = death_verify(d, err);
	closed = pvq_pool_close(pool, err);
	return ret ? ret : closed;
}

static _Noreturn void killer(const struct death *d)
{
	while (!atomic_load(&d->shared->holder))
		rest(look_every_ns);
	rest(d->cell->arg);
	kill_holder(d->shared);
	_exit(0);
}

/* Only the death may wake the caller, so it cannot set a timer. Another process kills instead, which was forked before
 * the pool and has none of its descriptors. */
static int death_while_asleep(struct death *d, struct pvq_error *err)
{
	pid_t pid = pvq_child_fork();
	int ret;

	if (pid < 0)
		return pvq_fail(err, (int)pid, "cannot fork");
	if (pid == 0)
		killer(d);
	ret = death_map(d, err);
	pvq_child_kill(pid); /* it has ended, unless the map failed before */
	return ret;
}

int pool_measure_death(const struct pool_cell *cell, double *value, struct pvq_error *err)
{
	struct death d = {.cell = cell, .busy = cell->measure == POOL_MEASURE_BUSY};
	void *shared;
	int ret = share(&shared, sizeof(*d.shared), err);

	if (ret)
		return ret;
	d.shared = shared;
	ret = d.busy ? death_map(&d, err) : death_while_asleep(&d, err);
	if (ret == 0)
		*value = (double)(d.noticed_ns - atomic_load(&d.shared->killed_ns));
	munmap(shared, sizeof(*d.shared));
	return ret;
}

/* ---- orphans ---- */

enum {
	ORPHANS_MAX = 16,
	TRIES = 112, /* in a trial: a thousand in nine blocks */
};
enum { HANGS, SPINS, ITEMS }; /* the workers that get none are idle */

struct orphans {
	const struct pool_cell *cell;
	/* Shared, as this whole struct is: */
	_Atomic unsigned begun;             /* items */
	_Atomic pid_t pid[ORPHANS_MAX + 1]; /* the workers, and behind them their parent, the server */
};

static int orphan_init(void *ctx, unsigned worker)
{
	struct orphans *o = ctx;

	atomic_store(&o->pid[o->cell->workers], getppid());
	atomic_store(&o->pid[worker], getpid());
	return 0;
}

static ssize_t orphan_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	struct orphans *o = ctx;
	uint64_t id;

	(void)out;
	(void)cap;
	if (len != sizeof(id))
		return -EMSGSIZE;
	memcpy(&id, in, sizeof(id));
	atomic_fetch_add(&o->begun, 1);
	if (id == HANGS)
		hang();
	for (volatile unsigned i = 0;; i++)
		; /* SPINS: never enters the kernel by itself */
}

static ssize_t orphan_next(void *ctx, uint64_t id, void *in)
{
	(void)ctx;
	if (id >= ITEMS)
		return -1;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int orphan_put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	(void)ctx;
	(void)id;
	(void)out;
	(void)len;
	(void)status;
	return -EBADMSG; /* no item ever ends */
}

/* The process that is killed. */
static _Noreturn void owner(struct orphans *o)
{
	struct pvq_pool_config config = plain_config(o->cell);
	struct pvq_pool_feed feed = {.next = orphan_next, .put = orphan_put, .ctx = o};
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_pool *pool;

	config.init = orphan_init;
	config.run = orphan_run;
	config.ctx = o;
	if (pvq_pool_start(&pool, &config, &err) == 0)
		pvq_pool_map(pool, &feed, &err);
	fprintf(stderr, "pool-bench: %s\n", err.msg);
	_exit(1);
}

static int are_at_it(struct orphans *o)
{
	for (unsigned w = 0; w < o->cell->workers; w++)
		if (!atomic_load(&o->pid[w]))
			return 0;
	return atomic_load(&o->begun) == ITEMS;
}

/* Until items are begun, and then long enough for all others to have gone to sleep. The owner's end cannot be
 * missed: it stays a zombie (WNOWAIT) until orphans_try() reaps it. */
static int orphans_settle(struct orphans *o, pid_t pid, struct pvq_error *err)
{
	siginfo_t end = {0};
	int at_it;

	do {
		at_it = are_at_it(o);
		rest(at_it ? o->cell->arg : look_every_ns);
		if (waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) || end.si_pid)
			return pvq_fail(err, -ECHILD, "the pool's owner has ended by itself");
	} while (!at_it);
	return 0;
}

/* So many as were opened are in *n, also after a failure. */
static int orphans_open(const struct orphans *o, struct pollfd *fd, unsigned *n, struct pvq_error *err)
{
	for (*n = 0; *n <= o->cell->workers; ++*n) {
		int pidfd = (int)syscall(SYS_pidfd_open, atomic_load(&o->pid[*n]), 0);

		if (pidfd < 0)
			return pvq_fail(err, -errno, "cannot watch process %u of the pool", *n);
		fd[*n] = (struct pollfd){.fd = pidfd, .events = POLLIN};
	}
	return 0;
}

/* A pidfd can be read from the moment its process has ended, whether or not somebody has reaped it, which we
 * could not. Waiting for each in turn is waiting for the last. */
static int orphans_await(struct pollfd *fd, unsigned n, struct pvq_error *err)
{
	for (unsigned i = 0; i < n; i++)
		while (poll(&fd[i], 1, -1) != 1)
			if (errno != EINTR)
				return pvq_fail(err, -errno, "cannot wait for process %u of the pool", i);
	return 0;
}

static int orphans_time(struct pollfd *fd, unsigned n, pid_t pid, double *value, struct pvq_error *err)
{
	uint64_t from;
	int ret;

	if (poll(fd, n, 0) != 0)
		return pvq_fail(err, -ESRCH, "a process of the pool has ended before the caller");
	from = pvq_clock_ns();
	kill(pid, SIGKILL);
	ret = orphans_await(fd, n, err);
	*value = (double)(pvq_clock_ns() - from);
	return ret;
}

static int orphans_measure(struct orphans *o, pid_t pid, double *value, struct pvq_error *err)
{
	struct pollfd fd[ORPHANS_MAX + 1];
	unsigned n = 0;
	int ret = orphans_settle(o, pid, err);

	if (ret == 0)
		ret = orphans_open(o, fd, &n, err);
	if (ret == 0)
		ret = orphans_time(fd, n, pid, value, err);
	for (unsigned i = 0; i < n; i++)
		close(fd[i].fd);
	return ret;
}

static int orphans_try(struct orphans *o, double *value, struct pvq_error *err)
{
	pid_t pid;
	int ret;

	atomic_store(&o->begun, 0);
	for (unsigned w = 0; w < o->cell->workers; w++)
		atomic_store(&o->pid[w], 0);
	pid = pvq_child_fork();
	if (pid == 0)
		owner(o);
	ret = pid < 0 ? pvq_fail(err, (int)pid, "cannot fork") : orphans_measure(o, pid, value, err);
	if (pid > 0)
		pvq_child_kill(pid);
	return ret;
}

int pool_measure_orphans(const struct pool_cell *cell, double *value, struct pvq_error *err)
{
	struct orphans *o;
	void *shared;
	int ret;

	if (cell->workers < ITEMS || cell->workers > ORPHANS_MAX)
		return pvq_fail(err, -EINVAL, "orphans of %u workers", cell->workers);
	ret = share(&shared, sizeof(*o), err);
	if (ret)
		return ret;
	o = shared;
	o->cell = cell;
	*value = 0;
	for (int i = 0; ret == 0 && i < TRIES; i++) {
		double took = 0;

		ret = orphans_try(o, &took, err);
		*value = took > *value ? took : *value;
	}
	munmap(shared, sizeof(*o));
	return ret;
}
