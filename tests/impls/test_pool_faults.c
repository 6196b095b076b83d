/* test_pool_faults.c: every call of the pool that can fail is made to fail once, at its k-th occurrence, for each k that a
 * small run reaches, in the caller, in the server and in a worker. What comes of it must be a success or an error by name:
 * nothing hangs, no item is lost or doubled, no process, descriptor, mapping or memory is left behind.
 *
 * The calls are wrapped at link time. Only errors are injected that the call can really give. What cannot fail, or does
 * its work before it does, is MADE, and only its answer is changed: a close() that is skipped would be the test's leak.
 *
 *	test_pool_faults           all of it, as tests
 *	test_pool_faults --table   the same, as a table in Markdown
 */
#include "pool.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	WORKERS = 2,
	ITEMS = 8,
	FDS = 64,
	HANG_MS = 60000,
	LIMIT_NS = 20000000, /* of an item, where it has one */
	K_MOST = 1000,       /* far more than any run reaches */
};

enum place { CALLER, SERVER, WORKER, PLACES };
enum phase { START, MAP, CLOSE, TERMINATE, PHASES };

static const char *const place_name[] = {"caller", "server", "worker"};
static const char *const phase_name[] = {"start", "map", "close", "terminate"};

/* ---- what can fail ---- */

enum call {
	CALLOC,
	CLOSE_FD,
	EPOLL_CREATE,
	EPOLL_CTL,
	EPOLL_PWAIT2,
	EPOLL_WAIT,
	EVENTFD,
	FCNTL,
	FFLUSH,
	FORK,
	FUTEX_SLEEP,
	FUTEX_ROUSE,
	MMAP,
	MUNMAP,
	OPEN,
	PIDFD_OPEN,
	PIDFD_KILL,
	POLL,
	PRCTL,
	READ,
	REALLOC,
	RECV,
	RECVMSG,
	AFFINITY,
	SET_AFFINITY,
	SEND,
	SENDMSG,
	SET_LIMIT,
	SHUTDOWN,
	SIGNALFD,
	SOCKETPAIR,
	TIMER,
	TIMER_SET,
	WAITID,
	WAITPID,
	WRITE,
	CALLS
};

static const char *const call_name[] = {"calloc", "close", "epoll_create1", "epoll_ctl", "epoll_pwait2",
	"epoll_wait", "eventfd", "fcntl", "fflush", "fork", "futex, to wait", "futex, to wake", "mmap",
	"munmap", "open", "pidfd_open", "pidfd_send_signal", "poll", "prctl", "read", "realloc", "recv",
	"recvmsg", "sched_getaffinity", "sched_setaffinity", "send", "sendmsg", "setrlimit", "shutdown",
	"signalfd", "socketpair", "timerfd_create", "timerfd_settime", "waitid", "waitpid", "write"};

/* STRIPPED: the message comes without its descriptor, as where the receiver may not have another one. */
enum how { SKIPPED, MADE, STRIPPED };

