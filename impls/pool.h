/* pool.h: a pool of worker processes that take parameters from, and leave results in, shared memory.
 *
 *	struct pvq_pool_config config = {PVQ_POOL_DEFAULTS, .max_in = 8, .max_out = 8, .run = work};
 *	struct pvq_pool_feed feed = {.next = next, .put = put};
 *	struct pvq_error err = PVQ_NO_ERROR;
 *	struct pvq_pool *pool;
 *
 *	pvq_pool_start(&pool, &config, &err);  has the workers forked
 *	pvq_pool_map(pool, &feed, &err);       next() -> run() in a worker -> put(); as often as needed
 *	pvq_pool_close(pool, &err);            ends and reaps them
 *
 * Or step by step, for an iterator or an event loop; map() is made of the same parts:
 *
 *	pvq_pool_submit(pool, in, len, &id, &err);     one item goes in; -EAGAIN: the window is full
 *	pvq_pool_collect(pool, &feed, &err);           puts the results that are there
 *	pvq_pool_wait(pool, wait_ns, &err);            sleeps until there are any; or poll(2) on pvq_pool_fd()
 *
 * The caller sees items, not processes: no pid, pipe or futex leaves the pool. A worker that dies is
 * replaced, and its items are run again, as often as `retries` allows. Memory stays flat: no more than
 * `window` items are in flight, and next() is asked for another only when there is room for it.
 *
 * Workers are forked by a server, a process that start forks once: so the program may have threads, and is not held up
 * while a worker is replaced. All of them end with the program, however that ends and whatever the workers have done:
 * changed their credentials, their session, or started pools themselves. They also end when it executes another program.
 *
 * Not thread-safe: one thread at a time uses a pool, but each call may be made by a different one. Only start, map, wait,
 * resize, rest and close block. init(), run() and worker_exit() are called in workers, everything else in the calling thread: next() and put() by map, put()
 * by collect. A hook must not use the pool that calls it.
 *
 * Each worker takes one descriptor of the caller's, the pool four more, and pvq_pool_fd() a fifth. All are above 2, and
 * closed by execve().
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
	PVQ_POOL_CHUNK_MAX = 256,       /* a larger chunk is clipped */
	PVQ_POOL_WINDOW_MAX = 1 << 24,  /* a larger window is clipped */
	PVQ_POOL_WORKERS_MAX = 1 << 16, /* more workers are refused */
};

/* What next() returns instead of a length. */
enum {
	PVQ_POOL_END = -1, /* there are no more items */
	PVQ_POOL_LATER =
		-2, /* there is none now: map() asks again once it has put a result, or a while later */
};

/* The status of an item that was given up, in put(). Errors that run() returned are below 0. */
enum {
	PVQ_POOL_DIED = 1,      /* its worker died, as often as `retries` allows */
	PVQ_POOL_OVERDUE = 2,   /* it ran for longer than item_timeout_ns */
	PVQ_POOL_CANCELLED = 3, /* pvq_pool_cancel() */
};

struct pvq_pool;

/* What is 0 or NULL is automatic, none or off; begin with PVQ_POOL_DEFAULTS for the rest. */
struct pvq_pool_config {
	unsigned retries; /* how often an item is run again whose worker died with it, up to 200; 0: never
	                   * begun twice. Items that it had claimed but not begun do not count. Either
	                   * goes before all items that no worker has claimed yet. */
	unsigned workers; /* processes; 0: one a core */
	unsigned max_workers; /* pvq_pool_resize() goes up to so many; 0: `workers` */
	unsigned cores;       /* CPUs the pool may use; 0: those of the calling thread. Where one of them
	                   * has nothing to do, idle sides spin briefly before they sleep */
	unsigned chunk;       /* items a worker claims at a time; 0: automatic, as many as take some 20 us,
	                   * fewer towards the end. Of these, up to 64 that take some 5 us are put when all of them are
	                   * done; 1: each by itself */
	unsigned window;      /* items in flight at most; 0: pvq_pool_window() */
	int ordered;          /* put results in the order of their ids, each as soon as it is next */
	int interrupt; /* cancelling an item that runs kills its worker, which is replaced; 0: it runs to its end.
	                   * Costs some 5 ns an item, as item_timeout_ns does */
	/* Bounds of one item's input and output, in bytes, up to 2^31 - 1; larger ones are refused. Where the pool is built
	 * with -DPVQ_POOL_GUARDS, an item is put with -EMSGSIZE if next() or run() has written up to 256 bytes beyond
	 * them. Otherwise that damages other items unnoticed. */
	size_t max_in, max_out;

