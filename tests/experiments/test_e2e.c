/* test_e2e.c: The outside view from rows and wall times that are made up here: is a run paired with its own row, and
 * do the words say what the pairs carry?
 */
#include "experiments/e2e/e2e.h"
#include "report/report.h"
#include "trial/registry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

enum { RUNS = 10, WARMUP = 2 };

/* A folder whose e2e.csv and e2e.json are being written. */
struct view {
	char dir[64], path[128];
	FILE *csv, *json;
	unsigned cells;
	int without_facts; /* in the manifest */
	char *text;
};

static FILE *view_open(struct view *v, const char *name, const char *mode)
{
	FILE *f;

	snprintf(v->path, sizeof(v->path), "%s/%s", v->dir, name);
	f = fopen(v->path, mode);
	assert_non_null(f);
	return f;
}

static int make_view(void **state)
{
	struct view *v = calloc(1, sizeof(*v));
	FILE *manifest;

	assert_non_null(v);
	strcpy(v->dir, "/tmp/pvq-e2e.XXXXXX");
	assert_non_null(mkdtemp(v->dir));
	manifest = view_open(v, "manifest.tsv", "w");
	fprintf(manifest, "e2e_runs\t%d\ne2e_warmup\t%d\ne2e_cells\t0 1 2 3 4 5 6 7 8 9 10 11\n", RUNS,
		WARMUP);
	assert_int_equal(fclose(manifest), 0);
	v->csv = view_open(v, "e2e.csv", "w");
	v->json = view_open(v, "e2e.json", "w");
	assert_int_equal(pvq_row_header(v->csv), 0);
	fputs("{\"results\": [", v->json);
	*state = v;
	return 0;
}

static int drop_view(void **state)
{
	struct view *v = *state;
	char command[128];
	int ret;

	snprintf(command, sizeof(command), "rm -rf %s", v->dir);
	ret = system(command);
	free(v->text);
	free(v);
	return ret;
}

static void add_row(struct view *v, const char *impl, const char *task, unsigned workers, double total_ms,
	enum pvq_status status)
{
	struct pvq_row row = {.n = 1,
		.workers = workers,
		.cores = 2,
		.chunk = 1,
		.window = 8,
		.order = "unordered",
		.in_via = "pipe",
		.out_via = "pipe",
		.status = status,
		.verified = PVQ_VERIFIED_ORACLE,
		.total_ns = (uint64_t)(total_ms * 1e6),
		.user_ns = 2000000,
		.cell = v->cells};

	/* The machine's state changes between commands, which must not set any run aside. */
	row.handover_ns = row.handover_after_ns = v->cells % 2 ? 500 + v->cells : 100 + v->cells;
	snprintf(row.impl, sizeof(row.impl), "%s", impl);
	snprintf(row.task, sizeof(row.task), "%s", task);
	if (status != PVQ_OK)
		snprintf(row.reason, sizeof(row.reason), "no | luck");
	assert_int_equal(pvq_row_write(v->csv, &row), 0);
}

/* The driver says total_ms (and a run later a little more), hyperfine diff_ms more. The warm-up's rows would
 * give differences under zero. */
static void add_rows(struct view *v, const char *impl, const char *task, unsigned workers, double total_ms)
{
	for (int run = 0; run < WARMUP; run++)
		add_row(v, impl, task, workers, 1000, PVQ_OK);
	for (int run = 0; run < RUNS; run++)
		add_row(v, impl, task, workers, total_ms + run, PVQ_OK);
}

static void add_result(struct view *v, int runs, double first_ms, double cpu_ms)
{
	fprintf(v->json, "%s{\"command\": \"pvq run", v->cells ? ", " : "");
	if (v->without_facts)
		fprintf(v->json, " --cell %u --raw e2e.csv", v->cells);
	fprintf(v->json, "\", \"user\": %g, \"system\": 0.001, ", (cpu_ms - 1) / 1e3);
	for (int run = 0; run < runs; run++)
		fprintf(v->json, "%s%.9g", run ? ", " : "\"times\": [",
			(first_ms + run + 0.01 * (run % 3)) / 1e3);
	fputs("]}", v->json);
	v->cells++;
}

static void add_cell(struct view *v, const char *impl, const char *task, unsigned workers, double total_ms,
	double diff_ms)
{
	add_rows(v, impl, task, workers, total_ms);
	add_result(v, RUNS, total_ms + diff_ms, 5);
}

