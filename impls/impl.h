/* impl.h: THE strategy contract. A strategy is one file impls/<stem>.c that ends in a descriptor
 * `const struct pvq_impl pvq_impl_<stem>`; the Makefile finds it and adds it to the registry.
 *
 * A strategy runs the items of a load on workers and puts every result into a sink. It does not read the clock (the
 * driver does), has no globals, and never ends the process that calls it. After stop() it leaves nothing behind: no
 * process, thread, descriptor, memory or shared memory.
 *
 * It must run every load that its unsupported() does not refuse: no item or one, fewer items than workers, inputs and
 * outputs of up to PVQ_BYTES_MAX both at once, a window of 1, a chunk larger than the window or than the load.
 * tests/trial/test_conformance.c checks every strategy against this header.
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
	PVQ_ORDERED,   /* results are put in the order of their ids, each as soon as its turn comes */
};

/* How bytes travel to a worker and back. Every row records it. */
enum pvq_via {
	PVQ_VIA_CALL,    /* a plain function call */
	PVQ_VIA_POINTER, /* one address space; only a pointer moves */
	PVQ_VIA_INHERIT, /* already in memory that the worker inherited by fork */
	PVQ_VIA_PIPE,    /* written to and read from a pipe */
	PVQ_VIA_SHM,     /* copied into shared memory */
	PVQ_VIA_MESSAGE, /* sent by a message-passing library */
};

enum {
	PVQ_CALLER_WORKS = 1 << 0, /* map()'s own thread runs items too */
	PVQ_REUSABLE = 1 << 1,     /* map() may be called again before stop() */
	/* If a worker process dies, by a signal or by exit(), its item is put with -EOWNERDEAD, and all other items
	 * arrive. Without this flag map() notices the death and returns -EOWNERDEAD, with the item in *err. */
	PVQ_SURVIVES_CRASH = 1 << 2,
	PVQ_STREAMS = 1 << 3,    /* puts results while other items still run */
	PVQ_BASELINE = 1 << 4,   /* speed-up is measured against it */
	PVQ_HARNESS = 1 << 5,    /* measures the driver itself; runs only where named */
	PVQ_LINGERS = 1 << 6,    /* a library keeps threads or descriptors until the process ends */
	PVQ_ONE_WORKER = 1 << 7, /* has one worker, and is never asked for more */
	/* Runs nothing but commands (struct pvq_commands). Where all peers are asked for, it is among them only if a task has
	 * commands. */
	PVQ_COMMANDS_ONLY = 1 << 8,
};

/* What to do about workers that die, grow old or hang. Only for strategies with PVQ_SURVIVES_CRASH. */
struct pvq_care {
	unsigned attempts;        /* how often to begin an item whose workers die with it; 0: automatic */
	uint64_t recycle;         /* replace a worker after this many items; 0: never */
	uint64_t item_timeout_ms; /* give up an item that runs longer; 0: never */
};

/* The user's choices. For chunk and window 0 means "automatic" until tune() fixes them. */
struct pvq_opts {
	unsigned workers; /* 1 .. PVQ_WORKERS_MAX */
	unsigned chunk;   /* items a worker takes at a time, 1 .. PVQ_CHUNK_MAX; 0 after tune(): as many as
	                   * take a certain time, fewer towards the end */
	unsigned window;  /* most items in flight (handed out, not yet put), 1 .. PVQ_WINDOW_MAX */
	struct pvq_care care;
	const int *cpu; /* the CPUs the trial is confined to; borrowed */
	unsigned ncpu;
};

/* The consumer. put() is called on map()'s own thread, exactly once per item. status is 0, or the -errno of a task that
 * failed; then out is NULL and len 0. A strategy that outlives workers also puts -EOWNERDEAD (the item's worker died) and
 * -ETIMEDOUT (the item took too long). map() goes on after an item that failed. The bytes are exactly those that run()
 * wrote, borrowed for the call. If put() returns a value < 0, map() gives up and returns that value. */
struct pvq_sink {
	int (*put)(struct pvq_sink *, uint64_t id, const void *out, size_t len, int status);
};

struct pvq_impl {
	const char *name, *summary;
	enum pvq_order order;
	enum pvq_via in_via, out_via;
	unsigned flags;

	/* NULL if this load can run with these options, else a short reason. */
	const char *(*unsupported)(const struct pvq_load *, const struct pvq_opts *);

	/* Fixes what is still automatic and clips what does not fit, so that the row records the values in force.
	 * No tune() (NULL): values stay as asked for, and 0 leaves the choice to the strategy; with PVQ_ONE_WORKER
	 * both become 1. */
	void (*tune)(const struct pvq_load *, struct pvq_opts *);

	/* All three return 0, or -errno with *err filled (pvq_fail()). Load and options outlive stop(). */
	/* Returns when all workers exist: `workers` threads or processes, one fewer with PVQ_CALLER_WORKS. Workers that
	 * map() had to start would be timed as work. Only a strategy with a worker for each item starts none here: its
	 * inputs are inherited (PVQ_VIA_INHERIT). */
	int (*start)(void **self, const struct pvq_load *, const struct pvq_opts *, struct pvq_error *);
	/* Puts every result, once; nothing if the load has no items. */
	int (*map)(void *self, struct pvq_sink *, struct pvq_error *);
	/* Ends and reaps all workers, closes and frees everything, self too. Called after every start() that returned 0,
	 * also if map() failed; then it does not wait for work in progress. */
	int (*stop)(void *self, struct pvq_error *);

	/* A peer's foreign packages with their versions, "libfoo-dev 1.2-3"; NULL: none, or unknown. */
	const char *version;

	/* Filled in by the driver (peers.h), never by a strategy's file. A peer's hooks are in another program: this is
	 * that program, and what it lacks in order to run ("install X"; NULL: nothing). */
	const char *program, *unavailable;
};

/* .version of a peer in C or C++: the packages its first comment needs, as scripts/peer found them. */
#ifndef PVQ_PEER_VERSION
#define PVQ_PEER_VERSION NULL
#endif

#ifdef __cplusplus
}
#endif
#endif
