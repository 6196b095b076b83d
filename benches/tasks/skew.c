/* skew.c: CPU work with a heavy tail: most items are short, a few are very long, as in real loads. Separates strategies
 * that balance the load from those that deal out equal shares. */
#include "kernel.h"

#include <errno.h>
#include <string.h>

enum { NS, ALPHA, RATE };

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
	PVQ_KERNEL_RATE,
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

static uint64_t skew_steps(const struct pvq_load *load, uint64_t id)
{
	double ns = pvq_kernel_tail((double)load->arg[NS].u, load->arg[ALPHA].d, load->seed, id);

	return pvq_kernel_steps(ns, load->arg[RATE].u);
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
