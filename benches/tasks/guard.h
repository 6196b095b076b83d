/* guard.h: runs a command with all that it starts, and ends all of it when it ends, or when this thread dies.
 *
 *	this thread ──fork──> guard ──vfork, exec──> command ──> whatever it starts
 *
 * The guard is the subreaper of what is below it. The kernel tells it when this thread dies; then, as after the command's
 * own end, it kills whatever is left. The command has a process group of its own, an empty standard input, and no
 * descriptor but the first three.
 */
#ifndef PVQ_GUARD_H
#define PVQ_GUARD_H

#include <stddef.h>
#include <sys/types.h>

enum { PVQ_GUARD_TAIL = 1024 };

/* How a command ended. */
struct pvq_guarded {
	int wstatus;               /* as from waitpid() */
	size_t out_len;            /* bytes of its output in the caller's buffer */
	int too_long;              /* 1: it wrote more than fits, and was ended for that */
	char tail[PVQ_GUARD_TAIL]; /* the last bytes of its stderr */
	size_t tail_len;
};

/* Runs argv and waits for its end. Writes at most cap bytes of its output to out, and passes its stderr on. 0, or -errno: it
 * could not be begun. A program that cannot be executed exits with 127, as a shell would, and says so on stderr. */
int pvq_guard_run(char *const argv[], char *out, size_t cap, struct pvq_guarded *);

#endif
