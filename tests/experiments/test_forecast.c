/* test_forecast.c: the report's chapter on the model, from rows whose times are made up: as the formula has them, and not. */
#include "report/report.h"
#include "trial/registry.h"
#include "trial/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

static char dir[64], path[128], *text;
static FILE *raw;
static unsigned blocks;

static int make_run(void **state)
{
	(void)state;
	blocks = 6;
	snprintf(dir, sizeof(dir), "/tmp/pvq-forecast.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/raw.csv", dir);
	raw = fopen(path, "w");
	assert_non_null(raw);
	return pvq_row_header(raw);
}

static int drop_run(void **state)
{
	char command[sizeof(dir) + 8];

	(void)state;
	free(text);
	text = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void add(
	const char *impl, const char *task, const char *args, uint64_t n, unsigned cores, double map_ns)
{
	for (unsigned b = 0; b < blocks; b++) {
		struct pvq_row r = {.n = n,
			.workers = cores,
			.cores = cores,
			.chunk = 1,
			.window = 1024,
			.block = b,
			.verified = PVQ_VERIFIED_ORACLE,
			.start_ns = 200000,
			.first_ns = 50000,
			.map_ns = (uint64_t)(map_ns * (1 + 0.001 * b)),
			.stop_ns = 100000};

		r.total_ns = r.start_ns + r.map_ns + r.stop_ns;
		r.user_ns = r.map_ns;
		snprintf(r.impl, sizeof(r.impl), "%s", impl);
		snprintf(r.task, sizeof(r.task), "%s", task);
		snprintf(r.args, sizeof(r.args), "%s", args);
		assert_int_equal(pvq_row_write(raw, &r), 0);
	}
}

/* A work of items that take item_ns and cost a pool 40 ns, a queue 400 ns; slower: by how much its parallel cells are. */
static void add_work(const char *task, const char *args, uint64_t n, double item_ns, double slower)
{
	double all = (double)n;

	add("serial", task, args, n, 1, all * item_ns);
	for (unsigned cores = 1; cores <= 2; cores++) {
		add("pool_unordered", task, args, n, cores, all * (item_ns + 40) / cores * slower);
		add("pthread_queue", task, args, n, cores, all * (item_ns + 400) / cores * slower);
	}
}

static void add_plain(void)
{
	add_work("noop", "", 300000, 6, 1);
	add_work("spin", "ns=1000,rate=900", 60000, 1000, 1);
	add_work("spin", "ns=100000,rate=900", 800, 1e5, 1);
	add_work("echo", "in=65536,out=65536", 3000, 20000, 1);
}

static void read_text(const char *name)
{
	size_t room = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	free(text);
	text = NULL;
	assert_true(getdelim(&text, &room, '\0', f) > 0);
	fclose(f);
}

static void make_report(void)
{
	assert_int_equal(fclose(raw), 0);
	assert_int_equal(pvq_report_make(&registry, dir), 0);
	read_text("report.md");
}

static void says(const char *words)
{
	const char *chapter = strstr(text, "### Missed");

	if (!strstr(text, words))
		fail_msg("'%s' is not in:\n%.900s", words, chapter ? chapter : text);
}

static void silent(const char *words)
{
	if (strstr(text, words))
		fail_msg("'%s' is in the text", words);
}

static void cells_beside_predictions(void **state)
{
	(void)state;
	add_plain();
	add_work("mandelbrot", "width=64,maxiter=100", 3000, 20000, 1);
	make_report();
	says("## What a formula predicts\n");
	says("was calibrated on 16 cells of this run");
	says("It then predicted 4 cells");
	says("### Missed by more than 20 %\n\nNo cell.\n");
	says("\n| mandelbrot:width=64,maxiter=100, 2 workers on 2 cores | ");
	silent("so few");
	says("plots/forecast.svg");
	says("plots/crossover.svg");
	says("plots/beyond.svg");
}

static void a_missed_cell_says_what_is_left_out(void **state)
{
	(void)state;
	add_plain();
	add_work("stream", "kb=256", 3000, 20000, 2);
	make_report();
	says("\n| stream:kb=256, 2 workers on 2 cores | pool_unordered | ");
	says(" % | the bandwidth of memory, which the cores share |\n");
}

/* The first map is of the run's cores, with marks; the others are named as projected. */
static void the_maps(void **state)
{
	(void)state;
	add_plain();
	add_work("mandelbrot", "width=64,maxiter=100", 3000, 20000, 1);
	make_report();
	read_text("plots/crossover.gp");
	says("maps = 4\n");
	says("cores[1] = 2\n");
	says("cores[2] = 8\n");
	says("cores[4] = 256\n");
	says("projected, not measured");
	read_text("plots/crossover.dat");
	says("# 2 cores, the first: ");
	says("# 256 cores, the next of a tie: ");
	says("spin:ns=1000 on 2 cores^nlowest median: pool_unordered, ");
	read_text("plots/beyond.dat");
	says("pool_unordered, 2 cores^npredicted: ");
	says("pool_unordered, 256 cores^nprojected: ");
	silent("256 cores^npredicted: ");
}

static void few_blocks_are_told(void **state)
{
	(void)state;
	blocks = 2;
	add_plain();
	add_work("mandelbrot", "width=64,maxiter=100", 3000, 20000, 1);
	make_report();
	says("**The run has 2 blocks.** Medians of so few say little");
}

static void nothing_to_calibrate_on(void **state)
{
	(void)state;
	add_work("mandelbrot", "width=64,maxiter=100", 3000, 20000, 1);
	make_report();
	says("mandelbrot");
	silent("What a formula predicts");
	silent("crossover");
}

static void nothing_to_compare_with(void **state)
{
	(void)state;
	add_plain();
	make_report();
	silent("What a formula predicts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_A_RUN(test) cmocka_unit_test_setup_teardown(test, make_run, drop_run)
		IN_A_RUN(cells_beside_predictions),
		IN_A_RUN(a_missed_cell_says_what_is_left_out),
		IN_A_RUN(the_maps),
		IN_A_RUN(few_blocks_are_told),
		IN_A_RUN(nothing_to_calibrate_on),
		IN_A_RUN(nothing_to_compare_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
