/* clock.c: reads the clock, and makes the cheapest system call. */
#include "micro.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 100 };

static void clock_gettime_run(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct timespec now;

	(void)run;
	while (gb_keep_running_batch(state, BATCH))
		for (int i = 0; i < BATCH; i++) {
			clock_gettime(CLOCK_MONOTONIC, &now);
			GB_CLOBBER();
		}
}

static void clock_getppid(struct gb_state *state, const struct pvq_micro_run *run)
{
	long id = 0;

	(void)run;
	while (gb_keep_running_batch(state, BATCH))
		for (int i = 0; i < BATCH; i++) {
			id = syscall(SYS_getppid);
			GB_KEEP(id);
		}
}

static const struct pvq_micro_case clock_cases[] = {
	{.name = "clock/gettime",
		.op = "clock_gettime(CLOCK_MONOTONIC)",
		.run = clock_gettime_run,
		.flags = PVQ_MICRO_PINNED},
	{.name = "clock/syscall",
		.op = "getppid, the shortest system call there is",
		.run = clock_getppid,
		.syscalls = 1,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_clock = {.name = "clock", .cases = clock_cases};