static const struct fault {
	enum call call;
	int error;
	const char *name;
	enum how how;
} fault[] = {
	{CALLOC, ENOMEM, "ENOMEM", SKIPPED},
	{CLOSE_FD, EIO, "EIO", MADE},
	{EPOLL_CREATE, EMFILE, "EMFILE", SKIPPED},
	{EPOLL_CREATE, ENOMEM, "ENOMEM", SKIPPED},
	{EPOLL_CTL, ENOSPC, "ENOSPC", SKIPPED},
	{EPOLL_CTL, ENOMEM, "ENOMEM", SKIPPED},
	{EPOLL_PWAIT2, EINTR, "EINTR", SKIPPED},
	{EPOLL_PWAIT2, ENOSYS, "ENOSYS", SKIPPED},
	{EPOLL_WAIT, EINTR, "EINTR", SKIPPED},
	{EVENTFD, EMFILE, "EMFILE", SKIPPED},
	{EVENTFD, ENOMEM, "ENOMEM", SKIPPED},
	{FCNTL, EMFILE, "EMFILE", SKIPPED},
	{FFLUSH, EIO, "EIO", MADE},
	{FORK, EAGAIN, "EAGAIN", SKIPPED},
	{FORK, ENOMEM, "ENOMEM", SKIPPED},
	{FUTEX_SLEEP, EINTR, "EINTR", SKIPPED},
	{FUTEX_SLEEP, EAGAIN, "EAGAIN", SKIPPED},
	{FUTEX_ROUSE, EFAULT, "EFAULT", MADE},
	{MMAP, ENOMEM, "ENOMEM", SKIPPED},
	{MUNMAP, ENOMEM, "ENOMEM", MADE},
	{OPEN, EMFILE, "EMFILE", SKIPPED},
	{OPEN, ENOENT, "ENOENT", SKIPPED},
	{PIDFD_OPEN, EMFILE, "EMFILE", SKIPPED},
	{PIDFD_OPEN, ENFILE, "ENFILE", SKIPPED},
	{PIDFD_OPEN, ENOMEM, "ENOMEM", SKIPPED},
	{PIDFD_KILL, EPERM, "EPERM", SKIPPED},
	{POLL, EINTR, "EINTR", SKIPPED},
	{POLL, ENOMEM, "ENOMEM", SKIPPED},
	{PRCTL, EPERM, "EPERM", SKIPPED},
	{READ, EAGAIN, "EAGAIN", SKIPPED},
	{REALLOC, ENOMEM, "ENOMEM", SKIPPED},
	{RECV, EINTR, "EINTR", SKIPPED},
	{RECV, EAGAIN, "EAGAIN", SKIPPED},
	{RECVMSG, EINTR, "EINTR", SKIPPED},
	{RECVMSG, EAGAIN, "EAGAIN", SKIPPED},
	{RECVMSG, EMFILE, "no descriptor", STRIPPED},
	{AFFINITY, EINVAL, "EINVAL", SKIPPED},
	{SET_AFFINITY, EINVAL, "EINVAL", SKIPPED},
	{SEND, EAGAIN, "EAGAIN", SKIPPED},
	{SEND, ENOBUFS, "ENOBUFS", SKIPPED},
	{SENDMSG, EAGAIN, "EAGAIN", SKIPPED},
	{SENDMSG, EINTR, "EINTR", SKIPPED},
	{SENDMSG, ENOBUFS, "ENOBUFS", SKIPPED},
	{SENDMSG, ETOOMANYREFS, "ETOOMANYREFS", SKIPPED},
	{SET_LIMIT, EPERM, "EPERM", SKIPPED},
	{SHUTDOWN, ENOTCONN, "ENOTCONN", MADE},
	{SIGNALFD, EMFILE, "EMFILE", SKIPPED},
	{SIGNALFD, ENOMEM, "ENOMEM", SKIPPED},
	{SOCKETPAIR, EMFILE, "EMFILE", SKIPPED},
	{SOCKETPAIR, ENOMEM, "ENOMEM", SKIPPED},
	{TIMER, EMFILE, "EMFILE", SKIPPED},
	{TIMER, ENOMEM, "ENOMEM", SKIPPED},
	{TIMER_SET, EINVAL, "EINVAL", MADE},
	{WAITID, EINTR, "EINTR", SKIPPED},
	{WAITID, ECHILD, "ECHILD", MADE}, /* the program has reaped the server */
	{WAITPID, EINTR, "EINTR", SKIPPED},
	{WRITE, EINTR, "EINTR", MADE},
};

enum { FAULTS = sizeof(fault) / sizeof(*fault) };

/* What all processes share. */
struct shared {
	_Atomic unsigned begun[ITEMS];
	_Atomic uint64_t begun_ns[ITEMS]; /* when last */
	_Atomic unsigned seen;            /* occurrences of the call in that place */
	_Atomic int hit;                  /* 1 + the phase in which it failed */
	_Atomic int phase;
	_Atomic pid_t server;
};

