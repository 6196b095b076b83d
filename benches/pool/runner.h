/* runner.h: THE contract of runners, which are compared on small items. A runner runs the items of a job on some
 * workers. Each is a file run_<stem>.c that ends in its descriptor.
 *
 * An item has 8 bytes of parameter and 8 bytes of result. Every runner calls the work through job->run, a pointer that
 * no compiler can resolve, with the arguments that the pool's workers pass.
 */
#ifndef POOL_RUNNER_H
#define POOL_RUNNER_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pool_job {
	ssize_t (*run)(void *ctx, const void *in, size_t len, void *out, size_t cap);
	void *ctx;
	unsigned workers;
	uint64_t n;         /* items */
	const uint64_t *in; /* their parameters, which change between two maps; NULL, for the pools only:
	                     * an item's parameter is its number */
	uint64_t *out;      /* space for n results, for runners whose workers share our memory */

	/* Results of map(): */
	uint64_t map_ns; /* its time: for the pool the whole map, for the others the bare loop */
	uint64_t sum;    /* of the results */
};

struct pool_runner {
	const char *name;
	/* All three return 0, or -errno with *err filled. start() starts the workers, before the parameters
	 * exist. The job outlives stop(), which is called after every start() that returned 0. */
	int (*start)(void **self, const struct pool_job *, struct pvq_error *err);
	int (*map)(void *self, struct pool_job *, struct pvq_error *err); /* any number of times */
	int (*stop)(void *self, struct pvq_error *err);
};

extern const struct pool_runner pool_runner_serial, pool_runner_pool_ordered, pool_runner_pool_unordered,
	pool_runner_openmp, pool_runner_pthreadpool;

/* Runs one item as threads do: from its place in in[] to its place in out[]. */
static inline void pool_job_item(const struct pool_job *job, size_t id)
{
	(void)job->run(job->ctx, &job->in[id], sizeof(job->in[id]), &job->out[id], sizeof(job->out[id]));
}

/* Fills job->sum from job->out, after the clock has stopped. */
static inline void pool_job_add_up(struct pool_job *job)
{
	job->sum = 0;
	for (uint64_t id = 0; id < job->n; id++)
		job->sum += job->out[id];
}

#endif
