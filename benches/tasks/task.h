/* task.h: THE task contract. A task is one file benches/tasks/<stem>.c that ends in a descriptor
 * `const struct pvq_task pvq_task_<stem>`; the Makefile finds it and adds it to the registry.
 *
 * A task turns item numbers into inputs, and inputs into outputs. It knows nothing of workers, clocks or queues, and has
 * no globals. The load is frozen between build() and free(), so any threads and processes may call the other hooks at
 * the same time.
 *
 * With its default arguments, if none of them must be given, a task works on every machine and with any number of items, 0
 * included: tests/trial/test_conformance.c runs 200 items with every strategy. The same load (arguments, n, seed) always has the
 * same inputs and outputs.
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

/* Borrowed bytes: the function that returns them owns them and documents how long they live. */
struct pvq_span {
	const void *ptr;
	size_t len;
};

enum pvq_arg_kind {
	PVQ_ARG_COUNT, /* a whole number, in .u */
	PVQ_ARG_REAL,  /* a decimal number, in .d */
	PVQ_ARG_WORD,  /* one of `words`; .u is its index */
	PVQ_ARG_TEXT,  /* any string (a path; "-": standard input), in .s, owned by the load */
};

union pvq_value {
	uint64_t u;
	double d;
	const char *s;
};

/* The unit of a number: of a bare one on the command line, and for readers. */
enum pvq_unit { PVQ_UNIT_NONE, PVQ_UNIT_NS, PVQ_UNIT_US, PVQ_UNIT_S, PVQ_UNIT_BYTES, PVQ_UNIT_KIB };

/* The kind of job that a task stands for: a row of the report's decision table. */
enum pvq_situation {
	PVQ_SITUATION_NONE, /* not a job that anybody has: in no row */
	PVQ_SITUATION_EVEN,
	PVQ_SITUATION_UNEVEN,
	PVQ_SITUATION_WAIT,
	PVQ_SITUATION_PAYLOAD,
	PVQ_SITUATION_MEMORY,
	PVQ_SITUATIONS
};

/* One argument of a task, as `pvq list` shows it and the command line checks it. */
struct pvq_arg {
	const char *name; /* NULL ends the table */
	const char *help; /* a few words, with the unit */
	const char *def;  /* default, written as on the command line; NULL: the user must give a value */
	double min, max;  /* allowed range, ends included (COUNT and REAL) */
	const char *const *words; /* WORD: the choices, NULL-terminated */
	enum pvq_arg_kind kind;
	enum pvq_unit unit;
	int settled; /* 1: settle() may replace its "0"; not part of a cell's label */
};

/* How to run commands (struct pvq_commands); other tasks ignore it. */
struct pvq_keep {
	unsigned attempts;  /* how often to begin a command that fails; 0: once */
	const char *joblog; /* a file that gets a line for every command; NULL: none */
	int resume;         /* 1: leave out the items that the job log has as done */
};

/* A built task; frozen from build() to free(). */
struct pvq_load {
	const struct pvq_task *task;
	struct pvq_keep keep;
	uint64_t n, seed;                  /* items are 0 .. n-1 */
	union pvq_value arg[PVQ_ARGS_MAX]; /* in the order of task->args */
	size_t max_in, max_out; /* bounds in bytes up to PVQ_BYTES_MAX, set by build(); max_out > 0 */
	void *priv;             /* owned by the task */
};

/* For a task whose items are commands: programs that do something outside of pvq. Such an item is run once in a trial, never
 * again to verify its result, and in several trials only if the user allows it. */
struct pvq_commands {
	/* The item as a line for sh, owned by the caller. NULL: out of memory. */
	char *(*line)(const struct pvq_load *, uint64_t id);
	/* Writes the result of a command that ended with that status, as from waitpid(), and wrote that to stdout and to
	 * stderr: what run() would have written. out.ptr may point into result. Returns its length, or -EMSGSIZE. */
	ssize_t (*result)(const struct pvq_load *, int wstatus, struct pvq_span out, struct pvq_span err,
		void *result, size_t cap);
	/* What a result holds: the command's stdout; or with *failed set, why the item failed, in one line. */
	struct pvq_span (*open)(const void *result, size_t len, int *failed);
	/* What readers call the item; as input(). */
	struct pvq_span (*name)(const struct pvq_load *, uint64_t id, void *scratch);
};

struct pvq_task {
	const char *name, *summary;
	const struct pvq_arg *args; /* ends with a NULL name; NULL: the task has no arguments */
	/* Describes an item in plain words, for readers who do not know the task's name. {ARG} stands for an argument
	 * with its unit: "{in} in, {out} out". NULL: the task as on the command line. */
	const char *plain;
	enum pvq_situation situation;
	int uneven; /* 1: items differ in work, so times per item do not compare between loads with another n or seed */

	/* Replaces arguments left at 0 that depend on the machine (a calibration). Every trial of a run then does
	 * identical work. Called once per run, before build(). NULL: nothing to fix. */
	void (*settle)(union pvq_value arg[PVQ_ARGS_MAX]);

	/* How many items a load has: all that the source has which the arguments name, or the first load->n of them if that
	 * is not 0, without those that are done already; 0: as many as one asks for. The load holds only the arguments, n and
	 * what to keep. Called in the driver, before build(). 0, or -errno with *err filled. NULL: as many as one asks for. */
	int (*count)(const struct pvq_load *, uint64_t *n, struct pvq_error *err);

	/* Builds the load. Called once, in the parent, before any worker exists. It may replace load->task, by one that
	 * differs in its hooks. 0, or -errno with *err filled (pvq_fail()). */
	int (*build)(struct pvq_load *, struct pvq_error *err);

	/* The input of item id, at most max_in bytes. It points into priv, or into scratch (PVQ_SCRATCH bytes); valid
	 * until free(), or until scratch is used again. Cannot fail. */
	struct pvq_span (*input)(const struct pvq_load *, uint64_t id, void *scratch);

	/* The work: a pure function of the input bytes and the frozen load. Writes at most cap bytes to out (cap >=
	 * max_out; aligned to 16). in and out do not overlap. Returns the output's length, at least 1, or -errno, which
	 * the sink gets as the item's status: -EBADMSG if the bytes are not an input (no byte at all; or one more than an
	 * input has, unless inputs may have any length), -EMSGSIZE if cap < max_out. */
	ssize_t (*run)(const struct pvq_load *, const void *in, size_t len, void *out, size_t cap);

	/* The oracle: the right output, or the right -errno, found in another way than by run(); -EMSGSIZE like run().
	 * Never timed. NULL: results are compared with those of a serial run(), and the row records that. */
	ssize_t (*expect)(const struct pvq_load *, uint64_t id, void *out, size_t cap);

	/* NULL: the items are no commands. With it, expect is NULL. */
	const struct pvq_commands *commands;

	/* Releases what build() made, also if build() failed half-way. NULL: nothing to release. */
	void (*free)(struct pvq_load *);
};

/* Every task, in alphabetical order, NULL at the end (generated from benches/tasks/). */
extern const struct pvq_task *const pvq_tasks[];

#ifdef __cplusplus
}
#endif
#endif
