/* run_serial.c: one item after the other in the caller: how much work there is. */
#include "clock.h"
#include "runner.h"

static int serial_start(void **self, const struct pvq_job *job, struct pvq_error *err)
{
	(void)job;
	(void)err;
	*self = NULL;
	return 0;
}

static int serial_map(void *self, struct pvq_job *job, struct pvq_error *err)
{
	uint64_t from = pvq_clock_ns();

	(void)self;
	(void)err;
	for (uint64_t id = 0; id < job->n; id++)
		pvq_job_item(job, id);
	job->map_ns = pvq_clock_ns() - from;
	pvq_job_add_up(job);
	return 0;
}

static int serial_stop(void *self, struct pvq_error *err)
{
	(void)self;
	(void)err;
	return 0;
}

const struct pvq_runner pvq_runner_serial = {
	.name = "serial",
	.start = serial_start,
	.map = serial_map,
	.stop = serial_stop,
};
