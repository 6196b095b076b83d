/* pool_server.c: the process that forks a pool's workers, and the caller's side of the conversation with it.
 *
 *	caller  ── FORK w, KILL w ──────────────>  server  ── fork ──>  workers
 *	        <── BORN w, FAILED w, DIED w ────          <─ SIGCHLD ─
 *
 * The server is a copy of the caller as it was at pvq_pool_start(), with one thread. So the caller may have others, goes
 * on while a worker is forked, and each worker begins with memory as it was then. The server reaps workers as they die;
 * the caller knows them by pidfds that the server sends it, so no signal can reach a process that is not meant.
 *
 * Nobody outlives the caller, and no worker the server:
 *  - When the caller ends, its pidfd tells the server, which kills and reaps all workers and exits. It does the same at
 *    the socket's end of file: the caller has closed the pool, or has become another program.
 *  - When the server is killed, its pidfd tells the caller, which kills all workers. The kernel does so at once
 *    (PR_SET_PDEATHSIG), but forgets it where a worker changes its credentials.
 * The server blocks all signals: those to the whole process group are the caller's affair.
 */
#include "pool_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	FULL_MS = 10, /* until a message is sent again that did not fit */
	REFUSED_MS =
		512,  /* the longest wait after a refusal; each is twice the last, so all make a second */
	BY_PIDFD = 3, /* waitid()'s P_PIDFD, which older headers do not have */
};

enum what { FORK, KILL, BORN, FAILED, DIED };

struct message {
	uint32_t what, worker;
	int32_t value;    /* FAILED: errno; DIED: the wait status */
	uint64_t fork_ns; /* BORN: how long fork() took */
};

/* ---- both ---- */

static int open_pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int pvq_pool_lift(int fd)
{
	int lifted, error;

	if (fd < 0 || fd > 2)
		return fd;
	lifted = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	error = errno;
	close(fd);
	errno = error;
	return lifted;
}

/* The message, and the descriptor that goes with it, or room for one. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* ---- the server ---- */

struct server {
	struct pvq_pool *p;         /* as it was at start */
	int talk, caller, children; /* the socket, the caller's pidfd, and a signalfd of SIGCHLD */
};

static void reap(const struct server *s, unsigned w)
{
	pvq_child_kill(s->p->pid[w]);
	s->p->pid[w] = 0;
}

/* error: the errno for which it gives up, which is its exit status; 0: it was to end. */
static _Noreturn void end_all(const struct server *s, int error)
{
	for (unsigned w = 0; w < s->p->seats; w++)
		if (s->p->pid[w])
			kill(s->p->pid[w], SIGKILL); /* all at once */
	for (unsigned w = 0; w < s->p->seats; w++)
		if (s->p->pid[w])
			reap(s, w);
	_exit(error);
}

/* Waits until a message may be sent again. *wait_ms: how long after a refusal; begin with 1.
 *
 * Where the socket is full, there is no end: the caller may be in a hook for long, and where it ends, its pidfd says so.
 * Where the kernel refuses (no memory, no buffers), there is one. It has waited for memory and freed what it could before it
 * refuses, so what it refuses for a second it may refuse for ever. Meanwhile the caller waits for a worker whose death it
 * was not told. When the server ends instead, the caller fails at once, and says why. */
static void wait_to_tell(const struct server *s, int error, int *wait_ms)
{
	struct pollfd on[] = {{.fd = s->caller, .events = POLLIN}, {.fd = s->talk, .events = POLLOUT}};
	int refused = error != EAGAIN && error != EINTR;

	if (refused && *wait_ms > REFUSED_MS)
		end_all(s, error);
	/* A socket that has room would end the wait at once. */
	if (poll(on, refused ? 1 : 2, refused ? *wait_ms : FULL_MS) > 0 && on[0].revents)
		end_all(s, 0);
	*wait_ms = refused ? 2 * *wait_ms : 1;
}

/* fd: goes with it; -1: none. 0, or -errno: that cannot be sent now, and may be without the descriptor. */
static int tell(const struct server *s, const struct message *m, int fd)
{
	union control control = {.bytes = {0}};
	struct iovec bytes = {.iov_base = (void *)(uintptr_t)m, .iov_len = sizeof(*m)};
	struct msghdr msg = {.msg_iov = &bytes, .msg_iovlen = 1};
	int wait_ms = 1;

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	while (sendmsg(s->talk, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno == EPIPE || errno == ECONNRESET)
			end_all(s, 0);
		if (fd >= 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		wait_to_tell(s, errno, &wait_ms);
	}
	return 0;
}

void pvq_pool_bind(const struct pvq_pool *p)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != p->server)
		_exit(1); /* the server died before the line above took effect */
}

