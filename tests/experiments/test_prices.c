/* test_prices.c: from the library's JSON to prices, and to the report's chapter. */
#include "report/experiment.h"
#include "results/prices.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What the library writes, in short; put() makes double quotes of the single ones. */
extern const struct pvq_experiment pvq_experiment_prices;

extern const struct pvq_experiment pvq_experiment_prices;

static const char list[] =
	"{'context': {'library_build_type': 'debug', 'pvq_list': 'short'}, 'benchmarks': ["
	"{'run_name': 'pipe/stream/bytes:1024/real_time', 'run_type': 'iteration', 'family_index': 1,"
	" 'per_family_instance_index': 1, 'real_time': 3, 'time_unit': 'us', 'bytes': 1024, 'syscalls': 2,"
	" 'label': 'write'},"
	"{'run_name': 'pipe/stream/bytes:64/repeats:3/real_time', 'run_type': 'iteration',"
	" 'family_index': 1, 'per_family_instance_index': 0, 'real_time': 5, 'time_unit': 'ns'},"
	"{'run_name': 'clock/gettime/repeats:3/real_time', 'run_type': 'iteration', 'family_index': 0,"
	" 'per_family_instance_index': 0, 'real_time': 20, 'time_unit': 'ns'},"
	"{'run_name': 'pipe/stream/bytes:1024/real_time', 'run_type': 'iteration', 'real_time': 1,"
	" 'time_unit': 'us'},"
	"{'run_name': 'pipe/stream/bytes:1024/real_time', 'run_type': 'iteration', 'real_time': 2,"
	" 'time_unit': 'us'},"
	"{'run_name': 'futex/round_trip/cores:2/real_time', 'run_type': 'iteration', 'family_index': 2,"
	" 'error_occurred': true, 'error_message': 'needs | two', 'real_time': 0, 'time_unit': 'ns'},"
	"{'run_name': 'clock/gettime/real_time', 'run_type': 'aggregate', 'real_time': 999,"
	" 'time_unit': 'ns'}]}";

struct fixture {
	char dir[64], path[96];
};