static struct shared *sh;

/* Which one is to fail; failing_on: and all that follow. */
static const struct fault *failing;
static enum place failing_in;
static unsigned failing_at;
static int failing_on;

/* Of this process: what it is, and whether it is the pool that calls, or a test's hook. */
static enum place here;
static int inside;
static int allocated;  /* pieces of memory that the pool holds */
static int old_kernel; /* epoll_pwait2() is not there */

/* Whether this occurrence fails. */
static int fails(enum call call)
{
	unsigned nth;

	if (!inside || !failing || failing->call != call || here != failing_in)
		return 0;
	nth = atomic_fetch_add(&sh->seen, 1) + 1;
	if (nth < failing_at || (nth > failing_at && !failing_on))
		return 0;
	atomic_store(&sh->hit, 1 + atomic_load(&sh->phase));
	return 1;
}

/* ---- the wrappers ---- */

/* What is returned where a call fails: its answer is not that of the real call, which may have been made. */
#define WRAP(type, call, name, parameters, arguments, failed) \
	type __real_##name parameters;                        \
	type __wrap_##name parameters;                        \
	type __wrap_##name parameters                         \
	{                                                     \
		if (!fails(call))                             \
			return __real_##name arguments;       \
		if (failing->how == MADE)                     \
			(void)!__real_##name arguments;       \
		errno = failing->error;                       \
		return failed;                                \
	}

WRAP(int, CLOSE_FD, close, (int fd), (fd), -1)
WRAP(int, EPOLL_CREATE, epoll_create1, (int flags), (flags), -1)
WRAP(int, EPOLL_CTL, epoll_ctl, (int epfd, int op, int fd, struct epoll_event *event),
	(epfd, op, fd, event), -1)
WRAP(int, EPOLL_WAIT, epoll_wait, (int epfd, struct epoll_event *event, int n, int ms),
	(epfd, event, n, ms), -1)
WRAP(int, EVENTFD, eventfd, (unsigned count, int flags), (count, flags), -1)
WRAP(int, FCNTL, fcntl, (int fd, int what, int least), (fd, what, least), -1)
WRAP(int, FFLUSH, fflush, (FILE * f), (f), EOF)
WRAP(void *, MMAP, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t from),
	(at, len, prot, flags, fd, from), MAP_FAILED)
WRAP(int, MUNMAP, munmap, (void *at, size_t len), (at, len), -1)
WRAP(int, OPEN, open, (const char *path, int flags), (path, flags), -1)
WRAP(int, POLL, poll, (struct pollfd * on, nfds_t n, int ms), (on, n, ms), -1)
WRAP(int, PRCTL, prctl, (int option, unsigned long value), (option, value), -1)
WRAP(ssize_t, READ, read, (int fd, void *bytes, size_t len), (fd, bytes, len), -1)
WRAP(ssize_t, RECV, recv, (int fd, void *bytes, size_t len, int flags), (fd, bytes, len, flags), -1)
WRAP(int, AFFINITY, sched_getaffinity, (pid_t pid, size_t len, cpu_set_t *set), (pid, len, set), -1)
WRAP(int, SET_AFFINITY, sched_setaffinity, (pid_t pid, size_t len, const cpu_set_t *set), (pid, len, set),
	-1)
WRAP(ssize_t, SEND, send, (int fd, const void *bytes, size_t len, int flags), (fd, bytes, len, flags), -1)
WRAP(ssize_t, SENDMSG, sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags), -1)
WRAP(int, SET_LIMIT, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit), (what, limit), -1)
WRAP(int, SHUTDOWN, shutdown, (int fd, int how), (fd, how), -1)
WRAP(int, SIGNALFD, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1)
WRAP(int, SOCKETPAIR, socketpair, (int domain, int type, int protocol, int fd[2]),
	(domain, type, protocol, fd), -1)
