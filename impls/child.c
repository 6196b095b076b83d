/* child.c: fork with the precautions that every worker process needs. */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void pvq_child_default_signals(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL); /* fails for SIGKILL, SIGSTOP and libc's own signals, rightly */
}

static void child_signals(void)
{
	sigset_t none;

	pvq_child_default_signals();
	(void)signal(SIGPIPE, SIG_IGN); /* a dead parent then shows as EPIPE */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t pvq_child_fork(void)
{
	pid_t parent = getpid(), pid;

	fflush(NULL); /* else buffered output could be written twice, once by the worker */
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	child_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1); /* the parent died before the line above took effect */
	return 0;
}

int pvq_child_reap(pid_t pid)
{
	int wstatus;

	while (waitpid(pid, &wstatus, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return wstatus;
}

int pvq_child_kill(pid_t pid)
{
	kill(pid, SIGKILL); /* ESRCH is impossible: the pid stays ours until we reap it */
	return pvq_child_reap(pid);
}

const char *pvq_child_fate(int wstatus, char *buf, size_t cap)
{
	if (WIFSIGNALED(wstatus)) {
		const char *abbrev = NULL;

#ifdef __GLIBC__ /* other C libraries do not name signals */
		abbrev = sigabbrev_np(WTERMSIG(wstatus));
#endif
		if (abbrev)
			snprintf(buf, cap, "killed by SIG%s", abbrev);
		else
			snprintf(buf, cap, "killed by signal %d", WTERMSIG(wstatus));
	} else if (WIFEXITED(wstatus)) {
		snprintf(buf, cap, "exit status %d", WEXITSTATUS(wstatus));
	} else {
		snprintf(buf, cap, "wait status %#x", (unsigned)wstatus);
	}
	return buf;
}
