/* process.h: what a trial does to, and asks of, the process that it has to itself.
 */
#ifndef PVQ_PROCESS_H
#define PVQ_PROCESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PVQ_CPUS_MAX = 1024 }; /* CPUs that a process may be confined to */

/* CPU time and context switches, from when something began to exist until now. */
struct pvq_usage {
	uint64_t user_ns, sys_ns, nvcsw, nivcsw;
};

/* Of this process and of its reaped children. */
struct pvq_usage pvq_process_usage(void);

struct pvq_usage pvq_usage_between(const struct pvq_usage *before, const struct pvq_usage *after);

/* From now on this process and its children run on these CPUs only; ncpu 0: as they are. 0 or -errno. */
int pvq_process_confine(const int *cpu, unsigned ncpu);

/* Thousands of workers need more descriptors than the soft limit; a failure shows where they are taken. */
void pvq_process_raise_limits(void);

/* Peak resident size, in KiB, of this process alone; 0: not known. Not ru_maxrss, which exec() inherits
 * from whoever started us. */
uint64_t pvq_process_peak_kb(void);

#ifdef __cplusplus
}
#endif

#endif
