/* queue.c: passes an item through each of our own queues: the bounded queue of threads, framed streams through a pipe, and
 * the process pool with a function that does nothing.
 */
#include "bounded_queue.h"
#include "frame.h"
#include "link.h"
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 1000, CAPACITY = 256, POPPED_MAX = 64, FRAMES = 256, PAYLOAD = 16, POOL_BATCH = 10000 };

/* ---- the bounded queue ---- */

static void *queue_nothing(void *arg)
{
	return arg;
}

/* Starts a thread and joins it. In a process that never had a second thread glibc's locks are cheaper; a program that needs
 * this queue has had one. */
static int queue_had_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, queue_nothing, NULL);

	return error ? -error : -pthread_join(thread, NULL);
}

static void queue_push_pop(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_bounded_queue queue;
	void *in = state, *out = NULL;
	int ret = queue_had_thread();

	(void)run;
	if (ret == 0)
		ret = pvq_bounded_queue_init(&queue, CAPACITY);
	if (ret) {
		pvq_micro_fail(state, "bounded queue", ret);
		return;
	}
	while (gb_keep_running_batch(state, BATCH))
		for (int i = 0; i < BATCH; i++) {
			pvq_bounded_queue_push(&queue, &in, 1);
			pvq_bounded_queue_pop(&queue, &out, 1);
		}
	if (out != in)
		pvq_micro_fail(state, "bounded queue", EIO);
	pvq_bounded_queue_destroy(&queue);
}

/* The other thread: pops until the queue is closed and empty. */
static void *queue_popper(void *arg)
{
	void *entry[POPPED_MAX];

	while (pvq_bounded_queue_pop(arg, entry, POPPED_MAX) > 0)
		;
	return NULL;
}

static void queue_to_thread(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_bounded_queue queue;
	void *item = state;
	pthread_t popper;
	int ret = pvq_bounded_queue_init(&queue, CAPACITY);

	(void)run;
	if (ret) {
		pvq_micro_fail(state, "bounded queue", ret);
		return;
	}
	ret = pthread_create(&popper, NULL, queue_popper, &queue);
	if (ret) {
		pvq_micro_fail(state, "pthread_create", ret);
	} else {
		while (gb_keep_running_batch(state, BATCH))
			for (int i = 0; i < BATCH; i++)
				pvq_bounded_queue_push(&queue, &item, 1);
		pvq_bounded_queue_close(&queue);
		pthread_join(popper, NULL);
	}
	pvq_bounded_queue_destroy(&queue);
}

/* ---- frames through a pipe, in one process: the cost of both ends without a wake-up ---- */

static int queue_frames_once(struct pvq_stream *out, struct pvq_stream *in, const int fd[2])
{
	struct pvq_frame frame = {.len = PAYLOAD};
	const char payload[PAYLOAD] = {0};
	const void *got;
	int taken = 0, ret;

	for (uint64_t i = 0; i < FRAMES; i++) {
		frame.id = i;
		pvq_stream_add(out, &frame, payload);
	}
	ret = pvq_stream_write(out, fd[1]);
	while (ret == 0 && taken < FRAMES) {
		ssize_t bytes = pvq_stream_read(in, fd[0]);

		if (bytes <= 0)
			return bytes < 0 ? (int)bytes : -EPIPE;
		while (pvq_stream_take(in, &frame, &got))
			taken++;
	}
	return ret;
}

static void queue_frames(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_stream out = {0}, in = {0};
	int fd[2] = {-1, -1}, ret = pvq_stream_init(&out, PAYLOAD);

	(void)run;
	if (ret == 0)
		ret = pvq_stream_init(&in, PAYLOAD);
	if (ret == 0 && pipe2(fd, O_CLOEXEC))
		ret = -errno;
	while (ret == 0 && gb_keep_running_batch(state, FRAMES))
		ret = queue_frames_once(&out, &in, fd);
	if (ret)
		pvq_micro_fail(state, "frames", ret);
	if (fd[0] >= 0) {
		close(fd[0]);
		close(fd[1]);
	}
	free(out.data);
	free(in.data);
}

/* ---- the pool ---- */

static ssize_t pool_nothing(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	(void)ctx;
	(void)in;
	(void)cap;
	memset(out, 0, len);
	return (ssize_t)len;
}

static ssize_t pool_next(void *ctx, uint64_t id, void *in)
{
	(void)ctx;
	if (id >= POOL_BATCH)
		return -1;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int pool_put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	(void)id;
	(void)out;
	*(uint64_t *)ctx += len == sizeof(id) && status == 0;
	return 0;
}

static struct pvq_pool_config pool_config(const struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_pool_config config = {
		.workers = (unsigned)gb_arg(state, 0),
		.cores = run->env->cpus,
		.max_in = sizeof(uint64_t),
		.max_out = sizeof(uint64_t),
		.run = pool_nothing,
	};

	config.window = pvq_pool_window(config.workers, config.max_in, config.max_out);
	return config;
}

static void queue_pool_map(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_pool_config config = pool_config(state, run);
	uint64_t right = 0;
	struct pvq_pool_feed feed = {.next = pool_next, .put = pool_put, .ctx = &right};
	struct pvq_error error = {0};
	struct pvq_pool *pool;
	int ret = pvq_pool_start(&pool, &config, &error);

	if (ret) {
		pvq_micro_fail(state, error.msg, ret);
		return;
	}
	while (ret == 0 && gb_keep_running_batch(state, POOL_BATCH))
		ret = pvq_pool_map(pool, &feed, &error);
	if (ret)
		pvq_micro_fail(state, error.msg, ret);
	else if (right != (uint64_t)gb_iterations_done(state))
		pvq_micro_fail(state, "results are missing", EIO);
	pvq_pool_close(pool, &error);
}

static void queue_pool_life(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_pool_config config = pool_config(state, run);
	struct pvq_error error = {0};
	struct pvq_pool *pool;
	int ret = 0;

	while (ret == 0 && gb_keep_running(state)) {
		ret = pvq_pool_start(&pool, &config, &error);
		if (ret == 0)
			ret = pvq_pool_close(pool, &error);
	}
	if (ret)
		pvq_micro_fail(state, error.msg, ret);
}

static const struct pvq_micro_case queue_cases[] = {
	{.name = "queue/bounded_push_pop",
		.op = "push to and pop from the bounded queue, one thread",
		.run = queue_push_pop,
		.flags = PVQ_MICRO_PINNED},
	{.name = "queue/bounded_to_thread",
		.op = "an item through the bounded queue to another thread",
		.run = queue_to_thread,
		.handovers = 1},
	{.name = "queue/frame_by_pipe",
		.op = "an item of 16 bytes through framed streams and a pipe, 256 at a time, one process",
		.run = queue_frames,
		.syscalls = 2.0 / FRAMES,
		.flags = PVQ_MICRO_PINNED},
	{.name = "queue/pool_map",
		.op = "a bare empty item of 8 bytes to a pool of that many processes, and its result back",
		.run = queue_pool_map,
		.handovers = 2,
		.arg_name = "workers",
		.lo = 1,
		.hi = 16,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PER_CPU},
	{.name = "queue/pool_life",
		.op = "start and stop a pool of that many processes",
		.run = queue_pool_life,
		.arg_name = "workers",
		.lo = 1,
		.hi = 16,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PER_CPU},
	{0},
};

const struct pvq_micro pvq_micro_queue = {.name = "queue", .cases = queue_cases};
