/* libuv_work.c: libuv's work queue: threads run the items; the loop, on the caller's thread, calls back for each result.
 *
 *	uv_queue_work ──> a thread: run() ──> the loop: put(), and the next item into the same request
 *
 * needs: libuv1-dev <uv.h> -luv
 */
#include "common/jobs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { LIBUV_THREADS_MAX = 1024 }; /* the library's own limit */

/* A request with its job. The callbacks find the rest through `of`. */
struct libuv_request {
	uv_work_t work;
	struct libuv_work *of;
	struct pvq_job *job;
};

struct libuv_work {
	struct pvq_jobs jobs;
	struct libuv_request *request; /* one for each job, in the same order */
	uv_loop_t loop;
	/* While map() runs: */
	struct pvq_sink *sink;
	struct pvq_error *err;
	int ret; /* the first failure; no new item starts after it */
};

static const char *libuv_work_unsupported(const struct pvq_load *load, const struct pvq_opts *opts)
{
	(void)load;
	return opts->workers > LIBUV_THREADS_MAX ? "libuv has at most 1024 threads" : NULL;
}

static void libuv_work_run(uv_work_t *work)
{
	pvq_job_run(((struct libuv_request *)work)->job);
}

static void libuv_work_done(uv_work_t *work, int status);

/* Queues an item for every idle job. */
static void libuv_work_feed(struct libuv_work *u)
{
	struct pvq_job *job;

	while (u->ret == 0 && (job = pvq_jobs_take(&u->jobs))) {
		struct libuv_request *request = &u->request[job - u->jobs.job];

		request->of = u;
		request->job = job;
		/* Fails only for a NULL callback. */
		(void)uv_queue_work(&u->loop, &request->work, libuv_work_run, libuv_work_done);
	}
}

static void libuv_work_done(uv_work_t *work, int status)
{
	struct libuv_request *request = (struct libuv_request *)work;
	struct libuv_work *u = request->of;

	(void)status; /* we cancel nothing */
	if (u->ret == 0)
		u->ret = pvq_jobs_put(&u->jobs, request->job, u->sink, u->err);
	libuv_work_feed(u);
}

static void libuv_work_nothing(uv_work_t *work)
{
	(void)work;
}

static void libuv_work_nothing_done(uv_work_t *work, int status)
{
	(void)work;
	(void)status;
}

/* Makes the library start all its threads: it does so when a process first queues work. */
static int libuv_work_start_threads(struct libuv_work *u, unsigned workers)
{
	char count[16];
	uv_work_t first;
	int ret;

	snprintf(count, sizeof(count), "%u", workers);
	if (setenv("UV_THREADPOOL_SIZE", count, 1))
		return -errno;
	ret = uv_queue_work(&u->loop, &first, libuv_work_nothing, libuv_work_nothing_done);
	return ret ? ret : uv_run(&u->loop, UV_RUN_DEFAULT);
}

static int libuv_work_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct libuv_work *u = calloc(1, sizeof(*u));
	int ret;

	if (!u)
		return pvq_fail(err, -ENOMEM, "cannot start");
	ret = pvq_jobs_init(&u->jobs, load, opts->window, err);
	if (ret)
		goto no_jobs;
	u->request = calloc(opts->window, sizeof(*u->request));
	ret = u->request ? uv_loop_init(&u->loop) : -ENOMEM;
	if (ret) {
		pvq_fail(err, ret, "cannot make the loop");
		goto no_loop;
	}
	ret = libuv_work_start_threads(u, opts->workers);
	if (ret == 0) {
		*self = u;
		return 0;
	}
	pvq_fail(err, ret, "cannot start the threads");
	uv_loop_close(&u->loop);
no_loop:
	free(u->request);
	pvq_jobs_free(&u->jobs);
no_jobs:
	free(u);
	return ret;
}

static int libuv_work_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct libuv_work *u = self;

	u->sink = sink;
	u->err = err;
	u->ret = 0;
	pvq_jobs_rewind(&u->jobs);
	libuv_work_feed(u);
	uv_run(&u->loop, UV_RUN_DEFAULT); /* until no request is left */
	return u->ret;
}

/* The threads belong to the library and end with the process. */
static int libuv_work_stop(void *self, struct pvq_error *err)
{
	struct libuv_work *u = self;

	(void)err;
	uv_loop_close(&u->loop); /* cannot fail: uv_run() has left nothing active */
	free(u->request);
	pvq_jobs_free(&u->jobs);
	free(u);
	return 0;
}

const struct pvq_impl pvq_impl_libuv_work = {
	.name = "libuv_work",
	.summary = "libuv: uv_queue_work and its loop",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_POINTER,
	.out_via = PVQ_VIA_POINTER,
	.flags = PVQ_REUSABLE | PVQ_STREAMS | PVQ_LINGERS,
	.unsupported = libuv_work_unsupported,
	.tune = pvq_jobs_tune,
	.start = libuv_work_start,
	.map = libuv_work_map,
	.stop = libuv_work_stop,
	.version = PVQ_PEER_VERSION,
};
