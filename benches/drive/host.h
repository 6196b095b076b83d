/* host.h: the CPUs that this process may use: which, how many, and of what kind.
 *
 * All figures respect the affinity mask, the cpuset and the cgroup's CPU quota.
 */
#ifndef PVQ_HOST_H
#define PVQ_HOST_H

#include "base/process.h"

#include <stdio.h>

struct pvq_host {
	int cpu[PVQ_CPUS_MAX]; /* allowed CPUs: first one per physical core, socket after socket, then
	                        * their SMT siblings in the same order */
	unsigned ncpu;
	unsigned usable;   /* how many of them at once: ncpu, or fewer under a CPU quota; at least 1 */
	double quota_cpus; /* the cgroup's limit in CPUs; 0: none */
	unsigned cores, sockets; /* physical ones among the allowed CPUs */
};

/* Reads the host. 0 or -errno with one line on stderr. */
int pvq_host_read(struct pvq_host *);

/* Writes the facts about machine and versions as manifest lines (rundir.h). */
void pvq_host_facts(const struct pvq_host *, FILE *);

#endif
