/* test_export.c: A run in other people's formats: is it what their readers take it for, and is anything in it that they would take
 * wrongly? Rows are made up here; the files are read back by Jansson.
 */
#include "report/export.h"
#include "report/report.h"
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

/* A folder with a raw.csv being written. */
struct run {
	char dir[64], path[128];
	FILE *raw;
};

static int make_run(void **state)
{
	struct run *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	strcpy(run->dir, "/tmp/pvq-export.XXXXXX");
	assert_non_null(mkdtemp(run->dir));
	snprintf(run->path, sizeof(run->path), "%s/raw.csv", run->dir);
	run->raw = fopen(run->path, "w");
	assert_non_null(run->raw);
	assert_int_equal(pvq_row_header(run->raw), 0);
	*state = run;
	return 0;
}

static int drop_run(void **state)
{
	struct run *run = *state;
	char command[128];
	int ret;

	snprintf(command, sizeof(command), "rm -rf %s", run->dir);
	ret = system(command);
	free(run);
	return ret;
}

/* Rows of map_ms, + 1 % a block. */
static void add_cell(struct run *run, const char *impl, const char *task, const char *args, uint64_t n,
	unsigned blocks, double map_ms, enum pvq_status status)
{
	for (unsigned b = 0; b < blocks; b++) {
		struct pvq_row row = {.n = n,
			.workers = 2,
			.cores = 2,
			.chunk = 1,
			.window = 8,
			.block = b,
			.status = status,
			.map_ns = (uint64_t)(map_ms * 1e6 * (1 + 0.01 * b)),
			.start_ns = 1000000,
			.user_ns = 3000000,
			.sys_ns = 1000000};

		row.total_ns = row.start_ns + row.map_ns;
		snprintf(row.impl, sizeof(row.impl), "%s", impl);
		snprintf(row.task, sizeof(row.task), "%s", task);
		snprintf(row.args, sizeof(row.args), "%s", args);
		snprintf(row.reason, sizeof(row.reason), status == PVQ_OK ? "" : "signal 11");
		assert_int_equal(pvq_row_write(run->raw, &row), 0);
	}
}

static void make_report(struct run *run)
{
	assert_int_equal(fclose(run->raw), 0);
	assert_int_equal(pvq_report_make(&registry, run->dir), 0);
}