static void put(const struct fixture *f, const char *text)
{
	FILE *file = fopen(f->path, "we");

	assert_non_null(file);
	for (; *text; text++)
		fputc(*text == '\'' ? '"' : *text, file);
	assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char *dir = NULL;

	if (f) {
		strcpy(f->dir, "/tmp/pvq-prices-XXXXXX");
		dir = mkdtemp(f->dir);
	}
	if (!dir) {
		free(f);
		return -1;
	}
	snprintf(f->path, sizeof(f->path), "%s/micro.json", f->dir);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void test_rows_become_prices(void **state)
{
	const struct fixture *f = *state;
	struct pvq_prices prices;
	const struct pvq_price *p;

	put(f, list);
	assert_int_equal(pvq_prices_read(&prices, f->dir), 0);
	assert_int_equal(prices.count, 4);
	assert_string_equal(prices.build_type, "debug");
	assert_string_equal(prices.list, "short");
	p = &prices.price[0]; /* as registered, not as in the file; aggregates are no repetitions */
	assert_string_equal(p->name, "clock/gettime");
	assert_string_equal(p->arg_name, "");
	assert_int_equal(p->repetitions, 1);
	assert_float_equal(p->median_ns, 20, 1e-9);
	p = pvq_prices_find(&prices, "pipe/stream", 1024);
	assert_ptr_equal(p, &prices.price[2]);
	assert_string_equal(p->arg_name, "bytes");
	assert_int_equal(p->repetitions, 3);
	assert_float_equal(p->median_ns, 2000, 1e-9);
	assert_float_equal(p->min_ns, 1000, 1e-9);
	assert_float_equal(p->max_ns, 3000, 1e-9);
	assert_float_equal(p->bytes, 1024, 1e-9);
	assert_float_equal(p->syscalls, 2, 1e-9);
	assert_string_equal(p->op, "write");
	p = pvq_prices_find(&prices, "pipe/stream", 64); /* "repeats:3" is no argument */
	assert_non_null(p);
	assert_float_equal(p->median_ns, 5, 1e-9);
	assert_null(pvq_prices_find(&prices, "pipe/stream", 128));
	assert_null(pvq_prices_find(&prices, "futex/round_trip", 2)); /* there, but not measured */
	assert_string_equal(prices.price[3].error, "needs | two");
	pvq_prices_free(&prices);
}

/* Without a time, or without its unit, nothing was measured: that is not 0 ns. */
static void test_a_time_that_cannot_be_read_is_no_price(void **state)
{
	const struct fixture *f = *state;
	struct pvq_prices prices;

	put(f, "{'context': {}, 'benchmarks': ["
	       "{'run_name': 'clock/gettime', 'run_type': 'iteration', 'real_time': 20},"
	       "{'run_name': 'ring/item', 'run_type': 'iteration', 'time_unit': 'ns'},"
	       "{'run_name': 'ring/item', 'run_type': 'iteration', 'real_time': 7, 'time_unit': 'ns'}]}");
	assert_int_equal(pvq_prices_read(&prices, f->dir), 0);
	assert_null(pvq_prices_find(&prices, "clock/gettime", 0));
	assert_string_equal(prices.price[0].error, "its time cannot be read");
	assert_float_equal(pvq_prices_find(&prices, "ring/item", 0)->median_ns, 7, 1e-9);
	pvq_prices_free(&prices);
}

static void test_files_that_are_none(void **state)
{
	const struct fixture *f = *state;
	static const char *const bad[] = {"", "{", "[]", "{'context': {}}", "{'benchmarks': []}"};
	struct pvq_prices prices;

	assert_int_equal(pvq_prices_read(&prices, f->dir), -ENOENT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(f, bad[i]);
		assert_int_equal(pvq_prices_read(&prices, f->dir), -EBADMSG);
	}
	put(f, "{'context': {}, 'benchmarks': []}");
	assert_int_equal(pvq_prices_read(&prices, f->dir), 0);
	assert_int_equal(prices.count, 0);
	pvq_prices_free(&prices);
}

/* The chapter's text. Owned. */
static char *chapter(const struct fixture *f)
{
	static const struct pvq_plots none = {0};
	char *text = NULL;
	size_t len = 0;
	struct pvq_report report = {.md = open_memstream(&text, &len), .dir = f->dir, .plots = &none};
	const struct pvq_folder folder = {.dir = f->dir};
	void *data = NULL;

	assert_non_null(report.md);
	pvq_experiment_prices.read(&data, &folder);
	if (data) {
		assert_int_equal(pvq_experiment_prices.chapter[0].write(&report, data), 0);
		pvq_experiment_prices.release(data);
	}
	fclose(report.md);
	assert_non_null(text);
	return text;
}

static void test_chapter_only_where_there_are_prices(void **state)
{
	const struct fixture *f = *state;
	char *text = chapter(f);

	assert_string_equal(text, "");
	free(text);
	put(f, "no JSON");
	text = chapter(f);
	assert_string_equal(text, "");
	free(text);
	put(f, list);
	text = chapter(f);
	assert_non_null(strstr(text, "## What the parts cost on this machine"));
	assert_non_null(strstr(text, "| pipe/stream bytes:1024 | write | 2.00 µs | 1.00 µs – 3.00 µs |"));
	assert_non_null(strstr(text, "needs \\| two |")); /* reported, without a cell */
	assert_null(strstr(text, "bytes:64"));            /* of the sizes only a few */
	assert_non_null(strstr(text, "*debug* build"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows_become_prices, begin, end),
		cmocka_unit_test_setup_teardown(test_a_time_that_cannot_be_read_is_no_price, begin, end),
		cmocka_unit_test_setup_teardown(test_files_that_are_none, begin, end),
		cmocka_unit_test_setup_teardown(test_chapter_only_where_there_are_prices, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
