/* probe.h: measures the state of the CPUs that a trial runs on: how far apart they are, and how fast they compute.
 *
 * Both change while nothing else shows it. A hypervisor moves the CPUs of a virtual machine: at one moment two of them
 * share a core, at the next they stand on two sockets. A boost of the frequency comes and goes. So a figure is worth
 * more beside the state in which it was measured.
 */
#ifndef PVQ_PROBE_H
#define PVQ_PROBE_H

#include <stdint.h>

/* What one look saw. 0: unknown, for example with a single CPU, or where a CPU was too busy to answer in time. */
struct pvq_probe {
	uint64_t
		handover_ns; /* one cache line from one CPU to another and back: the median of up to three pairs */
	uint64_t compute_ns; /* a fixed piece of computing on the first CPU, the others idle */
	uint64_t beside_ns;  /* the same while a second CPU computes too: more, if they share a core */
};

/* The pairs whose hand-over is measured: the first CPU with the second, the middle one and the last. */
enum { PVQ_PROBE_PAIRS = 3 };

/* Looks at ncpu CPUs, on which this process may run. Takes 0.4 to 3 ms, most of it for waking the others, and a little
 * longer on busy CPUs; it never waits for ever. The calling thread moves to the first CPU, and back to where it could run
 * before. ncpu 0: all is unknown. Not for two threads at once. */
void pvq_probe_look(struct pvq_probe *, const int *cpu, unsigned ncpu);

#endif