WRAP(int, TIMER, timerfd_create, (int clock, int flags), (clock, flags), -1)
WRAP(int, TIMER_SET, timerfd_settime,
	(int fd, int flags, const struct itimerspec *to, struct itimerspec *before),
	(fd, flags, to, before), -1)
WRAP(int, WAITID, waitid, (idtype_t type, id_t id, siginfo_t *info, int flags), (type, id, info, flags), -1)
WRAP(ssize_t, WRITE, write, (int fd, const void *bytes, size_t len), (fd, bytes, len), -1)

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	void *memory = NULL;

	if (fails(CALLOC))
		errno = ENOMEM;
	else
		memory = __real_calloc(n, size);
	allocated += inside && memory;
	return memory;
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
	void *grown = NULL;

	if (fails(REALLOC))
		errno = ENOMEM;
	else
		grown = __real_realloc(memory, size);
	allocated += inside && grown && !memory;
	return grown;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
	allocated -= inside && memory;
	__real_free(memory);
}

int __real_epoll_pwait2(int, struct epoll_event *, int, const struct timespec *, const sigset_t *);
int __wrap_epoll_pwait2(int, struct epoll_event *, int, const struct timespec *, const sigset_t *);
int __wrap_epoll_pwait2(
	int epfd, struct epoll_event *event, int n, const struct timespec *wait, const sigset_t *mask)
{
	int failed = fails(EPOLL_PWAIT2);

	if (!failed && !old_kernel)
		return __real_epoll_pwait2(epfd, event, n, wait, mask);
	errno = failed ? failing->error : ENOSYS;
	return -1;
}

pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
	pid_t pid;

	if (fails(FORK)) {
		errno = failing->error;
		return -1;
	}
	pid = __real_fork();
	if (pid == 0 && inside)
		here++;
	return pid;
}

ssize_t __real_recvmsg(int fd, struct msghdr *m, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *m, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *m, int flags)
{
	struct cmsghdr *c;
	ssize_t n;
	int lost;

	if (failing && failing->how != STRIPPED && fails(RECVMSG)) {
		errno = failing->error;
		return -1;
	}
	n = __real_recvmsg(fd, m, flags);
	c = n > 0 ? CMSG_FIRSTHDR(m) : NULL;
	if (c && c->cmsg_type == SCM_RIGHTS && failing && failing->how == STRIPPED && fails(RECVMSG)) {
		memcpy(&lost, CMSG_DATA(c), sizeof(lost));
		__real_close(lost);
		m->msg_controllen = 0;
		m->msg_flags |= MSG_CTRUNC;
	}
	return n;
}

static enum call call_of(long number, long option)
{
	if (number == SYS_pidfd_open)
		return PIDFD_OPEN;
	if (number == SYS_pidfd_send_signal)
		return PIDFD_KILL;
	assert_int_equal(number, SYS_futex);
	return option == FUTEX_WAIT ? FUTEX_SLEEP : FUTEX_ROUSE;
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (!fails(call_of(number, b)))
		return __real_syscall(number, a, b, c, d, e, f);
	if (failing->how == MADE)
		__real_syscall(number, a, b, c, d, e, f);
	errno = failing->error;
	return -1;
}

/* With WNOHANG it is not interrupted. */
pid_t __real_waitpid(pid_t pid, int *wstatus, int flags);
pid_t __wrap_waitpid(pid_t pid, int *wstatus, int flags);
pid_t __wrap_waitpid(pid_t pid, int *wstatus, int flags)
{
	if (flags & WNOHANG || !fails(WAITPID))
		return __real_waitpid(pid, wstatus, flags);
	errno = failing->error;
	return -1;
}

/* ---- a run ---- */

