/* test_beside.c: what experiments measure beside the sweep: which trials, how often, and files that are whole or not
 * there; the trials are played. */
#include "../support/played.h"
#include "base/rundir.h"
#include "experiments/chunks/chunks.h"
#include "experiments/claims/claims.h"
#include "experiments/costs/costs.h"
#include "experiments/faults/faults.h"
#include "experiments/forecast/grid.h"
#include "experiments/grain/grain.h"
#include "experiments/tutorial/tutorial.h"
#include "trial/registry.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

/* An experiment beside the sweep of that plan, with a minute for it. */
static int run_beside(int (*run)(const struct pvq_session *), const struct pvq_plan *plan)
{
	const struct pvq_session session = {.plan = plan, .host = &host, .dir = dir, .seconds = 60};

	return run(&session);
}

/* The claims need some of the plan's cells on the most cores: no serial, no twins, no tasks that decide nothing.
 * Ordered and unordered strategies also get a load on which the order shows. */
static void the_claims_are_measured_with_the_plans_cells(void **state)
{
	static const struct {
		const char *impl;
		unsigned task, twin, workers, cores, needed;
	} cell[] = {
		{"pool_unordered", 0, 0, 1, 1, 0},
		{"pool_unordered", 0, 0, 2, 2, 1},
		{"pool_unordered", 0, 1, 2, 2, 0},
		{"pthread_queue", 0, 0, 2, 2, 0}, /* threads are asked about for sleep and spin alone */
		{"serial", 1, 0, 1, 1, 0},
		{"pthread_queue", 1, 0, 2, 2, 1},
		{"pthread_queue", 1, 0, 8, 2, 1},
		{"pool_ordered", 1, 0, 2, 2, 1},
		{"pool_ordered", 1, 0, 8, 2, 0},
	};
	enum { CELLS = sizeof(cell) / sizeof(cell[0]) };
	struct pvq_claims_seen seen;
	struct pvq_plan plan;
	unsigned needed = 0;

	(void)state;
	plan_two(&plan, CELLS, 0, 2);
	for (unsigned i = 0; i < CELLS; i++) {
		plan.cell[i].impl = pvq_registry_find(&registry, cell[i].impl);
		assert_non_null(plan.cell[i].impl);
		plan.cell[i].spec = plan.spec[cell[i].task];
		plan.cell[i].twin = cell[i].twin;
		strcpy(plan.cell[i].oracle, "others");
		plan.cell[i].workers = cell[i].workers;
		plan.cell[i].cores = cell[i].cores;
		needed += cell[i].needed;
	}
	plan.ncell = CELLS;
	assert_int_equal(pvq_claims_read(&seen, &registry, dir), -ENOENT);
	assert_int_equal(run_beside(pvq_claims_run, &plan), 0);
	assert_int_equal(pvq_claims_read(&seen, &registry, dir), 0);
	assert_int_equal(played.foreign, 0);
	assert_int_equal(seen.summary.cells, needed + 2);
	for (size_t i = 0; i < seen.rows.count; i++) {
		unsigned found = strcmp(seen.rows.row[i].task, "straggler") == 0 &&
				 strncmp(seen.rows.row[i].impl, "pool_", 5) == 0 &&
				 seen.rows.row[i].workers == 2;

		for (unsigned c = 0; c < CELLS; c++)
			found += cell[c].needed && strcmp(cell[c].impl, seen.rows.row[i].impl) == 0 &&
				 strcmp(plan.cell[c].spec->task->name, seen.rows.row[i].task) == 0 &&
				 cell[c].workers == seen.rows.row[i].workers;
		assert_int_equal(found, 1);
	}
	assert_true(seen.summary.blocks >= 30);
	pvq_claims_free(&seen);
	/* Existing cells are not measured again. */
	played.count = 0;
	assert_int_equal(run_beside(pvq_claims_run, &plan), 0);
	assert_int_equal(played.count, 0);
	forget(&plan, "claims.csv");
}

static const struct pvq_impl python_imap = {.name = "python_pool_imap"},
			     python_executor = {.name = "python_executor"},
			     python_queue = {.name = "python_process_queue"},
			     python_serial = {.name = "python_serial", .flags = PVQ_ONE_WORKER};

/* imap hands over one item at a time, unless told otherwise; ten are best. The queue has no chunk. */
static void ten_are_best(struct pvq_row *row)
{
	if (strcmp(row->impl, python_queue.name) == 0 || row->chunk == 0)
		row->chunk = 1;
	row->map_ns = row->chunk == 10 ? 1000000 : 2000000;
}

