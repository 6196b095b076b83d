/* test_sink.c: the check refuses what it must: duplicates, strangers, disorder, wrong and missing
 * results. Without this, a green conformance run would prove nothing.
 */
#include "trial/delivery.h"
#include "trial/sink.h"
#include "trial/spec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 10 };

struct fixture {
	struct pvq_spec spec;
	struct pvq_load load;
	struct pvq_check check;
	char right[33];
};

static void setup(struct fixture *f, int ordered)
{
	struct pvq_error err = {.item = 0};

	assert_int_equal(pvq_spec_parse(&f->spec, "noop"), 0);
	assert_int_equal(pvq_load_build(&f->load, &f->spec, N, 1, &err), 0);
	assert_int_equal(pvq_check_init(&f->check, &f->load, ordered, 0), 0);
}

static void teardown(struct fixture *f)
{
	pvq_check_free(&f->check);
	pvq_load_free(&f->load);
}

static int put(struct fixture *f, uint64_t id, uint64_t result)
{
	return f->check.sink.put(&f->check.sink, id, &result, sizeof(result), 0);
}

static void test_right(void **state)
{
	struct fixture f;
	char right[33];

	(void)state;
	setup(&f, 0);
	for (uint64_t id = N; id-- > 0;)
		assert_int_equal(put(&f, id, (id + 1) * 10), 0);
	assert_int_equal(pvq_check_verify(&f.check, "", f.right), PVQ_VERIFIED_ORACLE);
	assert_int_equal(strlen(f.right), 32);
	assert_int_equal(pvq_right_digest(f.check.load, right), 0);
	assert_string_equal(right, f.right);
	assert_true(f.check.first_ns > 0);
	/* With a known digest the verdict is the same without the oracle; a wrong digest is detected. */
	assert_int_equal(pvq_check_verify(&f.check, f.right, f.right), PVQ_VERIFIED_ORACLE);
	assert_int_equal(pvq_check_verify(&f.check, "00000000000000000000000000000000", f.right),
		PVQ_VERIFIED_ORACLE);
	teardown(&f);
}

/* The verdict on a load in which one item has another result, and the item that is named. */
static enum pvq_verified verdict(int ordered, uint64_t other, uint64_t result, char problem[PVQ_REASON_MAX])
{
	enum pvq_verified verified;
	struct fixture f;

	setup(&f, ordered);
	for (uint64_t id = 0; id < N; id++)
		assert_int_equal(put(&f, id, id == other ? result : (id + 1) * 10), 0);
	verified = pvq_check_verify(&f.check, "", f.right);
	memcpy(problem, f.check.problem, sizeof(f.check.problem));
	teardown(&f);
	return verified;
}

static void test_every_flipped_bit_is_found(void **state)
{
	char problem[PVQ_REASON_MAX], expected[PVQ_REASON_MAX];

	(void)state;
	for (int ordered = 0; ordered < 2; ordered++)
		for (uint64_t id = 0; id < N; id++) {
			snprintf(expected, sizeof(expected), "item %u has a wrong result", (unsigned)id);
			assert_int_equal(verdict(ordered, id, (id + 1) * 10, problem), PVQ_VERIFIED_ORACLE);
			for (int bit = 0; bit < 64; bit++) {
				assert_int_equal(verdict(ordered, id, (id + 1) * 10 ^ 1ull << bit, problem),
					PVQ_VERIFIED_NO);
				assert_string_equal(problem, expected);
			}
		}
}

static void test_every_swapped_pair_is_found(void **state)
{
	char expected[PVQ_REASON_MAX];
	struct fixture f;

	(void)state;
	for (uint64_t i = 0; i < N; i++)
		for (uint64_t j = i + 1; j < N; j++) {
			setup(&f, 0);
			for (uint64_t id = 0; id < N; id++)
				assert_int_equal(put(&f, id,
							 ((id == i          ? j
								  : id == j ? i
									    : id) +
								 1) *
								 10),
					0);
			assert_int_equal(pvq_check_verify(&f.check, "", f.right), PVQ_VERIFIED_NO);
			snprintf(expected, sizeof(expected), "item %u has a wrong result", (unsigned)i);
			assert_string_equal(f.check.problem, expected);
			teardown(&f);
		}
}

