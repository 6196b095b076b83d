/* fork_pipe_queue.c: processes managed by hand, fed and drained through pipes (the tutorial's
 * Process + Queue).
 *
 *	            tasks 0               results 0
 *	         ┌────────────> worker 0 ────────────┐
 *	parent ──┤  tasks 1               results 1  ├──> parent: poll(), put()
 *	         └────────────> worker 1 ────────────┘
 *
 * Every worker has a pipe of its own each way, so there is no lock that a dead worker could hold, and
 * end-of-file on its result pipe says which worker died and what it was working on. What goes through
 * the pipes are frames: a header, then the bytes. A worker answers in the order it was asked.
 *
 * No deadlock: the parent never blocks but in poll(). It reads results even while a task pipe is
 * full, so a worker that is stuck writing gets free, reads on, and the task pipe drains.
 */
#include "child.h"
#include "frame.h"
#include "impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
	pid_t pid;
	int to, from; /* the parent's ends: tasks go to `to`, results come from `from`; non-blocking */
	struct pvq_stream out, in;
	uint64_t *asked; /* ring of the ids it still has to answer, oldest at `answered` */
	uint64_t sent, answered;
};

struct fork_pipe_queue {
	const struct pvq_load *load;
	const struct pvq_opts *opts;
	struct worker *worker;
	struct pollfd (*poll)[2]; /* two a worker: its results, its tasks */
	unsigned started;         /* workers alive; start() may fail half-way */
	unsigned depth;           /* most items that one worker is given ahead */
	uint64_t next, done;      /* items handed out; items put */
	int failed;
};

/* ---- the worker ---- */

/* Runs one item right into the space behind its result's header; the caller has made room. */
static void worker_run(
	const struct pvq_load *load, const struct pvq_frame *task, const void *in, struct pvq_stream *out)
{
	struct pvq_frame result = {.id = task->id};
	ssize_t len = load->task->run(load, in, task->len, pvq_stream_space(out), load->max_out);

	if (len >= 0)
		result.len = (uint32_t)len;
	else
		result.status = (int32_t)len;
	pvq_stream_add(out, &result, NULL);
}

/* Results are written after every `chunk` items, and before waiting for more tasks. */
static _Noreturn void worker_loop(const struct pvq_load *load, unsigned chunk, int tasks, int results)
{
	struct pvq_stream in, out;
	struct pvq_frame frame;
	const void *payload;
	unsigned held = 0; /* results in `out` */

	if (pvq_stream_init(&in, load->max_in) || pvq_stream_init(&out, load->max_out))
		_exit(1);
	for (;;) {
		while (pvq_stream_take(&in, &frame, &payload)) {
			worker_run(load, &frame, payload, &out);
			if (++held < chunk && pvq_stream_room(&out, load->max_out))
				continue;
			if (pvq_stream_write(&out, results))
				_exit(1); /* the parent is gone */
			held = 0;
		}
		if (pvq_stream_write(&out, results))
			_exit(1);
		held = 0;
		if (pvq_stream_read(&in, tasks) <= 0)
			_exit(0); /* end of file: no more tasks */
	}
}

/* ---- the parent: start and stop ---- */

static int worker_fork(struct fork_pipe_queue *q, struct worker *w)
{
	int task[2], result[2];

	if (pipe(task))
		return -errno;
	if (pipe(result)) {
		int ret = -errno;

		close(task[0]);
		close(task[1]);
		return ret;
	}
	w->pid = pvq_child_fork();
	if (w->pid == 0) {
		/* Ends of other pipes must not live on in here, or their end-of-file never comes. */
		for (unsigned i = 0; i < q->started; i++) {
			close(q->worker[i].to);
			close(q->worker[i].from);
		}
		close(task[1]);
		close(result[0]);
		worker_loop(q->load, q->opts->chunk, task[0], result[1]);
	}
	close(task[0]);
	close(result[1]);
	w->to = task[1];
	w->from = result[0];
	if (w->pid < 0) {
		close(w->to);
		close(w->from);
		return (int)w->pid;
	}
	fcntl(w->to, F_SETFL, O_NONBLOCK);
	fcntl(w->from, F_SETFL, O_NONBLOCK);
	q->started++;
	return 0;
}