/* A yardstick of 7 ms for everyone, and serial on a load that adds 1 ms. */
static void add_references(struct view *v)
{
	add_cell(v, "serial", "noop", 1, 0.01, 7);
	add_cell(v, "pool_ordered", "noop", 2, 1, 7);
	add_cell(v, "pthread_queue", "noop", 2, 0.2, 7);
	add_cell(v, "serial", "spin", 1, 40, 8);
}

static void read_text(struct view *v, const char *name)
{
	FILE *f = view_open(v, name, "r");
	size_t room = 0;

	free(v->text);
	v->text = NULL;
	assert_true(getdelim(&v->text, &room, '\0', f) > 0);
	fclose(f);
}

static void close_view(struct view *v)
{
	fputs("]}\n", v->json);
	assert_int_equal(fclose(v->json), 0);
	assert_int_equal(fclose(v->csv), 0);
}

static void make_report(struct view *v)
{
	close_view(v);
	assert_int_equal(pvq_report_make(&registry, v->dir), 0);
	read_text(v, "report.md");
}

static void assert_says(const struct view *v, const char *words)
{
	if (!strstr(v->text, words))
		fail_msg("'%s' is not in:\n%.4000s", words, v->text);
}

static void assert_silent(const struct view *v, const char *words)
{
	if (strstr(v->text, words))
		fail_msg("'%s' is in the text", words);
}

static void runs_find_their_rows(void **state)
{
	struct view *v = *state;
	struct pvq_e2e e;

	add_references(v);
	add_cell(v, "pool_ordered", "spin", 2, 20, 8);
	close_view(v);
	assert_int_equal(pvq_e2e_read(&e, &registry, v->dir), 0);
	assert_int_equal(e.problems, 0);
	assert_string_equal(e.yard->key->task, "noop");
	for (size_t c = 0; c < e.summary.cells; c++) {
		const struct pvq_e2e_cell *cell = &e.cell[c];

		assert_int_equal(cell->n, RUNS);
		assert_int_equal(cell->below, 0);
		for (size_t run = 0; run < RUNS; run++)
			assert_true(cell->diff_ns[run] >= 6.99e6 && cell->diff_ns[run] <= 8.03e6);
		assert_true(cell->cpu_out_ns > 4.99e6 && cell->cpu_out_ns < 5.01e6);
		assert_true(cell->cpu_in_ns > 1.99e6 && cell->cpu_in_ns < 2.01e6);
	}
	assert_ptr_equal(pvq_e2e_next(&e, e.yard, NULL), pvq_e2e_base(&e, e.yard)); /* serial leads */
	pvq_e2e_free(&e);
}

static void agreement_is_said(void **state)
{
	struct view *v = *state;

	add_references(v);
	add_cell(v, "pool_ordered", "spin", 2, 20, 8.1);
	add_cell(v, "pthread_queue", "spin", 2, 20, 7.9);
	make_report(v);
	assert_says(v, "There is no sweep in this folder");
	assert_says(v, "each of the 60 runs took longer");
	assert_says(v, "## Seen from outside");
	assert_says(v, "10 runs of each command, after 2 to warm up");
	assert_says(v,
		"- **spin**: with serial the difference is 8.01 ms (8.00–8.02), of which building and "
		"verifying this load take 1.00 ms.");
	assert_says(v, "to within 5 % of the wall time, in 2 of 2 cases.");
	assert_says(v,
		"| pool_ordered | 2 | 32.6 ms (29.8–35.5) | 24.5 ms | 8.11 ms (8.10–8.12) | +0.10 ms (+0.10 "
		"to +0.10) | agree | 5.00 ms | 2.00 ms |");
	assert_says(v, "all workers were waited for");
	assert_silent(v, "## The answer");
	assert_silent(v, "**apart**");
}

static void a_sweep_keeps_its_chapters(void **state)
{
	struct view *v = *state;
	FILE *e2e = v->csv;

	add_references(v);
	v->csv = view_open(v, "raw.csv", "w");
	assert_int_equal(pvq_row_header(v->csv), 0);
	add_rows(v, "serial", "noop", 1, 5);
	assert_int_equal(fclose(v->csv), 0);
	v->csv = e2e;
	make_report(v);
	assert_says(v, "## The answer");
	assert_says(v, "## Seen from outside");
	assert_silent(v, "There is no sweep");
}

