/* others.h: what others do on our CPUs meanwhile: time that the hypervisor took for another machine, and time
 * that processes used which are none of ours. From /proc/stat, which counts in ticks (10 ms as a rule): a single
 * trial's figures are rough, sums over many are not.
 */
#ifndef PVQ_OTHERS_H
#define PVQ_OTHERS_H

#include <stdint.h>

/* Of the watched CPUs together, since the machine started. */
struct pvq_cpu_time {
	uint64_t busy_ns;   /* spent in processes and in the kernel, whoever they work for */
	uint64_t stolen_ns; /* ready to run, and the hypervisor ran something else */
	uint64_t all_ns;    /* these, and idle */
};

/* cpu: the ncpu CPUs to watch; 0: all of them. 0, or -ENODATA where the system does not say. */
int pvq_cpu_time_read(struct pvq_cpu_time *, const int *cpu, unsigned ncpu);

/* One look at the CPUs and at our own use of them. */
struct pvq_watch {
	struct pvq_cpu_time cpus;
	uint64_t own_ns; /* CPU time of this process and its reaped children */
	uint64_t at_ns;  /* CLOCK_MONOTONIC */
	int ok;
};

/* What happened from then to now. Foreign time is what is left of the busy time, so it may come out slightly
 * below 0; cut off there, sums would drift upwards. */
struct pvq_meanwhile {
	uint64_t wall_ns, stolen_ns;
	int64_t foreign_ns;
};

void pvq_watch_begin(struct pvq_watch *, const int *cpu, unsigned ncpu);
/* Zeros but for wall_ns where the system does not say. Children must have been reaped by now to be ours. */
struct pvq_meanwhile pvq_watch_end(const struct pvq_watch *, const int *cpu, unsigned ncpu);

#endif