static _Noreturn void be_worker(const struct server *s, unsigned w)
{
	sigset_t none;
	int ret;

	close(s->talk);
	close(s->caller);
	close(s->children);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	pvq_pool_bind(s->p);
	if (s->p->config.backtrace)
		pvq_pool_catch_crashes(w);
	ret = pvq_pool_bound_memory(s->p);
	if (ret)
		pvq_pool_refuse(&s->p->seat[w], ret);
	pvq_pool_work(s->p, w);
}

/* Has the worker begin on the nth CPU of the server's set, counted round; where it is pinned it stays there. The server does
 * it, since the worker itself may have to wait for a CPU first, and before the worker leaves its gate, so that no hook sees
 * another set than the one that lasts. */
static void place(const struct pvq_pool *p, pid_t pid, const cpu_set_t *all, unsigned nth)
{
	cpu_set_t one;
	unsigned cpu = 0;

	nth %= (unsigned)CPU_COUNT(all);
	while (!CPU_ISSET(cpu, all) || nth-- > 0)
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(pid, sizeof(one), &one) == 0 && !p->config.pin)
		(void)sched_setaffinity(pid, sizeof(*all), all);
}

/* Where there are no more CPUs than workers, each begins on one of its own, and may move from there as ever. Left to itself
 * the scheduler often has two workers on one CPU for milliseconds, while the caller has another, and sleeps too briefly for
 * a worker to be brought over. Where there are more CPUs than workers it knows better which of them are free. The pool's
 * first worker does not always get the first CPU, hence the server's number. */
static void spread(const struct pvq_pool *p, unsigned w, pid_t pid)
{
	cpu_set_t all;
	unsigned n;

	if ((!POOL_HAS(POOL_SPREAD) && !p->config.pin) || sched_getaffinity(0, sizeof(all), &all))
		return;
	n = (unsigned)CPU_COUNT(&all);
	if (p->config.pin)
		place(p, pid, &all, w);
	else if (n > 1 && pool_wanted(p) >= n)
		place(p, pid, &all, w + (unsigned)p->server);
}

/* There is one already where the caller could not take its pidfd. */
static void fork_one(const struct server *s, unsigned w)
{
	struct message m = {.what = BORN, .worker = w};
	int fd = -1, ret;
	uint64_t began;
	pid_t pid;

	if (s->p->pid[w])
		reap(s, w);
	began = pool_now_ns();
	pid = fork();
	if (pid == 0)
		be_worker(s, w);
	ret = pid < 0 ? -errno : 0;
	m.fork_ns = pool_now_ns() - began;
	if (ret == 0) {
		s->p->pid[w] = pid;
		spread(s->p, w, pid);
		fd = open_pidfd(pid);
		ret = fd < 0 ? -errno : tell(s, &m, fd);
	}
	if (fd >= 0)
		close(fd);
	if (ret == 0)
		return;
	if (s->p->pid[w])
		reap(s, w);
	m.what = FAILED;
	m.value = -ret;
	tell(s, &m, -1);
}

static void obey(const struct server *s)
{
	struct message m;
	ssize_t n = recv(s->talk, &m, sizeof(m), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != sizeof(m))
		end_all(s, 0);
	if (m.what == FORK)
		fork_one(s, m.worker);
	else if (s->p->pid[m.worker])
		kill(s->p->pid[m.worker], SIGKILL);
}

static void bury_all(const struct server *s)
{
	struct signalfd_siginfo info;
	struct message m = {.what = DIED};
	pid_t pid;

	(void)!read(s->children, &info, sizeof(info));
	while ((pid = waitpid(-1, &m.value, WNOHANG)) > 0) {
		for (m.worker = 0; m.worker < s->p->seats && s->p->pid[m.worker] != pid;)
			m.worker++;
		if (m.worker == s->p->seats)
			continue; /* somebody's orphan, where the server is the first process of a namespace */
		s->p->pid[m.worker] = 0;
		tell(s, &m, -1);
	}
}

static _Noreturn void serve(const struct server *s)
{
	pvq_child_default_signals();
	s->p->server = getpid();
	for (;;) {
		struct pollfd on[] = {{.fd = s->caller, .events = POLLIN},
			{.fd = s->children, .events = POLLIN}, {.fd = s->talk, .events = POLLIN}};

		(void)poll(on, 3, -1);
		if (on[0].revents)
			end_all(s, 0);
		if (on[1].revents)
			bury_all(s);
		if (on[2].revents)
			obey(s);
	}
}

