/* work.c: the four kinds of work. */
#include "pool/work.h"
#include "base/shuffle.h"
#include "tasks/kernel.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* ---- noop ---- */

static ssize_t noop_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t x;

	(void)ctx;
	if (len != sizeof(x) || cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(&x, in, sizeof(x));
	x *= 10;
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

static void even_fill(uint64_t *in, uint64_t n, uint64_t arg, unsigned round)
{
	(void)arg;
	for (uint64_t i = 0; i < n; i++)
		in[i] = (i + 1) * (round + 1);
}

static uint64_t add_up(const uint64_t *x, uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++)
		sum += x[i];
	return sum;
}

static uint64_t noop_expect(const uint64_t *in, uint64_t n, uint64_t arg)
{
	(void)arg;
	return 10 * add_up(in, n);
}

const struct pool_work pool_work_noop = {
	.name = "noop",
	.run = noop_run,
	.fill = even_fill,
	.expect = noop_expect,
};

/* ---- spin ---- */

static ssize_t spin_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const uint64_t *steps = ctx;
	uint64_t x;

	if (len != sizeof(x) || cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(&x, in, sizeof(x));
	x = pvq_kernel_walk(x, *steps);
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

/* All steps together are one linear map x -> x * A + C, so one pair of A and C gives the sum. */
static uint64_t spin_expect(const uint64_t *in, uint64_t n, uint64_t steps)
{
	uint64_t c = pvq_kernel_jump(0, steps), a = pvq_kernel_jump(1, steps) - c;

	return a * add_up(in, n) + c * n;
}

const struct pool_work pool_work_spin = {
	.name = "spin",
	.run = spin_run,
	.fill = even_fill,
	.expect = spin_expect,
};

/* ---- skew ---- */

static ssize_t skew_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t steps, x;

	(void)ctx;
	if (len != sizeof(steps) || cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(&steps, in, sizeof(steps));
	x = pvq_kernel_walk(steps, steps);
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

/* Draws from Pareto's distribution by inversion, always the same values. They are cut off at a thousand times the mean,
 * where one item would be the whole run. Every other round has them in reverse order. */
static void skew_fill(uint64_t *in, uint64_t n, uint64_t mean, unsigned round)
{
	const double alpha = 1.5, longest = 1000;
	double least = (double)mean * (alpha - 1) / alpha;
	uint64_t state = 1;

	for (uint64_t i = 0; i < n; i++) {
		double uniform = (double)((pvq_random_next(&state) >> 11) + 1) / 9007199254740992.0;
		double steps = fmin(least * pow(uniform, -1 / alpha), longest * (double)mean);

		in[round % 2 ? i : n - 1 - i] = (uint64_t)steps;
	}
}

static uint64_t skew_expect(const uint64_t *in, uint64_t n, uint64_t arg)
{
	uint64_t sum = 0;

	(void)arg;
	for (uint64_t i = 0; i < n; i++)
		sum += pvq_kernel_jump(in[i], in[i]);
	return sum;
}

const struct pool_work pool_work_skew = {
	.name = "skew",
	.run = skew_run,
	.fill = skew_fill,
	.expect = skew_expect,
};

/* ---- sleep ---- */

static ssize_t sleep_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const uint64_t *ns = ctx;
	struct timespec left = {
		.tv_sec = (time_t)(*ns / 1000000000u), .tv_nsec = (long)(*ns % 1000000000u)};

	while (nanosleep(&left, &left) && errno == EINTR)
		; /* a signal must not shorten the sleep */
	return noop_run(ctx, in, len, out, cap);
}

const struct pool_work pool_work_sleep = {
	.name = "sleep",
	.run = sleep_run,
	.fill = even_fill,
	.expect = noop_expect,
};
