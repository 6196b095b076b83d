/* work.h: the work of the items: 8 bytes in, 8 bytes out.
 *
 * It does not use benches/tasks/: these compute parameters and check results through hooks, and at some nanoseconds an
 * item, one more call would distort the figures.
 */
#ifndef POOL_WORK_H
#define POOL_WORK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pool_work {
	const char *name;
	/* ctx: points to the `arg` of the two functions below. */
	ssize_t (*run)(void *ctx, const void *in, size_t len, void *out, size_t cap);
	/* Writes the parameters of n items. Rounds have the same amount of work, but other parameters. */
	void (*fill)(uint64_t *in, uint64_t n, uint64_t arg, unsigned round);
	/* The sum of the right results modulo 2^64, found in another way than by run(). */
	uint64_t (*expect)(const uint64_t *in, uint64_t n, uint64_t arg);
};

extern const struct pool_work pool_work_noop;  /* parameter * 10 */
extern const struct pool_work pool_work_spin;  /* arg steps of the kernel */
extern const struct pool_work pool_work_skew;  /* steps of the kernel with a heavy tail (Pareto, alpha 1.5),
                                             * arg on average; the parameter is the number of steps */
extern const struct pool_work pool_work_sleep; /* sleeps arg nanoseconds; parameter * 10 */

#endif
