/* pool_strategy.c: load and sink on one side, the engine's feed on the other. */
#include "pool_strategy.h"
#include "pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pool_strategy {
	const struct pvq_load *load;
	enum pvq_via via;
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

/* The item's number alone has come; the load is this process's own since the fork. */
static ssize_t pool_run_inherited(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct pvq_load *load = ctx;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span span;
	uint64_t id;

	memcpy(&id, in, len);
	span = load->task->input(load, id, scratch);
	return load->task->run(load, span.ptr, span.len, out, cap);
}

static ssize_t pool_next_id(void *ctx, uint64_t id, void *in)
{
	const struct pass *pass = ctx;

	if (id >= pass->load->n)
		return PVQ_POOL_END;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
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

static size_t input_bytes(const struct pvq_load *load, enum pvq_via via)
{
	return via == PVQ_VIA_INHERIT ? sizeof(uint64_t) : load->max_in;
}

int pvq_pool_strategy_start(void **self, const struct pvq_load *load, const struct pvq_opts *opts,
	enum pvq_order order, enum pvq_via via, struct pvq_error *err)
{
	struct pool_strategy *s = malloc(sizeof(*s));
	struct pvq_pool_config config = {
		.retries = opts->care.attempts - 1,
		.workers = opts->workers,
		.cores = opts->ncpu,
		.chunk = opts->chunk,
		.window = opts->window,
		.ordered = order == PVQ_ORDERED,
		.max_in = input_bytes(load, via),
		.max_out = load->max_out,
		.recycle = opts->care.recycle,
		.item_timeout_ns = opts->care.item_timeout_ms * 1000000,
		.run = via == PVQ_VIA_INHERIT ? pool_run_inherited : pool_run,
		.ctx = (void *)(uintptr_t)load, /* run() takes it as const again */
	};
	int ret;

	if (!s)
		return pvq_fail(err, -ENOMEM, "cannot start a pool");
	s->load = load;
	s->via = via;
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
	struct pvq_pool_feed feed = {.next = s->via == PVQ_VIA_INHERIT ? pool_next_id : pool_next,
		.put = pool_put,
		.ctx = &pass};

	return pvq_pool_map(s->pool, &feed, err);
}

int pvq_pool_strategy_stop(void *self, struct pvq_error *err)
{
	struct pool_strategy *s = self;
	int ret = pvq_pool_close(s->pool, err);

	free(s);
	return ret;
}

static void tune(const struct pvq_load *load, struct pvq_opts *opts, enum pvq_via via)
{
	if (opts->window == 0)
		opts->window = pvq_pool_window(opts->workers, input_bytes(load, via), load->max_out);
	if (opts->care.attempts == 0)
		opts->care.attempts = 2; /* as PVQ_POOL_DEFAULTS: run again once */
	if (opts->chunk > PVQ_POOL_CHUNK_MAX)
		opts->chunk = PVQ_POOL_CHUNK_MAX;
	if (opts->chunk > opts->window)
		opts->chunk = opts->window;
}

void pvq_pool_strategy_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	tune(load, opts, PVQ_VIA_SHM);
}

void pvq_pool_strategy_tune_inherit(const struct pvq_load *load, struct pvq_opts *opts)
{
	tune(load, opts, PVQ_VIA_INHERIT);
}
