/* guard.c: the guard, and the reading of what its command writes. */
#include "guard.h"
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUT, ERR, STREAMS };

/* ---- the command's side ---- */

/* Between fork and exec there may be locks that other threads held, so the guard calls nothing that takes one. */

/* In one piece: others may write to the same stream. */
static void say(const char *program, const char *text, const char *hint)
{
	const struct iovec part[] = {{(void *)(uintptr_t)program, strlen(program)},
		{(void *)(uintptr_t)text, strlen(text)}, {(void *)(uintptr_t)hint, strlen(hint)},
		{(void *)(uintptr_t) "\n", 1}};
	ssize_t ignored = writev(STDERR_FILENO, part, 4);

	(void)ignored;
}

/* Shares its memory with the guard, which waits. */
static _Noreturn void become(char *const argv[])
{
	sigset_t none;

	sigemptyset(&none);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What a trial or a worker ignores (child_exec.c, child.c). */
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGTTOU, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	say(argv[0],
		errno == ENOENT  ? ": command not found"
		: errno == E2BIG ? ": the arguments are too long"
				 : ": cannot be executed",
		"");
	_exit(127);
}

/* Reads one line of pids, which the kernel writes with a blank behind each. Kills each; returns whether there was any. */
static int kill_children(void)
{
	char text[4096];
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	pid_t pid = 0;
	int any = 0;

	if (fd >= 0)
		close(fd);
	for (ssize_t i = 0; i < len; i++)
		if (text[i] >= '0' && text[i] <= '9') {
			pid = pid * 10 + (text[i] - '0');
		} else if (pid > 0) {
			kill(pid, SIGKILL);
			pid = 0;
			any = 1;
		}
	return any;
}

/* Kills what is left below the guard. The children of what is killed become its own, until there are none. */
static void end_rest(void)
{
	while (waitpid(-1, NULL, WNOHANG) >= 0 && kill_children())
		while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
			;
}

/* Waits for the command's end, or for a signal to end it. 1: it ended by itself. */
static int await(pid_t command, const sigset_t *signals, int *wstatus)
{
	for (;;) {
		int sig = sigwaitinfo(signals, NULL);
		pid_t pid;

		if (sig > 0 && sig != SIGCHLD)
			return 0;
		while ((pid = waitpid(-1, wstatus, WNOHANG)) > 0)
			if (pid == command)
				return 1;
	}
}

/* Ends as the command did, so that the thread that waits for the guard learns of it. */
static _Noreturn void end_like(int wstatus)
{
	const struct rlimit no_core = {0, 0};
	sigset_t all;

	if (WIFEXITED(wstatus))
		_exit(WEXITSTATUS(wstatus));
	setrlimit(RLIMIT_CORE, &no_core);
	sigfillset(&all);
	(void)signal(WTERMSIG(wstatus), SIG_DFL);
	kill(getpid(), WTERMSIG(wstatus));
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	_exit(128 + WTERMSIG(wstatus));
}

/* All signals are blocked. */
static _Noreturn void guard(char *const argv[], pid_t parent, const int end[STREAMS])
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), wstatus = 0, ended;
	sigset_t signals;
	pid_t command;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (getppid() != parent || null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(end[OUT], 1) < 0 ||
		dup2(end[ERR], 2) < 0)
		_exit(126);
	syscall(SYS_close_range, 3U, ~0U, 0);
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	/* The pages are a worker's, and need no copy. */
	command = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (command == 0)
		become(argv); /* NOLINT(clang-analyzer-unix.Vfork): it makes system calls alone */
	if (command < 0) {
		say(argv[0], ": no process can be made for it", pvq_process_hint(errno));
		_exit(126);
	}
	/* Now only the command and its children hold the streams: they end when all of these have ended. */
	close(1);
	close(2);
	ended = await(command, &signals, &wstatus);
	end_rest();
	if (ended)
		end_like(wstatus);
	_exit(125);
}

/* ---- the caller's side ---- */

/* Keeps the last bytes. */
static void keep_tail(struct pvq_guarded *g, const char *piece, size_t len)
{
	size_t keep = sizeof(g->tail) - (len < sizeof(g->tail) ? len : sizeof(g->tail));

	if (len > sizeof(g->tail)) {
		piece += len - sizeof(g->tail);
		len = sizeof(g->tail);
	}
	if (keep < g->tail_len) {
		memmove(g->tail, g->tail + (g->tail_len - keep), keep);
		g->tail_len = keep;
	}
	memcpy(g->tail + g->tail_len, piece, len);
	g->tail_len += len;
}

/* Reads a piece of a stream. 0: it has ended. */
static int read_stream(int stream, int fd, char *out, size_t cap, struct pvq_guarded *g)
{
	char piece[4096];
	int direct = stream == OUT && g->out_len < cap;
	ssize_t got = direct ? read(fd, out + g->out_len, cap - g->out_len)
			     : read(fd, piece, sizeof(piece)),
		passed;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if (direct) {
		g->out_len += (size_t)got;
	} else if (stream == ERR) {
		keep_tail(g, piece, (size_t)got);
		passed = write(STDERR_FILENO, piece, (size_t)got);
		(void)passed;
	} else if (got > 0) {
		g->too_long = 1;
	}
	return got > 0;
}

/* Reads both streams until they have ended. Output that does not fit ends the command. */
static void read_streams(pid_t pid, const int begin[STREAMS], char *out, size_t cap, struct pvq_guarded *g)
{
	struct pollfd p[STREAMS] = {
		{.fd = begin[OUT], .events = POLLIN}, {.fd = begin[ERR], .events = POLLIN}};

	while (p[OUT].fd >= 0 || p[ERR].fd >= 0) {
		if (poll(p, STREAMS, -1) < 0)
			continue; /* EINTR */
		for (int s = 0; s < STREAMS; s++) {
			int told = g->too_long;

			if (p[s].fd >= 0 && p[s].revents && !read_stream(s, p[s].fd, out, cap, g))
				p[s].fd = -1;
			if (g->too_long && !told)
				kill(pid, SIGTERM);
		}
	}
}

/* Forks the guard, with all signals blocked in it. Its pid, or -errno. */
static pid_t begin_guard(char *const argv[], const int end[STREAMS])
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		guard(argv, parent, end);
	pid = pid < 0 ? -errno : pid;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

int pvq_guard_run(char *const argv[], char *out, size_t cap, struct pvq_guarded *g)
{
	int out_pipe[2], err_pipe[2];
	pid_t pid;

	g->wstatus = g->too_long = 0;
	g->out_len = g->tail_len = 0;
	if (pipe2(out_pipe, O_CLOEXEC))
		return -errno;
	if (pipe2(err_pipe, O_CLOEXEC)) {
		int ret = -errno;

		close(out_pipe[0]);
		close(out_pipe[1]);
		return ret;
	}
	pid = begin_guard(argv, (const int[STREAMS]){out_pipe[1], err_pipe[1]});
	close(out_pipe[1]);
	close(err_pipe[1]);
	if (pid > 0) {
		read_streams(pid, (const int[STREAMS]){out_pipe[0], err_pipe[0]}, out, cap, g);
		while (waitpid(pid, &g->wstatus, 0) < 0 && errno == EINTR)
			;
	}
	close(out_pipe[0]);
	close(err_pipe[0]);
	return pid > 0 ? 0 : (int)pid;
}
