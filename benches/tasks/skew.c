/* skew.c: CPU work with a heavy tail: most items are short, a few are very long, as in real loads. Separates strategies
 * that balance the load from those that deal out equal shares. */
#include "kernel.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { NS, ALPHA, RATE };

static const double longest = 1000; /* times the mean: a longer item would dominate the run */

static const struct pvq_arg skew_args[] = {
	{.name = "ns",
		.unit = PVQ_UNIT_NS,
		.help = "mean work of an item, in nanoseconds",
		.def = "10000",
		.max = 1e9},
	{.name = "alpha",
		.help = "tail index; the smaller, the more uneven",
		.def = "1.5",
		.kind = PVQ_ARG_REAL,
		.min = 1.05,
		.max = 10},
	{.name = "rate",
		.help = "steps of the kernel in a microsecond; 0: measure",
		.def = "0",
		.max = 1e6,
		.settled = 1},
	{0},
};

/* An item's input: the parameter, and how much work it is. */
struct skew_item {
	uint64_t parameter, steps;
};

static void skew_settle(union pvq_value arg[PVQ_ARGS_MAX])
{
	if (arg[RATE].u == 0)
		arg[RATE].u = pvq_kernel_rate();
}

static int skew_build(struct pvq_load *load, struct pvq_error *err)
{
	(void)err;
	skew_settle(load->arg);
	load->max_in = sizeof(struct skew_item);
	load->max_out = sizeof(uint64_t);
	return 0;
}

/* A uniform number in (0, 1] that depends only on seed and id (the finaliser of MurmurHash3 over a Weyl sequence). So any
 * item can be drawn without those before it. */
static double skew_uniform(uint64_t seed, uint64_t id)
{
	uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u + id * 0xd1342543de82ef95u;

	z = (z ^ z >> 33) * 0xff51afd7ed558ccdu;
	z = (z ^ z >> 33) * 0xc4ceb9fe1a85ec53u;
	z ^= z >> 33;
	return (double)((z >> 11) + 1) / 9007199254740992.0;
}

/* Pareto's distribution by inversion. Its mean is least * alpha / (alpha - 1). The cut at `longest` times the mean lowers
 * that: by 1 % at alpha = 1.5, 15 % at 1.2, 36 % at 1.1, 58 % at 1.05. There most of the work would be in items so rare
 * that no run draws one. */
static uint64_t skew_steps(const struct pvq_load *load, uint64_t id)
{
	double mean = (double)load->arg[NS].u, alpha = load->arg[ALPHA].d;
	double least = mean * (alpha - 1) / alpha;
	double ns = least * pow(skew_uniform(load->seed, id), -1 / alpha);

	return pvq_kernel_steps(fmin(ns, mean * longest), load->arg[RATE].u);
}

static struct pvq_span skew_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	struct skew_item item = {.parameter = id + 1, .steps = skew_steps(load, id)};

	memcpy(scratch, &item, sizeof(item));
	return (struct pvq_span){.ptr = scratch, .len = sizeof(item)};
}

static ssize_t skew_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	struct skew_item item;
	uint64_t x;

	(void)load;
	if (len != sizeof(item))
		return -EBADMSG;
	if (cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(&item, in, sizeof(item));
	x = pvq_kernel_walk(item.parameter, item.steps);
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

static ssize_t skew_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	uint64_t x = pvq_kernel_jump(id + 1, skew_steps(load, id));

	if (cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

const struct pvq_task pvq_task_skew = {
	.name = "skew",
	.summary = "CPU work with a heavy tail (Pareto), uneven items",
	.plain = "{ns} on average, very uneven",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = skew_args,
	.uneven = 1,
	.settle = skew_settle,
	.build = skew_build,
	.input = skew_input,
	.run = skew_run,
	.expect = skew_expect,
};