/* Of so many items it keeps no marks: the digest alone tells. */
static void test_large_load(void **state)
{
	enum { MANY = PVQ_CHECK_IDS + 1 };
	static const struct {
		uint64_t lost, doubled;
		enum pvq_verified verified;
	} fault[] = {{MANY, MANY, PVQ_VERIFIED_ORACLE}, {7, MANY, PVQ_VERIFIED_NO},
		{7, MANY - 1, PVQ_VERIFIED_NO}};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(fault) / sizeof(fault[0]); i++) {
		assert_int_equal(pvq_spec_parse(&f.spec, "noop"), 0);
		assert_int_equal(
			pvq_load_build(&f.load, &f.spec, MANY, 1, &(struct pvq_error){.item = 0}), 0);
		assert_int_equal(pvq_check_init(&f.check, &f.load, 0, 0), 0);
		for (uint64_t id = 0; id < MANY; id++)
			for (int times = 0; times < (id == fault[i].lost             ? 0
							    : id == fault[i].doubled ? 2
										     : 1);
				times++)
				assert_int_equal(put(&f, id, (id + 1) * 10), 0);
		assert_int_equal(pvq_check_verify(&f.check, "", f.right), fault[i].verified);
		assert_string_equal(f.check.problem,
			fault[i].verified == PVQ_VERIFIED_NO ? "the results' digest is wrong" : "");
		teardown(&f);
	}
}

static void test_every_missing_item_is_named(void **state)
{
	char expected[PVQ_REASON_MAX];
	struct fixture f;

	(void)state;
	for (uint64_t lost = 0; lost < N; lost++) {
		setup(&f, 0);
		for (uint64_t id = 0; id < N; id++)
			if (id != lost)
				assert_int_equal(put(&f, id, (id + 1) * 10), 0);
		assert_int_equal(pvq_check_verify(&f.check, "", f.right), PVQ_VERIFIED_NO);
		snprintf(expected, sizeof(expected), "item %u never arrived", (unsigned)lost);
		assert_string_equal(f.check.problem, expected);
		teardown(&f);
	}
}

/* At once, or when all others have come; whether or not the second result is the same. */
static void test_every_duplicate_is_named(void **state)
{
	char expected[PVQ_REASON_MAX];
	struct fixture f;

	(void)state;
	for (uint64_t twice = 0; twice < N; twice++)
		for (uint64_t before = twice; before < N; before++) {
			setup(&f, 0);
			for (uint64_t id = 0; id <= before; id++)
				assert_int_equal(put(&f, id, (id + 1) * 10), 0);
			assert_int_equal(put(&f, twice, (twice + 1 + before % 2) * 10), -EBADMSG);
			snprintf(expected, sizeof(expected), "item %u arrived twice", (unsigned)twice);
			assert_string_equal(f.check.problem, expected);
			teardown(&f);
		}
}

/* The first result, or a later one. */
static void test_stranger(void **state)
{
	struct fixture f;

	(void)state;
	for (int ordered = 0; ordered < 2; ordered++)
		for (uint64_t before = 0; before < 3; before++) {
			setup(&f, ordered);
			for (uint64_t id = 0; id < before; id++)
				assert_int_equal(put(&f, id, (id + 1) * 10), 0);
			assert_int_equal(put(&f, N, 0), -EBADMSG);
			assert_string_equal(f.check.problem, "item 10 does not exist");
			teardown(&f);
		}
}

static void test_disorder(void **state)
{
	struct fixture f;

	(void)state;
	for (uint64_t before = 0; before < 3; before++) {
		setup(&f, 1);
		for (uint64_t id = 0; id < before; id++)
			assert_int_equal(put(&f, id, (id + 1) * 10), 0);
		assert_int_equal(put(&f, 4, 50), -EBADMSG);
		assert_string_equal(f.check.problem, "item 4 arrived out of order");
		teardown(&f);
	}
}

/* Results of any length, short and long ones and failures in turn. */
static void test_mixed_results(void **state)
{
	char byte[40] = "the results of a task may differ in len";
	struct pvq_digest sum = {0, 0};
	char right[33];
	struct fixture f;

	(void)state;
	for (unsigned way = 0; way < 2 * sizeof(byte); way++) {
		setup(&f, way % 2);
		sum = (struct pvq_digest){0, 0};
		for (uint64_t id = 0; id < N; id++) {
			size_t len = id == 3 ? 0 : (id * 13 + way / 2) % sizeof(byte);
			int status = id == 3 ? -EIO : 0;
			struct pvq_digest d = pvq_digest_any(id, byte, len, status);

			sum.low += d.low;
			sum.high += d.high;
			assert_int_equal(
				f.check.sink.put(&f.check.sink, id, status ? NULL : byte, len, status), 0);
		}
		pvq_digest_write(sum, right);
		assert_int_equal(pvq_check_verify(&f.check, right, f.right), PVQ_VERIFIED_ORACLE);
		teardown(&f);
	}
}

