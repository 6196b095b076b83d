/* test_scaling.c: fits, the bootstrap over blocks, METG, and the sweep over the length of an item as it is read. */
#include "base/shuffle.h"
#include "experiments/grain/grain.h"
#include "stats/fit.h"
#include "stats/resample.h"
#include "trial/registry.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

static void assert_near(double x, double y, double within)
{
	if (!(fabs(x - y) <= within))
		fail_msg("%g is not %g", x, y);
}

/* A factor around 1, as a timing would have it. */
static double wobble(uint64_t *state, double by)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)(pvq_random_next(state) >> 11) / 9007199254740992.0;
	return exp(by * (sum - 6));
}

/* ---- fits ---- */

static const double cores[] = {1, 2, 4, 8, 16, 32, 64};

static void exact_times_give_exact_parameters(void **ctx)
{
	static const struct pvq_fit truth[] = {
		{1e8, 0.05, 0.001}, {3e6, 0.3, 0}, {5e5, 0, 0.0004}, {42, 0.01, 0.02}, {1, 0, 0}};

	(void)ctx;
	for (size_t t = 0; t < sizeof(truth) / sizeof(truth[0]); t++) {
		struct pvq_fit fit;
		double time[7];

		for (int i = 0; i < 7; i++)
			time[i] = pvq_fit_time(&truth[t], cores[i]);
		assert_int_equal(pvq_fit_usl(cores, time, 7, &fit), 0);
		assert_near(fit.t1 / truth[t].t1, 1, 1e-4);
		assert_near(fit.sigma, truth[t].sigma, 1e-4);
		assert_near(fit.kappa, truth[t].kappa, 1e-5);
		if (truth[t].kappa > 0)
			continue;
		assert_int_equal(pvq_fit_amdahl(cores, time, 7, &fit), 0);
		assert_near(fit.sigma, truth[t].sigma, 1e-6);
	}
}

/* Two core counts determine Amdahl's law; it may say that there was more than was hoped for. */
static void amdahl_from_two_points(void **ctx)
{
	const double half[] = {100, 60}, super[] = {100, 45};
	struct pvq_fit fit;

	(void)ctx;
	assert_int_equal(pvq_fit_amdahl(cores, half, 2, &fit), 0);
	assert_near(fit.sigma, 0.2, 1e-9);
	assert_int_equal(pvq_fit_amdahl(cores, super, 2, &fit), 0);
	assert_near(fit.sigma, -0.1, 1e-9);
}

static void too_few_points_are_refused(void **ctx)
{
	const double time[] = {100, 55, 30, 20, 15};
	struct pvq_fit fit;

	(void)ctx;
	assert_int_equal(pvq_fit_usl(cores, time, 5, &fit), -ERANGE);
	assert_int_equal(pvq_fit_amdahl(cores, time, 1, &fit), -ERANGE);
}

static void the_peak_is_where_more_cores_begin_to_hurt(void **ctx)
{
	const struct pvq_fit fit = {1, 0.1, 0.001}, none = {1, 0.1, 0};
	double peak = pvq_fit_peak(&fit);

	(void)ctx;
	assert_near(peak, 30, 1e-9);
	assert_true(pvq_fit_time(&fit, peak) < pvq_fit_time(&fit, peak - 1));
	assert_true(pvq_fit_time(&fit, peak) < pvq_fit_time(&fit, peak + 1));
	assert_true(isinf(pvq_fit_peak(&none)));
}

static void karp_flatt_is_amdahl_turned_round(void **ctx)
{
	(void)ctx;
	for (int tenth = 0; tenth <= 10; tenth++) {
		double f = tenth / 10.0;

		assert_near(pvq_karp_flatt(1 / (f + (1 - f) / 8), 8), f, 1e-12);
	}
}

/* ---- the bootstrap over blocks ---- */

static double first_over_second(const double *median, void *ctx)
{
	(void)ctx;
	return median[0] / median[1];
}

