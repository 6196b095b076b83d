/* test_queues.c: the pieces that strategies are made of: the bounded queue under many threads, framed
 * streams cut at every byte, the pool reused and refusing.
 */
#include "bounded_queue.h"
#include "frame.h"
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- bounded queue ---- */

enum { THREADS = 4, EACH = 20000 };

struct crowd {
	struct pvq_bounded_queue queue;
	_Atomic uint64_t sum, count;
};

static void *push_many(void *arg)
{
	struct crowd *c = arg;

	for (uintptr_t i = 1; i <= EACH; i += 2) {
		void *two[] = {(void *)i, (void *)(i + 1)}; /* NOLINT(performance-no-int-to-ptr) */

		if (pvq_bounded_queue_push(&c->queue, two, 2))
			return arg;
	}
	return NULL;
}

static void *pop_many(void *arg)
{
	struct crowd *c = arg;
	void *entry[5];
	size_t n;

	while ((n = pvq_bounded_queue_pop(&c->queue, entry, 5)) > 0) {
		for (size_t i = 0; i < n; i++)
			c->sum += (uintptr_t)entry[i];
		c->count += n;
	}
	return NULL;
}

static void test_bounded_queue_many_threads(void **state)
{
	static struct crowd c;
	pthread_t pusher[THREADS], popper[THREADS];
	void *failed;

	(void)state;
	assert_int_equal(pvq_bounded_queue_init(&c.queue, 3), 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&popper[i], NULL, pop_many, &c), 0);
		assert_int_equal(pthread_create(&pusher[i], NULL, push_many, &c), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(pusher[i], &failed);
		assert_null(failed);
	}
	pvq_bounded_queue_close(&c.queue);
	for (int i = 0; i < THREADS; i++)
		pthread_join(popper[i], NULL);
	assert_int_equal(c.count, (uint64_t)THREADS * EACH);
	assert_int_equal(c.sum, (uint64_t)THREADS * EACH * (EACH + 1) / 2);
	pvq_bounded_queue_destroy(&c.queue);
}

static void test_bounded_queue_closed(void **state)
{
	struct pvq_bounded_queue q;
	int a, b;
	void *in[] = {&a, &b}, *out[4];

	(void)state;
	assert_int_equal(pvq_bounded_queue_init(&q, 4), 0);
	assert_int_equal(pvq_bounded_queue_push(&q, in, 2), 0);
	pvq_bounded_queue_close(&q);
	assert_int_equal(pvq_bounded_queue_push(&q, in, 2), -EPIPE);
	assert_int_equal(pvq_bounded_queue_pop(&q, out, 4), 2);
	assert_ptr_equal(out[0], &a);
	assert_ptr_equal(out[1], &b);
	assert_int_equal(pvq_bounded_queue_pop(&q, out, 4), 0);
	pvq_bounded_queue_destroy(&q);
}

/* ---- framed streams ---- */

static void test_stream_byte_by_byte(void **state)
{
	struct pvq_stream from, to;
	struct pvq_frame frame;
	const void *payload;
	uint64_t taken = 0;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(pvq_stream_init(&from, 100), 0);
	assert_int_equal(pvq_stream_init(&to, 100), 0);
	for (uint32_t len = 0; len <= 100; len++) {
		char bytes[100];

		memset(bytes, (int)len, sizeof(bytes));
		assert_true(pvq_stream_room(&from, 100));
		pvq_stream_add(&from, &(struct pvq_frame){.id = len, .len = len}, bytes);
	}
	for (size_t i = from.head; i < from.tail; i++) {
		assert_int_equal(write(fd[1], from.data + i, 1), 1);
		assert_int_equal(pvq_stream_read(&to, fd[0]), 1);
		while (pvq_stream_take(&to, &frame, &payload)) {
			assert_int_equal(frame.id, taken);
			assert_int_equal(frame.len, taken);
			assert_int_equal((uintptr_t)payload % 16, 0);
			for (uint32_t j = 0; j < frame.len; j++)
				assert_int_equal(((const unsigned char *)payload)[j], taken);
			taken++;
		}
	}
	assert_int_equal(taken, 101);
	close(fd[1]);
	assert_int_equal(pvq_stream_read(&to, fd[0]), 0);
	close(fd[0]);
	free(from.data);
	free(to.data);
}