static int fork_pipe_queue_stop(void *self, struct pvq_error *err)
{
	struct fork_pipe_queue *q = self;
	char fate[64];
	int ret = 0;

	for (unsigned i = 0; i < q->started; i++)
		close(q->worker[i].to); /* end of file: all of them end at the same time */
	for (unsigned i = 0; i < q->started; i++) {
		struct worker *w = &q->worker[i];
		int wstatus = q->failed ? (pvq_child_kill(w->pid), 0) : pvq_child_reap(w->pid);

		if (wstatus)
			ret = pvq_fail(err, -EOWNERDEAD, "worker %u ended with %s", i,
				pvq_child_fate(wstatus, fate, sizeof(fate)));
		close(w->from);
	}
	for (unsigned i = 0; q->worker && i < q->opts->workers; i++) {
		free(q->worker[i].out.data);
		free(q->worker[i].in.data);
		free(q->worker[i].asked);
	}
	free(q->worker);
	free(q->poll);
	free(q);
	return ret;
}

static int fork_pipe_queue_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct fork_pipe_queue *q = calloc(1, sizeof(*q));
	int ret = 0;

	if (!q)
		return pvq_fail(err, -ENOMEM, "cannot start");
	q->load = load;
	q->opts = opts;
	q->depth = opts->window / opts->workers + 1;
	q->worker = calloc(opts->workers, sizeof(*q->worker));
	q->poll = calloc(opts->workers, sizeof(*q->poll));
	if (!q->worker || !q->poll)
		ret = -ENOMEM;
	for (unsigned i = 0; ret == 0 && i < opts->workers; i++) {
		struct worker *w = &q->worker[i];

		w->asked = calloc(q->depth, sizeof(*w->asked));
		ret = w->asked ? pvq_stream_init(&w->out, load->max_in) : -ENOMEM;
		if (ret == 0)
			ret = pvq_stream_init(&w->in, load->max_out);
		if (ret == 0)
			ret = worker_fork(q, w);
	}
	if (ret) {
		pvq_fail(err, ret, "cannot start worker %u of %u", q->started, opts->workers);
		q->failed = 1;
		fork_pipe_queue_stop(q, err);
		return ret;
	}
	*self = q;
	return 0;
}

/* ---- the parent: map ---- */

/* How many items a worker may have ahead. Many while much is left, so that one write() feeds it for
 * long; few towards the end, so that nothing waits behind a long item while another worker idles
 * (guided self-scheduling). */
static uint64_t give_ahead(const struct fork_pipe_queue *q)
{
	uint64_t share = (q->load->n - q->next) / (2 * (uint64_t)q->opts->workers);

	if (share < q->opts->chunk)
		share = q->opts->chunk;
	return share < q->depth ? share : q->depth;
}

/* Encodes tasks for a worker while it may have more and the stream holds them, and sends them. */
static int give(struct fork_pipe_queue *q, struct worker *w)
{
	const struct pvq_load *load = q->load;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	int ret;

	while (q->next < load->n && w->sent - w->answered < give_ahead(q) &&
		q->next - q->done < q->opts->window && pvq_stream_room(&w->out, load->max_in)) {
		struct pvq_span in = load->task->input(load, q->next, scratch);
		struct pvq_frame frame = {.id = q->next, .len = (uint32_t)in.len};

		pvq_stream_add(&w->out, &frame, in.ptr);
		w->asked[w->sent++ % q->depth] = q->next++;
	}
	ret = pvq_stream_write(&w->out, w->to);
	/* Nobody reads any more: the worker died. Its last results may still be in the other pipe, so
	 * the news is left to the end of file there, which comes with the right item. */
	return ret == -EPIPE ? 0 : ret;
}

