/* sleep.c: the tutorial's own task: sleeps, then returns parameter * 10. It stands for work that waits (for a disk, a
 * network) and leaves the CPU idle. So it gains from more workers than cores. */
#include "tasks/tutorial.h"

enum { US };

static const struct pvq_arg sleep_args[] = {
	{.name = "us",
		.unit = PVQ_UNIT_US,
		.help = "sleep of one item, in microseconds",
		.def = "10000",
		.max = 60e6},
	{0},
};

static ssize_t sleep_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	if (load->arg[US].u > 0)
		pvq_tutorial_sleep(load->arg[US].u * 1000);
	return pvq_tutorial_run(load, in, len, out, cap);
}

const struct pvq_task pvq_task_sleep = {
	.name = "sleep",
	.summary = "sleeps, returns parameter * 10 (the tutorial's; I/O-like)",
	.plain = "waiting {us}",
	.situation = PVQ_SITUATION_WAIT,
	.args = sleep_args,
	.build = pvq_tutorial_build,
	.input = pvq_tutorial_input,
	.run = sleep_run,
	.expect = pvq_tutorial_expect,
};
