/* test_contest.c: what contests find in rows that are made up here, and the words for it. */
#include "results/contest.h"
#include "trial/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_words_never_claim_more_than_the_outcome(void **state)
{
	static const struct {
		struct pvq_contest contest;
		const char *words;
	} row[] = {
		{{.outcome = PVQ_NOBODY}, "nothing finished"},
		{{.outcome = PVQ_ALONE, .rivals = 1}, "only one measured"},
		{{.outcome = PVQ_CLEAR, .rivals = 5}, "fastest"},
		{{.outcome = PVQ_EQUAL, .rivals = 5, .level = 2}, "3 equivalent"},
		{{.outcome = PVQ_OPEN, .rivals = 5, .level = 3}, "4 tie"},
		{{.outcome = PVQ_TOO_FEW, .rivals = 5, .level = 4}, "too few blocks"},
		{{.outcome = PVQ_NOISY, .rivals = 5, .level = 4}, "too noisy to rank"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_string_equal(pvq_contest_words(&row[i].contest).s, row[i].words);
}

enum { BLOCKS = 11, ROWS = 3 * BLOCKS };

/* Map times in ms, block by block. */
struct times {
	double serial[BLOCKS], ordered[BLOCKS], queue[BLOCKS];
};

static void add_cell(struct pvq_rows *rows, const char *impl, unsigned cores, const double ms[BLOCKS])
{
	for (unsigned b = 0; b < BLOCKS; b++) {
		struct pvq_row *row = &rows->row[rows->count++];

		*row = (struct pvq_row){.n = 100,
			.workers = cores,
			.cores = cores,
			.chunk = 1,
			.window = 8,
			.block = b,
			.map_ns = (uint64_t)(ms[b] * 1e6)};
		snprintf(row->impl, sizeof(row->impl), "%s", impl);
		snprintf(row->task, sizeof(row->task), "noop");
	}
}

static struct pvq_contest contest_of(
	const struct times *times, struct pvq_rows *rows, struct pvq_summary *summary)
{
	static const struct pvq_registry registry = {.linked_in = pvq_linked_in};
	struct pvq_contest contest;

	add_cell(rows, "serial", 1, times->serial);
	add_cell(rows, "pool_ordered", 2, times->ordered);
	add_cell(rows, "pthread_queue", 2, times->queue);
	assert_int_equal(pvq_summarise(summary, &registry, rows), 0);
	assert_int_equal(pvq_contest_hold(&contest, summary, summary->work, 2, PVQ_MAP_NS), 0);
	return contest;
}

static void medians_and_pairs_agree_or_nothing_is_ranked(void **state)
{
	static const struct {
		struct times times;
		const char *words;
		unsigned contradicts[3]; /* by median */
	} row[] = {
		/* The same in every block: no noise. */
		{{{39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39},
			 {20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20},
			 {22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22}},
			"fastest", {0, 0, 0}},
		/* Medians of 20 and 20.2, and by the pairs 1 % the other way: inconclusive, and not 3 % apart. */
		{{{39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39},
			 {20, 19, 19, 19, 21, 22, 24, 20, 20, 19, 25},
			 {20.2, 20.2, 20.2, 20.2, 20.8, 21.8, 23.8, 19.8, 19.8, 20.2, 24.8}},
			"2 tie", {0, 0, 0}},
		/* The median of pool_ordered is lower than serial's, but serial takes 0.91 of its time in most
		 * blocks. The interval allows both. */
		{{{139, 139, 139, 91, 91, 100, 155, 155, 139, 100, 200},
			 {134, 134, 134, 100, 100, 110, 170, 170, 120, 110, 220},
			 {300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300}},
			"too noisy to rank", {0, 1, 0}},
		/* All but one block say that pthread_queue is faster; that one moves the medians. */
		{{{90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90},
			 {10, 11, 12, 13, 14, 20, 40, 41, 42, 43, 44},
			 {9, 10, 11, 12, 13, 30, 38, 39, 40, 41, 42}},
			"too noisy to rank", {0, 1, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct pvq_row storage[ROWS];
		struct pvq_rows rows = {.row = storage};
		struct pvq_summary summary;
		struct pvq_contest contest = contest_of(&row[i].times, &rows, &summary);

		assert_string_equal(pvq_contest_words(&contest).s, row[i].words);
		assert_int_equal(contest.rivals, 3);
		for (size_t k = 0; k < contest.rivals; k++) {
			assert_int_equal(contest.rival[k].contradicts, row[i].contradicts[k]);
			assert_true(contest.rival[k].median >= contest.rival[0].median);
		}
		pvq_contest_free(&contest);
		pvq_summary_free(&summary);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_words_never_claim_more_than_the_outcome),
		cmocka_unit_test(medians_and_pairs_agree_or_nothing_is_ranked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