/* Of which kind it is. */
enum {
	ORDERED = 1,
	DEATHS = 2,      /* an item kills its worker once, another always */
	RECYCLE = 4,     /* each worker is replaced after three items */
	OVERDUE = 8,     /* an item takes too long */
	NO_STDIO = 16,   /* the program has no descriptors 0 to 2 */
	OLD = 32,        /* a kernel without epoll_pwait2() */
	ENDS_EARLY = 64, /* put() ends the map */
	TERMINATED = 128,
	NEVER_READY = 256, /* init() of one worker does not return */
	STEPS = 512, /* step by step, in a loop that polls; the item that takes too long is cancelled */
	ON_REQUEST = 1024, /* pinned workers that mind their memory, and catch crashes */
};

enum { KILLS_ONCE = 2, KILLS = 4, HANGS = 5, ENDS_AT = 3 };

/* How it ended: as the exit status of its process. */
enum outcome { SUCCESS, FAILURE, OUTCOMES };
enum {
	LOST_ITEM = 10,
	WRONG_ITEM,
	TWICE_BEGUN,
	NAMELESS,
	BAD_CLOSE,
	LEFT_FD,
	LEFT_MAPPING,
	LEFT_MEMORY,
	LEFT_PROCESS,
	LEFT_ZOMBIE,
	LEFT_MASK
};

struct run {
	unsigned flags, seen[ITEMS];
	int status[ITEMS], wrong;
	int slow[ITEMS]; /* it was given up, and had been begun so long ago */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int init(void *ctx, unsigned worker)
{
	const struct run *r = ctx;

	inside = 0;
	atomic_store(&sh->server, getppid());
	while (r->flags & NEVER_READY && worker == 1)
		pause();
	inside = 1;
	return 0;
}

static ssize_t work(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct run *r = ctx;
	uint64_t id;
	unsigned before;

	inside = 0;
	memcpy(&id, in, len);
	atomic_store(&sh->begun_ns[id], now_ns());
	before = atomic_fetch_add(&sh->begun[id], 1);
	if (r->flags & DEATHS && (id == KILLS || (id == KILLS_ONCE && before == 0)))
		raise(SIGKILL);
	while (r->flags & OVERDUE && id == HANGS)
		pause();
	id *= 10;
	memcpy(out, &id, cap);
	inside = 1;
	return (ssize_t)cap;
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	(void)ctx;
	memcpy(in, &id, sizeof(id));
	return id < ITEMS ? (ssize_t)sizeof(id) : PVQ_POOL_END;
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct run *r = ctx;
	uint64_t value = 0;

	r->seen[id]++;
	r->status[id] = status;
	r->slow[id] = status == PVQ_POOL_OVERDUE && now_ns() - atomic_load(&sh->begun_ns[id]) >= LIMIT_NS;
	if (status == 0)
		memcpy(&value, out, len);
	r->wrong += status == 0 && value != 10 * id;
	return r->flags & ENDS_EARLY && id == ENDS_AT ? -ECANCELED : 0;
}

/* The items after a map that succeeded: each was put once, and begun as often as it should. */
static int check_items(const struct run *r)
{
	for (unsigned id = 0; id < ITEMS; id++) {
		int kills = r->flags & DEATHS && id == KILLS, hangs = r->flags & OVERDUE && id == HANGS;
		int once = r->flags & DEATHS && id == KILLS_ONCE;
		int cancelled = r->flags & STEPS && id == HANGS;

		if (r->seen[id] != 1)
			return LOST_ITEM;
		if (r->slow[id] && !hangs) /* its worker has had no CPU */
			continue;
		if (r->status[id] != (kills              ? PVQ_POOL_DIED
					     : cancelled ? PVQ_POOL_CANCELLED
					     : hangs     ? PVQ_POOL_OVERDUE
							 : 0))
			return WRONG_ITEM;
		if (atomic_load(&sh->begun[id]) != (kills || once ? 2u : 1u) && !cancelled)
			return TWICE_BEGUN;
	}
	return r->wrong ? WRONG_ITEM : SUCCESS;
}

static int check_error(const struct run *r, int ret, const struct pvq_error *err)
{
	for (unsigned id = 0; id < ITEMS; id++)
		if (r->seen[id] > 1)
			return WRONG_ITEM;
	if (failing_on && ret == -EOWNERDEAD) /* the server has given up, and says why */
		return strstr(err->msg, strerror(failing->error)) ? FAILURE : NAMELESS;
	return ret == -failing->error && err->code == ret && *err->msg ? FAILURE : NAMELESS;
}

/* Sleeps in poll(2), as an event loop does. */
static int poll_once(struct pvq_pool *pool, int fd, struct pvq_error *err)
{
	struct pollfd on = {.fd = fd, .events = POLLIN};
	int ret = pvq_pool_wait(pool, 0, err);

	inside = 0;
	if (ret == 0 && pvq_pool_in_flight(pool) > 0)
		ret = poll(&on, 1, -1);
	inside = 1;
	return ret;
}

static int go_step_by_step(struct pvq_pool *pool, struct run *r, struct pvq_error *err)
{
	const struct pvq_pool_feed feed = {.put = put, .ctx = r};
	int fd = pvq_pool_fd(pool, err), ret = fd < 0 ? fd : 0;
	uint64_t id = 0;

	while (ret >= 0 && (id < ITEMS || pvq_pool_in_flight(pool) > 0)) {
		ret = id < ITEMS ? pvq_pool_submit(pool, &id, sizeof(id), &id, err) : -EAGAIN;
		if (ret == 0 && id == HANGS)
			ret = pvq_pool_cancel(pool, id);
		id += ret == 0;
		if (ret == -EAGAIN)
			ret = poll_once(pool, fd, err);
		if (ret > 0)
			ret = pvq_pool_collect(pool, &feed, err);
	}
	return ret < 0 ? ret : 0;
}

static int pool_life(struct run *r)
{
	int on_request = (r->flags & ON_REQUEST) != 0;
	struct pvq_pool_config config = {PVQ_POOL_DEFAULTS, .workers = WORKERS, .max_in = 8, .max_out = 8,
		.chunk = 1, .window = 4, .ordered = (r->flags & ORDERED) != 0,
		.recycle = r->flags & RECYCLE ? 3 : 0, .item_timeout_ns = r->flags & OVERDUE ? LIMIT_NS : 0,
		.interrupt = (r->flags & STEPS) != 0, .pin = on_request, .backtrace = on_request,
		.recycle_memory = on_request ? SIZE_MAX : 0, .max_memory = on_request ? 1 << 30 : 0,
		.init = init, .run = work, .ctx = r};
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = r};
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_pool *pool;
	int ret = pvq_pool_start(&pool, &config, &err), outcome, closed;

