/* pthreadpool.c: the pthreadpool library: each thread runs its own range of items, then steals from the others' ranges.
 *
 *	pthreadpool_parallelize_1d:   out[i] = run(input(i))        then put() all of them
 *
 * needs: libpthreadpool-dev <pthreadpool.h> -lpthreadpool
 */
#include "common/batch.h"

#include <errno.h>
#include <pthreadpool.h>
#include <stdlib.h>

struct pthreadpool_self {
	struct pvq_batch batch;
	pthreadpool_t pool;
};

static void pthreadpool_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	(void)load;
	opts->chunk = 1;
	opts->window = 0; /* the whole batch */
}

static int pthreadpool_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct pthreadpool_self *p = malloc(sizeof(*p));
	int ret;

	if (!p)
		return pvq_fail(err, -ENOMEM, "cannot start");
	ret = pvq_batch_init(&p->batch, load, opts->workers, err);
	if (ret) {
		free(p);
		return ret;
	}
	p->pool = pthreadpool_create(opts->workers); /* the caller is one of the workers */
	if (!p->pool) {
		pvq_batch_free(&p->batch);
		free(p);
		return pvq_fail(err, -ENOMEM, "pthreadpool_create() failed");
	}
	*self = p;
	return 0;
}

static void pthreadpool_item(void *batch, size_t i)
{
	pvq_batch_run(batch, i);
}

static int pthreadpool_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct pthreadpool_self *p = self;
	struct pvq_batch *batch = &p->batch;
	int ret = 0;

	for (pvq_batch_rewind(batch); ret == 0 && batch->count > 0;) {
		pthreadpool_parallelize_1d(p->pool, pthreadpool_item, batch, batch->count, 0);
		ret = pvq_batch_put(batch, sink, err);
	}
	return ret;
}

static int pthreadpool_stop(void *self, struct pvq_error *err)
{
	struct pthreadpool_self *p = self;

	(void)err;
	pthreadpool_destroy(p->pool);
	pvq_batch_free(&p->batch);
	free(p);
	return 0;
}

const struct pvq_impl pvq_impl_pthreadpool = {
	.name = "pthreadpool",
	.summary = "pthreadpool: parallelize_1d, static ranges and stealing",
	.order = PVQ_ORDERED,
	.in_via = PVQ_VIA_POINTER,
	.out_via = PVQ_VIA_POINTER,
	.flags = PVQ_CALLER_WORKS | PVQ_REUSABLE,
	.tune = pthreadpool_tune,
	.start = pthreadpool_start,
	.map = pthreadpool_map,
	.stop = pthreadpool_stop,
	.version = PVQ_PEER_VERSION,
};
