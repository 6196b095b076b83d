/* peer.h: the peer's side of the trial protocol (PROTOCOL.md): a program that runs trials. pvq itself is one, for the
 * strategies that are linked in; every peer is another. A peer in C calls pvq_peer_main(). A peer in another language
 * loads libpvqpeer.so, fills in a struct pvq_impl with its functions, and calls it too. So the clock, the tasks, the
 * checks and the row are the same for all.
 */
#ifndef PVQ_PEER_H
#define PVQ_PEER_H

#include "base/process.h"
#include "impl.h"
#include "trial/row.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pvq_registry;

enum { PVQ_ROW_FD = 3 }; /* the descriptor that a trial writes its rows to */
enum {
	PVQ_TRIAL_NO_MEMORY = 12
}; /* exit status of a linked-in strategy's trial that had no memory for a row */

/* "PROGRAM describe" prints a table of its strategies on stdout. "PROGRAM trial …" runs one trial. Returns the exit
 * code: 0 done and verified, 1 a measured failure, 2 wrong usage. impls ends with NULL; borrowed. */
int pvq_peer_main(int argc, char **argv, const struct pvq_impl *const *impls);

/* Runs one trial, as "PROGRAM trial …" does. */
int pvq_peer_trial(const struct pvq_registry *, int argc, char **argv);

/* The contracts' members as functions, for languages that cannot read C structs. As in task.h and impl.h. */
uint64_t pvq_peer_items(const struct pvq_load *);
size_t pvq_peer_max_in(const struct pvq_load *);
size_t pvq_peer_max_out(const struct pvq_load *);
unsigned pvq_peer_workers(const struct pvq_opts *);
unsigned pvq_peer_chunk(const struct pvq_opts *);
unsigned pvq_peer_window(const struct pvq_opts *);
/* Copies the input of item id to buf, which holds max_in bytes. Returns its length. */
size_t pvq_peer_input(const struct pvq_load *, uint64_t id, void *buf);
/* Calls the task's run(). Returns a length, or -errno. */
ssize_t pvq_peer_run(const struct pvq_load *, const void *in, size_t len, void *out);
/* Does both, for a worker that shares its memory with the parent. */
ssize_t pvq_peer_run_item(const struct pvq_load *, uint64_t id, void *out);
int pvq_peer_put(struct pvq_sink *, uint64_t id, const void *out, size_t len, int status);
/* Fills in why a hook failed, and returns code (-errno). */
int pvq_peer_fail(struct pvq_error *, int code, const char *message);

/* Adds what workers used between start() and stop(), and the peak memory of the largest. Only a strategy whose workers
 * are not children of the trial's process needs it: the row's usage covers children. Call it in stop(), once or
 * more. */
void pvq_peer_add_usage(const struct pvq_usage *, uint64_t peak_kb);

/* Builds the trial's load from its command line (argv as pvq_peer_main() got it), for a worker that shares no memory
 * with its parent. NULL with one line on stderr. It is freed when the process ends. */
const struct pvq_load *pvq_peer_load(int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif
