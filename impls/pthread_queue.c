/* pthread_queue.c: threads managed by hand, fed and drained through two bounded queues.
 *
 *	            ┌─> thread 0 ─┐
 *	caller ─tasks             results─> caller: put()
 *	   │        └─> thread 1 ─┘            │
 *	   └──────────── free jobs ────────────┘
 *
 * Threads share one address space, so only pointers to jobs go through the queues. There are `window` jobs, each with
 * room for one result. They circulate: the caller fills a job, a thread runs it, the caller puts its result and fills it
 * again. So memory use is constant, and a push never waits: each queue has room for all jobs.
 */
#include "bounded_queue.h"
#include "impl.h"

#include <errno.h>
#include <stdlib.h>

enum {
	BURST = 64,             /* most jobs that one push or pop moves */
	RESULTS_MAX = 64 << 20, /* bytes of results in flight, unless the user sets the window */
};

struct job {
	uint64_t id;
	struct pvq_span in; /* into the load, or into scratch below */
	_Alignas(16) char scratch[PVQ_SCRATCH];
	ssize_t len; /* of the result, or the task's -errno */
	void *out;   /* max_out bytes, aligned to 16 */
};

struct pthread_queue {
	const struct pvq_load *load;
	const struct pvq_opts *opts;
	struct pvq_bounded_queue tasks, results;
	struct job *job;       /* [window] */
	struct job **free_job; /* stack of idle jobs; only the caller touches it */
	unsigned nfree;
	char *out; /* the jobs' results */
	pthread_t *thread;
	unsigned started;
};

/* A worker: takes up to `chunk` jobs at a time, runs them, hands their results over together. */
static void *thread_loop(void *arg)
{
	struct pthread_queue *q = arg;
	const struct pvq_load *load = q->load;
	void *job[BURST];
	size_t chunk = q->opts->chunk < BURST ? q->opts->chunk : BURST, n;

	while ((n = pvq_bounded_queue_pop(&q->tasks, job, chunk)) > 0) {
		for (size_t i = 0; i < n; i++) {
			struct job *j = job[i];

			j->len = load->task->run(load, j->in.ptr, j->in.len, j->out, load->max_out);
		}
		/* Never fails: `results` has room for all jobs and is not closed. The loop ends when `tasks` is. */
		(void)pvq_bounded_queue_push(&q->results, job, n);
	}
	return NULL;
}

static int pthread_queue_stop(void *self, struct pvq_error *err)
{
	struct pthread_queue *q = self;
	void *left[BURST];

	(void)err;
	/* After a failed map, jobs may still be queued. Drop them: their results have no use. */
	pvq_bounded_queue_close(&q->tasks);
	while (pvq_bounded_queue_pop(&q->tasks, left, BURST) > 0)
		;
	for (unsigned i = 0; i < q->started; i++)
		pthread_join(q->thread[i], NULL);
	pvq_bounded_queue_destroy(&q->results);
	pvq_bounded_queue_destroy(&q->tasks);
	free(q->thread);
	free(q->out);
	free(q->free_job);
	free(q->job);
	free(q);
	return 0;
}

static size_t result_stride(const struct pvq_load *load)
{
	return (load->max_out + 63) / 64 * 64; /* whole cache lines: no false sharing */
}

/* Allocates all but the threads and queues. On -ENOMEM, stop() frees the part that succeeded. */
static int allocate(struct pthread_queue *q, unsigned window)
{
	size_t stride = result_stride(q->load);

	q->job = calloc(window, sizeof(*q->job));
	q->free_job = calloc(window, sizeof(struct job *));
	q->out = aligned_alloc(64, stride * window + 64);
	q->thread = calloc(q->opts->workers, sizeof(*q->thread));
	if (!q->job || !q->free_job || !q->out || !q->thread)
		return -ENOMEM;
	for (unsigned i = 0; i < window; i++) {
		q->job[i].out = q->out + i * stride;
		q->free_job[q->nfree++] = &q->job[i];
	}
	return 0;
}

static int pthread_queue_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct pthread_queue *q = calloc(1, sizeof(*q));
	int ret;

	if (!q)
		return pvq_fail(err, -ENOMEM, "cannot start");
	q->load = load;
	q->opts = opts;
	ret = pvq_bounded_queue_init(&q->tasks, opts->window);
	if (ret == 0) {
		ret = pvq_bounded_queue_init(&q->results, opts->window);
		if (ret)
			pvq_bounded_queue_destroy(&q->tasks);
	}
	if (ret) {
		free(q);
		return pvq_fail(err, ret, "cannot make the queues");
	}
	ret = allocate(q, opts->window);
	for (; ret == 0 && q->started < opts->workers; q->started++) {
		ret = -pthread_create(&q->thread[q->started], NULL, thread_loop, q);
		if (ret)
			break;
	}
	if (ret) {
		pvq_fail(err, ret, "cannot start thread %u of %u", q->started, opts->workers);
		pthread_queue_stop(q, err);
		return ret;
	}
	*self = q;
	return 0;
}

/* Fills idle jobs with the items from `next` on and queues them; returns the first item not queued. */
static uint64_t give(struct pthread_queue *q, uint64_t next)
{
	const struct pvq_load *load = q->load;
	void *job[BURST];
	size_t n = 0;

	while (n < BURST && q->nfree > 0 && next < load->n) {
		struct job *j = q->free_job[--q->nfree];

		j->id = next++;
		j->in = load->task->input(load, j->id, j->scratch);
		job[n++] = j;
	}
	if (n > 0)
		(void)pvq_bounded_queue_push(&q->tasks, job, n); /* open and never full: cannot fail */
	return next;
}

static int pthread_queue_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct pthread_queue *q = self;
	uint64_t next = 0, done = 0;
	void *job[BURST];

	while (done < q->load->n) {
		size_t n;

		while (q->nfree > 0 && next < q->load->n)
			next = give(q, next);
		n = pvq_bounded_queue_pop(&q->results, job, BURST);
		for (size_t i = 0; i < n; i++) {
			struct job *j = job[i];
			int ok = j->len >= 0;
			int ret = sink->put(sink, j->id, ok ? j->out : NULL, ok ? (size_t)j->len : 0,
				ok ? 0 : (int)j->len);

			if (ret < 0)
				return pvq_fail(
					err, ret, "result of item %llu refused", (unsigned long long)j->id);
			q->free_job[q->nfree++] = j;
		}
		done += n;
	}
	return 0;
}

static void pthread_queue_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	if (opts->chunk == 0)
		opts->chunk = 1;
	if (opts->chunk > BURST)
		opts->chunk = BURST;
	if (opts->window == 0) {
		size_t fit = RESULTS_MAX / (result_stride(load) + 1), least = 2 * (size_t)opts->workers;

		opts->window = opts->workers * 64;
		if (opts->window > fit)
			opts->window = (unsigned)(fit > least ? fit : least);
	}
}

const struct pvq_impl pvq_impl_pthread_queue = {
	.name = "pthread_queue",
	.summary = "threads managed by hand, a mutex-and-condition queue each way",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_POINTER,
	.out_via = PVQ_VIA_POINTER,
	.flags = PVQ_REUSABLE | PVQ_STREAMS,
	.tune = pthread_queue_tune,
	.start = pthread_queue_start,
	.map = pthread_queue_map,
	.stop = pthread_queue_stop,
};
