/* test_pool_guards.c: a pool built with PVQ_POOL_GUARDS tells which item wrote beyond its bounds, and no other item
 * suffers.
 */
#include "pool.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { ITEMS = 200, GUARD = 256 };

/* An item's input and output are its id in every byte, as long as the bound allows. Every tenth item writes `beyond` bytes
 * too many. */
struct fixture {
	_Atomic uint32_t *begun; /* shared; one an item */
	size_t max, beyond;
	int run_overruns, next_overruns, run_fails, first_dies;
	/* results: */
	unsigned put, wrong;
	int status[ITEMS];
};

static int is_odd(uint64_t id)
{
	return id % 10 == 3;
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const struct fixture *f = ctx;
	uint64_t id = *(const unsigned char *)in;
	uint32_t times = atomic_fetch_add(&f->begun[id], 1);

	memcpy(out, in, len);
	if (!f->run_overruns || !is_odd(id))
		return (ssize_t)len;
	if (times == 0 || !f->first_dies)
		memset((char *)out + cap, (int)id, f->beyond);
	if (times == 0 && f->first_dies)
		raise(SIGKILL);
	return f->run_fails ? -EDOM : (ssize_t)len;
}

static ssize_t next(void *ctx, uint64_t id, void *in)
{
	const struct fixture *f = ctx;

	memset(in, (int)id, f->max + (f->next_overruns && is_odd(id) ? f->beyond : 0));
	return id < ITEMS ? (ssize_t)f->max : PVQ_POOL_END;
}

static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	struct fixture *f = ctx;

	f->put++;
	f->status[id] = status;
	if (status == 0)
		f->wrong += len != f->max;
	for (size_t i = 0; status == 0 && i < len; i++)
		f->wrong += ((const unsigned char *)out)[i] != id;
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->begun = mmap(
		NULL, ITEMS * sizeof(*f->begun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*state = f;
	return f->begun == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	munmap(f->begun, ITEMS * sizeof(*f->begun));
	free(f);
	return 0;
}

/* Maps, through few slots, and expects that status of those that overrun, and right results of all others. */
static void through(struct fixture *f, int ordered, int expected)
{
	const struct pvq_pool_config config = {PVQ_POOL_DEFAULTS, .workers = 2, .window = 7,
		.ordered = ordered, .max_in = f->max, .max_out = f->max, .run = run, .ctx = f};
	const struct pvq_pool_feed feed = {.next = next, .put = put, .ctx = f};
	struct pvq_error err = PVQ_NO_ERROR;
	struct pvq_pool *pool;

	f->put = f->wrong = 0;
	memset(f->begun, 0, ITEMS * sizeof(*f->begun));
	assert_int_equal(pvq_pool_start(&pool, &config, &err), 0);
	assert_int_equal(pvq_pool_map(pool, &feed, &err), 0);
	assert_int_equal(pvq_pool_close(pool, &err), 0);
	assert_int_equal(f->put, ITEMS);
	assert_int_equal(f->wrong, 0);
	for (uint64_t id = 0; id < ITEMS; id++)
		assert_int_equal(f->status[id], is_odd(id) ? expected : 0);
}

/* In bounds of all kinds: packed, with and without padding before the guard; by one byte, and by as many as are guarded. */
static void through_all_bounds(struct fixture *f, int expected)
{
	static const size_t max[] = {1, 8, 23, 24, 1024, 5000};

	for (size_t i = 0; i < 2 * sizeof(max) / sizeof(*max); i++) {
		f->max = max[i / 2];
		f->beyond = i % 2 ? GUARD : 1;
		for (int ordered = 0; ordered < 2; ordered++)
			through(f, ordered, expected);
	}
}

static void test_nobody_overruns(void **state)
{
	through_all_bounds(*state, 0);
}

static void test_run_overruns(void **state)
{
	struct fixture *f = *state;

	f->run_overruns = 1;
	through_all_bounds(f, -EMSGSIZE);
}

static void test_run_overruns_and_fails(void **state)
{
	struct fixture *f = *state;

	f->run_overruns = f->run_fails = 1;
	through_all_bounds(f, -EMSGSIZE);
}

static void test_an_input_overruns_and_is_not_run(void **state)
{
	struct fixture *f = *state;

	f->next_overruns = 1;
	through_all_bounds(f, -EMSGSIZE);
	for (uint64_t id = 0; id < ITEMS; id++)
		assert_int_equal(f->begun[id], !is_odd(id));
}

/* What the dead worker wrote is not the other's. */
static void test_run_overruns_dies_and_is_run_again(void **state)
{
	struct fixture *f = *state;

	f->run_overruns = f->first_dies = 1;
	f->max = 100;
	f->beyond = 1;
	through(f, 0, 0);
	through(f, 1, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_overruns),
		TEST(test_run_overruns),
		TEST(test_run_overruns_and_fails),
		TEST(test_an_input_overruns_and_is_not_run),
		TEST(test_run_overruns_dies_and_is_run_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
