/* openmp_dynamic.c: an OpenMP loop that hands out items as threads become free, schedule(dynamic, chunk).
 *
 *	#pragma omp parallel for:   out[i] = run(input(i))        then put() all of them
 *
 * Always built with gcc and its library: LLVM's library dispatches single items many times slower.
 *
 * needs: gcc <omp.h> -fopenmp cc=gcc
 */
#include "common/batch.h"

#include <errno.h>
#include <stdlib.h>

struct openmp_dynamic {
	struct pvq_batch batch;
	int workers, chunk;
};

static void openmp_dynamic_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	(void)load;
	opts->chunk = opts->chunk ? opts->chunk : 1;
	opts->window = 0; /* the whole batch */
}

/* Starts the team. Fails if the environment shrinks it (OMP_THREAD_LIMIT, OMP_DYNAMIC): the row would have the wrong
 * number of workers. */
static int openmp_dynamic_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct openmp_dynamic *o = malloc(sizeof(*o));
	unsigned team = 0;
	int ret;

	if (!o)
		return pvq_fail(err, -ENOMEM, "cannot start");
	o->workers = (int)opts->workers;
	o->chunk = (int)opts->chunk;
#pragma omp parallel num_threads(o->workers) reduction(+ : team)
	team++;
	ret = team == opts->workers ? pvq_batch_init(&o->batch, load, opts->workers, err)
				    : pvq_fail(err, -EAGAIN, "OpenMP started %u threads", team);
	if (ret)
		free(o);
	else
		*self = o;
	return ret;
}

static int openmp_dynamic_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct openmp_dynamic *o = self;
	struct pvq_batch *batch = &o->batch;
	int ret = 0;

	for (pvq_batch_rewind(batch); ret == 0 && batch->count > 0;) {
#pragma omp parallel for num_threads(o->workers) schedule(dynamic, o->chunk)
		for (uint64_t i = 0; i < batch->count; i++)
			pvq_batch_run(batch, i);
		ret = pvq_batch_put(batch, sink, err);
	}
	return ret;
}

/* The library keeps its team for the next loop. The team ends with the process. */
static int openmp_dynamic_stop(void *self, struct pvq_error *err)
{
	struct openmp_dynamic *o = self;

	(void)err;
	pvq_batch_free(&o->batch);
	free(o);
	return 0;
}

const struct pvq_impl pvq_impl_openmp_dynamic = {
	.name = "openmp_dynamic",
	.summary = "OpenMP: a parallel loop, schedule(dynamic)",
	.order = PVQ_ORDERED,
	.in_via = PVQ_VIA_POINTER,
	.out_via = PVQ_VIA_POINTER,
	.flags = PVQ_CALLER_WORKS | PVQ_REUSABLE | PVQ_LINGERS,
	.tune = openmp_dynamic_tune,
	.start = openmp_dynamic_start,
	.map = openmp_dynamic_map,
	.stop = openmp_dynamic_stop,
	.version = PVQ_PEER_VERSION,
};
