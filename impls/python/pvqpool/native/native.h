/* native.h: what the files of pvqpool's C extension share.
 *
 *	codec.c    Python objects to bytes and back
 *	engine.c   the type Engine: the pool of pool.h, and the side of its workers
 *	job.c      the type Job: items that belong together, and their results
 *	figures.c  the suite's statistics
 *
 * The GIL is the lock of an Engine: each call of pool.h is made with it held, and none of them runs Python code. A thread
 * that has to wait gives the GIL away in poll(2), outside of pool.h; so another thread may use the pool meanwhile.
 * Whatever runs Python code (an iterable, pickle) may lose the GIL, hence everything is looked at again after it.
 */
#ifndef PVQPOOL_NATIVE_H
#define PVQPOOL_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "pool.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	NATIVE_SLOT = 1024, /* bytes of a slot of the pool, each way */
	NATIVE_MAPPED =
		256
		<< 10, /* what is larger than that goes through memory of its own up to this size, else the file */
};

/* Lets go of what is there first. */
static inline void native_replace(PyObject **at, PyObject *by)
{
	PyObject *old = *at;

	*at = by;
	Py_XDECREF(old);
}

/* ---- codec.c ---- */

/* Where a value goes: behind a header in a slot or, where it is larger than that, into memory that all processes share, or
 * the file. */
struct place {
	char *room; /* in a slot */
	size_t cap;
	char *map; /* NATIVE_MAPPED bytes; NULL: none */
	int file;
	off_t at;
};

/* What was made of a value. */
struct coded {
	uint64_t len;
	uint8_t tag;
	uint8_t apart; /* it is not in the slot */
};

/* Takes the functions of pickle. 0, or -1 with an exception, as all that follow. */
int native_codec_open(void);
int native_encode(PyObject *value, const struct place *to, struct coded *coded);
/* The value, or NULL with an exception. */
PyObject *native_decode(const struct coded *coded, const struct place *from);
/* Whether to decode it can run no Python code; even a new tuple may have the garbage collector do so. */
int native_is_simple(uint8_t tag);
/* Gives the memory behind a place of the file back. */
void native_discard(int file, off_t at, uint64_t len);

/* ---- engine.c ---- */

typedef struct native_job Job;

/* How a worker calls the function. */
enum native_mode {
	MODE_ONE,  /* function(value) */
	MODE_STAR, /* function(*value) */
	MODE_FULL, /* value is (args, kwargs): function(*args, **kwargs) */
};

/* Which function: a place of the file that holds its pickle. */
struct native_function {
	uint64_t
		at; /* 0: the one that the workers have inherited; NATIVE_WITHIN: value is (function, args, kwargs) */
	uint64_t len;
};
#define NATIVE_WITHIN 1

/* An item in flight. Its number is that of its places in the shared memory, and in the file. */
struct flight {
	Job *job; /* borrowed; NULL: nobody wants its result */
	uint64_t seq, id;
	uint64_t apart; /* bytes of its input that are not in its slot */
	int busy;
};

/* A result that has been put, and not yet been decoded. */
struct landed {
	uint32_t number;
	int status;
	struct pvq_pool_loss loss;
	struct coded coded;
	int failed;
	PyObject *
		value; /* decoded already, or the bytes that were in the slot; NULL: not in the slot, or lost */
	int whole;     /* value is decoded */
};

typedef struct {
	PyObject_HEAD struct pvq_pool *pool; /* NULL: not started yet, or ended */
	struct pvq_pool_config config;
	uint64_t forks;      /* of the program before this was made: in a child it is another program's */
	PyObject *hooks;     /* the module pvqpool.hooks: what is easier said in Python */
	PyObject *inherited; /* a function */
	PyObject *failure;   /* why nothing goes any more: an exception; NULL: it goes */
	char *map;           /* values that are larger than a slot; NULL: no room for it */
	int file;            /* values that are larger than that */
	int fd, alarm; /* a thread sleeps on these: the pool's, and one that wakes it to end the pool */
	uint64_t top;  /* of the part of the file that holds functions */
	struct flight *flight;
	uint32_t *spare; /* numbers of no item */
	unsigned nspare;
	struct landed *landed; /* a ring, as large as there are numbers */
	uint64_t nlanded, ntaken;
	uint64_t apart;          /* of all in flight */
	uint64_t got_ns, gap_ns; /* when results came last, and between them, about */
	int polling;             /* a thread is in poll(2) … */
	uint64_t round; /* … and when it leaves it, this counts up and is told to all others that wait */
	unsigned followers;
	pthread_mutex_t lock;
	pthread_cond_t told;
} Engine;

PyObject *native_engine_type(void);
/* 0, or -1 with an exception: this engine does not go. */
int native_engine_check(Engine *);
/* Whether one more item can go in. */
int native_engine_has_room(const Engine *);
/* Puts one item in; NULL: no more than room is needed. An item that cannot be pickled has an exception for a result. */
int native_engine_submit(
	Engine *, Job *, uint64_t seq, struct native_function, enum native_mode, PyObject *value);
/* Gives results that are there to their jobs. How many, or -1 with an exception. */
Py_ssize_t native_engine_collect(Engine *);
/* The same for a thread that has nothing better to do: waits a moment for more where results come fast. */
Py_ssize_t native_engine_collect_lump(Engine *);
/* Sleeps until there may be any, for so long at most; < 0: any time. 0, or -1 with an exception. */
int native_engine_wait(Engine *, int64_t wait_ns);
/* Nobody calls that function any more. */
void native_engine_discard(Engine *, struct native_function);
/* Nobody wants the results of this job any more. */
void native_engine_forget(Engine *, Job *);
/* The exception that is raised at present, taken. */
PyObject *native_caught(void);

static inline uint64_t native_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- figures.c ---- */

/* estimate(times) -> (median, lo, hi). */
PyObject *native_estimate(PyObject *self, PyObject *times);
/* compare(times, times of the same blocks, comparisons that are read together) -> (ratio, lo, hi, verdict, blocks that would
 * settle it). */
PyObject *native_compare(PyObject *self, PyObject *args);

/* ---- job.c ---- */

PyObject *native_job_type(void);
/* The number of an item in its iterable; None: it has none. A new reference. */
PyObject *native_job_item(const Job *, uint64_t seq);
/* Takes the value, or the exception; bytes: its size. */
void native_job_deliver(Job *, uint64_t seq, PyObject *value, int failed, uint64_t bytes);

#endif
