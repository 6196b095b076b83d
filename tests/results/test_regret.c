/* test_regret.c: what it can cost to always take one strategy, from rows that are made up here. */
#include "results/regret.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCKS = 12, ROWS_MOST = 400 };

static const struct pvq_registry registry = {.linked_in = pvq_linked_in};
static struct pvq_row row[ROWS_MOST];
static struct pvq_rows rows;
static struct pvq_summary summary;
static struct pvq_regrets regrets;

static void add(const char *impl, const char *task, unsigned cores, unsigned blocks, double map_us)
{
	for (unsigned b = 0; b < blocks; b++) {
		struct pvq_row *r = &row[rows.count++];

		assert_true(rows.count <= ROWS_MOST);
		*r = (struct pvq_row){.n = 100,
			.workers = cores,
			.cores = cores,
			.chunk = 1,
			.window = 8,
			.block = b,
			.map_ns = (uint64_t)(map_us * (1000 + b % 3))};
		snprintf(r->impl, sizeof(r->impl), "%s", impl);
		snprintf(r->task, sizeof(r->task), "%s", task);
	}
}

/* On two tasks: serial, one strategy that is the fastest on both, one on each. */
static void three_strategies(unsigned blocks)
{
	memset(row, 0, sizeof(row));
	rows = (struct pvq_rows){.row = row};
	add("serial", "noop", 1, blocks, 200);
	add("pool_ordered", "noop", 2, blocks, 100);
	add("pool_unordered", "noop", 2, blocks, 100);
	add("pthread_queue", "noop", 2, blocks, 150);
	add("serial", "spin", 1, blocks, 300);
	add("pool_ordered", "spin", 2, blocks, 100);
	add("pool_unordered", "spin", 2, blocks, 125);
	add("pthread_queue", "spin", 2, blocks, 100);
}

static void find(const unsigned char *take)
{
	assert_int_equal(pvq_summarise(&summary, &registry, &rows), 0);
	assert_int_equal(pvq_regrets_find(&regrets, &summary, take, 2), 0);
}

static void done(void)
{
	pvq_regrets_free(&regrets);
	pvq_summary_free(&summary);
}

static const struct pvq_regret *of(const char *impl)
{
	for (size_t i = 0; i < regrets.count; i++)
		if (strcmp(summary.series[regrets.of[i].series].impl, impl) == 0)
			return &regrets.of[i];
	return NULL;
}

#define assert_near(x, y) assert_true(fabs((x) - (y)) < 0.005)

static void it_is_the_most_over_all_tasks(void **state)
{
	(void)state;
	three_strategies(BLOCKS);
	find((const unsigned char[]){1, 1});
	assert_int_equal(regrets.count, 4);
	assert_int_equal(regrets.works, 2);
	assert_near(of("pool_ordered")->cost.median, 0);
	assert_near(of("pool_unordered")->cost.median, 0.25);
	assert_string_equal(of("pool_unordered")->at->key->task, "spin");
	assert_near(of("pthread_queue")->cost.median, 0.5);
	assert_string_equal(of("pthread_queue")->at->key->task, "noop");
	assert_near(of("serial")->cost.median, 2);
	for (size_t i = 1; i < regrets.count; i++) /* the least first */
		assert_true(regrets.of[i - 1].cost.median <= regrets.of[i].cost.median);
	assert_true(of("pthread_queue")->cost.lo <= 0.5 && of("pthread_queue")->cost.hi >= 0.495);
	done();
}

static void tasks_that_are_not_asked_for_do_not_count(void **state)
{
	(void)state;
	three_strategies(BLOCKS);
	find((const unsigned char[]){1, 0});
	assert_int_equal(regrets.works, 1);
	assert_near(of("pool_unordered")->cost.median, 0);
	assert_near(of("pthread_queue")->cost.median, 0.5);
	done();
	find((const unsigned char[]){0, 0});
	assert_int_equal(regrets.count, 0);
	done();
}

static void who_was_not_measured_everywhere_has_none(void **state)
{
	(void)state;
	three_strategies(BLOCKS);
	add("fork_pipe_queue", "spin", 2, BLOCKS, 50);
	find((const unsigned char[]){1, 1});
	assert_null(of("fork_pipe_queue"));
	assert_near(of("pool_ordered")->cost.median, 0); /* and is no measure for others */
	done();
}

static void few_blocks_give_a_figure_without_an_interval(void **state)
{
	(void)state;
	three_strategies(3);
	find((const unsigned char[]){1, 1});
	assert_near(of("pthread_queue")->cost.median, 0.5);
	assert_true(isnan(of("pthread_queue")->cost.lo));
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_most_over_all_tasks),
		cmocka_unit_test(tasks_that_are_not_asked_for_do_not_count),
		cmocka_unit_test(who_was_not_measured_everywhere_has_none),
		cmocka_unit_test(few_blocks_give_a_figure_without_an_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