static void one_is_best(struct pvq_row *row)
{
	ten_are_best(row);
	row->map_ns = 1000000 * (uint64_t)row->chunk;
}

/* Claims about CPython's pools are measured with the default chunk, and with the best one, which a search finds. Where the
 * default is best, nothing is added. */
static void claims_get_the_best_chunk_too(void **state)
{
	static void (*const change[])(struct pvq_row *) = {one_is_best, ten_are_best};

	(void)state;
	for (unsigned better = 0; better < 2; better++) {
		const struct pvq_cell *by_default, *best;
		struct pvq_claims_seen seen;
		struct pvq_plan plan;

		plan_two(&plan, 2, 0, 2);
		for (unsigned i = 0; i < plan.ncell; i++) {
			plan.cell[i].impl = i % 2 ? &python_imap : &python_queue;
			plan.cell[i].twin = 0;
			plan.cell[i].n = 50;
			plan.cell[i].workers = plan.cell[i].cores = 2;
			plan.cell[i].chunk = 7; /* the sweep's chunks do not matter here */
		}
		played.change = change[better];
		assert_int_equal(run_beside(pvq_claims_run, &plan), 0);
		assert_int_equal(pvq_claims_read(&seen, &registry, dir), 0);
		/* imap on noop, sleep and straggler; the queue on sleep */
		assert_int_equal(seen.summary.cells, 4 + 3 * better);
		/* 100 items at a time would leave a worker without any. */
		for (size_t i = 0; i < seen.chunk_rows.count; i++)
			assert_true(seen.chunk_rows.row[i].chunk <= 10);
		by_default = pvq_claims_chunk(&seen.summary, "python_pool_imap", seen.rows.row, 0);
		best = pvq_claims_chunk(&seen.summary, "python_pool_imap", seen.rows.row, 1);
		assert_non_null(by_default);
		assert_int_equal(by_default->key->chunk, 1);
		assert_int_equal(best->key->chunk, better ? 10 : 1);
		pvq_claims_free(&seen);
		/* An interrupted run keeps what the search found. */
		played.count = 0;
		unlink_in_dir(PVQ_CLAIMS_FILE);
		played.change = one_is_best;
		assert_int_equal(run_beside(pvq_claims_run, &plan), 0);
		assert_int_equal(pvq_claims_read(&seen, &registry, dir), 0);
		assert_int_equal(seen.summary.cells, 4 + 3 * better);
		pvq_claims_free(&seen);
		unlink_in_dir(PVQ_CLAIMS_CHUNKS_FILE);
		forget(&plan, PVQ_CLAIMS_FILE);
	}
}

static void clip_chunk(struct pvq_row *row)
{
	row->chunk = row->chunk > 100 ? 100 : row->chunk;
}

/* Every chunk size of a pool, and a single cell of what has none; a size that comes out as another is left out. */
static void every_chunk_size_is_measured(void **state)
{
	const struct pvq_impl *const impl[] = {&python_imap, &python_queue, &python_serial,
		pvq_registry_find(&registry, "pool_ordered"), pvq_registry_find(&registry, "pthread_queue"),
		&python_executor};
	enum { IMPLS = sizeof(impl) / sizeof(impl[0]) };
	unsigned cells[IMPLS] = {0};
	struct pvq_plan plan;
	struct pvq_rows rows;

	(void)state;
	plan_two(&plan, IMPLS, 0, 2);
	for (unsigned i = 0; i < plan.ncell; i++) {
		plan.cell[i].impl = impl[i % IMPLS];
		plan.cell[i].twin = 0;
		plan.cell[i].workers = plan.cell[i].cores = i % IMPLS == 2 ? 1 : 2;
	}
	played.change = clip_chunk;
	assert_int_equal(run_beside(pvq_chunks_run, &plan), 0);
	assert_int_equal(pvq_rows_read_file(dir, PVQ_CHUNKS_FILE, &rows), 0);
	for (size_t r = 0; r < rows.count && rows.row[r].block == 0; r++)
		for (unsigned i = 0; i < IMPLS; i++)
			cells[i] += strcmp(rows.row[r].impl, impl[i]->name) == 0;
	assert_int_equal(cells[0], 4);
	assert_int_equal(cells[1], 2); /* in the family of each pool */
	assert_int_equal(cells[2], 1);
	assert_int_equal(cells[3], 4);
	assert_int_equal(cells[5], 4);
	assert_int_equal(cells[4], 0); /* not in the table */
	pvq_rows_free(&rows);
	unlink_in_dir(PVQ_CHUNKS_FILE);
	for (unsigned i = 0; i < plan.ncell; i++)
		plan.cell[i].impl = impl[1 + i % 3];
	assert_int_equal(run_beside(pvq_chunks_run, &plan), 0); /* a plan without CPython's pools */
	assert_false(pvq_rundir_has(dir, PVQ_CHUNKS_FILE));
	pvq_plan_free(&plan);
}

