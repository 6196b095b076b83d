/* mqueue.c: processes managed by hand, fed and drained through two POSIX message queues.
 *
 *	            ┌─> process 0 ─┐
 *	caller ─tasks              results─> caller: put()
 *	            └─> process 1 ─┘
 *
 * An item is a message. The kernel keeps a handful of messages (mq_maxmsg) and delivers each whole, so no framing is needed
 * and there is no chunk to choose. A message queue has no end of file: the caller learns of a worker's death from its
 * process descriptor, and of the item it died on from a shared page.
 *
 * The caller never waits for room in the task queue alone: it always waits for results too. So it cannot deadlock with
 * workers that wait for room in the result queue.
 *
 * needs: libc6-dev <mqueue.h> -lrt
 */
#include "child.h"
#include "impl.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct message {
	uint64_t id;
	int64_t len; /* of the bytes; in a result it may be the task's -errno */
	_Alignas(16) char data[];
};

/* A queue opened twice: the caller's descriptor is non-blocking, the workers' blocks. */
struct queue {
	mqd_t caller, worker;
};

struct worker {
	pid_t pid;
	int pidfd;
};

struct mqueue {
	const struct pvq_load *load;
	struct queue tasks, results;
	size_t size;             /* of the largest message */
	struct message *message; /* the caller's */
	struct worker *worker;
	unsigned workers, started, window;
	uint64_t *busy;      /* [workers], shared memory: the item each one runs; UINT64_MAX: none */
	struct pollfd *poll; /* results, tasks, then each worker's pidfd */
};

enum { RESULTS, TASKS, PIDFDS };

/* Reads a limit of the kernel. Returns `least`, its smallest possible value, if it cannot be read. */
static long mqueue_limit(const char *name, long least)
{
	char path[64];
	long value = least;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/fs/mqueue/%s", name);
	f = fopen(path, "re");
	if (f && fscanf(f, "%ld", &value) != 1)
		value = least;
	if (f)
		fclose(f);
	return value;
}

static size_t message_size(const struct pvq_load *load)
{
	return sizeof(struct message) + (load->max_in > load->max_out ? load->max_in : load->max_out);
}

static const char *mqueue_unsupported(const struct pvq_load *load, const struct pvq_opts *opts)
{
	(void)opts;
	return message_size(load) > (size_t)mqueue_limit("msgsize_max", 8192)
		       ? "an item does not fit into a message (/proc/sys/fs/mqueue/msgsize_max)"
		       : NULL;
}

static void mqueue_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	unsigned deep = (unsigned)mqueue_limit("msg_max", 10);

	(void)load;
	opts->chunk = 1;
	/* Both queues full, and every worker running one item. */
	if (opts->window == 0 || opts->window > 2 * deep + opts->workers)
		opts->window = 2 * deep + opts->workers;
}

/* ---- the worker ---- */

static _Noreturn void worker_run(struct mqueue *q, uint64_t *busy)
{
	const struct pvq_load *load = q->load;
	struct message *in = q->message, *out = aligned_alloc(16, (q->size + 15) / 16 * 16);
	ssize_t size;

	while (out &&
		(size = mq_receive(q->tasks.worker, (char *)in, q->size, NULL)) >= (ssize_t)sizeof(*in)) {
		*busy = in->id;
		out->id = in->id;
		out->len = load->task->run(
			load, in->data, (size_t)size - sizeof(*in), out->data, load->max_out);
		size = (ssize_t)sizeof(*out) + (out->len > 0 ? (ssize_t)out->len : 0);
		if (mq_send(q->results.worker, (const char *)out, (size_t)size, 0))
			break;
		*busy = UINT64_MAX;
	}
	_exit(1); /* only a failure ends the loop: a queue has no end of file */
}

/* ---- start and stop ---- */

