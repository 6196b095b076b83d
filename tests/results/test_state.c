/* test_state.c: which trials are compared, on a machine whose CPUs are near each other at some times and far at others. */
#include "results/contest.h"
#include "results/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NEAR = 105, FAR = 520, ROWS_MOST = 4000 };

static const struct pvq_registry registry = {.linked_in = pvq_linked_in};
static struct pvq_row row[ROWS_MOST];
static struct pvq_rows rows;
static struct pvq_summary summary;

static void begin(void)
{
	memset(row, 0, sizeof(row));
	rows = (struct pvq_rows){.row = row};
}

static struct pvq_row *add(
	const char *impl, unsigned cores, unsigned block, uint64_t map_ns, uint64_t before, uint64_t after)
{
	struct pvq_row *r = &row[rows.count++];

	assert_true(rows.count <= ROWS_MOST);
	snprintf(r->impl, sizeof(r->impl), "%s", impl);
	snprintf(r->task, sizeof(r->task), "noop");
	r->n = 1000;
	r->workers = r->cores = cores;
	r->chunk = r->window = 1;
	r->block = block;
	r->map_ns = map_ns + block % 5;
	r->handover_ns = before;
	r->handover_after_ns = after;
	r->wall_ns = 1000000;
	return r;
}

static void summarise(int only)
{
	assert_int_equal(pvq_summarise_at(&summary, &registry, &rows, only), 0);
}

static void done(void)
{
	pvq_summary_free(&summary);
}

static const struct pvq_cell *cell(const char *impl, unsigned cores)
{
	for (size_t c = 0; c < summary.cells; c++)
		if (strcmp(summary.cell[c].key->impl, impl) == 0 && summary.cell[c].key->cores == cores)
			return &summary.cell[c];
	fail_msg("no cell of %s", impl);
	return NULL;
}

/* A block of two strategies on two cores: near, pool_ordered is the faster one; far, pthread_queue. */
static void block_at(unsigned block, uint64_t handover)
{
	add("pool_ordered", 2, block, handover == NEAR ? 1000 : 4000, handover, handover);
	add("pthread_queue", 2, block, handover == NEAR ? 2000 : 3000, handover, handover);
}

static void one_level_changes_nothing(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 12; b++)
		block_at(b, NEAR);
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(cell("pool_ordered", 2)->ok, 12);
	assert_int_equal(cell("pool_ordered", 2)->aside, 0);
	assert_int_equal(pvq_states_met(&summary.states, &row[0])->level, PVQ_LEVELS_NONE);
	assert_int_equal(summary.states.groups, 12);
	assert_int_equal(summary.states.off, 0);
	assert_string_equal(pvq_state_name(pvq_states_of(&summary.states, 2), 0), "");
	done();
}

static void rows_without_a_probe_all_count(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 12; b++) {
		add("serial", 1, b, 5000, 0, 0);
		add("pool_ordered", 2, b, 1000, 0, 0);
	}
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(cell("pool_ordered", 2)->ok, 12);
	assert_int_equal(summary.states.groups, 0);
	assert_null(pvq_states_of(&summary.states, 2));
	done();
}

static void figures_come_from_one_level(void **state)
{
	const struct pvq_cell *pool;

	(void)state;
	begin();
	for (unsigned b = 0; b < 22; b++)
		block_at(b, b % 11 < 7 ? NEAR : FAR);
	for (unsigned b = 0; b < 22; b++)
		add("serial", 1, b, 2500, 0, 0);
	summarise(PVQ_LEVELS_NONE);
	pool = cell("pool_ordered", 2);
	assert_int_equal(pool->ok, 14);
	assert_int_equal(pool->aside, 8);
	assert_int_equal(pvq_cell_failed(pool), 0);
	assert_true(pool->metric[PVQ_MAP_NS].max < 1010);
	assert_int_equal(pool->level_ns[0].n, 14);
	assert_int_equal(pool->level_ns[1].n, 8);
	assert_true(pool->level_ns[1].min >= 4000);
	assert_int_equal(cell("serial", 1)->ok, 22);
	assert_int_equal(pvq_states_met(&summary.states, pool->key)->level, 0);
	assert_string_equal(pvq_state_name(pvq_states_of(&summary.states, 2), 1), "far");
	done();
}

