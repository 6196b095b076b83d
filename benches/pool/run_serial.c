/* run_serial.c: one item after the other in the caller, which measures the work itself. */
#include "base/clock.h"
#include "pool/runner.h"

static int serial_start(void **self, const struct pool_job *job, struct pvq_error *err)
{
	(void)job;
	(void)err;
	*self = NULL;
	return 0;
}

static int serial_map(void *self, struct pool_job *job, struct pvq_error *err)
{
	uint64_t from = pvq_clock_ns();

	(void)self;
	(void)err;
	for (uint64_t id = 0; id < job->n; id++)
		pool_job_item(job, id);
	job->map_ns = pvq_clock_ns() - from;
	pool_job_add_up(job);
	return 0;
}

static int serial_stop(void *self, struct pvq_error *err)
{
	(void)self;
	(void)err;
	return 0;
}

const struct pool_runner pool_runner_serial = {
	.name = "serial",
	.start = serial_start,
	.map = serial_map,
	.stop = serial_stop,
};
