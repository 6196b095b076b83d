/* glib_pool.c: GLib's GThreadPool; results come back through a GAsyncQueue.
 *
 *	            ┌─> thread 0 ─┐
 *	caller ─pool              async queue ─> caller: put()
 *	   │        └─> thread 1 ─┘                 │
 *	   └───────────── idle jobs ────────────────┘
 *
 * needs: libglib2.0-dev pkg-config pkg-config:glib-2.0
 */
#include "common/jobs.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>

struct glib_pool {
	struct pvq_jobs jobs;
	GThreadPool *pool;
	GAsyncQueue *done;
};

static void glib_pool_item(gpointer data, gpointer context)
{
	struct glib_pool *g = context;

	pvq_job_run(data);
	g_async_queue_push(g->done, data);
}

static int glib_pool_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct glib_pool *g = calloc(1, sizeof(*g));
	GError *error = NULL;
	int ret;

	if (!g)
		return pvq_fail(err, -ENOMEM, "cannot start");
	ret = pvq_jobs_init(&g->jobs, load, opts->window, err);
	if (ret) {
		free(g);
		return ret;
	}
	g->done = g_async_queue_new();
	/* Exclusive: GLib starts the threads now and shares them with no other pool. */
	g->pool = g_thread_pool_new(glib_pool_item, g, (gint)opts->workers, TRUE, &error);
	if (!g->pool || error) {
		ret = pvq_fail(err, -EAGAIN, "GLib reports '%s'", error ? error->message : "no pool");
		g_clear_error(&error);
		if (g->pool)
			g_thread_pool_free(g->pool, TRUE, TRUE);
		g_async_queue_unref(g->done);
		pvq_jobs_free(&g->jobs);
		free(g);
		return ret;
	}
	*self = g;
	return 0;
}

static int glib_pool_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct glib_pool *g = self;
	struct pvq_jobs *jobs = &g->jobs;
	int ret = 0;

	pvq_jobs_rewind(jobs);
	while (ret == 0 && jobs->put < jobs->load->n) {
		struct pvq_job *job;

		while ((job = pvq_jobs_take(jobs)))
			g_thread_pool_push(g->pool, job,
				NULL); /* cannot fail: an exclusive pool needs no new thread */
		ret = pvq_jobs_put(jobs, g_async_queue_pop(g->done), sink, err);
	}
	return ret;
}

static int glib_pool_stop(void *self, struct pvq_error *err)
{
	struct glib_pool *g = self;

	(void)err;
	g_thread_pool_free(g->pool, TRUE,
		TRUE); /* drop jobs still queued after a failed map; wait for those that run */
	g_async_queue_unref(g->done);
	pvq_jobs_free(&g->jobs);
	free(g);
	return 0;
}

const struct pvq_impl pvq_impl_glib_pool = {
	.name = "glib_pool",
	.summary = "GLib: GThreadPool, results through a GAsyncQueue",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_POINTER,
	.out_via = PVQ_VIA_POINTER,
	.flags = PVQ_REUSABLE | PVQ_STREAMS | PVQ_LINGERS,
	.tune = pvq_jobs_tune,
	.start = glib_pool_start,
	.map = glib_pool_map,
	.stop = glib_pool_stop,
	.version = PVQ_PEER_VERSION,
};