/* ---- every length has code of its own: results of one length, in every way to take them ---- */

enum { LENGTHS = 20 }; /* 0 to 16 bytes, and more */

struct way {
	int ordered, marked;
	size_t len;
};

static unsigned char made[N][LENGTHS];

/* Makes the results, and their right digest by the definition. */
static void make_results(size_t len, char right[33])
{
	struct pvq_digest sum = {0, 0};

	for (uint64_t id = 0; id < N; id++) {
		struct pvq_digest d;

		for (size_t i = 0; i < LENGTHS; i++)
			made[id][i] = (unsigned char)(id * 37 + i * 11 + 1);
		d = pvq_digest_any(id, made[id], len, 0);
		sum.low += d.low;
		sum.high += d.high;
	}
	pvq_digest_write(sum, right);
}

/* What each item's turn hands over: the results of which item, N: nothing; and twice, if it is that item's. */
static enum pvq_verified hand_over(
	const struct way *way, const char *right, const uint64_t result[N], uint64_t twice, int *refused)
{
	enum pvq_verified verified;
	struct fixture f;

	setup(&f, way->ordered);
	if (!way->marked)
		pvq_check_free(&f.check); /* as for a load of many items */
	*refused = 0;
	for (uint64_t id = 0; id < N && !*refused; id++)
		for (int times = id == twice ? 2 : 1; result[id] < N && times > 0; times--)
			*refused |= f.check.sink.put(&f.check.sink, id, made[result[id]], way->len, 0) != 0;
	verified = pvq_check_verify(&f.check, right, f.right);
	teardown(&f);
	return verified;
}

