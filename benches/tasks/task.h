/* task.h: THE task contract. A task is one file benches/tasks/<stem>.c that ends in a descriptor
 * `const struct pvq_task pvq_task_<stem>`; the Makefile finds it and adds it to the registry.
 *
 * A task turns item numbers into inputs and inputs into outputs. It knows nothing of workers,
 * clocks or queues, keeps no globals, and every hook but build() and free() may be called from any
 * thread or process at once, because the load is frozen between those two.
 *
 * With its defaults a task works on every machine, from no items to many: tests/trial/test_conformance.c runs 200 of them
 * with every strategy. The same load (arguments, n, seed) always has the same inputs and outputs.
 */
#ifndef PVQ_TASK_H
#define PVQ_TASK_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PVQ_ARGS_MAX = 8,         /* arguments a task may declare */
	PVQ_SCRATCH = 64,         /* bytes at `scratch` in input(), aligned for any type */
	PVQ_BYTES_MAX = 16 << 20, /* largest input or output of one item, in bytes */
};

/* Borrowed bytes: whoever hands them out owns them and says how long they live. */
struct pvq_span {
	const void *ptr;
	size_t len;
};

enum pvq_arg_kind {
	PVQ_ARG_COUNT, /* a whole number, in .u */
	PVQ_ARG_REAL,  /* a decimal number, in .d */
	PVQ_ARG_WORD,  /* one of `words`; .u is its index */
	PVQ_ARG_TEXT,  /* any string (a path), in .s; the load owns it */
};

union pvq_value {
	uint64_t u;
	double d;
	const char *s;
};

/* One argument of a task, as `pvq list` shows it and the command line checks it. */
struct pvq_arg {
	const char *name;         /* NULL ends the table */
	const char *help;         /* a few words, with the unit */
	const char *def;          /* default, written as on the command line */
	double min, max;          /* allowed range, ends included (COUNT and REAL) */
	const char *const *words; /* WORD: the choices, NULL-terminated */
	enum pvq_arg_kind kind;
	int settled; /* 1: the task's settle() may fix it from "0"; not part of a cell's label */
};

/* A built task; frozen from build() to free(). */
struct pvq_load {
	const struct pvq_task *task;
	uint64_t n, seed;                  /* items are 0 .. n-1 */
	union pvq_value arg[PVQ_ARGS_MAX]; /* in the order of task->args */
	size_t max_in, max_out; /* bounds in bytes up to PVQ_BYTES_MAX, set by build(); max_out > 0 */
	void *priv;             /* owned by the task */
};

struct pvq_task {
	const char *name, *summary;
	const struct pvq_arg *args; /* ends with a NULL name; NULL: the task has no arguments */
	int uneven; /* 1: items differ in work, so that times per item of loads with another n or seed do not compare */

	/* Fixes arguments left at 0 that depend on the machine (a calibration), so that every trial
	 * of a run does identical work. Called once per run, before build(). NULL: nothing to fix. */
	void (*settle)(union pvq_value arg[PVQ_ARGS_MAX]);

	/* Once, in the parent, before any worker exists. 0, or -errno with *err filled (pvq_fail()). */
	int (*build)(struct pvq_load *, struct pvq_error *err);

	/* Input of item id: points into priv, or into scratch (PVQ_SCRATCH bytes); at most max_in
	 * bytes long, valid until free() or until the scratch is used again. Cannot fail. */
	struct pvq_span (*input)(const struct pvq_load *, uint64_t id, void *scratch);

	/* The work: a pure function of the input bytes (and of the frozen load). Writes at most cap
	 * bytes to out (cap >= max_out; aligned to 16); neither buffer overlaps the other.
	 * Returns the output's length, at least 1, or -errno, which travels to the sink with the item: -EBADMSG for bytes that
	 * are no input (none; unless inputs have any length, one more than an input has), -EMSGSIZE where cap < max_out. */
	ssize_t (*run)(const struct pvq_load *, const void *in, size_t len, void *out, size_t cap);

	/* Oracle: the right output, or the right -errno, found another way than by run(); -EMSGSIZE as there. Never
	 * timed. NULL: results are compared with a serial run() and the row says so. */
	ssize_t (*expect)(const struct pvq_load *, uint64_t id, void *out, size_t cap);

	/* Releases what build() made; also after a build() that failed half-way. NULL: nothing. */
	void (*free)(struct pvq_load *);
};

/* Every task, in alphabetical order, NULL at the end (generated from benches/tasks/). */
extern const struct pvq_task *const pvq_tasks[];

#ifdef __cplusplus
}
#endif
#endif