/* ---- what is measured beside the sweep ---- */

static const struct extra {
	int (*run)(const struct pvq_session *);
	const char *file[3];
} extras[] = {{pvq_claims_run, {"claims.csv"}}, {pvq_costs_run, {"dispatch.csv", "cold.csv", "memory.csv"}},
	{pvq_grain_run, {"grain.csv"}}, {pvq_faults_run, {"faults.csv"}}, {pvq_job_run, {"tutorial.csv"}},
	{pvq_forecast_run, {"grid.csv"}}};

/* The sweep's rows, on which a model calibrates: items that cost a pool 40 ns. */
static void write_sweep(void)
{
	static const struct {
		const char *task, *args;
		double n, item_ns;
	} work[] = {{"noop", "", 300000, 6}, {"spin", "ns=1000,rate=900", 60000, 1000},
		{"spin", "ns=100000,rate=900", 800, 1e5}, {"echo", "in=65536,out=65536", 3000, 20000}};
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/raw.csv", dir);
	for (size_t w = 0; w < sizeof(work) / sizeof(*work); w++)
		for (unsigned i = 0; i < 3 * 3;
			i++) { /* blocks of serial, and of the pool on one core and two */
			unsigned pool = i % 3 > 0, cores = i % 3 == 2 ? 2 : 1;
			double map_ns = work[w].n * (work[w].item_ns + 40 * pool) / cores;
			struct pvq_row r = {.n = (uint64_t)work[w].n,
				.workers = cores,
				.cores = cores,
				.chunk = 1,
				.window = 1024,
				.block = i / 3,
				.verified = PVQ_VERIFIED_ORACLE,
				.start_ns = 200000,
				.first_ns = 50000,
				.map_ns = (uint64_t)map_ns,
				.stop_ns = 100000};

			r.total_ns = r.start_ns + r.map_ns + r.stop_ns;
			r.user_ns = r.map_ns;
			snprintf(r.impl, sizeof(r.impl), "%s", pool ? "pool_unordered" : "serial");
			snprintf(r.task, sizeof(r.task), "%s", work[w].task);
			snprintf(r.args, sizeof(r.args), "%s", work[w].args);
			assert_int_equal(pvq_row_append(path, &r), 0);
		}
}

/* serial and a pool through noop and sleep. */
static void plan_extras(struct pvq_plan *plan)
{
	plan_two(plan, 2, 0, 2);
	for (unsigned i = 0; i < plan->ncell; i++) {
		plan->cell[i].impl = pvq_registry_find(&registry, i % 2 ? "pool_unordered" : "serial");
		plan->cell[i].twin = 0;
		plan->cell[i].workers = plan->cell[i].cores = 1 + i % 2;
	}
}

/* The number of lines; 0: the file does not exist. */
static unsigned lines_of(const char *file)
{
	char path[PATH_MAX];
	unsigned lines = 0;
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "re");
	while (f && (c = getc(f)) != EOF)
		lines += c == '\n';
	if (f)
		fclose(f);
	return lines;
}

/* Interrupts at that trial, then resumes: a file is complete, or it does not exist. */
static void interrupt_extra(const struct extra *extra, unsigned at, const unsigned whole[3])
{
	struct pvq_plan plan;
	char part[64];

	plan_extras(&plan);
	for (unsigned i = 0; i < 3 && extra->file[i]; i++) {
		snprintf(part, sizeof(part), "%s.part", extra->file[i]);
		write_left(part);
	}
	played.interrupt_at = at;
	assert_int_equal(run_beside(extra->run, &plan), -EINTR);
	for (unsigned i = 0; i < 3 && extra->file[i]; i++)
		assert_true(lines_of(extra->file[i]) == 0 || lines_of(extra->file[i]) == whole[i]);
	played.interrupt_at = 0;
	assert_int_equal(run_beside(extra->run, &plan), 0);
	for (unsigned i = 0; i < 3 && extra->file[i]; i++) {
		snprintf(part, sizeof(part), "%s.part", extra->file[i]);
		assert_int_equal(lines_of(extra->file[i]), whole[i]);
		assert_false(pvq_rundir_has(dir, part));
		unlink_in_dir(extra->file[i]);
	}
	pvq_plan_free(&plan);
}