	if (ret)
		return check_error(r, ret, &err);
	atomic_store(&sh->phase, MAP);
	ret = r->flags & STEPS ? go_step_by_step(pool, r, &err) : pvq_pool_map(pool, &feed, &err);
	if (r->flags & ENDS_EARLY && ret == -ECANCELED)
		outcome = r->seen[ENDS_AT] == 1 && err.code == ret ? SUCCESS : LOST_ITEM;
	else
		outcome = ret ? check_error(r, ret, &err) : check_items(r);
	if (r->flags & TERMINATED) {
		atomic_store(&sh->phase, TERMINATE);
		pvq_pool_terminate(pool);
		return outcome;
	}
	atomic_store(&sh->phase, CLOSE);
	err = (struct pvq_error)PVQ_NO_ERROR;
	closed = pvq_pool_close(pool, &err);
	if (outcome > FAILURE || closed == 0)
		return outcome;
	return ret ? BAD_CLOSE : check_error(r, closed, &err);
}

static int count_fds(void)
{
	int sum = 0;

	for (int fd = 0; fd < FDS; fd++)
		sum += __real_fcntl(fd, F_GETFD, 0) >= 0;
	return sum;
}

/* Of memory that processes share. */
static int count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[4096];
	int sum = 0;

	if (!maps)
		return -1;
	while (fgets(line, sizeof(line), maps))
		sum += strstr(line, "/dev/zero") != NULL;
	fclose(maps);
	return sum;
}