	int pin; /* worker w, also a replacement, stays on one CPU: of the n that the calling thread may use at pvq_pool_start(),
	          * the (w mod n)-th, counted from 0 */
	uint64_t recycle; /* a worker is replaced after so many items; 0: never */
	/* A worker is replaced between items once it has taken so many bytes of memory since it was forked; 0: never. Its own
	 * memory counts, not what it shares. It looks after a claim, once in 0.1 ms at most. */
	size_t recycle_memory;
	/* A worker may take so many bytes of memory since it was forked, by RLIMIT_DATA: beyond that malloc() and mmap() fail with
	 * ENOMEM in run(), which may return it; where it dies of it, its item is run again or lost as after any death. 0: no bound. */
	size_t max_memory;
	int backtrace; /* a worker that crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) prints its stack on stderr. It ends by that
	                * signal as it would have */
	uint64_t item_timeout_ns;  /* an item that runs longer is given up: its worker is killed and
	                           * replaced; noticed within an eighth of it, or 2 ms; 0: never. The
	                           * clock stands still while the caller cannot look: in a hook, or stopped */
	uint64_t init_timeout_ns;  /* a worker whose init() takes longer is killed and replaced; 0: never */
	uint64_t close_timeout_ns; /* pvq_pool_close() kills whoever has not ended by then; 0: 5 s */

	/* Called first in each worker, also in a replacement; NULL: nothing to do. 0, or -errno, with
	 * which map() then fails. */
	int (*init)(void *ctx, unsigned worker);
	/* Called last in each worker that ends orderly: when the pool is closed, or when it is replaced between items. Not
	 * in one that dies or is killed, nor where init() failed. NULL: nothing to do. Closing waits for it, for
	 * close_timeout_ns at most. */
	void (*worker_exit)(void *ctx, unsigned worker);
	/* The work, called in a worker. in and out are aligned to 16 bytes (8 where the bound is 8 or
	 * less), out holds max_out. Returns the output's length, or -errno, which is put with the item: -EMSGSIZE
	 * is put where the length is beyond max_out, -EOVERFLOW where what it returns fits no int. */
	ssize_t (*run)(void *ctx, const void *in, size_t len, void *out, size_t cap);
	void *ctx; /* passed to all three; a worker, also a replacement, has its own copy of that and of all other
	            * memory, as it was at pvq_pool_start() */
};

#define PVQ_POOL_DEFAULTS .retries = 1

/* One pass of items through the pool; both hooks are called on map's thread and must not fork into the
 * pool again. */
struct pvq_pool_feed {
	/* Writes the input of item id (0, 1, 2, …) to `in`, of max_in bytes. Returns its length, PVQ_POOL_END, or
	 * PVQ_POOL_LATER. An item whose length is beyond max_in is not run, and put with -EMSGSIZE. Any other
	 * value < 0 is an error: the map ends at once and returns it. An endless input is fine: it is asked no faster
	 * than results are put. No result is put while next() runs: one that has to wait returns
	 * PVQ_POOL_LATER. */
	ssize_t (*next)(void *ctx, uint64_t id, void *in);
	/* Takes a result; the bytes are borrowed for the call. status 0: the output. Below 0: what run() returned
	 * (out is NULL). PVQ_POOL_DIED or PVQ_POOL_OVERDUE: the item was given up (out is a struct pvq_pool_loss).
	 * PVQ_POOL_CANCELLED: it was cancelled (out is NULL). Where results come in faster than one in 0.2 ms, one may
	 * wait up to 1 ms to be put along with others. A value < 0 ends the map, which returns it. */
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
	uint64_t deaths;    /* workers that died, killed for a time-out or otherwise */
	uint64_t recycled;  /* workers replaced after their number of items, or for their memory */
	uint64_t retried;   /* items run again */
	uint64_t lost;      /* items given up */
	uint64_t cancelled; /* items put as cancelled */
	uint64_t sleeps;    /* times the caller slept */
	uint64_t wakes;     /* workers woken */
	uint64_t
		held_back; /* replacements that came later, since one worker after the other died at once */
	uint64_t fork_ns;  /* the longest that forking a worker took; the caller goes on meanwhile */
};