static json_t *load(struct run *run, const char *name)
{
	json_error_t error;
	json_t *root;

	snprintf(run->path, sizeof(run->path), "%s/%s", run->dir, name);
	root = json_load_file(run->path, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		fail_msg("%s: line %d: %s", run->path, error.line, error.text);
	return root;
}

static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static double number_of(const json_t *entry, const char *key)
{
	assert_true(json_is_number(json_object_get(entry, key)));
	return json_number_value(json_object_get(entry, key));
}

static void google_benchmark_has_an_entry_a_trial(void **state)
{
	static const char *const name = "spin:ns=1000/pool_ordered/workers:2/cores:2";
	struct run *run = *state;
	json_t *root, *list, *median;

	add_cell(run, "pool_ordered", "spin", "ns=1000,rate=900", 2000, 9, 20, PVQ_OK);
	make_report(run);
	root = load(run, "benchmark.json");
	list = json_object_get(root, "benchmarks");
	assert_string_equal(text_of(json_object_get(root, "context"), "executable"), "pvq");
	assert_int_equal(json_array_size(list), 10);
	for (size_t i = 0; i < 9; i++) {
		const json_t *entry = json_array_get(list, i);

		assert_string_equal(text_of(entry, "name"), name);
		assert_string_equal(text_of(entry, "run_name"), name);
		assert_string_equal(text_of(entry, "run_type"), "iteration");
		assert_string_equal(text_of(entry, "time_unit"), "ns");
		assert_true(number_of(entry, "repetitions") == 9);
		assert_true(number_of(entry, "repetition_index") == (double)i);
		assert_true(number_of(entry, "iterations") == 2000);
		assert_true(number_of(entry, "threads") == 1);
		/* Of an item: the next run may have another number of them under the same name. */
		assert_true(fabs(number_of(entry, "real_time") - 10000 * (1 + 0.01 * (double)i)) < 1e-3);
		assert_true(fabs(number_of(entry, "cpu_time") - 2000) < 1e-6);
		assert_true(fabs(number_of(entry, "items_per_second") * number_of(entry, "real_time") -
				    1e9) < 1);
	}
	median = json_array_get(list, 9);
	assert_string_equal(text_of(median, "run_type"), "aggregate");
	assert_string_equal(text_of(median, "aggregate_name"), "median");
	assert_string_equal(text_of(median, "run_name"), name);
	assert_string_equal(text_of(median, "name"), "spin:ns=1000/pool_ordered/workers:2/cores:2_median");
	assert_true(fabs(number_of(median, "real_time") - 10400) < 1e-3);
	json_decref(root);
}

static void bencher_has_medians_with_their_intervals(void **state)
{
	struct run *run = *state;
	const json_t *latency, *total, *few;
	json_t *root;

	add_cell(run, "pool_ordered", "noop", "", 1000, 9, 20, PVQ_OK);
	add_cell(run, "serial", "noop", "", 1000, 5, 20, PVQ_OK);
	make_report(run);
	root = load(run, "bmf.json");
	latency = json_object_get(json_object_get(root, "noop/pool_ordered/workers:2/cores:2"), "latency");
	total = json_object_get(json_object_get(root, "noop/pool_ordered/workers:2/cores:2"), "total");
	assert_true(fabs(number_of(latency, "value") - 20800) < 1e-3);
	/* Between ranks 2 and 3, and between 7 and 8, of nine. */
	assert_true(
		number_of(latency, "lower_value") >= 20200 && number_of(latency, "lower_value") < 20400);
	assert_true(
		number_of(latency, "upper_value") > 21200 && number_of(latency, "upper_value") <= 21400);
	assert_true(fabs(number_of(total, "value") - 21800) < 1e-3);
	/* Five trials carry no interval, so none is given. */
	few = json_object_get(json_object_get(root, "noop/serial/workers:2/cores:2"), "latency");
	assert_true(number_of(few, "value") > 0);
	assert_null(json_object_get(few, "lower_value"));
	json_decref(root);
}

static void what_failed_is_no_time(void **state)
{
	struct run *run = *state;
	json_t *google, *bencher;

	add_cell(run, "pool_ordered", "noop", "", 1000, 6, 20, PVQ_OK);
	add_cell(run, "pool_ordered", "noop", "", 1000, 3, 1, PVQ_TIMEOUT);
	add_cell(run, "pthread_queue", "noop", "", 1000, 6, 1, PVQ_CRASHED);
	add_cell(run, "pool_ordered~0", "noop", "", 1000, 6, 20, PVQ_OK); /* a twin */
	make_report(run);
	google = load(run, "benchmark.json");
	bencher = load(run, "bmf.json");
	assert_int_equal(json_array_size(json_object_get(google, "benchmarks")), 6 + 1);
	assert_int_equal(json_object_size(bencher), 1);
	json_decref(google);
	json_decref(bencher);
}

/* Labels leave out the front of a long path, and what only calibrates. The first keeps its name. */
static void names_that_collide_are_told_apart(void **state)
{
	static const char tail[] = "deflate:dir=…the/end/of/a/long/folder";
	struct run *run = *state;
	char args[96], name[160];
	json_t *root;

	for (int i = 0; i < 4; i++) {
		snprintf(args, sizeof(args), "dir=/the/front/%d/and/the/end/of/a/long/folder", i);
		add_cell(run, "serial", "deflate", args, 10, 6, 20, PVQ_OK);
	}
	make_report(run);
	root = load(run, "bmf.json");
	assert_int_equal(json_object_size(root), 4);
	for (int i = 0; i < 4; i++) {
		static const char *const told[] = {"", "_(n=10)", "_(n=10,_3)", "_(n=10,_4)"};

		snprintf(name, sizeof(name), "%s%s/serial/workers:2/cores:2", tail, told[i]);
		assert_non_null(json_object_get(root, name));
	}
	json_decref(root);
}

/* A folder and a label that hold what JSON and names must not. */
static void names_have_no_blanks(void **state)
{
	struct run *run = *state;
	json_t *root;

	add_cell(run, "serial", "deflate", "dir=/a \"b\"\\c", 10, 6, 20, PVQ_OK);
	make_report(run);
	root = load(run, "bmf.json");
	assert_non_null(json_object_get(root, "deflate:dir=/a_\"b\"\\c/serial/workers:2/cores:2"));
	json_decref(root);
}

static char *summary_of(struct run *run, size_t *lines)
{
	char *text = NULL;
	size_t room = 0;
	FILE *f;

	make_report(run);
	snprintf(run->path, sizeof(run->path), "%s/summary.md", run->dir);
	f = fopen(run->path, "r");
	assert_non_null(f);
	assert_true(getdelim(&text, &room, '\0', f) > 0);
	fclose(f);
	*lines = 0;
	for (const char *c = text; *c; c++)
		*lines += *c == '\n';
	return text;
}

static void the_summary_claims_what_the_contests_do(void **state)
{
	struct run *run = *state;
	size_t lines;
	char *text;

	add_cell(run, "serial", "noop", "", 1000, 10, 40, PVQ_OK);
	add_cell(run, "pool_ordered", "noop", "", 1000, 10, 20, PVQ_OK);
	add_cell(run, "serial", "sleep", "us=1", 1000, 4, 40, PVQ_OK); /* too few to be sure */
	add_cell(run, "pool_ordered", "sleep", "us=1", 1000, 4, 20, PVQ_OK);
	add_cell(run, "pthread_queue", "noop", "", 1000, 10, 1, PVQ_CRASHED);
	text = summary_of(run, &lines);
	assert_non_null(strstr(text, "| noop | **pool_ordered** | next is serial, 2.00x slower"));
	assert_non_null(strstr(text, "| sleep:us=1 | too few blocks; lowest median: pool_ordered | n = "));
	assert_non_null(strstr(text, "- pthread_queue, noop, 2 workers: crashed in 10 of 10: signal 11\n"));
	assert_non_null(strstr(text, "report.html in "));
	free(text);
}

static void the_summary_stays_short(void **state)
{
	struct run *run = *state;
	size_t lines;
	char *text;

	for (unsigned i = 1; i <= 40; i++) {
		char args[32];

		snprintf(args, sizeof(args), "us=%u", i);
		add_cell(run, "serial", "sleep", args, 1000, 6, 40, PVQ_OK);
		add_cell(run, "pool_ordered", "sleep", args, 1000, 6, 1, PVQ_CRASHED);
	}
	text = summary_of(run, &lines);
	assert_in_range(lines, 10, 45);
	assert_non_null(strstr(text, "20 more tasks"));
	assert_non_null(strstr(text, "- and 34 more"));
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run, drop_run)
	static const struct CMUnitTest tests[] = {
		TEST(google_benchmark_has_an_entry_a_trial),
		TEST(names_that_collide_are_told_apart),
		TEST(bencher_has_medians_with_their_intervals),
		TEST(what_failed_is_no_time),
		TEST(names_have_no_blanks),
		TEST(the_summary_claims_what_the_contests_do),
		TEST(the_summary_stays_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