/* A figure of two medians lies in its interval about as often as it should, although the blocks differ wildly. */
static void the_bootstrap_covers(void **ctx)
{
	enum { TIMES = 200, BLOCKS = 20 };
	uint64_t state = 11;
	unsigned covered = 0;

	(void)ctx;
	for (int t = 0; t < TIMES; t++) {
		double ns[2 * BLOCKS];
		struct pvq_blocks blocks = {2, BLOCKS, ns};
		struct pvq_estimate e;

		for (int b = 0; b < BLOCKS; b++) {
			double block = wobble(&state, 0.2);

			ns[b] = 150 * block * wobble(&state, 0.03);
			ns[BLOCKS + b] = 100 * block * wobble(&state, 0.03);
		}
		assert_int_equal(pvq_resample(&blocks, first_over_second, NULL, 0.05, state, &e), 0);
		assert_true(e.lo <= e.hi);
		covered += e.lo <= 1.5 && 1.5 <= e.hi;
	}
	assert_in_range(covered, TIMES * 90 / 100, TIMES);
}

/* A block may lack a cell: the others of it still count. */
static void gaps_cost_only_themselves(void **ctx)
{
	enum { BLOCKS = 20 };
	double ns[2 * BLOCKS];
	struct pvq_blocks blocks = {2, BLOCKS, ns};
	struct pvq_estimate e;

	(void)ctx;
	for (int b = 0; b < BLOCKS; b++) {
		ns[b] = b % 3 == 0 ? (double)NAN : 150 + b % 4;
		ns[BLOCKS + b] = b % 5 == 0 ? (double)NAN : 100 + b % 3;
	}
	assert_int_equal(pvq_resample(&blocks, first_over_second, NULL, 0.05, 1, &e), 0);
	assert_near(e.median, 1.5, 0.02);
	assert_true(e.lo > 1.45 && e.hi < 1.55);
}

static void few_blocks_have_no_interval(void **ctx)
{
	double ns[] = {2, 2, 2, 2, 2, 1, 1, 1, 1, 1};
	struct pvq_blocks blocks = {2, 5, ns}, none = {2, 0, ns};
	struct pvq_estimate e;

	(void)ctx;
	assert_int_equal(pvq_resample(&blocks, first_over_second, NULL, 0.05, 1, &e), 0);
	assert_near(e.median, 2, 0);
	assert_true(isnan(e.lo));
	assert_int_equal(pvq_resample(&none, first_over_second, NULL, 0.05, 1, &e), 0);
	assert_true(isnan(e.median));
}

/* ---- METG from a folder ---- */

static char dir[] = "/tmp/pvq-grain-XXXXXX";

/* Items of `ns` on two cores: serial takes just that; a strategy `overhead_ns` of core time more for each, in every second
 * block `far_ns` if the CPUs are apart there (0: they never are). */