static void test_stream_full_pipe(void **state)
{
	enum { BIG = 1 << 20 };
	struct pvq_stream from, to;
	struct pvq_frame frame = {.id = 1, .len = BIG};
	const void *payload;
	int fd[2];

	(void)state;
	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	assert_int_equal(pvq_stream_init(&from, BIG), 0);
	assert_int_equal(pvq_stream_init(&to, BIG), 0);
	memset(pvq_stream_space(&from), 42, BIG);
	pvq_stream_add(&from, &frame, NULL);
	do {
		assert_int_equal(pvq_stream_write(&from, fd[1]), 0);
		assert_true(pvq_stream_read(&to, fd[0]) > 0);
	} while (pvq_stream_pending(&from));
	while (!pvq_stream_take(&to, &frame, &payload))
		assert_true(pvq_stream_read(&to, fd[0]) > 0);
	assert_int_equal(frame.len, BIG);
	assert_int_equal(((const char *)payload)[BIG - 1], 42);
	assert_int_equal(pvq_stream_read(&to, fd[0]), -EAGAIN);
	close(fd[0]);
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	pvq_stream_add(&from, &(struct pvq_frame){.len = 0}, NULL);
	assert_int_equal(pvq_stream_write(&from, fd[1]), -EPIPE);
	close(fd[1]);
	free(from.data);
	free(to.data);
}

/* ---- the pool, by itself ---- */

struct tally {
	uint64_t n, count, sum, refuse_at;
};

static ssize_t square(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t x;

	(void)ctx;
	(void)cap;
	memcpy(&x, in, len);
	x *= x;
	memcpy(out, &x, sizeof(x));
	return sizeof(x);
}

static ssize_t next_number(void *ctx, uint64_t id, void *in)
{
	const struct tally *t = ctx;

	if (id == t->n)
		return -1;
	memcpy(in, &id, sizeof(id));
	return sizeof(id);
}

static int add_up(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct tally *t = ctx;
	uint64_t x;

	if (status || len != sizeof(x) || id == t->refuse_at)
		return -ECANCELED;
	memcpy(&x, out, sizeof(x));
	t->sum += x;
	t->count++;
	return 0;
}

static struct pvq_pool *start_pool(int ordered)
{
	struct pvq_pool_config config = {.workers = 3,
		.window = 16,
		.cores = 1,
		.ordered = ordered,
		.max_in = 8,
		.max_out = 8,
		.run = square};
	struct pvq_error err = {.item = 0};
	struct pvq_pool *pool = NULL;

	assert_int_equal(pvq_pool_start(&pool, &config, &err), 0);
	return pool;
}

static void test_pool_maps_again(void **state)
{
	(void)state;
	for (int ordered = 0; ordered < 2; ordered++) {
		struct pvq_pool *pool = start_pool(ordered);
		struct pvq_error err = {.item = 0};

		for (uint64_t n = 0; n < 100; n += 33) {
			struct tally t = {.n = n, .refuse_at = UINT64_MAX};
			struct pvq_pool_feed feed = {.next = next_number, .put = add_up, .ctx = &t};

			assert_int_equal(pvq_pool_map(pool, &feed, &err), 0);
			assert_int_equal(t.count, n);
			assert_int_equal(t.sum, n ? (n - 1) * n * (2 * n - 1) / 6 : 0);
		}
		assert_int_equal(pvq_pool_close(pool, &err), 0);
		assert_int_equal(err.code, 0);
	}
}

static void test_pool_refused(void **state)
{
	struct tally t = {.n = 1000, .refuse_at = 100};
	struct pvq_pool_feed feed = {.next = next_number, .put = add_up, .ctx = &t};
	struct pvq_pool *pool = start_pool(1);
	struct pvq_error err = {.item = 0};

	(void)state;
	assert_int_equal(pvq_pool_map(pool, &feed, &err), -ECANCELED);
	assert_int_equal(t.count, 100);
	assert_int_equal(err.code, -ECANCELED);
	assert_int_equal(pvq_pool_close(pool, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* Forks first, while this process has one thread. */
		cmocka_unit_test(test_pool_maps_again),
		cmocka_unit_test(test_pool_refused),
		cmocka_unit_test(test_stream_byte_by_byte),
		cmocka_unit_test(test_stream_full_pipe),
		cmocka_unit_test(test_bounded_queue_closed),
		cmocka_unit_test(test_bounded_queue_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