/* The window a pool takes when the user names none: enough to keep the workers busy while the caller is
 * away, bounded in memory where items are large; 1 .. PVQ_POOL_WINDOW_MAX. */
unsigned pvq_pool_window(unsigned workers, size_t max_in, size_t max_out);

/* Forks the server, after fflush(NULL), and has it fork the workers. 0, or -errno with *err filled, no pool (NULL) and nothing left
 * running; -EINVAL names the member of the configuration that is out of its bounds. The configuration is copied. */
int pvq_pool_start(struct pvq_pool **, const struct pvq_pool_config *, struct pvq_error *err);

/* Feeds items until next() returns PVQ_POOL_END, and puts each result exactly once. 0; -EBUSY, with the pool as it was: items
 * that were submitted are in flight; what put(), next() or init() returned; -EOWNERDEAD where workers die as soon as they are started and none is ready, or where the server has died,
 * and with it all workers; other -errno. A fork that fails for want of memory, processes or descriptors is tried again,
 * for some ten seconds where no worker is left. After a failure, also after a hook that was left by longjmp() or an
 * exception, the pool can only be closed. */
int pvq_pool_map(struct pvq_pool *, const struct pvq_pool_feed *, struct pvq_error *err);

/* ---- step by step ----
 *
 *	while (more || pvq_pool_in_flight(pool)) {
 *		while (more && (ret = pvq_pool_submit(pool, in, len, NULL, &err)) == 0)
 *			more = next_input(&in, &len);
 *		if (pvq_pool_collect(pool, &feed, &err) == 0)
 *			pvq_pool_wait(pool, -1, &err);
 *	}
 *
 * What returns < 0 here has filled *err, unless told otherwise. Unless told otherwise, the pool has then failed, and can only
 * be closed. */

/* One item goes in. Its bytes are copied, and its id is one more than that of the item before; the first one's is 0, after a
 * map the number of its items. Does not block. Several items may be gathered before workers see them, some 10 us of them: the
 * next collect, wait or flush lets them go at the latest. 0; or, with the pool as it was, -EAGAIN (*err is untouched): the
 * window is full until something is collected; -EMSGSIZE: len is beyond max_in. */
int pvq_pool_submit(struct pvq_pool *, const void *in, size_t len, uint64_t *id, struct pvq_error *err);

/* The same for an item that is to be begun before all others that no worker has claimed yet, but not before urgent ones that
 * came earlier. Where the pool is ordered, it is put in the order of ids all the same. Workers see it at once. */
int pvq_pool_submit_urgent(
	struct pvq_pool *, const void *in, size_t len, uint64_t *id, struct pvq_error *err);

/* Lets workers see what was submitted. Only where there is neither a collect nor a wait for a while. */
void pvq_pool_flush(struct pvq_pool *);

/* Passes results that are there to put(), some hundred at most, in the order of ids where the pool is ordered; next() may be
 * NULL. Does not block. Looks after the workers: sees to deaths, retries and time limits, so call it every now and then. How
 * many it put; 0: none is there. A value < 0 that put() returns is returned at once, and the pool has not failed: that result
 * counts as put, the others come next time. */
int pvq_pool_collect(struct pvq_pool *, const struct pvq_pool_feed *, struct pvq_error *err);