/* ---- the caller: start and end ---- */

/* Forks with all signals blocked, so that no handler of the program's runs in the server. */
static pid_t fork_blocked(void)
{
	sigset_t all, before;
	pid_t pid;
	int error;

	fflush(NULL); /* or a worker's copy of the buffers could be written twice */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	error = errno;
	if (pid != 0)
		sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

/* What the server needs is opened by the caller, which can say so if that fails. */
static int open_server(struct server *s)
{
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	s->children = pvq_pool_lift(signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK));
	s->caller = s->children < 0 ? -1 : pvq_pool_lift(open_pidfd(getpid()));
	return s->caller < 0 ? -errno : 0;
}

static int open_talk(int talk[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, talk))
		return -errno;
	for (int i = 0; i < 2; i++)
		talk[i] = pvq_pool_lift(talk[i]);
	return talk[0] < 0 || talk[1] < 0 ? -errno : 0; /* they fail for the same reason */
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

int pvq_pool_serve(struct pvq_pool *p)
{
	struct server s = {.p = p, .talk = -1, .caller = -1, .children = -1};
	int talk[2] = {-1, -1}, ret = open_server(&s);

	if (ret == 0)
		ret = open_talk(talk);
	p->talk_fd = talk[0];
	s.talk = talk[1];
	if (p->config.backtrace)
		pvq_pool_load_backtrace();
	if (ret == 0) {
		p->server = fork_blocked();
		if (p->server == 0) {
			close(talk[0]);
			serve(&s);
		}
		ret = p->server < 0 ? -errno : 0;
		p->server = ret ? 0 : p->server;
	}
	if (ret == 0) {
		p->server_fd = pvq_pool_lift(open_pidfd(p->server));
		ret = p->server_fd < 0 ? -errno : 0;
	}
	close_if_open(s.talk);
	close_if_open(s.caller);
	close_if_open(s.children);
	return ret;
}

static int poll_ms(uint64_t ns)
{
	return ns / 1000000 < INT_MAX ? (int)(ns / 1000000) + 1 : INT_MAX;
}

/* Whether the process has ended, or ends within that time; ms < 0: any time. */
static int has_ended(int pidfd, int ms)
{
	struct pollfd on = {.fd = pidfd, .events = POLLIN};
	int n;

	do
		n = poll(&on, 1, ms);
	while (n < 0 && (errno == EINTR || errno == ENOMEM));
	return n > 0;
}

static int kill_by_pidfd(int pidfd)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

/* By its pidfd: the program may have reaped it, and its number be another child's by now. Its wait status, or -1. */
static int reap_server(int pidfd)
{
	siginfo_t end = {.si_pid = 0};

	while (waitid((idtype_t)BY_PIDFD, (id_t)pidfd, &end, WEXITED))
		if (errno != EINTR)
			return -1;
	return end.si_code == CLD_EXITED ? end.si_status << 8 : end.si_status;
}

/* Waits for the server, and for as long as it may take. A program that has given its privileges away since start may
 * not kill a server that is stopped: then nobody can wait for it. */
static int see_server_end(struct pvq_pool *p)
{
	if (p->server_fd < 0) { /* it could not be opened: the child is a moment old */
		(void)pvq_child_reap(p->server);
		return -1;
	}
	if (!has_ended(p->server_fd, poll_ms(p->config.close_timeout_ns)) && kill_by_pidfd(p->server_fd))
		return -1;
	(void)has_ended(p->server_fd, -1);
	return reap_server(p->server_fd);
}

/* Kills all workers, and ends the server. Its wait status, or -1: not known. */
int pvq_pool_dismiss(struct pvq_pool *p)
{
	int wstatus = -1;

	if (p->server == 0)
		return -1;
	for (unsigned w = 0; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE)
			(void)kill_by_pidfd(p->hand[w].pidfd);
	shutdown(p->talk_fd, SHUT_RDWR);
	wstatus = see_server_end(p);
	p->server = 0;
	for (unsigned w = 0; w < p->seats; w++)
		if (p->hand[w].life == POOL_ALIVE) {
			if (kill_by_pidfd(p->hand[w].pidfd) == 0 || errno == ESRCH)
				(void)has_ended(p->hand[w].pidfd, -1);
			close(p->hand[w].pidfd);
			p->hand[w].life = POOL_ABSENT;
		}
	p->alive = 0;
	return wstatus;
}