/* A worker's pipe broke: reap it and report the item that it had. */
static int worker_died(struct fork_pipe_queue *q, struct worker *w, struct pvq_error *err)
{
	unsigned index = (unsigned)(w - q->worker);
	struct worker *last = &q->worker[q->started - 1];
	char fate[64];

	err->worker = (int)index;
	err->wstatus = pvq_child_kill(w->pid);
	err->item = w->answered < w->sent ? w->asked[w->answered % q->depth] : UINT64_MAX;
	pvq_fail(err, -EOWNERDEAD, "worker %u (%s) died with item %llu", index,
		pvq_child_fate(err->wstatus, fate, sizeof(fate)), (unsigned long long)err->item);
	close(w->to);
	close(w->from);
	/* Out of the table, so that stop() does not touch it again; its buffers go with the last slot. */
	struct worker dead = *w;
	*w = *last;
	*last = dead;
	q->started--;
	return -EOWNERDEAD;
}

/* Puts every whole result that a worker has written. */
static int collect(
	struct fork_pipe_queue *q, struct worker *w, struct pvq_sink *sink, struct pvq_error *err)
{
	ssize_t got = pvq_stream_read(&w->in, w->from);
	struct pvq_frame frame;
	const void *payload;

	if (got == 0)
		return worker_died(q, w, err);
	if (got < 0)
		return got == -EAGAIN ? 0 : pvq_fail(err, (int)got, "cannot read results");
	while (pvq_stream_take(&w->in, &frame, &payload)) {
		int ret;

		if (w->answered == w->sent || frame.id != w->asked[w->answered % q->depth])
			return pvq_fail(err, -EBADMSG, "a result that nobody asked for");
		w->answered++;
		ret = sink->put(sink, frame.id, frame.status ? NULL : payload, frame.len, frame.status);
		if (ret < 0)
			return pvq_fail(
				err, ret, "result of item %llu refused", (unsigned long long)frame.id);
		q->done++;
	}
	return 0;
}

static int fork_pipe_queue_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct fork_pipe_queue *q = self;
	int ret = 0;

	q->next = q->done = 0;
	while (q->done < q->load->n) {
		for (unsigned i = 0; i < q->started; i++) {
			struct worker *w = &q->worker[i];

			if ((ret = give(q, w))) {
				pvq_fail(err, ret, "cannot send tasks to worker %u", i);
				goto failed;
			}
			q->poll[i][0] = (struct pollfd){.fd = w->from, .events = POLLIN};
			q->poll[i][1] = (struct pollfd){
				.fd = pvq_stream_pending(&w->out) ? w->to : -1, .events = POLLOUT};
		}
		if (poll(q->poll[0], (nfds_t)q->started * 2, -1) < 0 && errno != EINTR) {
			ret = pvq_fail(err, -errno, "cannot wait for results");
			goto failed;
		}
		for (unsigned i = 0; i < q->started; i++) {
			if (q->poll[i][0].revents && (ret = collect(q, &q->worker[i], sink, err)))
				goto failed;
		}
	}
	return 0;
failed:
	q->failed = 1;
	return ret;
}

static void fork_pipe_queue_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	(void)load;
	if (opts->chunk == 0)
		opts->chunk = 1;
	if (opts->window == 0)
		opts->window = opts->workers * 64;
	if (opts->chunk > opts->window / opts->workers + 1)
		opts->chunk = opts->window / opts->workers + 1; /* the depth that start() takes */
}

const struct pvq_impl pvq_impl_fork_pipe_queue = {
	.name = "fork_pipe_queue",
	.summary = "processes by hand, a pipe each way (Process + Queue)",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_PIPE,
	.out_via = PVQ_VIA_PIPE,
	.flags = PVQ_REUSABLE | PVQ_STREAMS,
	.tune = fork_pipe_queue_tune,
	.start = fork_pipe_queue_start,
	.map = fork_pipe_queue_map,
	.stop = fork_pipe_queue_stop,
};