/* Sleeps until there is something to collect, for wait_ns at most; < 0: for any time. Looks after the workers meanwhile. Calls
 * no hook; but no other thread may use the pool meanwhile. 1: there is something; 0: there is not: the time has passed, a signal handler has run, or nothing is in flight. */
int pvq_pool_wait(struct pvq_pool *, int64_t wait_ns, struct pvq_error *err);

/* A descriptor for poll(2), select(2) or epoll(7), always the same one. It becomes readable when pvq_pool_collect() may have
 * something to do, and is until then. Before each sleep on it call pvq_pool_wait(pool, 0, err), and sleep only if that
 * returns 0; nothing that comes later is missed. Do not read from it. With -errno the pool has not failed. */
int pvq_pool_fd(struct pvq_pool *, struct pvq_error *err);

/* How many items were submitted and are not put yet. */
uint64_t pvq_pool_in_flight(const struct pvq_pool *);

/* Cancels one item, or all in flight. Each is put once, with PVQ_POOL_CANCELLED, after a worker has passed it by: in its turn,
 * so not before a worker is free. One that a worker has claimed by now may be run; with `interrupt` that worker is killed as
 * soon as it runs the item, else the item is put when it ends. Items submitted later are not concerned. Neither blocks or calls a hook.
 * 0; -EALREADY: its result is there, and will be put as usual; -ENOENT: it is not in flight; -EINVAL: the pool has failed, or
 * this is one of its hooks. cancel_all: how many are cancelled, or -EINVAL. */
int pvq_pool_cancel(struct pvq_pool *, uint64_t id);
int pvq_pool_cancel_all(struct pvq_pool *);

/* ---- more and fewer workers ---- */

/* From now on the pool has so many workers, 1 to max_workers. New ones are forked while the pool goes on, as replacements are,
 * with memory as it was at start. Those with the highest numbers end if there are to be fewer: this waits for them, as
 * pvq_pool_close() does, worker_exit() and close_timeout_ns included. 0; or, with the pool as it was, -EBUSY: items are in
 * flight; -EINVAL: out of bounds. Otherwise the pool has failed. */
int pvq_pool_resize(struct pvq_pool *, unsigned workers, struct pvq_error *err);

/* Lets all workers end, and waits for them in the same way; the server stays. The next item has as many forked as there were. 0;
 * or, with the pool as it was, -EBUSY: items are in flight. Otherwise the pool has failed. */
int pvq_pool_rest(struct pvq_pool *, struct pvq_error *err);

/* ---- what happened ---- */

/* The counts so far; borrowed until the pool is closed. */
const struct pvq_pool_counts *pvq_pool_counts(const struct pvq_pool *);

/* What a worker, of max_workers, has done since start, the ones that it replaced included. Kept up to date between claims: what it is doing
 * now does not count yet, and what it was doing when it died never does. */
struct pvq_pool_worker {
	uint64_t start_ns;   /* in init() */
	uint64_t busy_ns;    /* claiming and running items */
	uint64_t wait_ns;    /* without any */
	uint64_t items;      /* run */
	uint64_t longest_ns; /* of the longest: exact where a claim is of one item, else an estimate */
};

/* 0, or -EINVAL: there is no such worker. */
int pvq_pool_worker(const struct pvq_pool *, unsigned worker, struct pvq_pool_worker *out);

/* ---- the end ---- */

/* Lets the workers end, has them reaped and frees the pool; after a failed map, as pvq_pool_terminate(). A worker that is
 * still in init() is killed at once, one that has not ended in close_timeout_ns then. 0; what init() returned in a worker;
 * -EOWNERDEAD where a worker or the server ended otherwise than it should; -ETIMEDOUT where a worker had to be killed (all
 * results were put nevertheless). */
int pvq_pool_close(struct pvq_pool *, struct pvq_error *err);

/* Kills the workers now, has them reaped and frees the pool. */
void pvq_pool_terminate(struct pvq_pool *);

#ifdef __cplusplus
}
#endif
#endif
