/* openmp_tasks.c: OpenMP tasks from one producer: one thread of the team makes a task of every item; the others run them,
 * and so does the producer while it waits.
 *
 *	parallel ─ single:  for each i:  task { out[i] = run(input(i)) }        taskwait, then put() all of them
 *
 * Always built with gcc and its library, as openmp_dynamic.c is.
 *
 * needs: gcc <omp.h> -fopenmp cc=gcc
 */
#include "common/batch.h"

#include <errno.h>
#include <stdlib.h>

struct openmp_tasks {
	struct pvq_batch batch;
	int workers;
};

/* Starts the team. Fails if the environment shrinks it (OMP_THREAD_LIMIT, OMP_DYNAMIC): the row would have the wrong
 * number of workers. */
static int openmp_tasks_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct openmp_tasks *o = malloc(sizeof(*o));
	unsigned team = 0;
	int ret;

	if (!o)
		return pvq_fail(err, -ENOMEM, "cannot start");
	o->workers = (int)opts->workers;
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

static int openmp_tasks_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct openmp_tasks *o = self;
	struct pvq_batch *batch = &o->batch;
	int ret = 0;

	for (pvq_batch_rewind(batch); ret == 0 && batch->count > 0;) {
#pragma omp parallel num_threads(o->workers)
#pragma omp single
		for (uint64_t i = 0; i < batch->count; i++) {
#pragma omp task firstprivate(i)
			pvq_batch_run(batch, i);
		} /* the team waits for all tasks at the end of `parallel` */
		ret = pvq_batch_put(batch, sink, err);
	}
	return ret;
}

/* The library keeps its team for the next map. The team ends with the process. */
static int openmp_tasks_stop(void *self, struct pvq_error *err)
{
	struct openmp_tasks *o = self;

	(void)err;
	pvq_batch_free(&o->batch);
	free(o);
	return 0;
}

static void openmp_tasks_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	(void)load;
	opts->chunk = 1;
	opts->window = 0; /* the whole batch */
}

const struct pvq_impl pvq_impl_openmp_tasks = {
	.name = "openmp_tasks",
	.summary = "OpenMP: a task for each item, from one producer",
	.order = PVQ_ORDERED,
	.in_via = PVQ_VIA_POINTER,
	.out_via = PVQ_VIA_POINTER,
	.flags = PVQ_CALLER_WORKS | PVQ_REUSABLE | PVQ_LINGERS,
	.tune = openmp_tasks_tune,
	.start = openmp_tasks_start,
	.map = openmp_tasks_map,
	.stop = openmp_tasks_stop,
	.version = PVQ_PEER_VERSION,
};
