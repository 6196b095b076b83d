/* test_simulate.c: the simulation of a map: small cases worked out by hand, equal items against the formula, and recorded trials. */
#include "model/calibrate.h"
#include "model/simulate.h"
#include "tasks/kernel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double map_of(struct pvq_simulation s)
{
	double map_ns = -1;

	assert_int_equal(pvq_simulate(&map_ns, &s), 0);
	return map_ns;
}

/* Items without a caller's cost, on as many cores as there are workers. */
static double list_of(unsigned workers, size_t n, const double *item)
{
	return map_of((struct pvq_simulation){
		.compute_ns = item, .n = n, .workers = workers, .cores = workers + 1});
}

#define LIST(workers, ...) \
	list_of(workers, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

static void is(double value, double expected)
{
	if (fabs(value - expected) > 1e-6 * (1 + fabs(expected)))
		fail_msg("%.9g, not %.9g", value, expected);
}

/* Each free worker takes the next item of the list (Graham 1969). */
static void test_lists_by_hand(void **state)
{
	(void)state;
	is(LIST(1, 5, 3, 2), 10);
	is(LIST(2, 5, 3, 2), 5);
	is(LIST(2, 3, 3, 2, 2, 2), 7);
	is(LIST(3, 3, 3, 2, 2, 2), 5);
	is(LIST(2, 1, 1, 2), 3); /* the longest last: 2 - 1 / W of the best in the limit */
	is(LIST(2, 2, 1, 1), 2); /* the longest first */
	is(LIST(3, 1, 1, 1, 1, 1, 1, 3), 5);
	is(LIST(4, 7), 7);
}

/* Three that compute on two cores get two thirds of one each, until the shortest ends. */
static void test_cores_are_shared(void **state)
{
	const double item[] = {2, 4, 4};
	struct pvq_simulation s = {.compute_ns = item, .n = 3, .workers = 3, .cores = 2};

	(void)state;
	is(map_of(s), 5); /* 2 of each are done at 3; the last 2 of two take until 5 */
	s.cores = 1;
	is(map_of(s), 10);
}

static void test_waiting_takes_no_core(void **state)
{
	const double item[] = {1, 1, 1, 1}, wait[] = {10, 10, 10, 10};
	struct pvq_simulation s = {.compute_ns = item, .wait_ns = wait, .n = 4, .workers = 4, .cores = 1};

	(void)state;
	is(map_of(s), 14); /* all four compute until 4, then wait */
	s.workers = 2;
	is(map_of(s), 24);
}

/* A window of one item: hand out, work, take back, one after another. */
static void test_the_window(void **state)
{
	const double item[] = {10, 20, 30};
	struct pvq_simulation s = {.compute_ns = item,
		.n = 3,
		.put_ns = 1,
		.get_ns = 2,
		.workers = 2,
		.cores = 4,
		.window = 1};

	(void)state;
	is(map_of(s), 60 + 3 * 3);
	s.window = 0; /* hands out until 2, the second ends at 22, the third at 41 */
	assert_true(map_of(s) < 45);
}

/* ---- against the formula ---- */

static const struct pvq_model_kind kind = {0};
static const double price[PVQ_PRICES] = {
	[PVQ_PRICE_CALLER] = 100, [PVQ_PRICE_WORKER] = 150, [PVQ_PRICE_BATCH] = 1, [PVQ_PRICE_RAMP] = 1};

/* The formula is the slowest part's time. No map is shorter, and none much longer: with a core for each, but for start and end; with
 * fewer, where two parts take about as long, their turns do not always fit together. */
static void test_equal_items_agree_with_the_formula(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= 64; cores *= 2)
		for (unsigned workers = 1; workers <= 64; workers *= 2)
			for (int wait = 0; wait < 2; wait++)
				for (int step = 0; step < 6; step++) {
					double item_ns = 50 * pow(7, step);
					struct pvq_model_job job = {.n = 4000,
						.compute_ns = wait ? 50 : item_ns,
						.wait_ns = wait ? item_ns : 0};
					struct pvq_model_setting at = {.workers = workers, .cores = cores};
					double formula = pvq_model_time(price, &kind, &job, &at).map_ns,
					       map_ns;

					assert_int_equal(pvq_model_simulate(&at, price, &kind, &job), 0);
					map_ns = pvq_model_time(price, &kind, &job, &at).map_ns;
					if (map_ns < formula * 0.999 ||
						map_ns > formula * (cores > workers ? 1.03 : 1.5))
						fail_msg(
							"%u workers on %u cores, %.0f ns, wait %d: %.0f, formula %.0f",
							workers, cores, item_ns, wait, map_ns, formula);
				}
}

/* Sleeping items on 2 cores, 2 to 1,024 workers: more workers help until the caller is busy all the time, at w / c of them. */
static void test_many_sleeping_workers(void **state)
{
	struct pvq_model_job job = {.n = 100000, .compute_ns = 100, .wait_ns = 50e3};
	double last_ns = INFINITY, flat = (50e3 + 250) / 100;

	(void)state;
	for (unsigned workers = 2; workers <= 1024; workers *= 2) {
		struct pvq_model_setting at = {.workers = workers, .cores = 2};
		double map_ns;

		assert_int_equal(pvq_model_simulate(&at, price, &kind, &job), 0);
		map_ns = pvq_model_time(price, &kind, &job, &at).map_ns;
		assert_true(map_ns <= last_ns * (1 + 1e-6));
		if (workers < flat / 4)
			assert_true(map_ns < last_ns * 0.55);
		last_ns = map_ns;
	}
	assert_true(last_ns >= job.n * 175); /* (c + w - wait) / C */
}

