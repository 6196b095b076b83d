/* test_forecast.c: the report's chapter on the model, from rows whose times are made up: as the formula has them, and not. */
#include "experiments/forecast/grid.h"
#include "report/report.h"
#include "trial/registry.h"
#include "trial/row.h"

#include <math.h>
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

/* A work that only some strategies were measured on says nothing about who wins. */
static void a_mark_needs_all_strategies(void **state)
{
	(void)state;
	add_plain();
	add("serial", "spin", "ns=3000,rate=900", 20000, 1, 20000 * 3000.0);
	add("pthread_queue", "spin", "ns=3000,rate=900", 20000, 2, 20000 * 1700.0);
	add_work("spin", "ns=5000,rate=900", 12000, 5000, 1);
	add_work("mandelbrot", "width=64,maxiter=100", 3000, 20000, 1);
	make_report();
	read_text("plots/crossover.dat");
	says("spin:ns=5000 on 2 cores^nlowest median: pool_unordered, ");
	silent("spin:ns=3000 on 2 cores");
}

/* ---- the grid ---- */

static int is_close(struct pvq_grid_point p, const struct pvq_crossover *map, double margin)
{
	return map->at[p.time][p.size].margin < margin;
}

static unsigned points_of(struct pvq_grid_point point[PVQ_GRID_POINTS], const struct pvq_crossover *map)
{
	unsigned count = pvq_grid_points(point, map);

	for (unsigned i = 0; i < count; i++) {
		assert_true(point[i].time < PVQ_CROSSOVER_TIMES && point[i].size < PVQ_CROSSOVER_SIZES);
		for (unsigned j = 0; j < i; j++)
			assert_false(point[i].time == point[j].time && point[i].size == point[j].size);
	}
	return count;
}

static void half_of_the_grid_is_where_it_is_close(void **state)
{
	static struct pvq_crossover map;
	struct pvq_grid_point point[PVQ_GRID_POINTS], other[PVQ_GRID_POINTS];

	(void)state;
	for (unsigned t = 0; t < PVQ_CROSSOVER_TIMES; t++)
		for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++) /* a diagonal, three wide */
			map.at[t][s].margin = t >= s && t < s + 3 ? 0.05 : 0.15;
	assert_int_equal(points_of(point, &map), PVQ_GRID_POINTS);
	for (unsigned i = PVQ_GRID_FIXED; i < PVQ_GRID_POINTS; i++)
		assert_true(is_close(point[i], &map, 0.1));

	/* Too few: all others are nearly as close. */
	for (unsigned t = 0; t < PVQ_CROSSOVER_TIMES; t++)
		for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++)
			map.at[t][s].margin = t == 5 ? 0.05 : 0.15;
	assert_int_equal(points_of(other, &map), PVQ_GRID_POINTS);
	assert_memory_equal(point, other, PVQ_GRID_FIXED * sizeof(*point));
}

static void a_map_of_one_strategy_has_the_fixed_points(void **state)
{
	static struct pvq_crossover map;
	struct pvq_grid_point point[PVQ_GRID_POINTS];
	char words[PVQ_GRID_WORDS];

	(void)state;
	for (unsigned t = 0; t < PVQ_CROSSOVER_TIMES; t++)
		for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++)
			map.at[t][s].margin = INFINITY;
	assert_int_equal(points_of(point, &map), PVQ_GRID_FIXED);
	pvq_grid_words(words, point[1]);
	assert_string_equal(words, "job:work=32,in=2048,out=2048");
	assert_true(pvq_grid_items(point[0], 2) > pvq_grid_items(point[1], 2));
	assert_int_equal(pvq_grid_items(point[PVQ_GRID_FIXED - 1], 16), 1600);
}

/* Its cells are predicted, none calibrates, and the map marks them. */
static void the_grid_is_judged(void **state)
{
	FILE *sweep = raw;

	(void)state;
	add_plain();
	snprintf(path, sizeof(path), "%s/grid.csv", dir);
	raw = fopen(path, "w");
	assert_non_null(raw);
	assert_int_equal(pvq_row_header(raw), 0);
	add_work("job", "work=3162,sleep=0,in=2048,out=2048,skew=0,rate=900", 6000, 3500, 1);
	assert_int_equal(fclose(raw), 0);
	raw = sweep;
	make_report();
	says("was calibrated on 16 cells of this run");
	says("It then predicted 4 cells");
	says("\n| job:work=3162,");
	read_text("plots/crossover.dat");
	says("job:work=3162,sleep=0,in=2048,out=2048,skew=0 on 2 cores^nlowest median: pool_unordered, ");
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
		IN_A_RUN(a_mark_needs_all_strategies),
		cmocka_unit_test(half_of_the_grid_is_where_it_is_close),
		cmocka_unit_test(a_map_of_one_strategy_has_the_fixed_points),
		IN_A_RUN(the_grid_is_judged),
		IN_A_RUN(few_blocks_are_told),
		IN_A_RUN(nothing_to_calibrate_on),
		IN_A_RUN(nothing_to_compare_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