/* Whoever lost its parent is a child of this process now. */
static int count_processes(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		if (pid == atomic_load(&sh->server))
			return LEFT_ZOMBIE;
	return pid == 0 ? LEFT_PROCESS : SUCCESS;
}

static int run_once(unsigned flags)
{
	struct run r = {.flags = flags};
	sigset_t before, after;
	int fds, mappings, outcome, left;
	void *frame;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	memset(&before, 0, sizeof(before)); /* of which the kernel fills the beginning */
	memset(&after, 0, sizeof(after));
	sigprocmask(SIG_SETMASK, NULL, &before);
	for (int fd = 0; flags & NO_STDIO && fd < 3; fd++)
		close(fd);
	fds = count_fds();
	mappings = count_mappings();
	old_kernel = (flags & OLD) != 0;
	(void)backtrace(
		&frame, 1); /* what it keeps is not the pool's, though a static libc is wrapped as well */
	inside = 1;
	outcome = pool_life(&r);
	inside = 0;
	sigprocmask(SIG_SETMASK, NULL, &after);
	if (outcome > FAILURE)
		return outcome;
	left = count_processes();
	if (left)
		return left;
	if (count_fds() != fds)
		return LEFT_FD;
	if (count_mappings() != mappings)
		return LEFT_MAPPING;
	if (memcmp(&before, &after, sizeof(before)) != 0)
		return LEFT_MASK;
	return allocated ? LEFT_MEMORY : outcome;
}

/* ---- all runs ---- */

/* How many failed, by fault, place, phase and outcome. */
static unsigned count[FAULTS][PLACES][PHASES][OUTCOMES];

static int watch(pid_t pid)
{
	int fd = (int)__real_syscall(SYS_pidfd_open, pid, 0);

	assert_true(fd >= 0);
	return fd;
}

/* Its wait status; -1: it hung. */
static int in_process(unsigned flags)
{
	struct pollfd on = {.events = POLLIN};
	int wstatus, ended;
	pid_t pid;

	memset(sh, 0, sizeof(*sh));
	pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		setpgid(0, 0);
		_exit(run_once(flags));
	}
	setpgid(pid, pid);
	on.fd = watch(pid);
	ended = poll(&on, 1, HANG_MS);
	close(on.fd);
	kill(-pid, SIGKILL); /* whoever is left of it */
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	return ended == 1 ? wstatus : -1;
}

/* Fails the k-th occurrence, for each k. Returns how many outcomes were bad. */
static unsigned fail_each(unsigned flags, unsigned f, enum place place)
{
	unsigned bad = 0;

	failing = &fault[f];
	failing_in = place;
	for (unsigned k = 1; k <= K_MOST; k++) {
		int wstatus, phase;

		failing_at = k;
		wstatus = in_process(flags);
		phase = sh->hit - 1;
		if (wstatus == 0 && phase < 0)
			return bad;
		if (phase >= 0 && WIFEXITED(wstatus) && WEXITSTATUS(wstatus) <= FAILURE) {
			count[f][place][phase][WEXITSTATUS(wstatus)]++;
			continue;
		}
		bad++;
		fprintf(stderr, "%s %s at %u in the %s's %s, run %u: %s, status %d\n",
			call_name[fault[f].call], fault[f].name, k, place_name[place],
			phase < 0 ? "life, not failed" : phase_name[phase], flags,
			wstatus < 0          ? "hangs"
			: WIFEXITED(wstatus) ? "exits"
					     : "dies",
			WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : wstatus);
		if (phase < 0)
			return bad;
	}
	fail_msg("%s never ends to be called", call_name[fault[f].call]);
	return bad;
}

