/* run_openmp.c: OpenMP's loop with item-by-item dispatch, schedule(dynamic,1), by gcc and its library. */
#include "base/clock.h"
#include "pool/runner.h"

#include <errno.h>

/* Checks the size of the team: the environment can shrink it (OMP_THREAD_LIMIT, OMP_DYNAMIC), which would falsify the
 * figure. */
static int openmp_start(void **self, const struct pool_job *job, struct pvq_error *err)
{
	unsigned team = 0;

	*self = NULL;
#pragma omp parallel num_threads(job->workers) reduction(+ : team)
	team++;
	return team == job->workers ? 0 : pvq_fail(err, -EAGAIN, "OpenMP gave %u threads", team);
}

static int openmp_map(void *self, struct pool_job *job, struct pvq_error *err)
{
	uint64_t from = pvq_clock_ns();

	(void)self;
	(void)err;
#pragma omp parallel for num_threads(job->workers) schedule(dynamic, 1)
	for (uint64_t id = 0; id < job->n; id++)
		pool_job_item(job, id);
	job->map_ns = pvq_clock_ns() - from;
	pool_job_add_up(job);
	return 0;
}

/* The library ends its team when the process ends. */
static int openmp_stop(void *self, struct pvq_error *err)
{
	(void)self;
	(void)err;
	return 0;
}

const struct pool_runner pool_runner_openmp = {
	.name = "openmp",
	.start = openmp_start,
	.map = openmp_map,
	.stop = openmp_stop,
};
