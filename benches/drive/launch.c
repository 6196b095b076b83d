/* launch.c: the driver's side of the trial protocol (PROTOCOL.md). The child gets the trial as command-line
 * arguments and writes CSV (the header, then rows) to descriptor 3; its last whole row counts. It writes one row
 * before the first worker exists and one at the end, so a trial that dies has said by then what it was.
 */
#include "drive/launch.h"
#include "base/clock.h"
#include "base/others.h"
#include "base/process.h"
#include "child.h"
#include "trial/peer.h"
#include "trial/sink.h"
#include "trial/trial_args.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a trial gets that has to end before its time, after SIGTERM and before SIGKILL. mpirun needs the most. */
static const uint64_t grace_ns = 2000000000u;

static volatile sig_atomic_t interrupted;
static sigset_t while_waiting; /* the signals that wait_for() lets through; else they are blocked */

static void on_signal(int sig)
{
	interrupted = sig;
}

void pvq_launch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: ppoll() must return */
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	sigset_t ours;

	/* Delivered in ppoll() only, so that none can slip in between a look at the flag and the wait. */
	sigemptyset(&ours);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;

		sigaction(signals[i], NULL, &before);
		if (before.sa_handler == SIG_IGN)
			continue; /* nohup and the like want it so */
		sigaddset(&ours, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &ours, &while_waiting);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* In the fresh child: its own group, its own signals, descriptors 0 to 3 (the last only where row_fd is not
 * -1) and nothing else. Confined from birth to the trial's CPUs (NULL: to none), since a language's runtime may start
 * threads before anybody can tell it to. */
static _Noreturn void become(const char *program, char *const argv[], int row_fd, const struct pvq_trial *t,
	const struct pvq_launch_io *io)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = io->out_fd >= 0 ? io->out_fd : null_fd;
	int err = io->err_fd >= 0 ? io->err_fd : null_fd;
	int in = fcntl(null_fd, F_DUPFD_CLOEXEC, 10);

	setpgid(0, 0);
	if (t && pvq_process_confine(t->cpu, t->ncpu))
		_exit(126);
	/* Copies above 10 first: a target of dup2() may be the source of the next. */
	out = fcntl(out, F_DUPFD_CLOEXEC, 10);
	err = fcntl(err, F_DUPFD_CLOEXEC, 10);
	if (row_fd >= 0)
		row_fd = fcntl(row_fd, F_DUPFD_CLOEXEC, 10);
	if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
		(row_fd >= 0 && dup2(row_fd, PVQ_ROW_FD) < 0))
		_exit(126);
	/* On an old kernel without this call, the rest is close-on-exec. */
	syscall(SYS_close_range, row_fd >= 0 ? PVQ_ROW_FD + 1 : PVQ_ROW_FD, ~0U, 0);
	execvp(program, argv);
	_exit(127);
}

/* Nanoseconds until the deadline, or until the eye wants to look again; of the latter *eye_ns is the moment. */
static uint64_t next_wait(
	uint64_t now, uint64_t deadline, const struct pvq_launch_eye *eye, uint64_t eye_ns)
{
	uint64_t until = eye && eye->every_ms && eye_ns < deadline ? eye_ns : deadline;

	return until > now ? until - now : 0;
}