static const char *fastest(void)
{
	struct pvq_contest contest;
	const char *name;

	assert_int_equal(pvq_contest_hold(&contest, &summary, &summary.work[0], 2, PVQ_MAP_NS), 0);
	assert_int_equal(contest.outcome, PVQ_CLEAR);
	name = contest.rival[0].cell->key->impl;
	pvq_contest_free(&contest);
	return name;
}

static void each_level_has_its_own_verdict(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 22; b++)
		block_at(b, b % 2 ? NEAR : FAR);
	summarise(0);
	assert_string_equal(fastest(), "pool_ordered");
	done();
	summarise(1);
	assert_string_equal(fastest(), "pthread_queue");
	done();
}

static void a_trial_off_its_groups_level_is_left_out_and_counted(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 20; b++)
		block_at(b, b < 10 ? NEAR : FAR);
	add("pool_ordered", 2, 20, 1000, NEAR, NEAR);
	add("pthread_queue", 2, 20, 3000, FAR, FAR);
	add("pool_ordered", 2, 21, 1000, NEAR, NEAR);
	add("pthread_queue", 2, 21, 2500, NEAR, FAR); /* a change within a trial */
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(cell("pool_ordered", 2)->ok, 12);
	assert_int_equal(cell("pool_ordered", 2)->aside, 10);
	assert_int_equal(cell("pool_ordered", 2)->level_ns[0].n, 12);
	assert_int_equal(cell("pthread_queue", 2)->ok, 10);
	assert_int_equal(cell("pthread_queue", 2)->level_ns[1].n, 11);
	assert_int_equal(summary.states.off, 2);
	assert_int_equal(summary.states.groups, 22);
	done();
}

/* A strategy with two chunks, one of which was never measured at the level: each keeps its name, so that a report can say
 * which one it leaves out. */
static void a_cell_without_a_figure_keeps_its_name(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 4; b++) {
		add("pool_ordered", 2, b, 1000, NEAR, NEAR);
		add("pthread_queue", 2, b, 1000, NEAR, NEAR);
		add("pool_ordered", 2, b, 1000, FAR, FAR)->chunk = 10;
	}
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(summary.series_count, 2);
	for (size_t c = 0; c < summary.cells; c++) {
		const struct pvq_cell *with = &summary.cell[c];
		const char *name = summary.series[with->series].name;

		if (with->key->chunk == 10) {
			assert_int_equal(with->ok, 0);
			assert_string_equal(name, "pool_ordered c=10");
		} else if (strcmp(with->key->impl, "pool_ordered") == 0) {
			assert_string_equal(name, "pool_ordered c=1");
		}
	}
	done();
}

static void the_last_attempt_counts(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 20; b++)
		block_at(b, b < 10 ? NEAR : FAR);
	add("pool_ordered", 2, 20, 1000, NEAR, NEAR);
	add("pthread_queue", 2, 20, 3000, FAR, FAR);
	for (unsigned attempt = 1; attempt <= 2; attempt++) {
		add("pool_ordered", 2, 20, 1000, attempt == 1 ? FAR : NEAR, NEAR)->attempt = attempt;
		add("pthread_queue", 2, 20, 2000, NEAR, NEAR)->attempt = attempt;
	}
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(cell("pool_ordered", 2)->ok, 11);
	assert_int_equal(cell("pool_ordered", 2)->rows, 21); /* earlier attempts count nowhere */
	assert_int_equal(summary.states.off, 0);
	assert_int_equal(summary.states.again, 1);
	done();
}

/* Most groups ran near, but this task has too few blocks there. */
static void a_task_with_too_few_blocks_takes_the_level_with_most(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 30; b++)
		block_at(b, b < 25 ? NEAR : FAR);
	for (unsigned b = 0; b < 13; b++) {
		uint64_t handover = b < 3 ? NEAR : FAR;

		snprintf(add("pool_ordered", 2, b, 1000, handover, handover)->task, PVQ_NAME_MAX, "echo");
	}
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(pvq_states_met(&summary.states, &row[0])->level, 0);
	assert_int_equal(pvq_states_met(&summary.states, &row[rows.count - 1])->level, 1);
	done();
}

