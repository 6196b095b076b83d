/* host.h: the machine as this process may use it: which CPUs, how many, and what kind.
 *
 * Everything respects the affinity mask, the cpuset and the cgroup's CPU quota, not just what is
 * plugged in.
 */
#ifndef PVQ_HOST_H
#define PVQ_HOST_H

#include "base/process.h"

#include <stdio.h>

struct pvq_host {
	int cpu[PVQ_CPUS_MAX]; /* allowed CPUs: one a physical core first, one socket after the other,
	                        * then their SMT siblings in the same order */
	unsigned ncpu;
	unsigned usable;         /* how many of them at once: ncpu, or less under a CPU quota; at least 1 */
	double quota_cpus;       /* the cgroup's limit in CPUs; 0: none */
	unsigned cores, sockets; /* physical ones among the allowed CPUs */
};

/* 0 or -errno with one line on stderr. */
int pvq_host_read(struct pvq_host *);

/* Writes the facts about machine and versions as manifest lines (rundir.h). */
void pvq_host_facts(const struct pvq_host *, FILE *);

#endif