static void write_grains_at(double overhead_ns, double far_ns, unsigned blocks)
{
	static const double grain[] = {100, 1000, 10000, 100000};
	struct pvq_row row = {.n = 1000, .chunk = 1, .window = 2, .status = PVQ_OK, .seed = 3};
	char path[PATH_MAX];
	uint64_t state = 5;
	FILE *f;

	snprintf(path, sizeof(path), "%s/grain.csv", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	pvq_row_header(f);
	strcpy(row.task, "spin");
	for (unsigned b = 0; b < blocks; b++)
		for (int g = 0; g < 4; g++) {
			double block = wobble(&state, 0.1);

			row.block = b;
			snprintf(row.args, sizeof(row.args), "ns=%.0f,rate=900", grain[g]);
			strcpy(row.impl, "serial");
			strcpy(row.order, "ordered");
			row.cores = row.workers = 1;
			row.map_ns = (uint64_t)(1000 * grain[g] * block);
			row.handover_ns = row.handover_after_ns = 0;
			pvq_row_write(f, &row);
			strcpy(row.impl, "pool_unordered");
			strcpy(row.order, "unordered");
			row.cores = row.workers = 2;
			row.map_ns = (uint64_t)(1000 *
						(grain[g] + (far_ns > 0 && b % 2 ? far_ns : overhead_ns)) /
						2 * block * wobble(&state, 0.02));
			if (far_ns > 0)
				row.handover_ns = row.handover_after_ns = b % 2 ? 500 : 100;
			pvq_row_write(f, &row);
		}
	fclose(f);
}

static void write_grains(double overhead_ns, unsigned blocks)
{
	write_grains_at(overhead_ns, 0, blocks);
}

static struct pvq_grain read_grains(void)
{
	struct pvq_grain grain;

	assert_int_equal(pvq_grain_read(&grain, &registry, dir), 0);
	assert_int_equal(grain.lines, 1);
	assert_int_equal(grain.cores, 2);
	assert_int_equal(grain.line[0].points, 4);
	return grain;
}

/* Half the core time is overhead where an item's own work is as long as that: METG is twice the overhead. */
static void metg_is_twice_the_overhead(void **ctx)
{
	struct pvq_grain grain;

	(void)ctx;
	write_grains(1000, 12);
	grain = read_grains();
	assert_near(grain.line[0].all.metg_ns.median, 2000, 300);
	assert_true(grain.line[0].all.metg_ns.lo < 2000 && 2000 < grain.line[0].all.metg_ns.hi);
	assert_near(grain.line[0].point[3].versus.ratio / 2, 1 / 1.01, 0.02);
	pvq_grain_free(&grain);
}

static void metg_beyond_what_was_measured_is_said(void **ctx)
{
	struct pvq_grain grain;

	(void)ctx;
	write_grains(10, 12);
	grain = read_grains();
	assert_true(grain.line[0].all.metg_ns.median == grain.line[0].all.first_ns); /* at most */
	pvq_grain_free(&grain);
	write_grains(1e6, 12);
	grain = read_grains();
	assert_true(isinf(grain.line[0].all.metg_ns.median));
	pvq_grain_free(&grain);
}

/* Each level has a METG of its own, which is "at most" what its own shortest items took. */
static void metg_at_each_level(void **ctx)
{
	const struct pvq_grain_level *level;
	struct pvq_grain grain;

	(void)ctx;
	write_grains_at(1000, 10000, 24);
	grain = read_grains();
	level = grain.line[0].level;
	assert_near(level[0].metg_ns.median, 2000, 300);
	assert_near(level[1].metg_ns.median, 20000, 3000);
	assert_int_equal(level[2].metg_ns.n, 0);
	pvq_grain_free(&grain);
	write_grains_at(10, 60, 24);
	grain = read_grains();
	level = grain.line[0].level;
	assert_near(level[0].first_ns, 110, 5);
	assert_near(level[1].first_ns, 160, 5);
	for (int i = 0; i < 2; i++)
		assert_true(level[i].metg_ns.median == level[i].first_ns);
	pvq_grain_free(&grain);
}

static void no_grains_no_figure(void **ctx)
{
	struct pvq_grain grain;

	(void)ctx;
	assert_int_equal(pvq_grain_read(&grain, &registry, "/nonexistent"), -ENOENT);
}

static int make_dir(void **ctx)
{
	(void)ctx;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **ctx)
{
	char path[PATH_MAX];

	(void)ctx;
	snprintf(path, sizeof(path), "%s/grain.csv", dir);
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_times_give_exact_parameters),
		cmocka_unit_test(amdahl_from_two_points),
		cmocka_unit_test(too_few_points_are_refused),
		cmocka_unit_test(the_peak_is_where_more_cores_begin_to_hurt),
		cmocka_unit_test(karp_flatt_is_amdahl_turned_round),
		cmocka_unit_test(the_bootstrap_covers),
		cmocka_unit_test(gaps_cost_only_themselves),
		cmocka_unit_test(few_blocks_have_no_interval),
		cmocka_unit_test(metg_is_twice_the_overhead),
		cmocka_unit_test(metg_beyond_what_was_measured_is_said),
		cmocka_unit_test(metg_at_each_level),
		cmocka_unit_test(no_grains_no_figure),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
