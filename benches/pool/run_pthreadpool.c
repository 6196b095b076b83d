/* run_pthreadpool.c: the library pthreadpool: static ranges, and stealing at the end. */
#include "base/clock.h"
#include "pool/runner.h"

#include <errno.h>
#include <pthreadpool.h>

static int pthreadpool_start(void **self, const struct pool_job *job, struct pvq_error *err)
{
	pthreadpool_t pool = pthreadpool_create(job->workers); /* the caller is one of them */

	if (!pool)
		return pvq_fail(err, -ENOMEM, "pthreadpool_create() failed");
	*self = pool;
	return 0;
}

static void pthreadpool_item(void *job, size_t id)
{
	pool_job_item(job, id);
}

static int pthreadpool_map(void *self, struct pool_job *job, struct pvq_error *err)
{
	uint64_t from = pvq_clock_ns();

	(void)err;
	pthreadpool_parallelize_1d(self, pthreadpool_item, job, job->n, 0);
	job->map_ns = pvq_clock_ns() - from;
	pool_job_add_up(job);
	return 0;
}

static int pthreadpool_stop(void *self, struct pvq_error *err)
{
	(void)err;
	pthreadpool_destroy(self);
	return 0;
}

const struct pool_runner pool_runner_pthreadpool = {
	.name = "pthreadpool",
	.start = pthreadpool_start,
	.map = pthreadpool_map,
	.stop = pthreadpool_stop,
};
