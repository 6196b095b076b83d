/* pool.h: a pool of worker processes that take parameters from, and leave results in, shared memory.
 *
 * The caller sees items, not processes: no pid, pipe or futex leaves this file. Start a pool, map
 * items through it, stop it. Not thread-safe: one thread owns a pool, and because start forks, that
 * thread should be the process's only one.
 */
#ifndef PVQ_POOL_H
#define PVQ_POOL_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PVQ_POOL_CHUNK_MAX = 256 }; /* a larger chunk is clipped */

struct pvq_pool;

struct pvq_pool_config {
	unsigned workers; /* processes, at least 1 */
	unsigned chunk;   /* items a worker claims at a time; 0: automatic, shrinking with the queue */
	unsigned window;  /* slots: items in flight at most, at least 1; see pvq_pool_window() */
	unsigned cores;   /* CPUs the pool may use: where one is left over, idle sides spin briefly */
	int ordered;      /* put results in the order of their ids, each as soon as it is next */
	size_t max_in, max_out; /* bounds of one item's input and output, in bytes */

	/* The work, called in a worker. in and out are aligned to 16 bytes, out holds max_out. Returns
	 * the output's length, or -errno, which is put with the item. */
	ssize_t (*run)(void *ctx, const void *in, size_t len, void *out, size_t cap);
	void *ctx; /* passed to run(); the worker has its own copy, as it was when the pool started */
};

/* One pass of items through the pool; both hooks are called on map's thread. */
struct pvq_pool_feed {
	/* Writes the input of item id (0, 1, 2, …) to `in`, of max_in bytes. Returns its length, or -1:
	 * there are no more items. */
	ssize_t (*next)(void *ctx, uint64_t id, void *in);
	/* Takes a result; status is 0, or what run() returned when it failed. The bytes are borrowed
	 * for the call. A value < 0 ends the map, which returns it. */
	int (*put)(void *ctx, uint64_t id, const void *out, size_t len, int status);
	void *ctx;
};

/* The window a pool takes when the user names none: enough to keep the workers busy while the caller
 * is away, bounded in memory where items are large. */
unsigned pvq_pool_window(unsigned workers, size_t max_in, size_t max_out);

/* Forks the workers. 0, or -errno with *err filled and nothing left running. The configuration is
 * copied. */
int pvq_pool_start(struct pvq_pool **, const struct pvq_pool_config *, struct pvq_error *err);

/* Feeds items until next() says -1 and puts each result exactly once. 0; -EOWNERDEAD when a worker
 * died (err says which, how, and with which item); or what put() returned. After a failure the pool
 * can only be stopped. */
int pvq_pool_map(struct pvq_pool *, const struct pvq_pool_feed *, struct pvq_error *err);

/* Ends and reaps the workers (kills them after a failed map) and frees the pool. */
int pvq_pool_stop(struct pvq_pool *, struct pvq_error *err);

#ifdef __cplusplus
}
#endif
#endif
