/* fault.c: one item of the load misbehaves; the others are the tutorial's. For the fault tests: what does a strategy do
 * when a task fails, and when a worker dies?
 *
 * expect() gives the right result. An item that kills its worker never delivers it.
 *
 * If $PVQ_FAULT_STAMP names a file, each fault appends a line to it: CLOCK_MONOTONIC in nanoseconds. So the driver knows
 * when and how often it happened, even if the process is dead (experiments/faults). */
#include "base/clock.h"
#include "tasks/tell.h"
#include "tasks/tutorial.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KIND, AT };
enum { ERROR, SEGV, KILL, EXIT, HANG };

static const char *const kinds[] = {"error", "segv", "kill", "exit", "hang", NULL};

static const struct pvq_arg fault_args[] = {
	{.name = "kind", .help = "what happens", .def = "error", .kind = PVQ_ARG_WORD, .words = kinds},
	{.name = "at", .help = "in which item, counted from 0", .def = "0", .max = 1e15},
	{0},
};

/* Writes to a page that is mapped without access. Not to NULL: a sanitizer would catch that before the kernel. */
static void fault_segv(void)
{
	volatile char *wall = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (wall != MAP_FAILED)
		*wall = 1;
	kill(getpid(), SIGSEGV); /* reached only if the mapping failed */
}

static ssize_t fault_happen(uint64_t kind)
{
	pvq_task_tell("PVQ_FAULT_STAMP", pvq_clock_ns());
	switch (kind) {
	case SEGV:
		fault_segv();
		break;
	case KILL:
		kill(getpid(), SIGKILL);
		break;
	case EXIT:
		_exit(3);
	case HANG:
		for (;;)
			pause();
	default:
		break;
	}
	return -EIO;
}

static ssize_t fault_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t parameter;

	if (len != sizeof(parameter))
		return -EBADMSG;
	memcpy(&parameter, in, sizeof(parameter));
	if (parameter == load->arg[AT].u + 1) /* parameters count from 1 */
		return fault_happen(load->arg[KIND].u);
	return pvq_tutorial_run(load, in, len, out, cap);
}

static ssize_t fault_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	if (load->arg[KIND].u == ERROR && id == load->arg[AT].u)
		return -EIO;
	return pvq_tutorial_expect(load, id, out, cap);
}

const struct pvq_task pvq_task_fault = {
	.name = "fault",
	.summary = "one item fails, or kills or hangs its worker",
	.args = fault_args,
	.uneven = 1,
	.build = pvq_tutorial_build,
	.input = pvq_tutorial_input,
	.run = fault_run,
	.expect = fault_expect,
};
