/* test_compare.c: before and after, from rows that are made up here: which cells meet, which are judged, and are the
 * verdicts right? */
#include "base/shuffle.h"
#include "report/compare_write.h"
#include "trial/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

enum { RUNS = 8, ROWS = 2000 };

/* Up to RUNS runs in memory; the first half of those used is before. */
struct sides {
	struct pvq_run run[RUNS];
	struct pvq_comparison_table table;
	uint64_t state;
};

static int make_sides(void **state)
{
	struct sides *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->state = 17;
	for (size_t r = 0; r < RUNS; r++) {
		static const char *const dir[RUNS] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"};

		s->run[r].dir = dir[r];
		s->run[r].rows.row = calloc(ROWS, sizeof(struct pvq_row));
		assert_non_null(s->run[r].rows.row);
	}
	*state = s;
	return 0;
}

static int drop_sides(void **state)
{
	struct sides *s = *state;

	pvq_compare_free(&s->table);
	for (size_t r = 0; r < RUNS; r++)
		pvq_run_free(&s->run[r]);
	free(s);
	return 0;
}

static double uniform(struct sides *s)
{
	return ((double)(pvq_random_next(&s->state) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct sides *s)
{
	return sqrt(-2 * log(uniform(s))) * cos(2 * M_PI * uniform(s));
}

static struct pvq_row *add(struct sides *s, size_t run, const char *impl, const char *task,
	const char *args, unsigned block, double map_ms)
{
	struct pvq_rows *rows = &s->run[run].rows;
	struct pvq_row *row = &rows->row[rows->count++];

	assert_true(rows->count <= ROWS);
	*row = (struct pvq_row){.n = 1000,
		.workers = 2,
		.cores = 2,
		.chunk = 1,
		.window = 8,
		.block = block,
		.verified = PVQ_VERIFIED_ORACLE,
		.first_ns = 40000,
		.map_ns = (uint64_t)(map_ms * 1e6),
		.total_ns = (uint64_t)(map_ms * 1e6) + 500000,
		.seed = 1,
		.wall_ns = 200000000};
	snprintf(row->impl, sizeof(row->impl), "%s", impl);
	snprintf(row->task, sizeof(row->task), "%s", task);
	snprintf(row->args, sizeof(row->args), "%s", args);
	return row;
}

/* Ten blocks with noise of that relative size; returns the first row. */
static struct pvq_row *add_cell(struct sides *s, size_t run, const char *impl, const char *task,
	const char *args, double map_ms, double noise)
{
	struct pvq_row *first = &s->run[run].rows.row[s->run[run].rows.count];

	for (unsigned b = 0; b < 10; b++)
		add(s, run, impl, task, args, b, map_ms * exp(noise * normal(s)));
	return first;
}

static const struct pvq_comparison_table *compare(
	struct sides *s, size_t runs_a_side, enum pvq_metric metric)
{
	for (size_t r = 0; r < 2 * runs_a_side; r++) {
		pvq_summary_free(&s->run[r].summary);
		assert_int_equal(pvq_summarise(&s->run[r].summary, &registry, &s->run[r].rows), 0);
	}
	pvq_compare_free(&s->table);
	assert_int_equal(pvq_compare_sides(&s->table, (struct pvq_side){s->run, runs_a_side},
				 (struct pvq_side){s->run + runs_a_side, runs_a_side}, metric),
		0);
	return &s->table;
}

static const struct pvq_compared *cell_of(const struct pvq_comparison_table *t, const char *impl)
{
	for (size_t i = 0; i < t->cells; i++)
		if (strstr(t->cell[i].name, impl))
			return &t->cell[i];
	fail_msg("no cell of %s", impl);
	return NULL;
}

static void what_got_slower_is_named_and_nothing_else(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;

	for (size_t r = 0; r < 2; r++) {
		add_cell(s, r, "pool_ordered", "noop", "", r ? 24 : 20, 0.01);
		add_cell(s, r, "pool_unordered", "noop", "", 20, 0.01);
		add_cell(s, r, "pthread_queue", "noop", "", r ? 16 : 20, 0.01);
		add_cell(s, r, "fork_pipe_queue", "noop", "", 20, 0.3);
	}
	t = compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(t->cells, 4);
	assert_int_equal(t->judged, 4);
	assert_string_equal(cell_of(t, "pool_ordered")->name, "noop/pool_ordered/workers:2/cores:2");
	assert_string_equal(pvq_compared_words(cell_of(t, "pool_ordered")), "slower");
	assert_string_equal(pvq_compared_words(cell_of(t, "pool_unordered")), "equivalent");
	assert_string_equal(pvq_compared_words(cell_of(t, "pthread_queue")), "faster");
	assert_string_equal(pvq_compared_words(cell_of(t, "fork_pipe_queue")), "inconclusive");
	assert_true(fabs(cell_of(t, "pool_ordered")->ratio - 1.2) < 0.02);
	/* 20 %: above 5 and 10, not above 19.9 by the whole interval. */
	assert_true(pvq_compared_fails(cell_of(t, "pool_ordered"), 0.05));
	assert_true(pvq_compared_fails(cell_of(t, "pool_ordered"), 0.1));
	assert_false(pvq_compared_fails(cell_of(t, "pool_ordered"), 0.199));
	assert_false(pvq_compared_fails(cell_of(t, "pthread_queue"), 0));
	assert_false(pvq_compared_fails(cell_of(t, "fork_pipe_queue"), 0));
}

static void the_metric_is_the_one_asked_for(void **state)
{
	struct sides *s = *state;
	struct pvq_row *row;

	add_cell(s, 0, "pool_ordered", "noop", "", 20, 0.01);
	row = add_cell(s, 1, "pool_ordered", "noop", "", 20, 0.01);
	for (size_t i = 0; i < 10; i++)
		row[i].total_ns += 10000000; /* a start that takes longer */
	assert_string_equal(
		pvq_compared_words(cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered")), "equivalent");
	assert_string_equal(
		pvq_compared_words(cell_of(compare(s, 1, PVQ_TOTAL_NS), "pool_ordered")), "slower");
}

/* Every run chooses its number of items anew; times per item compare where items are alike and many. */
static void other_numbers_of_equal_items_compare_per_item(void **state)
{
	struct sides *s = *state;
	const struct pvq_compared *c;
	struct pvq_row *row;

	add_cell(s, 0, "pool_ordered", "noop", "", 20, 0.005);
	row = add_cell(s, 1, "pool_ordered", "noop", "", 40, 0.005);
	for (size_t i = 0; i < 10; i++) {
		row[i].n = 2000;
		row[i].seed = 2;
	}
	c = cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered");
	assert_true(c->per_item);
	assert_string_equal(pvq_compared_words(c), "equivalent");
	assert_true(fabs(c->before_ns - 20e6 / 1000) < 20e6 / 1000 * 0.02);
	/* With 90 items for two workers the last, half idle round shows. */
	for (size_t i = 0; i < 10; i++)
		row[i].n = 90;
	c = cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered");
	assert_int_equal(c->basis, PVQ_NOT_COMPARABLE);
}

/* Sets the runs' numbers of items, and their first result's and map's time, and compares. */
static const struct pvq_compared *compare_lengths(
	struct sides *s, const uint64_t n[2], const double map_ms[2], const uint64_t first_ns[2])
{
	for (size_t r = 0; r < 2; r++) {
		struct pvq_row *row;

		s->run[r].rows.count = 0;
		row = add_cell(s, r, "pool_ordered", "noop", "", map_ms[r], 0.005);
		for (size_t i = 0; i < 10; i++) {
			row[i].n = n[r];
			row[i].first_ns = first_ns[r];
		}
	}
	return cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered");
}

/* A map costs something however many items it has; in a short one that is most of the time. */
static void a_fixed_cost_that_matters_is_not_compared(void **state)
{
	struct sides *s = *state;
	char *text = NULL;
	size_t len;
	const struct pvq_compared *c = compare_lengths(
		s, (uint64_t[]){20000, 200}, (double[]){0.6, 0.0725}, (uint64_t[]){20000, 20000});
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(c->basis, PVQ_NOT_COMPARABLE);
	assert_string_equal(pvq_compared_words(c), "not comparable");
	assert_false(pvq_compared_fails(c, 0.05));
	assert_true(isnan(c->ratio));
	assert_int_equal(s->table.judged, 0);
	pvq_compare_print(f, &s->table);
	assert_int_equal(fclose(f), 0);
	assert_non_null(strstr(text, ", 1 not judged: not comparable\n"));
	assert_non_null(strstr(text, "- not comparable: noop: n 20000 against 200\n"));
	free(text);
	/* The same numbers, and long against the time to the first result: 40 us of 40 ms. */
	c = compare_lengths(s, (uint64_t[]){20000, 200}, (double[]){4000, 40}, (uint64_t[]){20000, 20000});
	assert_string_equal(pvq_compared_words(c), "equivalent");
	/* Short, but hardly unlike: 7 % of fixed cost, of which 10 % differ. */
	c = compare_lengths(
		s, (uint64_t[]){22000, 20000}, (double[]){0.66, 0.6}, (uint64_t[]){20000, 20000});
	assert_string_equal(pvq_compared_words(c), "equivalent");
	/* The after side's fixed cost counts too. */
	c = compare_lengths(s, (uint64_t[]){20000, 200}, (double[]){4000, 40}, (uint64_t[]){20000, 400000});
	assert_int_equal(c->basis, PVQ_NOT_COMPARABLE);
	/* Unknown is not nothing. */
	c = compare_lengths(s, (uint64_t[]){20000, 200}, (double[]){4000, 40}, (uint64_t[]){0, 20000});
	assert_int_equal(c->basis, PVQ_NOT_COMPARABLE);
	/* The same number needs nothing of it. */
	c = compare_lengths(s, (uint64_t[]){200, 200}, (double[]){0.072, 0.072}, (uint64_t[]){0, 20000});
	assert_string_equal(pvq_compared_words(c), "equivalent");
}

/* With start and stop, these are a fixed cost as well. */
static void start_and_stop_are_fixed_costs(void **state)
{
	struct sides *s = *state;

	for (size_t r = 0; r < 2; r++) {
		struct pvq_row *row = add_cell(s, r, "pool_ordered", "noop", "", r ? 40 : 80, 0.005);

		for (size_t i = 0; i < 10; i++) {
			row[i].n = r ? 1000 : 2000;
			row[i].start_ns = 2000000;
			row[i].total_ns = row[i].map_ns + row[i].start_ns;
		}
	}
	assert_int_equal(cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered")->basis, PVQ_JUDGED);
	assert_int_equal(cell_of(compare(s, 1, PVQ_TOTAL_NS), "pool_ordered")->basis, PVQ_NOT_COMPARABLE);
}

static void too_few_blocks_judge_nothing(void **state)
{
	struct sides *s = *state;

	for (size_t r = 0; r < 2; r++)
		for (unsigned b = 0; b < 5; b++)
			add(s, r, "pool_ordered", "noop", "", b, r ? 40 : 20);
	assert_string_equal(
		pvq_compared_words(cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered")), "too few blocks");
	assert_int_equal(s->table.judged, 0);
	assert_false(pvq_compare_is_sound(&s->table));
}

/* A gate may pass only where at least half of what the before side has was judged. */
static void half_of_the_cells_must_be_judged(void **state)
{
	static const char *const impl[] = {"serial", "pool_ordered", "pool_unordered", "pthread_queue"};
	struct sides *s = *state;

	for (size_t r = 0; r < 2; r++)
		for (size_t i = 0; i < 4; i++)
			if (r == 0 || i < 2)
				add_cell(s, r, impl[i], "noop", "", 20, 0.01);
	/* New, or never good: neither can be judged, and neither is missed. */
	add_cell(s, 1, "fork_per_task", "noop", "", 20, 0.01);
	add(s, 0, "fork_pipe_queue", "noop", "", 0, 0)->status = PVQ_ERROR;
	compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(s->table.expected, 4);
	assert_int_equal(s->table.judged, 2);
	assert_true(pvq_compare_is_sound(&s->table));
	add_cell(s, 0, "pool_ordered", "echo", "", 20, 0.01);
	compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(s->table.expected, 5);
	assert_false(pvq_compare_is_sound(&s->table));
}

static void other_work_is_shown_and_not_judged(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;
	struct pvq_row *row;

	/* Another calibration of the same task: same name, other work. */
	add_cell(s, 0, "serial", "spin", "ns=1000,rate=900", 20, 0.01);
	add_cell(s, 1, "serial", "spin", "ns=1000,rate=990", 22, 0.01);
	/* The same tail, other items. */
	add_cell(s, 0, "serial", "skew", "ns=1000,alpha=1.5,rate=900", 20, 0.01);
	row = add_cell(s, 1, "serial", "skew", "ns=1000,alpha=1.5,rate=900", 30, 0.01);
	for (size_t i = 0; i < 10; i++)
		row[i].seed = 2;
	t = compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(t->cells, 2);
	assert_int_equal(t->judged, 0);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(pvq_compared_words(&t->cell[i]), "other work");
		assert_true(t->cell[i].ratio > 1.05);
		assert_false(pvq_compared_fails(&t->cell[i], 0));
	}
	assert_string_equal(cell_of(t, "spin")->name, "spin:ns=1000/serial/workers:2/cores:2");
}

static void broken_cells_fail_and_old_failures_do_not(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;

	add_cell(s, 0, "pool_ordered", "noop", "", 20, 0.01);
	add_cell(s, 0, "pool_unordered", "noop", "", 20, 0.01);
	add_cell(s, 0, "pthread_queue", "noop", "", 20, 0.01);
	for (unsigned b = 0; b < 10; b++) {
		struct pvq_row *row = add(s, 1, "pool_ordered", "noop", "", b, 0);

		row->status = PVQ_CRASHED;
		snprintf(row->reason, sizeof(row->reason), "signal 11");
		add(s, 1, "pool_unordered", "noop", "", b, 20 + b % 2)->status =
			b < 3 ? PVQ_TIMEOUT : PVQ_OK;
		add(s, 0, "fork_pipe_queue", "noop", "", b, 0)->status = PVQ_ERROR;
		add(s, 1, "fork_pipe_queue", "noop", "", b, 20);
	}
	t = compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(cell_of(t, "pool_ordered")->basis, PVQ_BROKEN);
	assert_string_equal(cell_of(t, "pool_ordered")->reason, "signal 11");
	assert_true(pvq_compared_fails(cell_of(t, "pool_ordered"), 0.5));
	assert_int_equal(cell_of(t, "pool_unordered")->basis, PVQ_JUDGED);
	assert_int_equal(cell_of(t, "pool_unordered")->failed_after, 3);
	assert_int_equal(cell_of(t, "fork_pipe_queue")->basis, PVQ_FAILED_BEFORE);
	assert_false(pvq_compared_fails(cell_of(t, "fork_pipe_queue"), 0));
	/* Not measured at all after: that is no failure, and it is reported. */
	assert_int_equal(t->unmatched_count, 1);
	assert_string_equal(t->unmatched[0].name, "noop/pthread_queue/workers:2/cores:2");
	assert_string_equal(t->unmatched[0].dir, "r1");
}

static void cells_meet_by_setting_and_twins_stay_away(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;

	for (size_t r = 0; r < 2; r++) {
		/* Chosen by the strategy itself, and differently: one cell all the same. */
		add_cell(s, r, "pool_ordered", "noop", "", 20, 0.01)->chunk = 1;
		for (size_t i = 0; i < 10; i++)
			s->run[r].rows.row[i].chunk = r ? 32 : 64;
		/* Set side by side: two cells. */
		add_cell(s, r, "pthread_queue", "noop", "", 20, 0.01);
		for (struct pvq_row *row = add_cell(s, r, "pthread_queue", "noop", "", 10, 0.01),
				    *end = row + 10;
			row < end; row++)
			row->chunk = 16;
		add_cell(s, r, "pool_ordered~0", "noop", "", r ? 90 : 20, 0.01);
	}
	t = compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(t->cells, 3);
	assert_int_equal(t->unmatched_count, 0);
	assert_string_equal(cell_of(t, "chunk:16")->name, "noop/pthread_queue/workers:2/cores:2/chunk:16");
	assert_true(cell_of(t, "chunk:16")->before_ns < 12e6);
	assert_string_equal(cell_of(t, "pool_ordered")->name, "noop/pool_ordered/workers:2/cores:2");
	for (size_t i = 0; i < t->cells; i++)
		assert_string_equal(pvq_compared_words(&t->cell[i]), "equivalent");
}

/* Others had the CPUs in that many of the ten blocks after, and everything took twice as long there. */
static const struct pvq_compared *disturb(struct sides *s, unsigned blocks)
{
	struct pvq_row *row = s->run[1].rows.row;

	for (unsigned b = 0; b < 10; b++) {
		row[b].foreign_ns = b < blocks ? 150000000 : 0;
		row[b].map_ns = (uint64_t)(1e6 * (b < blocks ? 40 : 20 + 0.1 * (b % 3)));
	}
	return cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered");
}

static void disturbed_blocks_do_not_count(void **state)
{
	struct sides *s = *state;
	const struct pvq_compared *c;

	for (size_t r = 0; r < 2; r++)
		for (unsigned b = 0; b < 10; b++)
			add(s, r, "pool_ordered", "noop", "", b, 20 + 0.1 * (b % 3));
	c = disturb(s, 4);
	assert_string_equal(pvq_compared_words(c), "equivalent");
	assert_true(c->ratio < 1.01);
	c = disturb(s, 8);
	assert_string_equal(pvq_compared_words(c), "disturbed");
	assert_false(pvq_compared_fails(c, 0.05));
}

/* A table of cells in which nothing differs, many times over. */
static void equal_runs_hardly_ever_alarm(void **state)
{
	enum { TABLES = 60, CELLS = 30 };
	struct sides *s = *state;
	size_t alarms = 0;

	for (int i = 0; i < TABLES; i++) {
		const struct pvq_comparison_table *t;
		int alarm = 0;

		for (size_t r = 0; r < 2; r++) {
			s->run[r].rows.count = 0;
			for (unsigned c = 0; c < CELLS; c++) {
				char args[32];

				snprintf(args, sizeof(args), "us=%u", c + 1);
				add_cell(s, r, "serial", "sleep", args, 20, 0.1);
			}
		}
		t = compare(s, 1, PVQ_MAP_NS);
		assert_int_equal(t->judged, CELLS);
		for (size_t c = 0; c < t->cells; c++)
			alarm |= pvq_compared_fails(&t->cell[c], 0);
		alarms += (size_t)alarm;
	}
	/* Slower is one of the two directions of a test at 5 %: 1.5 of 60; four standard errors above. */
	assert_in_range(alarms, 0, 6);
}

/* As the promise costs power: a change of 10 % among 100 cells, with noise of 3 %. */
static void ten_per_cent_are_found_among_a_hundred_cells(void **state)
{
	enum { TABLES = 10, CELLS = 100 };
	struct sides *s = *state;
	size_t found = 0;

	for (int i = 0; i < TABLES; i++) {
		for (size_t r = 0; r < 2; r++) {
			s->run[r].rows.count = 0;
			for (unsigned c = 0; c < CELLS; c++) {
				char args[32];

				snprintf(args, sizeof(args), "us=%u", c + 1);
				add_cell(s, r, "serial", "sleep", args, r && c == 0 ? 22 : 20, 0.03);
			}
		}
		found += compare(s, 1, PVQ_MAP_NS)->cell[0].verdict == PVQ_SLOWER;
	}
	assert_in_range(found, TABLES * 9 / 10, TABLES);
}

/* What two runs cannot tell: each run is faster or slower as a whole and cell by cell. */
static void runs_that_differ_by_themselves_are_no_change(void **state)
{
	struct sides *s = *state;
	static const char *const impl[] = {"serial", "pool_ordered", "pool_unordered", "pthread_queue"};
	const struct pvq_comparison_table *t;

	for (size_t r = 0; r < 8; r++)
		for (size_t i = 0; i < 4; i++) {
			double run = exp(0.08 * normal(s));

			add_cell(s, r, impl[i], "noop", "", 20 * run * (i == 3 && r >= 4 ? 1.6 : 1), 0.01);
		}
	t = compare(s, 4, PVQ_MAP_NS);
	assert_int_equal(t->judged, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(
			pvq_compared_words(cell_of(t, impl[i])), i == 3 ? "slower" : "inconclusive");
	assert_true(pvq_compared_fails(cell_of(t, "pthread_queue"), 0.05));
	assert_true(cell_of(t, "pthread_queue")->lo > 1.05);
}

static char *text_of(
	void (*write)(FILE *, const struct pvq_comparison_table *), const struct pvq_comparison_table *t)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	write(f, t);
	assert_int_equal(fclose(f), 0);
	return text;
}

static int columns_of(const char *line)
{
	int columns = 0;

	for (; *line && *line != '\n'; line++)
		columns += (*line & 0xc0) != 0x80;
	return columns;
}

static void the_table_fits_and_counts(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;
	char *text;

	for (size_t r = 0; r < 2; r++) {
		add_cell(s, r, "pool_ordered", "noop", "", r ? 30 : 20, 0.01);
		add_cell(s, r, "serial", "noop", "", 20, 0.01);
		add_cell(s, r, "serial", r ? "echo" : "stream", "", 20, 0.01);
	}
	t = compare(s, 1, PVQ_MAP_NS);
	text = text_of(pvq_compare_print, t);
	assert_non_null(strstr(text, "1 slower, 0 faster, 1 equivalent, 0 inconclusive\n"));
	assert_non_null(strstr(text, "- 1 cell is not in r0:\n  - echo/serial/"));
	assert_non_null(strstr(text, "- 1 cell is not in r1:\n  - stream/serial/"));
	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		assert_in_range(columns_of(line), 0, 100);
	free(text);
	text = text_of(pvq_compare_csv, t);
	assert_non_null(strstr(text, "\"noop/pool_ordered/workers:2/cores:2\",1000,1000,0,"));
	assert_non_null(strstr(text, ",slower,\n"));
	free(text);
	text = text_of(pvq_compare_markdown, t);
	assert_non_null(strstr(text, "| noop | pool_ordered | 2 on 2 | 1."));
	free(text);
}

/* ---- a machine whose CPUs are near each other at some times and far at others ---- */

enum { NEAR = 105, FAR = 520 };

/* Says that the run is of that host. */
static void of_host(struct sides *s, size_t run, const char *model)
{
	struct pvq_manifest *m = &s->run[run].manifest;

	m->fact = calloc(2, sizeof(*m->fact));
	assert_non_null(m->fact);
	m->fact[m->count++] = (struct pvq_fact){strdup("host_cpu_model"), strdup(model)};
	m->fact[m->count++] = (struct pvq_fact){strdup("host_cpus"), strdup("2 allowed")};
}

/* So many blocks of two strategies: one takes 17 ms near and 45 far, times `factor`; the other hardly depends on it. */
static void add_blocks(struct sides *s, size_t run, unsigned blocks, int far, double factor)
{
	size_t count = s->run[run].rows.count;
	unsigned first = count ? s->run[run].rows.row[count - 1].block + 1 : 0;

	for (unsigned b = first; b < first + blocks; b++) {
		struct pvq_row *pool = add(s, run, "pool_ordered", "noop", "", b,
			(far ? 45 : 17) * factor * exp(0.01 * normal(s)));
		struct pvq_row *other = add(
			s, run, "pthread_queue", "noop", "", b, (far ? 62 : 60) * exp(0.01 * normal(s)));

		pool->handover_ns = pool->handover_after_ns = far ? FAR : NEAR;
		other->handover_ns = other->handover_after_ns = far ? FAR : NEAR;
	}
}

/* What was near before and far after is no slow-down. */
static void runs_are_compared_at_the_same_distance(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;
	const struct pvq_compared *c;
	char *text;

	for (size_t r = 0; r < 2; r++)
		of_host(s, r, "X 1");
	add_blocks(s, 0, 20, 0, 1);
	add_blocks(s, 0, 7, 1, 1);
	add_blocks(s, 1, 8, 0, 1);
	add_blocks(s, 1, 24, 1, 1);
	t = compare(s, 1, PVQ_MAP_NS);
	c = cell_of(t, "pool_ordered");
	assert_string_equal(c->level, "near"); /* 8 trials at least; far, 7 */
	assert_string_equal(pvq_compared_words(c), "equivalent");
	assert_true(fabs(c->before_ns - 17e6) < 1e6 && fabs(c->after_ns - 17e6) < 1e6);
	text = text_of(pvq_compare_print, t);
	assert_non_null(strstr(text, "2 on 2 near"));
	assert_non_null(strstr(text, "- Near, far: "));
	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		assert_in_range(columns_of(line), 0, 100);
	free(text);
	text = text_of(pvq_compare_csv, t);
	assert_non_null(strstr(text, ",equivalent,near\n"));
	free(text);
	/* Without the hand-overs, the machine is blamed on the program. */
	for (size_t r = 0; r < 2; r++)
		for (size_t i = 0; i < s->run[r].rows.count; i++)
			s->run[r].rows.row[i].handover_ns = s->run[r].rows.row[i].handover_after_ns = 0;
	c = cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered");
	assert_string_equal(pvq_compared_words(c), "slower");
	assert_string_equal(c->level, "");
}

static void a_slow_down_is_found_at_the_same_distance(void **state)
{
	struct sides *s = *state;
	const struct pvq_compared *c;

	for (size_t r = 0; r < 2; r++)
		of_host(s, r, "X 1");
	add_blocks(s, 0, 4, 0, 1);
	add_blocks(s, 0, 10, 1, 1);
	add_blocks(s, 1, 20, 0, 1.1);
	add_blocks(s, 1, 9, 1, 1.1);
	c = cell_of(compare(s, 1, PVQ_MAP_NS), "pool_ordered");
	assert_string_equal(c->level, "far");
	assert_string_equal(pvq_compared_words(c), "slower");
	assert_true(fabs(c->ratio - 1.1) < 0.02);
	assert_true(pvq_compared_fails(c, 0.05));
	assert_string_equal(pvq_compared_words(cell_of(&s->table, "pthread_queue")), "equivalent");
}

static void without_a_common_distance_nothing_is_judged(void **state)
{
	struct sides *s = *state;
	const struct pvq_comparison_table *t;
	char *text;

	for (size_t r = 0; r < 2; r++)
		of_host(s, r, "X 1");
	add_blocks(s, 0, 12, 0, 1);
	add_blocks(s, 1, 12, 1, 1);
	t = compare(s, 1, PVQ_MAP_NS);
	assert_int_equal(t->cells, 2);
	assert_int_equal(t->judged, 0);
	assert_false(pvq_compare_is_sound(t)); /* so a gate exits with 3 */
	assert_string_equal(pvq_compared_words(cell_of(t, "pool_ordered")), "other distance");
	assert_true(cell_of(t, "pool_ordered")->ratio > 2); /* shown all the same */
	assert_false(pvq_compared_fails(cell_of(t, "pool_ordered"), 0));
	text = text_of(pvq_compare_print, t);
	assert_non_null(strstr(text, "0 inconclusive, 2 not judged: other distance\n"));
	assert_non_null(strstr(text, "- Other distance: "));
	free(text);
	/* On another host, what is far there is no reason not to compare. */
	pvq_manifest_free(&s->run[1].manifest);
	of_host(s, 1, "X 2");
	t = compare(s, 1, PVQ_MAP_NS);
	assert_string_equal(pvq_compared_words(cell_of(t, "pool_ordered")), "slower");
}

/* Three runs a side: one of them met far only. */
static void every_run_must_have_met_the_level(void **state)
{
	struct sides *s = *state;
	const struct pvq_compared *c;

	for (size_t r = 0; r < 6; r++) {
		of_host(s, r, "X 1");
		add_blocks(s, r, r == 5 ? 0 : 15, 0, 1);
		add_blocks(s, r, 6, 1, r < 3 ? 1 : 1.3);
	}
	c = cell_of(compare(s, 3, PVQ_MAP_NS), "pool_ordered");
	assert_string_equal(c->level, "far");
	assert_true(fabs(c->ratio - 1.3) < 0.05);
	assert_string_equal(pvq_compared_words(c), "slower");
}

static void differences_between_machines_are_told(void **state)
{
	static const struct {
		const char *key, *value[2];
	} facts[] = {{"host_cpu_model", {"X 1", "X 2"}}, {"version_pvq", {"abc", "abc"}},
		{"host_load_at_start", {"0.1", "9.9"}}, {"command", {"a", "b"}}};
	struct sides *s = *state;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t r = 0; r < 2; r++) {
		struct pvq_manifest *m = &s->run[r].manifest;

		m->fact = calloc(4, sizeof(*m->fact));
		assert_non_null(m->fact);
		for (m->count = 0; m->count < 4; m->count++)
			m->fact[m->count] = (struct pvq_fact){
				strdup(facts[m->count].key), strdup(facts[m->count].value[r])};
	}
	pvq_runs_differences(f, s->run, 3);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, "pvq: warning: r2 has no manifest, so its machine and build are unknown\n"
				  "pvq: warning: host_cpu_model differs: 'X 1' in r0, 'X 2' in r1\n");
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_sides, drop_sides)
	static const struct CMUnitTest tests[] = {
		TEST(what_got_slower_is_named_and_nothing_else),
		TEST(the_metric_is_the_one_asked_for),
		TEST(other_numbers_of_equal_items_compare_per_item),
		TEST(a_fixed_cost_that_matters_is_not_compared),
		TEST(start_and_stop_are_fixed_costs),
		TEST(too_few_blocks_judge_nothing),
		TEST(half_of_the_cells_must_be_judged),
		TEST(other_work_is_shown_and_not_judged),
		TEST(broken_cells_fail_and_old_failures_do_not),
		TEST(cells_meet_by_setting_and_twins_stay_away),
		TEST(disturbed_blocks_do_not_count),
		TEST(equal_runs_hardly_ever_alarm),
		TEST(ten_per_cent_are_found_among_a_hundred_cells),
		TEST(runs_that_differ_by_themselves_are_no_change),
		TEST(the_table_fits_and_counts),
		TEST(runs_are_compared_at_the_same_distance),
		TEST(a_slow_down_is_found_at_the_same_distance),
		TEST(without_a_common_distance_nothing_is_judged),
		TEST(every_run_must_have_met_the_level),
		TEST(differences_between_machines_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
