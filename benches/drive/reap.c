/* reap.c: waits for a child, ends it at the time limit, and leaves nothing of it: no worker, no orphan. */
#include "drive/reap.h"
#include "base/clock.h"
#include "base/grow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The time between SIGTERM and SIGKILL for a trial that must be ended. mpirun needs the most. */
static const uint64_t grace_ns = 2000000000u;

static volatile sig_atomic_t interrupted;
static sigset_t
	while_waiting; /* signal mask of wait_for(), which lets our signals through; elsewhere they are blocked */

static void on_signal(int sig)
{
	interrupted = sig;
}

void pvq_reap_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: ppoll() must return */
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	sigset_t ours;

	/* Signals arrive only in ppoll(), so that none can slip in between the check of the flag and the wait. */
	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;

		sigaction(signals[i], NULL, &before);
		if (before.sa_handler == SIG_IGN)
			continue; /* stay ignored, as nohup and others ask */
		sigaddset(&ours, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &ours, &while_waiting);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Nanoseconds until the deadline, or until the observer's next call at next_ns. */
static uint64_t next_wait(
	uint64_t now, uint64_t deadline, const struct pvq_launch_observer *observer, uint64_t next_ns)
{
	uint64_t until = observer && observer->every_ms && next_ns < deadline ? next_ns : deadline;

	return until > now ? until - now : 0;
}

/* Waits for a child to end, and calls the observer meanwhile. 1: ended; 0: time is up; -EINTR: the user interrupted. */
static int wait_for(pid_t pid, int pidfd, double timeout_s, struct pvq_launch_observer *observer)
{
	uint64_t began = pvq_clock_ns(),
		 deadline = timeout_s > 0 ? began + (uint64_t)(timeout_s * 1e9) : UINT64_MAX;
	uint64_t every = observer ? observer->every_ms * (uint64_t)1000000 : 0, next_ns = began + every;
	struct pollfd p[2] = {
		{.fd = pidfd, .events = POLLIN}, {.fd = observer ? observer->fd : -1, .events = POLLIN}};

	while (!interrupted) {
		uint64_t now = pvq_clock_ns(), left = next_wait(now, deadline, observer, next_ns);
		struct timespec wait = {
			.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
		int ready = ppoll(p, 2, left < INT64_MAX ? &wait : NULL, &while_waiting);

		now = pvq_clock_ns();
		if (observer && ((ready > 0 && p[1].revents) || (every && now >= next_ns))) {
			observer->observe(observer, pid);
			next_ns = now + every;
			/* The other end is closed: no more data can come. */
			if (p[1].revents & (POLLHUP | POLLERR) && !(p[1].revents & POLLIN))
				p[1].fd = -1;
		}
		if (ready > 0 && p[0].revents)
			return 1;
		if (now >= deadline)
			return interrupted ? -EINTR : 0;
	}
	return -EINTR;
}

/* Ends what is left of the trial's process group, and reaps all of it, orphans included. SIGTERM comes first, so that a
 * process can remove what would outlive it (a run-time's folder, a named semaphore). */
static int clean_up(pid_t group)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	uint64_t deadline = pvq_clock_ns() + grace_ns;
	int wstatus = 0, status, options = WNOHANG;
	pid_t pid;

	kill(-group, SIGTERM);
	for (;;) {
		pid = waitpid(-group, &status, options);
		if (pid == group)
			wstatus = status;
		else if (pid < 0 && errno != EINTR)
			return wstatus; /* ECHILD: all gone */
		else if (pid == 0 && pvq_clock_ns() < deadline)
			nanosleep(&pause, NULL);
		else if (pid == 0) {
			kill(-group, SIGKILL);
			options = 0;
		}
	}
}

/* Children of the program that this process ran before exec(). They are not ours to end. None of them is reaped here,
 * so no child of ours can get one of their pids. */
static pid_t *inherited;
static size_t inherited_count;

/* Calls take() for each child; returns how many it took. */
static unsigned take_children(int (*take)(pid_t))
{
	char path[64];
	unsigned taken = 0;
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)syscall(SYS_gettid));
	f = fopen(path, "re");
	while (f && fscanf(f, "%d", &pid) == 1)
		taken += (unsigned)take(pid);
	if (f)
		fclose(f);
	return taken;
}

static int inherit(pid_t pid)
{
	pid_t *longer = pvq_grow(inherited, inherited_count, sizeof(*inherited));

	if (!longer)
		return 0;
	inherited = longer;
	inherited[inherited_count++] = pid;
	return 1;
}

void pvq_reap_begin(void)
{
	static int done;

	if (!done) {
		take_children(inherit);
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	}
	done = 1;
}

static int end_stray(pid_t pid)
{
	for (size_t i = 0; i < inherited_count; i++)
		if (inherited[i] == pid)
			return 0;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 1;
}

/* Kills processes that left the group with setsid() or setpgid(). When their parents ended, they became children of
 * this process, their subreaper. The driver starts no child but the trial. */
static void kill_strays(void)
{
	while (take_children(end_stray))
		; /* the children of killed processes are now ours */
}

static void note_end(struct pvq_launch_observer *observer, uint64_t *ended_ns)
{
	*ended_ns = pvq_clock_ns();
	if (observer)
		observer->observe(observer, 0);
}

int pvq_reap(pid_t pid, double timeout_s, const struct pvq_launch_io *io, int *wstatus, uint64_t *ended_ns)
{
	int pidfd, ended;

	setpgid(pid, pid); /* both sides do it, so that neither must wait for the other */
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ended = pidfd < 0 ? -errno : wait_for(pid, pidfd, timeout_s, io->observer);
	if (pidfd >= 0)
		close(pidfd);
	if (ended > 0)
		note_end(io->observer, ended_ns);
	*wstatus = clean_up(pid);
	kill_strays();
	if (ended <= 0)
		note_end(io->observer, ended_ns);
	return ended;
}