/* Seven blocks are enough for an interval, but not to compare four strategies with each other and with serial. */
static void comparisons_need_more_blocks_than_an_interval(void **state)
{
	static const char *const impl[] = {
		"pool_ordered", "pool_unordered", "pthread_queue", "fork_pipe_queue"};

	(void)state;
	begin();
	for (unsigned b = 0; b < 30; b++)
		block_at(b, b < 25 ? NEAR : FAR);
	for (unsigned b = 0; b < 16; b++)
		for (size_t i = 0; i < 4; i++) {
			uint64_t handover = b < 7 ? NEAR : FAR;

			snprintf(add(impl[i], 2, b, 1000, handover, handover)->task, PVQ_NAME_MAX, "echo");
		}
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(pvq_states_met(&summary.states, &row[0])->level, 0);
	assert_int_equal(pvq_states_met(&summary.states, &row[rows.count - 1])->level, 1);
	done();
}

/* Better a figure that is not of one level than none; the report tells. */
static void a_task_that_met_no_level_keeps_its_trials(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 10; b++)
		block_at(b, b < 5 ? NEAR : FAR);
	for (unsigned b = 0; b < 4; b++)
		snprintf(add("pool_ordered", 2, b, 1000, NEAR, FAR)->task, PVQ_NAME_MAX, "echo");
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(pvq_states_met(&summary.states, &row[rows.count - 1])->all, 1);
	for (size_t c = 0; c < summary.cells; c++)
		if (strcmp(summary.cell[c].key->task, "echo") == 0)
			assert_int_equal(summary.cell[c].ok, 4);
	done();
	summarise(1);
	for (size_t c = 0; c < summary.cells; c++)
		if (strcmp(summary.cell[c].key->task, "echo") == 0)
			assert_int_equal(summary.cell[c].ok, 0);
	done();
}

/* Where there are several levels, what was not seen may be of any. */
static void an_unknown_group_belongs_to_no_level(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 30; b++)
		block_at(b, b < 20 ? NEAR : FAR);
	for (size_t i = 0; i < 4; i++) /* blocks 0 and 1 */
		row[i].handover_ns = row[i].handover_after_ns = 0;
	row[4].handover_ns = row[4].handover_after_ns = 0; /* of block 2, the other trial tells */
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(cell("pool_ordered", 2)->ok, 18);
	assert_int_equal(cell("pool_ordered", 2)->aside, 12);
	assert_int_equal(summary.states.unknown, 2);
	assert_int_equal(summary.states.groups, 28);
	done();
	summarise(0);
	assert_int_equal(cell("pool_ordered", 2)->ok, 18);
	done();
}

/* A task whose groups are mostly unknown has no level to name. */
static void mostly_unknown_groups_all_count(void **state)
{
	(void)state;
	begin();
	for (unsigned b = 0; b < 30; b++)
		block_at(b, b < 20 ? NEAR : FAR);
	for (size_t i = 0; i < 30; i++)
		row[i].handover_ns = row[i].handover_after_ns = 0; /* 15 of 30 blocks */
	summarise(PVQ_LEVELS_NONE);
	assert_int_equal(cell("pool_ordered", 2)->ok, 30);
	assert_int_equal(pvq_states_met(&summary.states, &row[0])->all, 1);
	assert_int_equal(pvq_states_met(&summary.states, &row[0])->level, PVQ_LEVELS_NONE);
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_level_changes_nothing),
		cmocka_unit_test(rows_without_a_probe_all_count),
		cmocka_unit_test(figures_come_from_one_level),
		cmocka_unit_test(each_level_has_its_own_verdict),
		cmocka_unit_test(a_trial_off_its_groups_level_is_left_out_and_counted),
		cmocka_unit_test(a_cell_without_a_figure_keeps_its_name),
		cmocka_unit_test(the_last_attempt_counts),
		cmocka_unit_test(a_task_with_too_few_blocks_takes_the_level_with_most),
		cmocka_unit_test(comparisons_need_more_blocks_than_an_interval),
		cmocka_unit_test(a_task_that_met_no_level_keeps_its_trials),
		cmocka_unit_test(an_unknown_group_belongs_to_no_level),
		cmocka_unit_test(mostly_unknown_groups_all_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