static int queue_open(struct queue *queue, const char *which, size_t size)
{
	struct mq_attr attr = {.mq_maxmsg = mqueue_limit("msg_max", 10), .mq_msgsize = (long)size};
	char name[64];

	snprintf(name, sizeof(name), "/pvq-%ld-%s", (long)getpid(), which);
	queue->caller = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, 0600, &attr);
	if (queue->caller < 0)
		return -errno;
	queue->worker = mq_open(name, O_RDWR | O_CLOEXEC);
	mq_unlink(name); /* at once: then nothing is left behind, however this ends */
	return queue->worker < 0 ? -errno : 0;
}

static void queue_close(struct queue *queue)
{
	if (queue->caller >= 0)
		mq_close(queue->caller);
	if (queue->worker >= 0)
		mq_close(queue->worker);
}

static size_t busy_bytes(const struct mqueue *q)
{
	return (q->workers + 1) * sizeof(*q->busy);
}

/* Kills the workers: they wait for messages for ever, and only a signal is sure to reach them all. */
static int mqueue_stop(void *self, struct pvq_error *err)
{
	struct mqueue *q = self;

	(void)err;
	for (unsigned i = 0; i < q->started; i++) {
		if (q->worker[i].pidfd >= 0)
			close(q->worker[i].pidfd);
		pvq_child_kill(q->worker[i].pid);
	}
	queue_close(&q->tasks);
	queue_close(&q->results);
	if (q->busy)
		munmap(q->busy, busy_bytes(q));
	free(q->poll);
	free(q->worker);
	free(q->message);
	free(q);
	return 0;
}

static int start_worker(struct mqueue *q, unsigned i)
{
	pid_t pid;

	q->busy[i] = UINT64_MAX;
	pid = pvq_child_fork();
	if (pid == 0)
		worker_run(q, &q->busy[i]);
	if (pid < 0)
		return (int)pid;
	q->worker[i] = (struct worker){.pid = pid, .pidfd = (int)syscall(SYS_pidfd_open, pid, 0)};
	q->started++;
	q->poll[PIDFDS + i] = (struct pollfd){.fd = q->worker[i].pidfd, .events = POLLIN};
	return q->worker[i].pidfd < 0 ? -errno : 0;
}

static int allocate(struct mqueue *q)
{
	q->size = message_size(q->load);
	q->message = aligned_alloc(16, (q->size + 15) / 16 * 16);
	q->worker = calloc(q->workers, sizeof(*q->worker));
	q->poll = calloc(PIDFDS + (size_t)q->workers, sizeof(*q->poll));
	q->busy = mmap(NULL, busy_bytes(q), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (q->busy == MAP_FAILED)
		q->busy = NULL;
	return q->message && q->worker && q->poll && q->busy ? 0 : -ENOMEM;
}

static int mqueue_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct mqueue *q = calloc(1, sizeof(*q));
	int ret;

	if (!q)
		return pvq_fail(err, -ENOMEM, "cannot start");
	q->load = load;
	q->workers = opts->workers;
	q->window = opts->window;
	q->tasks = q->results = (struct queue){-1, -1};
	ret = allocate(q);
	if (ret == 0)
		ret = queue_open(&q->tasks, "tasks", q->size);
	if (ret == 0)
		ret = queue_open(&q->results, "results", q->size);
	if (ret)
		pvq_fail(err, ret, "cannot make the message queues");
	for (unsigned i = 0; ret == 0 && i < q->workers; i++) {
		ret = start_worker(q, i);
		if (ret)
			pvq_fail(err, ret, "cannot start process %u of %u", i, q->workers);
	}
	if (ret) {
		mqueue_stop(q, err);
		return ret;
	}
	q->poll[RESULTS] = (struct pollfd){.fd = q->results.caller, .events = POLLIN};
	*self = q;
	return 0;
}

/* ---- the caller ---- */