/* Waits for a child to end, and lets the eye look meanwhile. 1: ended, 0: time is up, -EINTR: the user interrupted. */
static int wait_for(pid_t pid, int pidfd, double timeout_s, struct pvq_launch_eye *eye)
{
	uint64_t began = pvq_clock_ns(),
		 deadline = timeout_s > 0 ? began + (uint64_t)(timeout_s * 1e9) : UINT64_MAX;
	uint64_t every = eye ? eye->every_ms * (uint64_t)1000000 : 0, eye_ns = began + every;
	struct pollfd p[2] = {
		{.fd = pidfd, .events = POLLIN}, {.fd = eye ? eye->fd : -1, .events = POLLIN}};

	while (!interrupted) {
		uint64_t now = pvq_clock_ns(), left = next_wait(now, deadline, eye, eye_ns);
		struct timespec wait = {
			.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
		int ready = ppoll(p, 2, left < INT64_MAX ? &wait : NULL, &while_waiting);

		now = pvq_clock_ns();
		if (eye && ((ready > 0 && p[1].revents) || (every && now >= eye_ns))) {
			eye->look(eye, pid);
			eye_ns = now + every;
			/* The other end was closed: there is nothing left to wait for in here. */
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

/* Ends what is left of the trial's process group and reaps all of it, orphans included. They are asked first: who
 * holds something that outlives him (a run-time's folder, a named semaphore) can let go of it. */
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

/* Those that exec() left us from whoever this process was before: not ours to end. None of them is reaped in here, so
 * their numbers stay theirs. */
static pid_t *inherited;
static size_t inherited_count;

/* Goes through the children; returns how many of them take() took. */
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
	pid_t *longer = realloc(inherited, (inherited_count + 1) * sizeof(*inherited));

	if (!longer)
		return 0;
	inherited = longer;
	inherited[inherited_count++] = pid;
	return 1;
}

/* Before the first child of our own: those that are there are not ours, and whatever a child of ours leaves behind falls to us. */
static void begin_launching(void)
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

/* What left the group with setsid() or setpgid() has fallen to this process once its parent was gone, since it is
 * their subreaper. The driver itself starts no child but the trial. */
static void kill_strays(void)
{
	while (take_children(end_stray))
		; /* theirs have become ours */
}

static void note_end(struct pvq_launch_eye *eye, uint64_t *ended_ns)
{
	*ended_ns = pvq_clock_ns();
	if (eye)
		eye->look(eye, 0);
}

/* Waits for a child until it ends or time is up, and leaves nothing of it. Returns what wait_for() does. A child that
 * ended has done so before anything is cleaned up: what it left behind may take the whole grace. */
static int see_off(
	pid_t pid, double timeout_s, const struct pvq_launch_io *io, int *wstatus, uint64_t *ended_ns)
{
	int pidfd, ended;

	setpgid(pid, pid); /* both sides do it, so that neither has to wait for the other */
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ended = pidfd < 0 ? -errno : wait_for(pid, pidfd, timeout_s, io->eye);
	if (pidfd >= 0)
		close(pidfd);
	if (ended > 0)
		note_end(io->eye, ended_ns);
	*wstatus = clean_up(pid);
	kill_strays();
	if (ended <= 0)
		note_end(io->eye, ended_ns);
	return ended;
}

/* What the trial tells, into a row that says which trial it is: that is for the driver alone to say. */
static void adopt(struct pvq_row *row, const struct pvq_row *told)
{
	struct pvq_row own = *row;

	*row = *told;
	memcpy(row->impl, own.impl, sizeof(row->impl));
	memcpy(row->task, own.task, sizeof(row->task));
	memcpy(row->args, own.args, sizeof(row->args));
	memcpy(row->order, own.order, sizeof(row->order));
	memcpy(row->in_via, own.in_via, sizeof(row->in_via));
	memcpy(row->out_via, own.out_via, sizeof(row->out_via));
	row->n = own.n;
	row->seed = own.seed;
	row->workers = own.workers;
	row->cores = own.cores;
	row->oversubscribed = own.oversubscribed;
	row->block = own.block;
	row->cell = own.cell;
}

/* The last whole row that the trial wrote, if any; else what is wrong with what it wrote, as the reason. */
static void read_report(int fd, struct pvq_row *row)
{
	FILE *f = fdopen(fd, "re");
	struct pvq_rows rows;
	int first;

	if (!f) {
		close(fd);
		return;
	}
	first = fgetc(f);
	if (first == EOF) {
		snprintf(row->reason, sizeof(row->reason), "it ended without a row on descriptor 3");
		fclose(f);
		return;
	}
	ungetc(first, f);
	(void)pvq_rows_read(&rows, f); /* cut off in the middle of a row: the ones before it count */
	if (rows.count)
		adopt(row, &rows.row[rows.count - 1]);
	else
		snprintf(row->reason, sizeof(row->reason), "its row cannot be read: %.100s", rows.problem);
	pvq_rows_free(&rows);
	fclose(f);
}

/* Times that contradict themselves, or the clock of who watched. */
static int is_impossible(const struct pvq_row *row)
{
	uint64_t parts = row->start_ns + row->map_ns + row->stop_ns;

	return row->total_ns != parts || row->first_ns > row->map_ns || (row->n && !row->map_ns) ||
	       row->map_ns > row->wall_ns || parts > row->wall_ns;
}

/* A peer verifies its own results, but its word is not enough: it must say that it did, and have come to the same as
 * others. Ours cannot fail here. */
static void doubt(struct pvq_row *row, const struct pvq_trial *t)
{
	const char *reason = NULL;

	if (row->verified == PVQ_VERIFIED_NO)
		reason = "its row says ok but not verified: it has to compare its results, or to load "
			 "libpvqpeer.so, which does";
	else if (t->impl->program && !row->oracle[0])
		reason = "its row says ok without the digest of the right results, in the column oracle";
	else if (t->impl->program && !t->oracle[0])
		reason = "its row says ok, but what is right could not be found out without it";
	else if (t->oracle[0] && strcmp(row->oracle, t->oracle) != 0)
		reason = "its digest of the right results is another than before";
	else if (t->impl->program && is_impossible(row))
		reason =
			"its times cannot be: total is start, map and stop, first within map, all within the process's life";
	if (!reason)
		return;
	row->status = PVQ_ERROR;
	row->verified = PVQ_VERIFIED_NO;
	snprintf(row->reason, sizeof(row->reason), "%s", reason);
}

static void explain(
	struct pvq_row *row, const struct pvq_trial *t, int ended, int wstatus, double timeout_s)
{
	char fate[64];

	if (!ended) {
		row->status = PVQ_TIMEOUT;
		row->verified = PVQ_VERIFIED_NO;
		snprintf(row->reason, sizeof(row->reason), "killed after %g s", timeout_s);
	} else if (row->status == PVQ_PLANNED && row->reason[0] && wstatus == 0) {
		row->status = PVQ_ERROR; /* what it wrote is no row */
	} else if (row->status == PVQ_PLANNED) {
		row->status = PVQ_CRASHED;
		snprintf(row->reason, sizeof(row->reason), "the trial's process died: %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	} else if (row->status == PVQ_OK && wstatus != 0) {
		/* A sanitizer, for one, speaks when the process ends. */
		row->status = PVQ_CRASHED;
		row->verified = PVQ_VERIFIED_NO;
		snprintf(row->reason, sizeof(row->reason), "measured, but how its process then ended: %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	} else if (row->status == PVQ_OK) {
		doubt(row, t);
	}
}

static void note_meanwhile(struct pvq_row *row, struct pvq_meanwhile m)
{
	row->stolen_ns = m.stolen_ns;
	row->foreign_ns = m.foreign_ns;
}

/* ---- what is right, for those whose word is not enough ---- */

/* Found once, since a sweep asks for every trial until a strategy that is linked in has told. */
struct known {
	const struct known *next;
	const struct pvq_task *task;
	char args[PVQ_ARGS_TEXT];
	uint64_t n, seed;
	char right[33];
};

/* In a child of its own, as a trial: a task may crash, hang or leave something behind. */
static _Noreturn void tell_right(const struct pvq_trial *t, int fd)
{
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_load load;
	char right[33];

	setpgid(0, 0);
	if (pvq_process_confine(t->cpu, t->ncpu) || pvq_load_build(&load, t->spec, t->n, t->seed, &err) ||
		pvq_right_digest(&load, right))
		_exit(1);
	_exit(write(fd, right, sizeof(right)) != sizeof(right));
}

/* Returns what wait_for() does. k->right stays empty where it could not be found. */
static int find_right(const struct pvq_trial *t, double timeout_s, struct known *k)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	int told[2], ended, wstatus;
	uint64_t ended_ns;
	pid_t pid;

	if (pipe2(told, O_CLOEXEC))
		return -errno;
	pid = pvq_child_fork();
	if (pid == 0)
		tell_right(t, told[1]);
	close(told[1]);
	ended = pid < 0 ? (int)pid : see_off(pid, timeout_s, &io, &wstatus, &ended_ns);
	if (ended > 0 && read(told[0], k->right, sizeof(k->right)) != sizeof(k->right))
		k->right[0] = '\0';
	close(told[0]);
	return ended;
}

/* Gives a peer's trial the digest of the right results, by the suite's own means: those that a peer claims are no
 * measure. 1: done, or it cannot be known. 0: time is up. -errno. */
static int know_right(struct pvq_trial *t, double timeout_s)
{
	static const struct known *all;
	struct known *k;
	char args[PVQ_ARGS_TEXT];
	int ret;

	if (!t->impl->program || t->oracle[0])
		return 1;
	pvq_spec_args(t->spec, args, sizeof(args));
	for (const struct known *at = all; at; at = at->next)
		if (at->task == t->spec->task && at->n == t->n && at->seed == t->seed &&
			strcmp(at->args, args) == 0) {
			t->oracle = at->right;
			return 1;
		}
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	*k = (struct known){.next = all, .task = t->spec->task, .n = t->n, .seed = t->seed};
	memcpy(k->args, args, sizeof(args));
	ret = find_right(t, timeout_s, k);
	if (ret <= 0) {
		free(k);
		return ret;
	}
	all = k;
	t->oracle = k->right;
	return 1;
}

/* ---- a trial ---- */

/* The trial in its process. 0 or -errno. */
static int run_trial(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	static struct pvq_words words; /* some KiB: not on the stack; the driver has one thread */
	struct pvq_watch watch;
	int report[2], ended, wstatus;
	uint64_t ended_ns;
	pid_t pid;

	pvq_trial_args_words(&words, t);
	if (pipe2(report, O_CLOEXEC))
		return -errno;
	pvq_watch_begin(&watch, t->cpu, t->ncpu);
	pid = pvq_child_fork();
	if (pid == 0)
		become(t->impl->program ? t->impl->program : "/proc/self/exe", words.argv, report[1], t,
			io);
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		return (int)pid;
	}
	ended = see_off(pid, timeout_s, io, &wstatus, &ended_ns);
	read_report(report[0], row);
	note_meanwhile(row, pvq_watch_end(&watch, t->cpu, t->ncpu));
	row->wall_ns = ended_ns - watch.at_ns;
	if (ended < 0)
		return ended;
	explain(row, t, ended, wstatus, timeout_s);
	return 0;
}

int pvq_launch_trial(
	const struct pvq_trial *of, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	struct pvq_trial t = *of;
	int ret;

	begin_launching();
	pvq_trial_identify(&t, row);
	if (t.impl->unavailable) {
		row->status = PVQ_UNAVAILABLE;
		snprintf(row->reason, sizeof(row->reason), "%s", t.impl->unavailable);
		return 0;
	}
	ret = know_right(&t, timeout_s);
	if (ret == 0) {
		row->status = PVQ_TIMEOUT;
		snprintf(row->reason, sizeof(row->reason),
			"not begun: what is right was not known after %g s", timeout_s);
		return 0;
	}
	if (ret > 0)
		ret = run_trial(&t, timeout_s, io, row);
	if (ret < 0 && ret != -EINTR)
		fprintf(stderr, "pvq: cannot run a trial: %s\n", strerror(-ret));
	return ret;
}

/* Puts the folder that this binary lies in before all others in PATH: what the program runs by the name
 * "pvq" is this very build, and no path of this machine need stand in what it records. */
static int prepend_path(void)
{
	char self[PATH_MAX], path[2 * PATH_MAX], *slash;
	const char *old = getenv("PATH");
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		return -1;
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return -1;
	*slash = '\0';
	if (snprintf(path, sizeof(path), "%s:%s", self, old ? old : "/usr/bin:/bin") >= (int)sizeof(path))
		return -1;
	return setenv("PATH", path, 1);
}

int pvq_launch_command(
	char *const argv[], const char *dir, double timeout_s, const struct pvq_launch_io *io, int *wstatus)
{
	uint64_t ended_ns;
	int ended;
	pid_t pid;

	begin_launching();
	pid = pvq_child_fork();
	if (pid == 0) {
		if (prepend_path() || chdir(dir))
			_exit(126);
		become(argv[0], argv, -1, NULL, io);
	}
	if (pid < 0)
		return (int)pid;
	ended = see_off(pid, timeout_s, io, wstatus, &ended_ns);
	return ended < 0 ? ended : ended == 0 ? -ETIMEDOUT : 0;
}
