/* run_pool.c: the pool in both orders, used as its header recommends: default chunk, default window.
 *
 * next() copies a parameter from the caller's memory, and put() adds up the results. The time includes both: a thread
 * leaves its result where the caller needs it, but here the caller must fetch it, and that is a cost of the pool.
 */
#include "base/clock.h"
#include "pool.h"
#include "pool/runner.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The state of one map. */
struct pass {
	const uint64_t *in;
	uint64_t n, arrived, sum;
};

static ssize_t next_of_array(void *ctx, uint64_t id, void *in)
{
	const struct pass *pass = ctx;

	if (id >= pass->n)
		return -1;
	memcpy(in, &pass->in[id], sizeof(pass->in[id]));
	return sizeof(pass->in[id]);
}

static ssize_t next_of_numbers(void *ctx, uint64_t id, void *in)
{
	const struct pass *pass = ctx;

	if (id >= pass->n)
		return -1;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int put_any(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct pass *pass = ctx;
	uint64_t result;

	(void)id;
	if (status || len != sizeof(result))
		return -EBADMSG;
	memcpy(&result, out, sizeof(result));
	pass->sum += result;
	pass->arrived++;
	return 0;
}

static int put_in_order(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	const struct pass *pass = ctx;

	return id == pass->arrived ? put_any(ctx, id, out, len, status) : -EBADMSG;
}

static int pool_start(void **self, const struct pool_job *job, int ordered, struct pvq_error *err)
{
	struct pvq_pool_config config = {
		PVQ_POOL_DEFAULTS,
		.workers = job->workers,
		.ordered = ordered,
		.max_in = sizeof(uint64_t),
		.max_out = sizeof(uint64_t),
		.run = job->run,
		.ctx = job->ctx,
	};
	struct pvq_pool *pool;
	int ret = pvq_pool_start(&pool, &config, err);

	if (ret == 0)
		*self = pool;
	return ret;
}

static int pool_map(void *self, struct pool_job *job, int ordered, struct pvq_error *err)
{
	struct pass pass = {.in = job->in, .n = job->n};
	struct pvq_pool_feed feed = {
		.next = job->in ? next_of_array : next_of_numbers,
		.put = ordered ? put_in_order : put_any,
		.ctx = &pass,
	};
	uint64_t from = pvq_clock_ns();
	int ret = pvq_pool_map(self, &feed, err);

	job->map_ns = pvq_clock_ns() - from;
	job->sum = pass.sum;
	if (ret == 0 && pass.arrived != job->n)
		ret = pvq_fail(
			err, -EBADMSG, "%" PRIu64 " items, %" PRIu64 " results", job->n, pass.arrived);
	return ret;
}

static int pool_stop(void *self, struct pvq_error *err)
{
	return pvq_pool_close(self, err);
}

static int pool_start_ordered(void **self, const struct pool_job *job, struct pvq_error *err)
{
	return pool_start(self, job, 1, err);
}

static int pool_start_unordered(void **self, const struct pool_job *job, struct pvq_error *err)
{
	return pool_start(self, job, 0, err);
}

static int pool_map_ordered(void *self, struct pool_job *job, struct pvq_error *err)
{
	return pool_map(self, job, 1, err);
}

static int pool_map_unordered(void *self, struct pool_job *job, struct pvq_error *err)
{
	return pool_map(self, job, 0, err);
}

const struct pool_runner pool_runner_pool_ordered = {
	.name = "pool_ordered",
	.start = pool_start_ordered,
	.map = pool_map_ordered,
	.stop = pool_stop,
};

const struct pool_runner pool_runner_pool_unordered = {
	.name = "pool_unordered",
	.start = pool_start_unordered,
	.map = pool_map_unordered,
	.stop = pool_stop,
};
