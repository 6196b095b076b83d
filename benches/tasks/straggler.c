/* straggler.c: items that sleep, the first one many times as long as the others. A strategy that keeps the order delivers
 * nothing until it is done, even if all others are. */
#include "tasks/tutorial.h"

#include <errno.h>
#include <string.h>

enum { US, TIMES };

static const struct pvq_arg straggler_args[] = {
	{.name = "us",
		.unit = PVQ_UNIT_US,
		.help = "sleep of one item, in microseconds",
		.def = "1000",
		.max = 60e6},
	{.name = "times", .help = "sleep of the first item, as a multiple of us", .def = "20", .max = 1000},
	{0},
};

static ssize_t straggler_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t parameter;

	if (len != sizeof(parameter))
		return -EBADMSG;
	memcpy(&parameter, in, sizeof(parameter));
	pvq_tutorial_sleep(
		(parameter == 1 ? load->arg[US].u * load->arg[TIMES].u : load->arg[US].u) * 1000);
	return pvq_tutorial_run(load, in, len, out, cap);
}

const struct pvq_task pvq_task_straggler = {
	.name = "straggler",
	.summary = "sleeps, the first item longest, returns parameter * 10 (what keeping the order costs)",
	.plain = "waiting, the first item longest",
	.situation = PVQ_SITUATION_WAIT,
	.args = straggler_args,
	.build = pvq_tutorial_build,
	.input = pvq_tutorial_input,
	.run = straggler_run,
	.expect = pvq_tutorial_expect,
};
