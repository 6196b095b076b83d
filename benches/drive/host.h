/* host.h: the CPUs that this process may use: which, how many, and of what kind.
 *
 * All figures respect the affinity mask, the cpuset and the cgroup's CPU quota.
 */
#ifndef PVQ_HOST_H
#define PVQ_HOST_H

#include "base/process.h"

#include <stdio.h>

struct pvq_host {
	int cpu[PVQ_CPUS_MAX]; /* allowed CPUs in the order of use: PVQ_LAYOUT_CORES, until they are arranged */
	unsigned ncpu;
	unsigned usable;   /* how many of them at once: ncpu, or fewer under a CPU quota; at least 1 */
	double quota_cpus; /* the cgroup's limit in CPUs; 0: none */
	unsigned cores, caches,
		sockets; /* physical cores, last-level caches and sockets of the allowed CPUs */
	unsigned nodes,
		kinds; /* NUMA nodes; kinds of cores by speed, as P and E cores are. 1: one, or unknown */
};

/* In which order trials use the CPUs: a trial on k cores gets the first k of them. */
enum pvq_layout {
	/* One CPU of each core, socket after socket; then their SMT siblings. Of several kinds of cores the fastest first. The
	 * default. */
	PVQ_LAYOUT_CORES,
	PVQ_LAYOUT_COMPACT, /* as near each other as possible: SMT siblings, then one cache, then one socket */
	PVQ_LAYOUT_SPREAD, /* as far from each other as possible: sockets and caches by turns; siblings last */
};
extern const char *const pvq_layout_words[]; /* as for --place; NULL-terminated */

/* Reads the host. 0 or -errno with one line on stderr. */
int pvq_host_read(struct pvq_host *);

/* Finds the layout of that name. 0 or -EINVAL. */
int pvq_host_layout(const char *name, unsigned *layout);

/* Puts the host's CPUs into that order. The host must have been read by this process. */
void pvq_host_arrange(struct pvq_host *, enum pvq_layout);

/* How many physical cores, last-level caches and sockets a set of CPUs is spread over. All 0 if ncpu is 0, if the host
 * was not read before, or if a CPU is not among the allowed ones. */
struct pvq_spread {
	unsigned cores, caches, sockets;
};
struct pvq_spread pvq_host_spread(const int *cpu, unsigned ncpu);

/* Writes the facts about machine and versions as manifest lines (rundir.h). */
void pvq_host_facts(const struct pvq_host *, FILE *);

/* Writes the same behind the date and the command, for a folder that has no manifest yet. */
void pvq_host_begin_facts(const struct pvq_host *, const char *command, FILE *);

#endif