static void without_a_view_there_is_no_chapter(void **state)
{
	struct view *v = *state;
	struct pvq_e2e e;

	close_view(v);
	v->csv = view_open(v, "raw.csv", "w");
	assert_int_equal(pvq_row_header(v->csv), 0);
	add_rows(v, "serial", "noop", 1, 5);
	assert_int_equal(fclose(v->csv), 0);
	snprintf(v->path, sizeof(v->path), "%s/e2e.json", v->dir);
	assert_int_equal(unlink(v->path), 0);
	assert_int_equal(pvq_e2e_read(&e, &registry, v->dir), -ENOENT);
	assert_int_equal(pvq_report_make(&registry, v->dir), 0);
	read_text(v, "report.md");
	assert_silent(v, "## Seen from outside");
}

static void what_is_apart_is_named(void **state)
{
	struct view *v = *state;

	add_references(v);
	add_cell(v, "pool_ordered", "spin", 2, 20, 12);
	make_report(v);
	assert_says(v, "in 0 of 1 case; **apart** in: pool_ordered (2 workers) by +4.00 ms");
	assert_says(v, "| **apart** |");
}

static void less_outside_than_inside_is_an_alarm(void **state)
{
	struct view *v = *state;

	add_references(v);
	add_cell(v, "pool_ordered", "spin", 2, 20, -0.001);
	make_report(v);
	assert_says(v, "**4 of 50 runs took less from outside than the driver says**");
	assert_says(v, "| **less outside** |");
	assert_silent(v, "Never less outside");
}

static void runs_without_their_rows_are_left_out(void **state)
{
	struct view *v = *state;

	add_references(v);
	add_rows(v, "pool_ordered", "spin", 2, 20);
	add_result(v, RUNS + 1, 28, 5);
	add_rows(v, "pthread_queue", "spin", 2, 20); /* cut off before hyperfine had its result */
	make_report(v);
	assert_says(v,
		"- command 4: hyperfine timed 11 runs after 2 warm-up runs, but there are 12 rows; left out");
	assert_says(v, "- command 5 (pthread_queue): rows, but no result from hyperfine; it was cut off");
	assert_silent(v, "| pthread_queue | 2 | 28");
	assert_says(v, "### spin"); /* serial's is whole */
}

static void what_failed_is_listed(void **state)
{
	struct view *v = *state;

	add_references(v);
	for (int run = 0; run < WARMUP + RUNS; run++)
		add_row(v, "pool_ordered", "spin", 2, 20 + run - WARMUP, run == 5 ? PVQ_CRASHED : PVQ_OK);
	add_result(v, RUNS, 28, 5);
	add_row(v, "gone", "spin", 2, 0, PVQ_UNAVAILABLE);
	make_report(v);
	assert_says(v, "- pool_ordered, spin, 2 workers: 1 run crashed; in no figure: no \\| luck");
	assert_says(v, "- gone, spin, 2 workers: 1 run unavailable; in no figure: no \\| luck");
	assert_says(v, "each of the 49 runs");
	assert_silent(v, "| gone |");
}

static void hidden_cpu_time_is_named(void **state)
{
	struct view *v = *state;

	add_references(v);
	add_rows(v, "pool_ordered", "spin", 2, 20);
	add_result(v, RUNS, 28, 1.4);
	make_report(v);
	assert_says(v, "**CPU time that hyperfine does not see**, because some worker was not waited for: "
		       "pool_ordered (2 workers).");
}

static void few_runs_prove_nothing(void **state)
{
	struct view *v = *state;

	add_references(v);
	add_row(v, "pool_ordered", "spin", 2, 20, PVQ_OK);
	add_row(v, "pool_ordered", "spin", 2, 20, PVQ_OK);
	add_row(v, "pool_ordered", "spin", 2, 20, PVQ_OK);
	add_result(v, 1, 28, 5);
	make_report(v);
	assert_says(v, "in 0 of 1 case; inconclusive in 1.");
}

/* A folder that records neither the cells nor the warm-up: the cells are in the commands, and all rows before the timed
 * runs are the warm-up's. */
static void an_unknown_warm_up_is_what_came_before(void **state)
{
	struct view *v = *state;
	struct pvq_e2e e;

	v->without_facts = 1;
	add_references(v);
	close_view(v);
	snprintf(v->path, sizeof(v->path), "%s/manifest.tsv", v->dir);
	assert_int_equal(unlink(v->path), 0);
	assert_int_equal(pvq_e2e_read(&e, &registry, v->dir), 0);
	assert_int_equal(e.problems, 0);
	assert_int_equal(e.cell[0].n, RUNS);
	assert_int_equal(e.cell[0].below, 0);
	pvq_e2e_free(&e);
}