int pvq_pool_server_died(struct pvq_pool *p, struct pvq_error *err)
{
	int wstatus = pvq_pool_dismiss(p);
	char fate[64];

	if (wstatus > 0 && WIFEXITED(wstatus))
		return pvq_fail(err, -EOWNERDEAD, "the pool's server could not reach the program: %s",
			strerror(WEXITSTATUS(wstatus)));
	return pvq_fail(err, -EOWNERDEAD, "the pool's server died (%s)",
		wstatus < 0 ? "somebody else has reaped it" : pvq_child_fate(wstatus, fate, sizeof(fate)));
}

/* ---- the caller: workers ---- */

/* 0; or -errno: not now, or the server is gone. */
static int ask(struct pvq_pool *p, enum what what, unsigned w)
{
	struct message m = {.what = what, .worker = w};

	return send(p->talk_fd, &m, sizeof(m), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int pvq_pool_hire(struct pvq_pool *p, unsigned w)
{
	struct pool_seat *seat = &p->seat[w];
	int ret;

	atomic_store_explicit(&seat->claim, 0, memory_order_relaxed);
	atomic_store_explicit(&seat->running, 0, memory_order_relaxed);
	atomic_store_explicit(&seat->phase, POOL_STARTING, memory_order_relaxed);
	atomic_store_explicit(&seat->watched, 0, memory_order_relaxed);
	ret = ask(p, FORK, w);
	if (ret)
		return ret;
	p->hand[w].life = POOL_ASKED;
	p->asked++;
	return 0;
}

void pvq_pool_kill(struct pvq_pool *p, unsigned w)
{
	if (kill_by_pidfd(p->hand[w].pidfd) && errno == EPERM)
		(void)ask(p, KILL, w);
}

static void welcome(struct pvq_pool *p, unsigned w, int pidfd)
{
	p->hand[w] = (struct pool_hand){.life = POOL_ALIVE,
		.pidfd = pidfd,
		.hired_ns = pool_now_ns(),
		.had_run = atomic_load_explicit(&p->seat[w].items, memory_order_relaxed),
		.early = p->hand[w].early};
	p->alive++;
	p->fork_wait_ns = p->failing_ns = 0;
	atomic_store_explicit(&p->seat[w].watched, 1, memory_order_relaxed);
	pool_futex_wake(&p->seat[w].watched);
}

/* 0, or -errno: there is no such worker. */
static int heed(struct pvq_pool *p, const struct message *m, int pidfd)
{
	struct pool_hand *hand = &p->hand[m->worker];

	if (m->what == DIED) {
		/* Else it is one whose pidfd could not be taken, and which therefore has done nothing. */
		if (hand->life == POOL_ALIVE) {
			close(hand->pidfd);
			hand->life = POOL_ENDED;
			hand->wstatus = m->value;
			p->alive--;
			p->ended++;
		}
		return 0;
	}
	p->asked--;
	hand->life = POOL_ABSENT;
	if (m->what == FAILED)
		return -m->value;
	if (m->fork_ns > p->counts.fork_ns)
		p->counts.fork_ns = m->fork_ns;
	if (pidfd < 0)
		return -EMFILE;
	welcome(p, m->worker, pidfd);
	return 0;
}

/* 1; 0: there is nothing; -1: nor will there be. */
static int receive(struct pvq_pool *p, struct message *m, int *pidfd)
{
	union control control;
	struct iovec bytes = {.iov_base = m, .iov_len = sizeof(*m)};
	struct msghdr msg = {.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(p->talk_fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(*m))
		return n < 0 && errno == EAGAIN ? 0 : -1;
	*pidfd = -1;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS) {
		memcpy(pidfd, CMSG_DATA(c), sizeof(*pidfd));
		*pidfd = pvq_pool_lift(*pidfd);
	}
	return 1;
}

int pvq_pool_listen(struct pvq_pool *p, int wait_ms)
{
	struct pollfd on[] = {{.fd = p->talk_fd, .events = POLLIN}, {.fd = p->server_fd, .events = POLLIN}};
	int got, pidfd, failed = 0;
	struct message m;

	(void)poll(on, 2, wait_ms); /* interrupted: there may be something, and else there is next time */
	while ((got = receive(p, &m, &pidfd)) > 0) {
		int ret = heed(p, &m, pidfd);

		failed = ret ? ret : failed;
	}
	/* A worker that is a moment old may still hold the other end of the socket. */
	return got < 0 || has_ended(p->server_fd, 0) ? -EOWNERDEAD : failed;
}
