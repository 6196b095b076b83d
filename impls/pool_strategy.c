/* pool_strategy.c: load and sink on one side, the engine's feed on the other. */
#include "pool_strategy.h"
#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pool_strategy {
	const struct pvq_load *load;
	struct pvq_pool *pool;
};

/* One map: what the feed's hooks need. */
struct pass {
	const struct pvq_load *load;
	struct pvq_sink *sink;
};

static ssize_t pool_run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct pvq_load *load = ctx;

	return load->task->run(load, in, len, out, cap);
}

static ssize_t pool_next(void *ctx, uint64_t id, void *in)
{
	const struct pass *pass = ctx;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span span;

	if (id >= pass->load->n)
		return PVQ_POOL_END;
	span = pass->load->task->input(pass->load, id, scratch);
	memcpy(in, span.ptr, span.len);
	return (ssize_t)span.len;
}

static int pool_put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	const struct pass *pass = ctx;

	if (status > 0)
		status = status == PVQ_POOL_OVERDUE ? -ETIMEDOUT : -EOWNERDEAD;
	return status ? pass->sink->put(pass->sink, id, NULL, 0, status)
		      : pass->sink->put(pass->sink, id, out, len, 0);
}

int pvq_pool_strategy_start(void **self, const struct pvq_load *load, const struct pvq_opts *opts,
	enum pvq_order order, struct pvq_error *err)
{
	struct pool_strategy *s = malloc(sizeof(*s));
	struct pvq_pool_config config = {
		.retries = opts->care.attempts - 1,
		.workers = opts->workers,
		.cores = opts->ncpu,
		.chunk = opts->chunk,
		.window = opts->window,
		.ordered = order == PVQ_ORDERED,
		.max_in = load->max_in,
		.max_out = load->max_out,
		.recycle = opts->care.recycle,
		.item_timeout_ns = opts->care.item_timeout_ms * 1000000,
		.run = pool_run,
		.ctx = (void *)(uintptr_t)load, /* run() takes it as const again */
	};
	int ret;

	if (!s)
		return pvq_fail(err, -ENOMEM, "cannot start a pool");
	s->load = load;
	ret = pvq_pool_start(&s->pool, &config, err);
	if (ret) {
		free(s);
		return ret;
	}
	*self = s;
	return 0;
}

int pvq_pool_strategy_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct pool_strategy *s = self;
	struct pass pass = {.load = s->load, .sink = sink};
	struct pvq_pool_feed feed = {.next = pool_next, .put = pool_put, .ctx = &pass};

	return pvq_pool_map(s->pool, &feed, err);
}

int pvq_pool_strategy_stop(void *self, struct pvq_error *err)
{
	struct pool_strategy *s = self;
	int ret = pvq_pool_close(s->pool, err);

	free(s);
	return ret;
}

void pvq_pool_strategy_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	if (opts->window == 0)
		opts->window = pvq_pool_window(opts->workers, load->max_in, load->max_out);
	if (opts->care.attempts == 0)
		opts->care.attempts = 2; /* as PVQ_POOL_DEFAULTS: run again once */
	if (opts->chunk > PVQ_POOL_CHUNK_MAX)
		opts->chunk = PVQ_POOL_CHUNK_MAX;
	if (opts->chunk > opts->window)
		opts->chunk = opts->window;
}
