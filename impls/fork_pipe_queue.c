/* fork_pipe_queue.c: processes managed by hand, fed and drained through pipes (the tutorial's Process + Queue).
 *
 *	            tasks 0               results 0
 *	         ┌────────────> worker 0 ────────────┐
 *	parent ──┤  tasks 1               results 1  ├──> parent: poll(), put()
 *	         └────────────> worker 1 ────────────┘
 *
 * Each worker has two pipes: one for tasks, one for results. No lock exists that a dead worker could hold. End of file
 * on a result pipe tells which worker died, and the worker's ring `asked` tells on which item.
 *
 * Items travel as frames (frame.h): a header, then the bytes. A worker answers in the order it was asked.
 *
 * Nothing can deadlock, because the parent blocks only in poll(). It reads results even while a task pipe is full. So a
 * worker stuck in write() gets free, reads its next tasks, and the task pipe drains.
 *
 * Reading order: worker_loop() is all that a worker does. fork_pipe_queue_map() is all that the parent does while items
 * are left: give() feeds each worker, poll() waits, collect() puts the results. start() and stop() are around that.
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
	int to, from; /* the parent's ends of the pipes, non-blocking: tasks go into `to`, results come from `from` */
	struct pvq_stream out, in; /* the parent's buffers: tasks not yet written, results not yet taken */
	uint64_t *
		asked; /* ring of `depth` ids that the worker has to answer; the oldest is number `answered` */
	uint64_t sent, answered; /* how many items it was given and has answered, since start() */
};

struct fork_pipe_queue {
	const struct pvq_load *load;
	const struct pvq_opts *opts;
	struct worker *worker;
	struct pollfd (*poll)[2]; /* two for each worker: its results, its tasks */
	unsigned started;         /* workers alive, the first ones of `worker`; start() may fail half-way */
	unsigned depth;           /* most items that one worker may hold unanswered */
	uint64_t next, done;      /* items handed out; items put */
	int failed;               /* map() or start() failed: stop() kills the workers instead of waiting */
};

/* ---- the worker ---- */

/* Runs one item. Its result goes straight into the outgoing stream, so it is not copied. The caller has made room. */
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

/* All that a worker does: read tasks, run them, write results, until end of file. It writes after every `chunk`
 * items, or sooner if the stream is full. It also writes before it waits for tasks: else it might sit on results while
 * the parent, whose window is full, waits for them. */
static _Noreturn void worker_loop(const struct pvq_load *load, unsigned chunk, int tasks, int results)
{
	struct pvq_stream in, out;
	struct pvq_frame frame;
	const void *payload;
	unsigned held = 0; /* results in `out`, not yet written */

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
		/* Close the ends inherited from the parent. A pipe reaches end of file only when all its writing ends
		 * are closed: a copy kept here would hide another worker's death, and stop() from that worker. */
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
		close(q->worker[i]
				.to); /* end of file for all workers first, so that they end side by side */
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

/* How many items a worker may hold unanswered. Many while many are left: then one write() feeds it for long. Few
 * towards the end: then no item waits behind a long one while another worker idles (guided self-scheduling). Never
 * fewer than a chunk, never more than the ring `asked` holds. */
static uint64_t give_ahead(const struct fork_pipe_queue *q)
{
	uint64_t share = (q->load->n - q->next) / (2 * (uint64_t)q->opts->workers);

	if (share < q->opts->chunk)
		share = q->opts->chunk;
	return share < q->depth ? share : q->depth;
}

/* Gives a worker as many items as it may hold, the window allows and the stream has room for. Writes what the pipe takes
 * now; poll() tells when it takes more. */
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
	/* EPIPE: nobody reads, so the worker died. Its last results may still be in the other pipe. collect() reads
	 * these first, meets the end of file behind them, and then reports the right item. */
	return ret == -EPIPE ? 0 : ret;
}

/* Reaps a worker whose result pipe has ended, and reports the oldest item that it had not answered. */
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
	/* Swap it behind the workers alive: stop() must not close or reap it again, but still frees its buffers. */
	struct worker dead = *w;
	*w = *last;
	*last = dead;
	q->started--;
	return -EOWNERDEAD;
}

/* Reads once from a worker and puts every whole result. Answers must come in the order of the questions: anything else
 * is a bug in the worker, or bytes that are no frame. */
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
			return pvq_fail(err, -EBADMSG, "worker sent a result out of turn");
		w->answered++;
		ret = sink->put(sink, frame.id, frame.status ? NULL : payload, frame.len, frame.status);
		if (ret < 0)
			return pvq_fail(
				err, ret, "result of item %llu refused", (unsigned long long)frame.id);
		q->done++;
	}
	return 0;
}

/* Feed all workers, wait, collect. poll() waits for results always, and for room in a task pipe only while tasks are
 * left to write: an empty pipe is always writable, and poll() would never sleep. */
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
		opts->chunk = opts->window / opts->workers + 1; /* start() makes the same depth of it */
}

const struct pvq_impl pvq_impl_fork_pipe_queue = {
	.name = "fork_pipe_queue",
	.summary = "processes managed by hand, a pipe each way (Process + Queue)",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_PIPE,
	.out_via = PVQ_VIA_PIPE,
	.flags = PVQ_REUSABLE | PVQ_STREAMS,
	.tune = fork_pipe_queue_tune,
	.start = fork_pipe_queue_start,
	.map = fork_pipe_queue_map,
	.stop = fork_pipe_queue_stop,
};
