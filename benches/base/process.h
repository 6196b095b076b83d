/* process.h: confines and inspects the process that a trial runs in. */
#ifndef PVQ_PROCESS_H
#define PVQ_PROCESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PVQ_CPUS_MAX = 1024 }; /* CPUs that a process may be confined to */

/* CPU time and context switches, since the start of the process. */
struct pvq_usage {
	uint64_t user_ns, sys_ns, nvcsw, nivcsw;
};

/* The usage of this process and of its reaped children. */
struct pvq_usage pvq_process_usage(void);

struct pvq_usage pvq_usage_between(const struct pvq_usage *before, const struct pvq_usage *after);

/* Confines this process and its future children to these CPUs; ncpu 0: changes nothing. 0 or -errno. */
int pvq_process_confine(const int *cpu, unsigned ncpu);

/* Gives this process what it relies on, whatever started it: its children are not reaped by the kernel (a starter may
 * ignore SIGCHLD), and a file that becomes too large is an error like others (EFBIG). */
void pvq_process_begin(void);

/* A program that is started by way of another one ends with that one, where the environment names the process that had both
 * started: PVQ_BOUND=PID. The first ends all as it likes, but when it is killed, what it started itself can end at once
 * (PR_SET_PDEATHSIG), and what that started can not. */
#define PVQ_BOUND "PVQ_BOUND"
void pvq_process_bind(void);

/* Raises soft limits to the hard ones: thousands of workers need more descriptors than the soft limit allows. A
 * failure shows where descriptors run out. */
void pvq_process_raise_limits(void);

/* What to look at where fork() or a thread's start gave that errno: behind its text, or "" where that says enough. May be
 * called after a fork. */
const char *pvq_process_hint(int error);

/* Peak resident size, in KiB, of this process alone; 0: unknown. It is not ru_maxrss, which exec() inherits from the
 * program that started us. */
uint64_t pvq_process_peak_kb(void);

#ifdef __cplusplus
}
#endif

#endif
