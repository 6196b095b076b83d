/* impl.h: THE strategy contract. A strategy is one file impls/<stem>.c that ends in a descriptor
 * `const struct pvq_impl pvq_impl_<stem>`; the Makefile finds it and adds it to the registry.
 *
 * A strategy runs the items of a load on workers and puts every result into a sink. It reads no
 * clock (the driver does), keeps no globals, and leaves nothing behind after stop(): no process,
 * thread, descriptor, memory or shared memory. It never ends the process that calls it.
 *
 * Every load has to work, unless unsupported() refuses it: none or one item, fewer items than workers, inputs and
 * outputs of up to PVQ_BYTES_MAX each way at once, a window of 1, a chunk larger than the window or than the load.
 * tests/trial/test_conformance.c holds every strategy to what this header says.
 */
#ifndef PVQ_IMPL_H
#define PVQ_IMPL_H

#include "error.h"
#include "tasks/task.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PVQ_WORKERS_MAX = 4096,
	PVQ_WINDOW_MAX = 1 << 20,
	PVQ_CHUNK_MAX = 1 << 20,
};

enum pvq_order {
	PVQ_UNORDERED, /* results are put as they complete */
	PVQ_ORDERED,   /* results are put in the order of their ids, each as soon as it is next */
};

/* How bytes travel to a worker and back: a fact of the strategy, said in every row. */
enum pvq_via {
	PVQ_VIA_CALL,    /* a plain function call */
	PVQ_VIA_POINTER, /* one address space, a pointer is handed over */
	PVQ_VIA_INHERIT, /* the worker finds it in memory inherited by fork */
	PVQ_VIA_PIPE,    /* written to and read from a pipe */
	PVQ_VIA_SHM,     /* copied into memory that both map */
	PVQ_VIA_MESSAGE, /* sent by a message-passing library */
};

enum {
	PVQ_CALLER_WORKS = 1 << 0, /* map()'s own thread runs items too */
	PVQ_REUSABLE = 1 << 1,     /* map() may be called again before stop() */
	/* When a worker process dies, by a signal or by exit(), its item is put with -EOWNERDEAD, and all other items arrive.
	 * Without this flag map() notices the death, and returns -EOWNERDEAD with the item in *err. */
	PVQ_SURVIVES_CRASH = 1 << 2,
	PVQ_STREAMS = 1 << 3,    /* results are put while others are still running */
	PVQ_BASELINE = 1 << 4,   /* what speed-up is measured against */
	PVQ_HARNESS = 1 << 5,    /* measures the driver itself; takes part only where it is named */
	PVQ_LINGERS = 1 << 6,    /* a library keeps threads or descriptors until the process ends */
	PVQ_ONE_WORKER = 1 << 7, /* has one worker, and is asked for one alone */
};

/* What to do about workers that die, grow old or never finish. For strategies that can (PVQ_SURVIVES_CRASH). */
struct pvq_care {
	unsigned attempts;        /* how often an item is begun whose worker dies with it; 0: automatic */
	uint64_t recycle;         /* a worker is replaced after so many items; 0: never */
	uint64_t item_timeout_ms; /* an item that runs longer is given up; 0: never */
};

/* What the user may choose. 0 is "automatic" for chunk and window until tune() fixes them. */
struct pvq_opts {
	unsigned workers; /* 1 .. PVQ_WORKERS_MAX */
	unsigned chunk;   /* items handed over at a time, 1 .. PVQ_CHUNK_MAX; after tune() 0 stands for
	                   * as many as take a certain time, fewer towards the end */
	unsigned window;  /* items in flight at most (handed out, not yet put), 1 .. PVQ_WINDOW_MAX */
	struct pvq_care care;
	const int *cpu; /* the CPUs that the trial is confined to; borrowed */
	unsigned ncpu;
};

/* The consumer. put() runs on map()'s thread only, exactly once per item. status is 0, or the
 * -errno with which the task failed (then out is NULL and len 0), or where a strategy outlived that:
 * -EOWNERDEAD, the item's worker died; -ETIMEDOUT, the item took too long. The bytes are exactly those that run()
 * wrote, and borrowed for the call. An item that failed is no failure of map(), which goes on. A value < 0 asks map()
 * to give up and to return that value. */
struct pvq_sink {
	int (*put)(struct pvq_sink *, uint64_t id, const void *out, size_t len, int status);
};

struct pvq_impl {
	const char *name, *summary;
	enum pvq_order order;
	enum pvq_via in_via, out_via;
	unsigned flags;

	/* NULL where this load can run with these options, else the reason in a few words. */
	const char *(*unsupported)(const struct pvq_load *, const struct pvq_opts *);

	/* Fixes what is still automatic, and clips what would not fit, so that the row records the
	 * values in force. NULL: they stay as asked for, 0 being the strategy's own affair; 1 and 1 where
	 * there is one worker only. */
	void (*tune)(const struct pvq_load *, struct pvq_opts *);

	/* All three: 0, or -errno with *err filled (pvq_fail()). The load and the options outlive stop(). */
	/* Returns when all workers exist: `workers` threads or processes, one fewer with PVQ_CALLER_WORKS. What is left to map()
	 * would be timed as work. Only a strategy that makes a worker for each item (PVQ_VIA_INHERIT) starts none. */
	int (*start)(void **self, const struct pvq_load *, const struct pvq_opts *, struct pvq_error *);
	/* Puts every result, once; nothing where the load has no items. */
	int (*map)(void *self, struct pvq_sink *, struct pvq_error *);
	/* Ends and reaps all workers, closes and frees everything, self too; called after every start() that returned 0,
	 * also when map() failed (then without waiting for work in progress). */
	int (*stop)(void *self, struct pvq_error *);

	/* A peer's: what of other projects it is built on, "libfoo-dev 1.2-3"; NULL: nothing, or not known. */
	const char *version;

	/* What the driver knows of a peer (peers.h), whose hooks are in another program: that program, and what it
	 * lacks in order to run ("install X"), NULL: nothing. Not for a strategy's own file to fill in. */
	const char *program, *unavailable;
};

/* .version of a peer in C or C++: the packages that its first comment asks for, as scripts/peer found them. */
#ifndef PVQ_PEER_VERSION
#define PVQ_PEER_VERSION NULL
#endif

#ifdef __cplusplus
}
#endif
#endif
