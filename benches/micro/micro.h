/* micro.h: THE micro-benchmark contract. A family is one file benches/micro/<stem>.c that ends in a
 * descriptor `const struct pvq_micro pvq_micro_<stem>`; the Makefile finds it. MICRO.md lists the names.
 *
 * In every case one iteration is one operation, so the reported real time is its price in nanoseconds.
 * The clock is always the wall clock: what forks or blocks has hardly any CPU time of its own. A case
 * leaves nothing behind: no process, thread, descriptor, queue or mapping.
 */
#ifndef PVQ_MICRO_H
#define PVQ_MICRO_H

#include "gb.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a case may use. */
struct pvq_micro_env {
	int cpu[2];         /* where the two sides of a case run; the same twice where there is only one */
	unsigned cpus;      /* that this process may use at once */
	size_t spare_bytes; /* of memory that a case may take */
	int brief;          /* the short price list: fewer sizes, smaller parents */
};

enum {
	PVQ_MICRO_PINNED = 1 << 0,    /* this process stays on cpu[0] meanwhile */
	PVQ_MICRO_TWO_CORES = 1 << 1, /* makes no sense on one: skipped there */
	PVQ_MICRO_PER_CPU = 1 << 2,   /* the argument goes no further than env->cpus */
};

struct pvq_micro_run;

struct pvq_micro_case {
	const char *name; /* "family/variant", stable: programs look it up */
	const char *op;   /* what one iteration is */
	void (*run)(struct gb_state *, const struct pvq_micro_run *);
	const void *data;           /* for run(), where cases share it */
	double handovers, syscalls; /* in one iteration, both sides together */
	/* The argument: powers of `factor` from lo to hi, brief_hi in the short list; no name: none. One
	 * called "bytes" is how much one iteration moves, and "cores" on how many CPUs the two sides are. */
	const char *arg_name;
	int64_t lo, hi, brief_hi;
	int factor;
	unsigned flags;
};

struct pvq_micro {
	const char *name;
	const struct pvq_micro_case *cases; /* ends with a NULL name */
};

/* Every family, in alphabetical order; NULL at the end (generated). */
extern const struct pvq_micro *const pvq_micros[];

/* A case about to run. */
struct pvq_micro_run {
	const struct pvq_micro_case *what;
	const struct pvq_micro_env *env;
};

/* Skips the case with "what: why"; error: errno or -errno. */
void pvq_micro_fail(struct gb_state *, const char *what, int error);

/* Pins the calling thread. 0 or -errno. */
int pvq_micro_pin(int cpu);

/* Memory that forked processes share, zeroed; NULL with errno. pvq_micro_unshare() frees it. */
void *pvq_micro_share(size_t bytes);
void pvq_micro_unshare(void *, size_t bytes);

#endif
