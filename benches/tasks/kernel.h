/* kernel.h: the CPU work of spin, skew, job and trace: a chain of dependent steps that stays in registers.
 *
 * A step is x -> x * A + C modulo 2^64. Each step needs the one before, so the time is the number of steps times the
 * latency of a multiplication and an addition, whatever the caches do. The oracle computes the end of the chain without
 * walking it.
 */
#ifndef PVQ_KERNEL_H
#define PVQ_KERNEL_H

#include "task.h"

/* Walks `steps` steps from x. */
uint64_t pvq_kernel_walk(uint64_t x, uint64_t steps);

/* The same result by squaring the map, in O(log steps) (F. B. Brown, Random number generation with arbitrary strides,
 * 1994). */
uint64_t pvq_kernel_jump(uint64_t x, uint64_t steps);

/* The argument that tells how fast this CPU walks; settle() replaces its 0 by what pvq_kernel_rate() finds. */
#define PVQ_KERNEL_RATE                                                                                 \
	{                                                                                               \
		.name = "rate", .help = "steps of the kernel in a microsecond; 0: measure", .def = "0", \
		.max = 1e6, .settled = 1                                                                \
	}

/* Measures how many steps this CPU makes per microsecond, at least 1. Takes about 20 ms. */
uint64_t pvq_kernel_rate(void);

/* How many steps take `ns` nanoseconds at `rate` steps per microsecond; at least 1 unless ns is 0. */
uint64_t pvq_kernel_steps(double ns, uint64_t rate);

/* The length of item `id` in a load whose items have a mean length and a heavy tail (Pareto's distribution with tail index
 * alpha > 1). No item is longer than a thousand times the mean. */
double pvq_kernel_tail(double mean, double alpha, uint64_t seed, uint64_t id);

#endif
