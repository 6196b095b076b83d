/* noop.c: the tutorial's task without its sleep. The time that remains is the cost of dispatch. */
#include "tasks/tutorial.h"

const struct pvq_task pvq_task_noop = {
	.name = "noop",
	.summary = "parameter * 10 and nothing else: the cost of dispatch",
	.plain = "empty items",
	.situation = PVQ_SITUATION_EVEN,
	.build = pvq_tutorial_build,
	.input = pvq_tutorial_input,
	.run = pvq_tutorial_run,
	.expect = pvq_tutorial_expect,
};