static void what_was_interrupted_is_not_there(void **state)
{
	(void)state;
	write_sweep();
	for (size_t e = 0; e < sizeof(extras) / sizeof(extras[0]); e++) {
		unsigned whole[3] = {0}, trials;
		struct pvq_plan plan;

		plan_extras(&plan);
		assert_int_equal(run_beside(extras[e].run, &plan), 0);
		trials = played.count;
		assert_int_equal(run_beside(extras[e].run, &plan), 0);
		assert_int_equal(played.count, trials); /* what is there is not measured again */
		for (unsigned i = 0; i < 3 && extras[e].file[i]; i++) {
			whole[i] = lines_of(extras[e].file[i]);
			assert_true(whole[i] > 2);
			unlink_in_dir(extras[e].file[i]);
		}
		pvq_plan_free(&plan);
		for (unsigned at = 1; at < trials; at += 1 + trials / 9)
			interrupt_extra(&extras[e], at, whole);
		interrupt_extra(&extras[e], trials, whole);
	}
	unlink_in_dir("raw.csv");
}

/* Serial, and the model's strategies with a worker a core, on items that are in no plan; nothing where there is no model. */
static void the_grid_has_items_of_its_own(void **state)
{
	struct pvq_rows rows;
	struct pvq_plan plan;
	unsigned serial = 0, pool = 0;

	(void)state;
	plan_extras(&plan);
	assert_int_equal(run_beside(pvq_forecast_run, &plan), 0);
	assert_false(pvq_rundir_has(dir, "grid.csv"));
	write_sweep();
	assert_int_equal(run_beside(pvq_forecast_run, &plan), 0);
	assert_int_equal(pvq_rows_read_file(dir, "grid.csv", &rows), 0);
	for (size_t i = 0; i < rows.count && rows.row[i].block == 0; i++) {
		const struct pvq_row *r = &rows.row[i];
		int is_serial = strcmp(r->impl, "serial") == 0;

		assert_string_equal(r->task, "job");
		assert_int_equal(r->workers, is_serial ? 1 : 2);
		serial += is_serial;
		pool += strcmp(r->impl, "pool_unordered") == 0;
	}
	assert_int_equal(serial, PVQ_GRID_POINTS);
	assert_int_equal(pool, PVQ_GRID_POINTS);
	pvq_rows_free(&rows);
	pvq_plan_free(&plan);
	unlink_in_dir("grid.csv");
	unlink_in_dir("raw.csv");
}

/* Every fault is tried five times, but a hang, or a task that cannot run, once. */
static void faults_are_tried_again_where_that_is_cheap(void **state)
{
	static const enum pvq_status status[] = {PVQ_CRASHED, PVQ_TIMEOUT, PVQ_UNAVAILABLE};

	(void)state;
	for (size_t s = 0; s < sizeof(status) / sizeof(status[0]); s++) {
		struct pvq_faults faults;
		struct pvq_plan plan;

		plan_extras(&plan);
		played.status[0] = status[s];
		assert_int_equal(run_beside(pvq_faults_run, &plan), 0);
		assert_int_equal(pvq_faults_read(&faults, dir), 0);
		for (int kind = 0; kind < PVQ_FAULTS; kind++) {
			const struct pvq_fault *f = NULL;
			unsigned tries = 0;

			while ((f = pvq_faults_next(&faults, "serial", kind, f)))
				assert_int_equal(f->try, ++tries);
			assert_int_equal(tries, s == 0 && kind != PVQ_FAULT_HANG ? 5 : 1);
		}
		free(faults.fault);
		forget(&plan, "faults.csv");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_claims_are_measured_with_the_plans_cells),
		cmocka_unit_test(claims_get_the_best_chunk_too),
		cmocka_unit_test(every_chunk_size_is_measured),
		cmocka_unit_test(what_was_interrupted_is_not_there),
		cmocka_unit_test(the_grid_has_items_of_its_own),
		cmocka_unit_test(faults_are_tried_again_where_that_is_cheap),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
