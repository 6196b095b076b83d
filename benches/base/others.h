/* others.h: interference: CPU time on our CPUs that the hypervisor gave to another machine (stolen), or that other
 * processes used (foreign). It comes from /proc/stat, which counts in ticks (10 ms as a rule): figures of a single
 * trial are rough, sums over many are not.
 */
#ifndef PVQ_OTHERS_H
#define PVQ_OTHERS_H

#include <stdint.h>

/* Times of the watched CPUs together, since the machine started. */
struct pvq_cpu_time {
	uint64_t busy_ns;   /* spent in any process, and in the kernel */
	uint64_t stolen_ns; /* ready to run while the hypervisor ran something else */
	uint64_t all_ns;    /* the sum of these and of idle time */
};

/* Reads the times of ncpu CPUs; ncpu 0: of all. 0, or -ENODATA where the system does not report them. A container's
 * /proc/stat may lack some of the CPUs, number them differently, or hold nothing but zeros. */
int pvq_cpu_time_read(struct pvq_cpu_time *, const int *cpu, unsigned ncpu);

/* One reading of the CPUs' times and of our own. */
struct pvq_watch {
	struct pvq_cpu_time cpus;
	uint64_t own_ns; /* CPU time of this process and its reaped children */
	uint64_t at_ns;  /* CLOCK_MONOTONIC */
	int ok;
};

/* What happened between two readings. `known` is 0 where the system does not tell: then stolen_ns and foreign_ns are 0,
 * and mean nothing. Foreign time is a difference, busy time minus our own, so it may be slightly
 * below 0. Cutting it off at 0 would make sums drift upwards. */
struct pvq_meanwhile {
	int known;
	uint64_t wall_ns, stolen_ns;
	int64_t foreign_ns;
};

void pvq_watch_begin(struct pvq_watch *, const int *cpu, unsigned ncpu);
/* Ends the watch. Only children that have been reaped
 * by now count as ours. */
struct pvq_meanwhile pvq_watch_end(const struct pvq_watch *, const int *cpu, unsigned ncpu);

#endif
