/* spin.c: CPU work of a chosen length, the same for every item. Task granularity is measured along this length. */
#include "kernel.h"

#include <errno.h>
#include <string.h>

enum { NS, RATE };

static const struct pvq_arg spin_args[] = {
	{.name = "ns",
		.unit = PVQ_UNIT_NS,
		.help = "work of one item, in nanoseconds",
		.def = "1000",
		.max = 1e10},
	PVQ_KERNEL_RATE,
	{0},
};

static void spin_settle(union pvq_value arg[PVQ_ARGS_MAX])
{
	if (arg[RATE].u == 0)
		arg[RATE].u = pvq_kernel_rate();
}

static int spin_build(struct pvq_load *load, struct pvq_error *err)
{
	(void)err;
	spin_settle(load->arg);
	load->max_in = load->max_out = sizeof(uint64_t);
	return 0;
}

static struct pvq_span spin_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	uint64_t parameter = id + 1;

	(void)load;
	memcpy(scratch, &parameter, sizeof(parameter));
	return (struct pvq_span){.ptr = scratch, .len = sizeof(parameter)};
}

static uint64_t spin_steps(const struct pvq_load *load)
{
	return pvq_kernel_steps((double)load->arg[NS].u, load->arg[RATE].u);
}

static ssize_t spin_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t x;

	if (len != sizeof(x))
		return -EBADMSG;
	if (cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(&x, in, sizeof(x));
	x = pvq_kernel_walk(x, spin_steps(load));
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

static ssize_t spin_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	uint64_t x = pvq_kernel_jump(id + 1, spin_steps(load));

	if (cap < sizeof(x))
		return -EMSGSIZE;
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

const struct pvq_task pvq_task_spin = {
	.name = "spin",
	.summary = "calibrated CPU work, equal items",
	.plain = "{ns} of computing",
	.situation = PVQ_SITUATION_EVEN,
	.args = spin_args,
	.settle = spin_settle,
	.build = spin_build,
	.input = spin_input,
	.run = spin_run,
	.expect = spin_expect,
};