/* ---- uneven items ---- */

static struct pvq_model_strategy ideal(void)
{
	struct pvq_model_strategy s = {.cores = 2, .cells = 1};

	for (unsigned i = 0; i < PVQ_PRICES; i++) {
		s.price[i] = i == PVQ_PRICE_INFLATION ? 1e-6 : 1;
		for (unsigned d = 0; d < PVQ_MODEL_DRAWS; d++)
			s.draw[d][i] = s.price[i];
	}
	return s;
}

static struct pvq_model_items *items_of(size_t n)
{
	struct pvq_model_items *items = test_malloc(sizeof(*items) + n * sizeof(items->ns[0]));

	items->count = n;
	return items;
}

/* What is in the list counts, and its order: a long item at the end leaves the other worker idle. */
static void test_the_order_of_items(void **state)
{
	const struct pvq_model_strategy s = ideal();
	struct pvq_model_items *items = items_of(41);
	struct pvq_model_job job = {.n = 41, .wait_ns = 61e6 / 41, .items = items};
	struct pvq_model_setting at = {.workers = 2, .cores = 2};
	double first_ns, last_ns;

	(void)state;
	for (size_t i = 0; i < 41; i++)
		items->ns[i] = i == 0 ? 21e6 : 1e6;
	first_ns = pvq_model_predict(&s, &job, &at).time.map_ns;
	items->ns[0] = 1e6;
	items->ns[40] = 21e6;
	last_ns = pvq_model_predict(&s, &job, &at).time.map_ns;
	assert_true(fabs(first_ns / 31e6 - 1) < 0.02); /* 21, and 10 more of the rest */
	assert_true(fabs(last_ns / 41e6 - 1) < 0.02);  /* 20 rounds, then the long one */
	test_free(items);
}

/* Recorded on 2 cores, medians of 30 trials: straggler:us=1000,times=20 with 40 items took pools 31.4 and 31.6 ms; a sleep of
 * 1 ms took 1.075 ms. */
static void test_a_recorded_straggler(void **state)
{
	const struct pvq_model_strategy s = ideal();
	struct pvq_model_items *items = items_of(40);
	double late_ns = 75e3, sum = 0, map_ns;
	struct pvq_model_job job = {.n = 40, .items = items};
	struct pvq_model_setting at = {.workers = 2, .cores = 2};

	(void)state;
	for (size_t i = 0; i < 40; i++)
		sum += items->ns[i] = (i ? 1e6 : 20e6) + late_ns;
	job.wait_ns = sum / 40;
	map_ns = pvq_model_predict(&s, &job, &at).time.map_ns;
	assert_true(fabs(map_ns / 31.5e6 - 1) < 0.03);
	test_free(items);
}

/* Recorded likewise, 12 trials: skew:ns=100000,alpha=1.5 with 880 items took serial 79.8 ms, pool_ordered 42.1 ms and
 * pool_unordered 41.2 ms. Overhead was 2 % of the work. */
static void test_a_recorded_skew(void **state)
{
	const struct pvq_model_strategy s = ideal();
	struct pvq_model_items *items = items_of(880);
	struct pvq_model_job job = {.n = 880, .compute_ns = 79.8e6 / 880 * 1.02, .items = items};
	struct pvq_model_setting at = {.workers = 2, .cores = 2};
	double map_ns;

	(void)state;
	for (size_t i = 0; i < 880; i++)
		items->ns[i] = pvq_kernel_tail(100000, 1.5, 1, i);
	map_ns = pvq_model_predict(&s, &job, &at).time.map_ns;
	assert_true(fabs(map_ns / 41.7e6 - 1) < 0.05);
	test_free(items);
}

/* A tail without known items: no map is shorter than its work or its longest item; many workers wait for that one; and the same
 * question has the same answer. */
static void test_a_tail_is_simulated(void **state)
{
	const struct pvq_model_strategy s = ideal();
	struct pvq_model_job job = {.n = 1000, .compute_ns = 1e5};

	(void)state;
	pvq_model_tail(&job, 1.5);
	for (unsigned workers = 2; workers <= 512; workers *= 2) {
		struct pvq_model_setting at = {.workers = workers, .cores = workers};
		struct pvq_model_prediction p = pvq_model_predict(&s, &job, &at),
					    again = pvq_model_predict(&s, &job, &at);

		assert_true(p.time.map_ns >= job.n * job.compute_ns / workers * (1 - 1e-6));
		assert_true(p.time.map_ns >= job.longest_ns * (1 - 1e-6));
		assert_true(p.map_lo <= p.time.map_ns && p.time.map_ns <= p.map_hi);
		assert_memory_equal(&p, &again, sizeof(p));
		if (workers == 512)
			assert_int_equal(p.time.limit, PVQ_LIMIT_LONGEST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_by_hand),
		cmocka_unit_test(test_cores_are_shared),
		cmocka_unit_test(test_waiting_takes_no_core),
		cmocka_unit_test(test_the_window),
		cmocka_unit_test(test_equal_items_agree_with_the_formula),
		cmocka_unit_test(test_many_sleeping_workers),
		cmocka_unit_test(test_the_order_of_items),
		cmocka_unit_test(test_a_recorded_straggler),
		cmocka_unit_test(test_a_recorded_skew),
		cmocka_unit_test(test_a_tail_is_simulated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