/* Sends items from `next` on while the queue has room. Returns the first item not sent, or -errno. */
static int64_t give(struct mqueue *q, uint64_t next, uint64_t most)
{
	const struct pvq_load *load = q->load;
	_Alignas(16) char scratch[PVQ_SCRATCH];

	while (next < most) {
		struct pvq_span in = load->task->input(load, next, scratch);

		q->message->id = next;
		memcpy(q->message->data, in.ptr, in.len);
		if (mq_send(q->tasks.caller, (const char *)q->message, sizeof(*q->message) + in.len, 0))
			return errno == EAGAIN || errno == EINTR ? (int64_t)next : -errno;
		next++;
	}
	return (int64_t)next;
}

/* Puts the results that have come. Returns their number, or -errno. */
static int64_t collect(struct mqueue *q, struct pvq_sink *sink, struct pvq_error *err)
{
	const struct message *m = q->message;
	int64_t count = 0;
	ssize_t size;

	while ((size = mq_receive(q->results.caller, (char *)q->message, q->size, NULL)) >= 0) {
		int ret;

		if (size < (ssize_t)sizeof(*m))
			return pvq_fail(err, -EBADMSG, "received a result of %zd bytes", size);
		ret = m->len >= 0 ? sink->put(sink, m->id, m->data, (size_t)m->len, 0)
				  : sink->put(sink, m->id, NULL, 0, (int)m->len);
		if (ret < 0)
			return pvq_fail(err, ret, "result of item %" PRIu64 " refused", m->id);
		count++;
	}
	return errno == EAGAIN || errno == EINTR ? count : pvq_fail(err, -errno, "cannot receive results");
}

static int fail_dead(const struct mqueue *q, unsigned i, struct pvq_error *err)
{
	char fate[64];

	err->worker = (int)i;
	err->item = q->busy[i];
	pvq_child_fate(err->wstatus, fate, sizeof(fate));
	if (err->item == UINT64_MAX)
		return pvq_fail(err, -EOWNERDEAD, "worker %u (%s) died between items", i, fate);
	return pvq_fail(err, -EOWNERDEAD, "worker %u (%s) died with item %" PRIu64, i, fate, err->item);
}

/* Reports a worker's death and the item it died on. 0 (all alive) or -EOWNERDEAD. */
static int check_workers(struct mqueue *q, struct pvq_error *err)
{
	for (unsigned i = 0; i < q->started; i++) {
		struct worker *w = &q->worker[i];

		if (!q->poll[PIDFDS + i].revents)
			continue;
		err->wstatus = pvq_child_reap(w->pid);
		fail_dead(q, i, err);
		close(w->pidfd);
		*w = q->worker[--q->started]; /* out of the table: stop() must not touch it again */
		return -EOWNERDEAD;
	}
	return 0;
}

static int mqueue_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct mqueue *q = self;
	uint64_t n = q->load->n, next = 0, done = 0;

	while (done < n) {
		uint64_t most = done + q->window < n ? done + q->window : n;
		int64_t ret = give(q, next, most);

		if (ret < 0)
			return pvq_fail(err, (int)ret, "cannot send item %" PRIu64, next);
		next = (uint64_t)ret;
		q->poll[TASKS] =
			(struct pollfd){.fd = next < most ? q->tasks.caller : -1, .events = POLLOUT};
		if (poll(q->poll, PIDFDS + q->workers, -1) < 0 && errno != EINTR)
			return pvq_fail(err, -errno, "cannot wait for results");
		ret = collect(q, sink, err);
		if (ret < 0)
			return (int)ret;
		done += (uint64_t)ret;
		if (ret == 0 && check_workers(q, err))
			return -EOWNERDEAD;
	}
	return 0;
}

const struct pvq_impl pvq_impl_mqueue = {
	.name = "mqueue",
	.summary = "processes managed by hand, a POSIX message queue each way",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_MESSAGE,
	.out_via = PVQ_VIA_MESSAGE,
	.flags = PVQ_REUSABLE | PVQ_STREAMS,
	.unsupported = mqueue_unsupported,
	.tune = mqueue_tune,
	.start = mqueue_start,
	.map = mqueue_map,
	.stop = mqueue_stop,
	.version = PVQ_PEER_VERSION,
};
