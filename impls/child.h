/* child.h: starts, ends and reaps worker processes, for every strategy that forks.
 *
 * Not thread-safe: fork only from a process with a single thread.
 */
#ifndef PVQ_CHILD_H
#define PVQ_CHILD_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Forks a worker. It dies with its parent, even if the parent is killed; it has default signal handling, but ignores
 * SIGPIPE. Returns the pid in the parent, 0 in the worker, or -errno. The worker must leave by _exit(): it must not
 * flush the parent's stdio buffers or run its atexit handlers. */
pid_t pvq_child_fork(void);

/* Gives every signal its default action. */
void pvq_child_default_signals(void);

/* Reaps the worker; restarts if a signal interrupts. Returns its wait status, or -errno. */
int pvq_child_reap(pid_t pid);

/* Kills the worker (SIGKILL) and reaps it. Returns its wait status, or -errno. */
int pvq_child_kill(pid_t pid);

/* Writes into buf how a process ended, from its wait status: "killed by SIGSEGV", "exit status 3". Returns buf. */
const char *pvq_child_fate(int wstatus, char *buf, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
