/* micro.h: THE micro-benchmark contract. A family is one file benches/micro/<stem>.c that ends in a
 * descriptor `const struct pvq_micro pvq_micro_<stem>`; the Makefile finds it. MICRO.md lists the names.
 *
 * In every case one iteration is one operation, so the reported real time is its price in nanoseconds. The clock is always
 * the wall clock: an operation that forks or blocks uses hardly any CPU time itself. A case leaves nothing behind: no
 * process, thread, descriptor, queue or mapping.
 */
#ifndef PVQ_MICRO_H
#define PVQ_MICRO_H

#include "gb.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a case may use. */
struct pvq_micro_env {
	int cpu[2];         /* where the two sides of a case run; equal if there is only one CPU */
	unsigned cpus;      /* how many this process may use at once */
	size_t spare_bytes; /* memory that a case may use */
	int brief;          /* the short price list: fewer sizes, smaller parents */
};

enum {
	PVQ_MICRO_PINNED = 1 << 0,    /* the case keeps this process on cpu[0] */
	PVQ_MICRO_TWO_CORES = 1 << 1, /* skipped if there is only one CPU */
	PVQ_MICRO_PER_CPU = 1 << 2,   /* the argument is at most env->cpus */
	PVQ_MICRO_MANUAL = 1 << 3, /* the case itself says how long an iteration took, by the wall clock */
};

struct pvq_micro_run;

struct pvq_micro_case {
	const char *name; /* "family/variant"; keep it stable: programs look it up */
	const char *op;   /* what one iteration is */
	void (*run)(struct gb_state *, const struct pvq_micro_run *);
	const void *data;           /* for a run() that several cases share */
	double handovers, syscalls; /* in one iteration, both sides together */
	/* The argument: powers of `factor` from lo to hi (brief_hi in the short list). No name: no argument. "bytes" is
	 * how much one iteration moves; "cores" is the number of CPUs that the two sides run on. */
	const char *arg_name;
	int64_t lo, hi, brief_hi;
	int factor;
	unsigned flags;
	int64_t iterations; /* exactly so many, where little of their time is timed; 0: until they take long enough */
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

/* Allocates zeroed memory that forked processes share; NULL with errno. Free it with pvq_micro_unshare(). */
void *pvq_micro_share(size_t bytes);
void pvq_micro_unshare(void *, size_t bytes);

#endif
