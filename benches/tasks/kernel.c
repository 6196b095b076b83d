/* kernel.c: the walk, the jump, and the calibration. */
#include "kernel.h"
#include "base/clock.h"

static const uint64_t factor = 6364136223846793005u, summand = 1442695040888963407u; /* Knuth's MMIX */

uint64_t pvq_kernel_walk(uint64_t x, uint64_t steps)
{
	while (steps-- > 0) {
		x = x * factor + summand;
		/* Hides x from the compiler, which could otherwise combine steps or drop them. */
		__asm__ volatile("" : "+r"(x));
	}
	return x;
}

uint64_t pvq_kernel_jump(uint64_t x, uint64_t steps)
{
	uint64_t mul = factor, add = summand; /* the map for 1, 2, 4, … steps */

	for (; steps > 0; steps >>= 1) {
		if (steps & 1)
			x = x * mul + add;
		add *= mul + 1;
		mul *= mul;
	}
	return x;
}

uint64_t pvq_kernel_rate(void)
{
	enum { TRIES = 40 };
	const uint64_t steps = 200000;
	uint64_t best = UINT64_MAX, x = 1;

	/* Take the fastest of many: a disturbance can only make a run longer. */
	for (int i = 0; i < TRIES; i++) {
		uint64_t from = pvq_clock_ns(), took;

		x = pvq_kernel_walk(x, steps);
		took = pvq_clock_ns() - from;
		if (took < best)
			best = took;
	}
	best = best > 0 ? (steps * 1000 + best / 2) / best : 1; /* per microsecond, rounded */
	return best > 0 ? best : 1;
}

uint64_t pvq_kernel_steps(double ns, uint64_t rate)
{
	double steps = ns * (double)rate / 1000;

	if (ns <= 0)
		return 0;
	return steps < 1 ? 1 : (uint64_t)steps;
}
