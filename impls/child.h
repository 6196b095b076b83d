/* child.h: the life of a worker process, for every strategy that forks.
 *
 * Not thread-safe: fork only from a process that has one thread.
 */
#ifndef PVQ_CHILD_H
#define PVQ_CHILD_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Forks a worker that dies with its parent (even if that is killed), has default signal handling and
 * ignores SIGPIPE. Returns the pid in the parent, 0 in the worker, -errno. The worker must leave by
 * _exit(): the parent's stdio buffers and atexit handlers are not its own. */
pid_t pvq_child_fork(void);

/* Reaps the worker, restarting after signals. Returns its wait status, or -errno. */
int pvq_child_reap(pid_t pid);

/* Kills the worker for good and reaps it. Returns its wait status, or -errno. */
int pvq_child_kill(pid_t pid);

/* Says how a process ended, from its wait status: "killed by SIGSEGV", "exit status 3". buf is
 * filled and returned. */
const char *pvq_child_fate(int wstatus, char *buf, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
