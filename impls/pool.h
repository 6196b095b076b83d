/* pool.h: a pool of worker processes that take parameters from, and leave results in, shared memory.
 *
 *	struct pvq_pool_config config = {PVQ_POOL_DEFAULTS, .max_in = 8, .max_out = 8, .run = work};
 *	struct pvq_pool_feed feed = {.next = next, .put = put};
 *	struct pvq_error err = PVQ_NO_ERROR;
 *	struct pvq_pool *pool;
 *
 *	pvq_pool_start(&pool, &config, &err);  forks the workers
 *	pvq_pool_map(pool, &feed, &err);       next() -> run() in a worker -> put(); as often as needed
 *	pvq_pool_close(pool, &err);            ends and reaps them
 *
 * The caller sees items, not processes: no pid, pipe or futex leaves the pool. A worker that dies is
 * replaced, and its items are run again, as often as `retries` allows. Memory stays flat: no more than
 * `window` items are in flight, and next() is asked for another only when there is room for it.
 *
 * Not thread-safe: one thread owns a pool. Because start and map fork (map: to replace a worker),
 * that thread should be the process's only one. A worker is killed when that thread ends.
 * Each worker takes one descriptor of the caller's, the pool two more.
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

enum {
	PVQ_POOL_CHUNK_MAX = 256,      /* a larger chunk is clipped */
	PVQ_POOL_WINDOW_MAX = 1 << 24, /* a larger window is clipped */
};

struct pvq_pool;

/* What is 0 or NULL is automatic, none or off; begin with PVQ_POOL_DEFAULTS for the rest. */
struct pvq_pool_config {
	unsigned retries; /* how often an item is run again whose worker died with it, up to 200; 0: never
	                   * begun twice. Items that it had claimed but not begun do not count. */
	unsigned workers; /* processes; 0: one a core */
	unsigned cores;   /* CPUs the pool may use; 0: those of the calling thread. Where one of them
	                   * has nothing to do, idle sides spin briefly before they sleep */
	unsigned chunk;   /* items a worker claims at a time; 0: automatic, as many as take some 20 us,
	                   * fewer towards the end */
	unsigned window;  /* items in flight at most; 0: pvq_pool_window() */
	int ordered;      /* put results in the order of their ids, each as soon as it is next */
	size_t max_in, max_out; /* bounds of one item's input and output, in bytes, up to 2^31 - 1 */

	uint64_t recycle;         /* a worker is replaced after so many items; 0: never */
	uint64_t item_timeout_ns; /* an item that runs longer is given up: its worker is killed and
	                           * replaced; noticed within an eighth of it, or 2 ms, while map() is in
	                           * no hook; 0: never */

	/* Called first in each worker, also in a replacement; NULL: nothing to do. 0, or -errno, with
	 * which map() then fails. */
	int (*init)(void *ctx, unsigned worker);
	/* The work, called in a worker. in and out are aligned to 16 bytes (8 where the bound is 8 or
	 * less), out holds max_out. Returns the output's length, or -errno, which is put with the item. */
	ssize_t (*run)(void *ctx, const void *in, size_t len, void *out, size_t cap);
	void *ctx; /* passed to both; a worker has its own copy, as it was when that worker was forked */
};

#define PVQ_POOL_DEFAULTS .retries = 1

/* One pass of items through the pool; both hooks are called on map's thread and must not fork into the
 * pool again. */
struct pvq_pool_feed {
	/* Writes the input of item id (0, 1, 2, …) to `in`, of max_in bytes. Returns its length, or -1:
	 * there are no more items. An endless input is fine: it is asked no faster than results are put. */
	ssize_t (*next)(void *ctx, uint64_t id, void *in);
	/* Takes a result; the bytes are borrowed for the call. status 0: the output. Else a -errno:
	 * what run() returned (out is NULL), or -EOWNERDEAD or -ETIMEDOUT where the item was given up
	 * (out is a struct pvq_pool_loss). Where results come in faster than one in 0.2 ms, one may wait
	 * up to 1 ms to be put along with others. A value < 0 ends the map, which returns it. */
	int (*put)(void *ctx, uint64_t id, const void *out, size_t len, int status);
	void *ctx;
};

/* How an item was lost. */
struct pvq_pool_loss {
	int wstatus;       /* how the last worker that ran it ended, as from waitpid() */
	unsigned attempts; /* how often it was begun */
};

/* What happened since start. */
struct pvq_pool_counts {
	uint64_t deaths;   /* workers that died, killed for a time-out or otherwise */
	uint64_t recycled; /* workers replaced after their number of items */
	uint64_t retried;  /* items run again */
	uint64_t lost;     /* items given up */
	uint64_t sleeps;   /* times the caller slept */
	uint64_t wakes;    /* workers woken */
};

/* The window a pool takes when the user names none: enough to keep the workers busy while the caller is
 * away, bounded in memory where items are large. */
unsigned pvq_pool_window(unsigned workers, size_t max_in, size_t max_out);

/* Forks the workers. 0, or -errno with *err filled and nothing left running. The configuration is
 * copied. */
int pvq_pool_start(struct pvq_pool **, const struct pvq_pool_config *, struct pvq_error *err);

/* Feeds items until next() says -1, and puts each result exactly once. 0; what put() or init() returned;
 * -EOWNERDEAD where workers die as soon as they are started; other -errno. After a failure the pool can
 * only be closed. */
int pvq_pool_map(struct pvq_pool *, const struct pvq_pool_feed *, struct pvq_error *err);

/* The counts so far; borrowed until the pool is closed. */
const struct pvq_pool_counts *pvq_pool_counts(const struct pvq_pool *);

/* Lets the workers end, reaps them and frees the pool; after a failed map, as pvq_pool_terminate(). 0, or
 * -EOWNERDEAD where a worker ended otherwise than it should (all results were put nevertheless). */
int pvq_pool_close(struct pvq_pool *, struct pvq_error *err);

/* Kills the workers now, reaps them and frees the pool. */
void pvq_pool_terminate(struct pvq_pool *);

#ifdef __cplusplus
}
#endif
#endif