static void rewrite(struct view *v, const char *name, const char *text)
{
	FILE *f = view_open(v, name, "w");

	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void assert_refused(struct view *v, const char *json)
{
	struct pvq_e2e e;

	rewrite(v, "e2e.json", json);
	assert_int_equal(pvq_e2e_read(&e, &registry, v->dir), -EBADMSG);
}

static void a_damaged_file_costs_its_chapter_only(void **state)
{
	static const char result[] =
		"{\"results\": [{\"command\": \"a --cell 0\", \"user\": 0, \"system\": 0, \"times\": [1]}]}";
	struct view *v = *state;
	char twice[256];

	add_references(v);
	close_view(v);
	assert_refused(v, "");
	assert_refused(v, "{\"results\": 3}");
	assert_refused(v, "{\"results\": [{}]}");
	assert_refused(v, "{\"results\": [{\"command\": \"ls\", \"user\": 0, \"times\": [1]}]}");
	assert_refused(v,
		"{\"results\": [{\"command\": \"a --cell 0\", \"user\": 0, \"system\": 0, \"times\": []}]}");
	assert_refused(v,
		"{\"results\": [{\"command\": \"a --cell 0\", \"user\": 0, \"system\": 0, \"times\": [\"1\"]}]}");
	assert_refused(v,
		"{\"results\": [{\"command\": \"a --cell 0\", \"user\": \"1\", \"system\": 0, \"times\": [1]}]}");
	assert_refused(v, "{\"results\": [{\"command\": \"pvq run --cell 0 --raw");
	/* More commands than the manifest has cells; and two commands of one cell. */
	rewrite(v, "manifest.tsv", "e2e_cells\t\n");
	assert_refused(v, result);
	rewrite(v, "manifest.tsv", "e2e_cells\t0 0\n");
	snprintf(twice, sizeof(twice), "{\"results\": [%.*s, %s", (int)strlen(result) - 15, result + 13,
		result + 13);
	assert_refused(v, twice);
	/* Without a manifest the command tells the cell: none, or one that no plan can have. */
	rewrite(v, "manifest.tsv", "");
	assert_refused(v, "{\"results\": [{\"user\": 0, \"system\": 0, \"times\": [1]}]}");
	assert_refused(v,
		"{\"results\": [{\"command\": \"a --cell -1\", \"user\": 0, \"system\": 0, \"times\": [1]}]}");
	assert_refused(v,
		"{\"results\": [{\"command\": \"a --cell 4294967296\", \"user\": 0, \"system\": 0, \"times\": [1]}]}");
	v->csv = view_open(v, "raw.csv", "w");
	assert_int_equal(pvq_row_header(v->csv), 0);
	add_rows(v, "serial", "noop", 1, 5);
	assert_int_equal(fclose(v->csv), 0);
	assert_int_equal(pvq_report_make(&registry, v->dir), 0);
	read_text(v, "report.md");
	assert_says(v, "## The answer");
	assert_silent(v, "## Seen from outside");
}

static void pictures_are_drawn(void **state)
{
	struct view *v = *state;

	if (system("gnuplot --version >/dev/null 2>&1"))
		skip();
	add_references(v);
	make_report(v);
	assert_says(v, "](plots/e2e-noop.svg)");
	assert_says(v, "](plots/e2e-spin.svg)");
	read_text(v, "plots/e2e-noop.svg");
	assert_says(v, "</svg>");
	assert_says(v, "pool_ordered, 2 workers");
	snprintf(v->path, sizeof(v->path), "%s/plots/gnuplot-1.log", v->dir);
	assert_int_not_equal(access(v->path, F_OK), 0);
}

int main(void)
{
#define RUN(test) cmocka_unit_test_setup_teardown(test, make_view, drop_view)
	static const struct CMUnitTest tests[] = {
		RUN(runs_find_their_rows),
		RUN(agreement_is_said),
		RUN(a_sweep_keeps_its_chapters),
		RUN(without_a_view_there_is_no_chapter),
		RUN(what_is_apart_is_named),
		RUN(less_outside_than_inside_is_an_alarm),
		RUN(runs_without_their_rows_are_left_out),
		RUN(what_failed_is_listed),
		RUN(hidden_cpu_time_is_named),
		RUN(few_runs_prove_nothing),
		RUN(an_unknown_warm_up_is_what_came_before),
		RUN(a_damaged_file_costs_its_chapter_only),
		RUN(pictures_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