static unsigned fail_all(unsigned flags)
{
	unsigned bad = 0;

#ifdef PVQ_EMULATED /* takes twenty times as long */
	if (flags != (DEATHS | RECYCLE | ON_REQUEST))
		return 0;
#endif
	for (unsigned f = 0; f < FAULTS; f++)
		for (enum place place = CALLER; place < PLACES; place++)
			bad += fail_each(flags, f, place);
	return bad;
}

static void runs(unsigned flags)
{
	failing = NULL;
	assert_int_equal(in_process(flags), 0);
	assert_int_equal(fail_all(flags), 0);
}

static void test_in_order(void **state)
{
	(void)state;
	runs(ORDERED);
}

static void test_with_deaths_and_recycling(void **state)
{
	(void)state;
	runs(DEATHS | RECYCLE | ON_REQUEST);
}

static void test_with_an_item_that_is_overdue(void **state)
{
	(void)state;
	runs(ORDERED | OVERDUE | TERMINATED);
}

static void test_without_stdio(void **state)
{
	(void)state;
	runs(ORDERED | DEATHS | NO_STDIO);
}

static void test_on_an_old_kernel(void **state)
{
	(void)state;
	runs(DEATHS | OLD);
}

static void test_that_ends_early(void **state)
{
	(void)state;
	runs(ORDERED | ENDS_EARLY | RECYCLE);
}

static void test_that_closes_before_all_are_ready(void **state)
{
	(void)state;
	runs(NEVER_READY);
}

static void test_step_by_step(void **state)
{
	(void)state;
	runs(STEPS | OVERDUE | DEATHS);
}

/* The kernel refuses a message, and all that follow: no worker, or no death, can be told to the caller. */
static void test_a_server_that_can_tell_nothing(void **state)
{
	unsigned f = 0;

	(void)state;
	while (fault[f].call != SENDMSG || fault[f].error != ENOBUFS)
		f++;
	failing = &fault[f];
	failing_in = SERVER;
	failing_on = 1;
	for (failing_at = 1; failing_at <= 3; failing_at++) { /* two workers are hired, and one dies */
		int wstatus = in_process(DEATHS);

		assert_true(WIFEXITED(wstatus));
		assert_int_equal(WEXITSTATUS(wstatus), FAILURE);
	}
	failing_on = 0;
}

/* ---- the table ---- */

static void print_row(unsigned f, enum place place)
{
	unsigned sum = 0;

	for (enum phase phase = START; phase < PHASES; phase++)
		sum += count[f][place][phase][SUCCESS] + count[f][place][phase][FAILURE];
	if (sum == 0)
		return;
	printf("| %s | %s%s | %s |", call_name[fault[f].call], fault[f].name,
		fault[f].how == MADE ? ", made" : "", place_name[place]);
	for (enum phase phase = START; phase < PHASES; phase++) {
		const unsigned *n = count[f][place][phase];

		if (n[SUCCESS] + n[FAILURE])
			printf(" %u + %u |", n[SUCCESS], n[FAILURE]);
		else
			printf(" – |");
	}
	putchar('\n');
}

static void print_table(void)
{
	puts("| Call | Error | Where | start | map | close | terminate |");
	puts("|:--|:--|:--|--:|--:|--:|--:|");
	for (unsigned f = 0; f < FAULTS; f++)
		for (enum place place = CALLER; place < PLACES; place++)
			print_row(f, place);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_with_deaths_and_recycling),
		cmocka_unit_test(test_with_an_item_that_is_overdue),
		cmocka_unit_test(test_without_stdio),
		cmocka_unit_test(test_on_an_old_kernel),
		cmocka_unit_test(test_that_ends_early),
		cmocka_unit_test(test_that_closes_before_all_are_ready),
		cmocka_unit_test(test_step_by_step),
		cmocka_unit_test(test_a_server_that_can_tell_nothing),
	};
	int bad;

	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED)
		return 1;
	bad = cmocka_run_group_tests(tests, NULL, NULL);
	if (bad == 0 && argc > 1 && strcmp(argv[1], "--table") == 0)
		print_table();
	return bad;
}