static void flip_every_bit(const struct way *way, const char *right, const uint64_t own[N])
{
	int refused;

	for (uint64_t id = 0; id < N; id++)
		for (size_t bit = 0; bit < way->len * 8; bit++) {
			made[id][bit / 8] ^= (unsigned char)(1u << bit % 8);
			assert_int_equal(hand_over(way, right, own, N, &refused), PVQ_VERIFIED_NO);
			made[id][bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
}

/* Every pair swapped, every item lost, every item doubled. */
static void mix_up(const struct way *way, const char *right, const uint64_t own[N])
{
	enum pvq_verified verified;
	uint64_t result[N];
	int refused;

	for (uint64_t i = 0; i < N; i++) {
		memcpy(result, own, sizeof(result));
		for (uint64_t j = i + 1; way->len && j < N; j++) {
			result[i] = j;
			result[j] = i;
			assert_int_equal(hand_over(way, right, result, N, &refused), PVQ_VERIFIED_NO);
			result[i] = i;
			result[j] = j;
		}
		result[i] = N;
		assert_int_equal(hand_over(way, right, result, N, &refused), PVQ_VERIFIED_NO);
		assert_int_equal(refused, way->ordered && i + 1 < N); /* the next one is out of order */
		/* Refused at once, or by the digest. */
		verified = hand_over(way, right, own, i, &refused);
		assert_int_equal(refused, way->ordered || way->marked);
		assert_true(refused || verified == PVQ_VERIFIED_NO);
	}
}

static void test_no_fault_escapes_at_any_length(void **state)
{
	uint64_t own[N];
	char right[33];
	int refused;

	(void)state;
	for (uint64_t id = 0; id < N; id++)
		own[id] = id;
	for (size_t len = 0; len < LENGTHS; len++)
		for (int i = 0; i < 4; i++) {
			struct way way = {.ordered = i & 1, .marked = i >> 1, .len = len};

			make_results(len, right);
			assert_int_equal(hand_over(&way, right, own, N, &refused), PVQ_VERIFIED_ORACLE);
			assert_int_equal(refused, 0);
			flip_every_bit(&way, right, own);
			mix_up(&way, right, own);
		}
}

static void test_failed_item_is_no_right_result(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f, 0);
	for (uint64_t id = 0; id < N; id++) {
		if (id == 5 || id == 2)
			assert_int_equal(f.check.sink.put(&f.check.sink, id, NULL, 0, -EIO), 0);
		else
			assert_int_equal(put(&f, id, (id + 1) * 10), 0);
	}
	assert_int_equal(f.check.item_errors, 2);
	assert_int_equal(f.check.first_error, 2);
	assert_int_equal(f.check.first_errno, EIO);
	assert_int_equal(pvq_check_verify(&f.check, "", f.right), PVQ_VERIFIED_NO);
	teardown(&f);
}

/* A line for each item, whether it arrived or was lost, in the order of delivery. */
static void test_deliveries(void **state)
{
	static const struct {
		uint64_t item, number;
		int status;
		enum pvq_cause cause;
	} expect[] = {{3, 40, 0, PVQ_CAUSE_NONE}, {0, 0, -EIO, PVQ_CAUSE_TASK_ERROR},
		{2, 0, -EOWNERDEAD, PVQ_CAUSE_WORKER_DIED}, {1, 0, -ETIMEDOUT, PVQ_CAUSE_ITEM_TIMEOUT}};
	enum { LINES = sizeof(expect) / sizeof(expect[0]) };
	char dir[] = "/tmp/pvq-sink-XXXXXX", path[64];
	const struct pvq_delivery *d;
	struct pvq_table_rows rows;
	struct fixture f;

	(void)state;
	setup(&f, 0);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/d.csv", dir);
	f.check.deliveries = fopen(path, "we");
	assert_non_null(f.check.deliveries);
	assert_int_equal(pvq_delivery_header(f.check.deliveries), 0);
	for (int i = 0; i < LINES; i++)
		assert_int_equal(f.check.sink.put(&f.check.sink, expect[i].item, &expect[i].number,
					 expect[i].status ? 0 : sizeof(expect[i].number), expect[i].status),
			0);
	/* Before the file is closed: a trial may be killed. */
	assert_int_equal(pvq_deliveries_read(dir, "d.csv", &rows), 0);
	assert_int_equal(rows.count, LINES);
	d = rows.row;
	for (int i = 0; i < LINES; i++) {
		assert_int_equal(d[i].item, expect[i].item);
		assert_int_equal(d[i].number, expect[i].number);
		assert_int_equal(d[i].cause, expect[i].cause);
		assert_true(d[i].at_ns >= (i ? d[i - 1].at_ns : 1));
	}
	free(rows.row);
	fclose(f.check.deliveries);
	f.check.deliveries = fopen("/dev/full", "we");
	assert_non_null(f.check.deliveries);
	assert_int_equal(put(&f, 4, 50), -ENOSPC);
	assert_non_null(strstr(f.check.problem, "deliveries"));
	fclose(f.check.deliveries);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
	teardown(&f);
}

static ssize_t expect_without_memory(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	return id == 3 ? -ENOMEM : pvq_tasks[pvq_task_rank("noop")]->expect(load, id, out, cap);
}

/* An oracle that has no memory says nothing about a result. */
static void test_no_memory_is_no_wrong_result(void **state)
{
	struct pvq_task task = *pvq_tasks[pvq_task_rank("noop")];
	struct fixture f;
	char right[33];

	(void)state;
	setup(&f, 0);
	task.expect = expect_without_memory;
	f.load.task = &task;
	for (uint64_t id = 0; id < N; id++)
		assert_int_equal(put(&f, id, (id + 1) * 10), 0);
	assert_int_equal(pvq_check_verify(&f.check, "", f.right), PVQ_VERIFIED_NO);
	assert_string_equal(f.check.problem, "out of memory to verify the results");
	assert_string_equal(f.right, "");
	assert_int_equal(pvq_right_digest(&f.load, right), -ENOMEM);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_no_memory_is_no_wrong_result),
		cmocka_unit_test(test_every_flipped_bit_is_found),
		cmocka_unit_test(test_every_swapped_pair_is_found),
		cmocka_unit_test(test_large_load),
		cmocka_unit_test(test_every_missing_item_is_named),
		cmocka_unit_test(test_every_duplicate_is_named),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_disorder),
		cmocka_unit_test(test_mixed_results),
		cmocka_unit_test(test_no_fault_escapes_at_any_length),
		cmocka_unit_test(test_failed_item_is_no_right_result),
		cmocka_unit_test(test_deliveries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
