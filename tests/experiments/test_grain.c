/* test_grain.c: which lengths of items a strategy gets, and what its METG is worth, on a simulated machine whose CPUs are near
 * each other at some times and far at others. Each strategy's overhead grows with the work, as measured ones do, so its METG
 * is known.
 */
#include "base/shuffle.h"
#include "experiments/grain/choice.h"
#include "experiments/grain/grain.h"

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
static char dir[] = "/tmp/pvq-grain-XXXXXX";

enum { NEAR, FAR, STATES };

/* What a strategy adds to an item, in ns of core time: always, and for each ns of the square root of the work; and its
 * noise. */
static const struct {
	const char *name;
	double fixed_ns[STATES], growing, noise;
} strategy[] = {
	{"pool_ordered", {45, 90}, 3.5, 0.25},
	{"pool_unordered", {40, 85}, 3.5, 0.25},
	{"fork_pipe_queue", {800, 1200}, 25, 0.15},
	{"pthread_queue", {500, 900}, 30, 0.35},
};

enum { STRATEGIES = sizeof(strategy) / sizeof(strategy[0]) };

static double overhead_ns(size_t of, int state, double work_ns)
{
	return strategy[of].fixed_ns[state] + strategy[of].growing * sqrt(work_ns);
}

/* METG: twice the work w that is as long as its overhead, w = fixed + growing sqrt(w). */
static double truth(size_t of, int state)
{
	double growing = strategy[of].growing;
	double root = growing / 2 + sqrt(growing * growing / 4 + strategy[of].fixed_ns[state]);

	return 2 * root * root;
}

/* ---- the machine ---- */

struct machine {
	struct pvq_plan plan;
	double *map_ns;
	signed char *level;
	uint64_t random;
	double now_s, change_s;
	int state, quiet; /* quiet: it stays in one state, and noise is a tenth */
	FILE *rows;
};

static double draw(struct machine *m)
{
	return ((double)(pvq_random_next(&m->random) >> 11) + 0.5) / 9007199254740992.0;
}

static double wobble(struct machine *m, double by)
{
	return exp((m->quiet ? 0.1 : 1) * by * sqrt(-2 * log(draw(m))) * cos(2 * M_PI * draw(m)));
}

static void pass(struct machine *m, double seconds)
{
	for (m->now_s += seconds; m->now_s >= m->change_s; m->change_s += 1 + 5 * draw(m))
		m->state = !m->quiet && m->state == NEAR ? FAR : NEAR;
}

static double length_ns(unsigned cell)
{
	return pvq_metg_length_ns(0, cell / (STRATEGIES + 1), 2);
}

/* Runs a cell's trial, and writes its row. */
static void run_trial(struct machine *m, unsigned block, unsigned cell)
{
	const struct pvq_plan_cell *c = &m->plan.cell[cell];
	unsigned place = cell % (STRATEGIES + 1); /* serial is the first */
	size_t at = (size_t)block * m->plan.ncell + cell;
	double work_ns = length_ns(cell), core = work_ns * wobble(m, 0.01);
	struct pvq_row row = {.n = c->n,
		.chunk = 1,
		.window = 2,
		.status = PVQ_OK,
		.seed = 1,
		.block = block,
		.cores = c->cores,
		.workers = c->workers};
	int state = m->state;

	if (place)
		core += overhead_ns(place - 1, state, work_ns) * wobble(m, strategy[place - 1].noise) *
			(draw(m) < 0.02 && !m->quiet ? 2 : 1);
	row.map_ns = (uint64_t)(core * (double)c->n / c->cores);
	pass(m, (double)row.map_ns / 1e9 + (place ? 0.009 : 0.003));
	m->map_ns[at] = (double)row.map_ns;
	m->level[at] = (signed char)(!place || m->quiet ? -1 : m->state == state ? state : -2);
	if (place) {
		row.handover_ns = (uint64_t)((state == NEAR ? 105 : 480) * wobble(m, 0.02));
		row.handover_after_ns = (uint64_t)((m->state == NEAR ? 105 : 480) * wobble(m, 0.02));
	}
	snprintf(row.impl, sizeof(row.impl), "%s", c->impl->name);
	snprintf(row.order, sizeof(row.order), "%s", "ordered");
	snprintf(row.task, sizeof(row.task), "spin");
	snprintf(row.args, sizeof(row.args), "ns=%.0f", work_ns);
	pvq_row_write(m->rows, &row);
}

static void boot(struct machine *m, uint64_t seed, int quiet)
{
	char path[PATH_MAX];

	*m = (struct machine){.plan = {.registry = &registry, .seed = 1}, .random = seed, .quiet = quiet};
	m->state = !quiet && draw(m) < 0.5 ? FAR : NEAR;
	m->change_s = 1 + 5 * draw(m);
	for (unsigned g = 0; g < PVQ_METG_GRAINS; g++) {
		char words[32];

		snprintf(words, sizeof(words), "spin:ns=%.0f", pvq_metg_length_ns(0, g, 2));
		assert_int_equal(pvq_plan_add_spec(&m->plan, words), 0);
		for (size_t i = 0; i <= STRATEGIES; i++) {
			const char *name = i ? strategy[i - 1].name : "serial";

			assert_int_equal(
				pvq_plan_add_cell(&m->plan,
					&(struct pvq_plan_cell){.impl = pvq_registry_get(&registry, name),
						.spec = m->plan.spec[g],
						.n = pvq_metg_items(0, 2),
						.workers = i ? 2 : 1,
						.cores = i ? 2 : 1}),
				0);
		}
	}
	pvq_plan_number_groups(&m->plan);
	m->map_ns = calloc((size_t)PVQ_GRAIN_BLOCKS * m->plan.ncell, sizeof(*m->map_ns));
	m->level = calloc((size_t)PVQ_GRAIN_BLOCKS * m->plan.ncell, sizeof(*m->level));
	assert_non_null(m->map_ns);
	assert_non_null(m->level);
	snprintf(path, sizeof(path), "%s/grain.csv", dir);
	m->rows = fopen(path, "w");
	assert_non_null(m->rows);
	pvq_row_header(m->rows);
}

static void shut_down(struct machine *m)
{
	pvq_plan_free(&m->plan);
	free(m->map_ns);
	free(m->level);
}

/* Every strategy at every length of the wide ramp, in all blocks: what the choice is to better. */
static int choose_all(void *ctx, const struct pvq_sweep_seen *seen, unsigned char *takes_part)
{
	(void)ctx;
	for (unsigned i = 0; i < seen->cells; i++)
		takes_part[i] = i / (STRATEGIES + 1) % PVQ_METG_WIDE == 0;
	return 0;
}

/* Measures block after block for so long, or until nothing is chosen. Returns the number of blocks. */
static unsigned measure(struct machine *m, double seconds, pvq_sweep_choose *choose, void *ctx)
{
	unsigned char takes_part[STRATEGIES * PVQ_METG_GRAINS + PVQ_METG_GRAINS];
	unsigned block = 0;
	int any = 1;

	for (; any && block < PVQ_GRAIN_BLOCKS && m->now_s < seconds; block++) {
		struct pvq_sweep_seen seen = {block, m->plan.ncell, m->map_ns, m->level};

		memset(takes_part, 1, m->plan.ncell);
		assert_int_equal(choose(ctx, &seen, takes_part), 0);
		any = 0;
		for (unsigned i = 0; i < m->plan.ncell && m->now_s < seconds; i++)
			if (takes_part[i]) {
				run_trial(m, block, i);
				any = 1;
			}
	}
	assert_int_equal(fclose(m->rows), 0);
	return block;
}

/* ---- judging ---- */

/* SECONDS: of a default run. */
enum { RUNS = 20, SECONDS = 30 };

/* What the intervals of one way of measuring are worth. */
struct way {
	unsigned of, covered;
	double width[STRATEGIES][RUNS * STATES]; /* half, as a share of the median */
	size_t widths[STRATEGIES];
};

static struct way chosen, all;

static void judge_level(struct way *way, size_t of, int state, const struct pvq_grain_level *level)
{
	const struct pvq_estimate *e = &level->metg_ns;

	if (e->n == 0 || isnan(e->lo))
		return;
	way->of++;
	way->covered += e->lo <= truth(of, state) && truth(of, state) <= e->hi;
	way->width[of][way->widths[of]++] = pvq_estimate_width(e);
}

static void judge(struct way *way)
{
	struct pvq_grain grain;

	assert_int_equal(pvq_grain_read(&grain, &registry, dir), 0);
	for (size_t l = 0; l < grain.lines; l++)
		for (size_t i = 0; i < STRATEGIES; i++) {
			const struct pvq_state *state = pvq_states_of(&grain.summary.states, 2);

			if (strcmp(grain.summary.series[grain.line[l].series].impl, strategy[i].name) != 0)
				continue;
			if (state->levels.count < STATES)
				judge_level(way, i, state->levels.level[0].centre < 200 ? NEAR : FAR,
					&grain.line[l].all);
			for (int s = 0; state->levels.count == STATES && s < STATES; s++)
				judge_level(way, i, s, &grain.line[l].level[s]);
		}
	pvq_grain_free(&grain);
}

static double median_width(struct way *way, size_t of)
{
	pvq_sort(way->width[of], way->widths[of]);
	return pvq_quantile(way->width[of], way->widths[of], 0.5);
}

/* Measures in one way, and judges it. */
static void simulate_way(struct way *way, uint64_t seed, pvq_sweep_choose *choose)
{
	struct pvq_grain_choice choice;
	struct machine m;

	boot(&m, seed, 0);
	assert_int_equal(pvq_grain_choice_make(&choice, &m.plan), 0);
	measure(&m, SECONDS, choose, &choice);
	judge(way);
	pvq_grain_choice_free(&choice);
	shut_down(&m);
}

/* Simulates both ways of using the time, once for all tests. */
static int simulate(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	for (unsigned i = 0; i < RUNS; i++) {
		simulate_way(&chosen, 100 + i, pvq_grain_choose);
		simulate_way(&all, 100 + i, choose_all);
	}
	return 0;
}

static void intervals_cover(void **state)
{
	(void)state;
	assert_true(chosen.of > 0.9 * RUNS * STATES * STRATEGIES);
	assert_true(all.of > 0.9 * RUNS * STATES * STRATEGIES);
	assert_in_range(chosen.covered * 1000 / chosen.of, 920, 985);
	assert_in_range(all.covered * 1000 / all.of, 920, 985);
}

/* The pools' short items take little time, which they no longer share with long ones. */
static void the_pools_are_known_better(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(median_width(&chosen, i) < 0.55 * median_width(&all, i));
}

static void the_others_are_known_as_well(void **state)
{
	(void)state;
	for (size_t i = 2; i < STRATEGIES; i++)
		assert_true(median_width(&chosen, i) < 1.2 * median_width(&all, i));
}

/* The work of a length, as a share of that at which the strategy crosses. */
static double from_crossing(const struct pvq_grain_choice *c, size_t of, unsigned length)
{
	return length_ns(c->turn[of].own[length]) / (truth(of, NEAR) / 2);
}

static void lengths_lie_around_the_crossing(void **state)
{
	struct pvq_grain_choice choice;
	struct machine m;

	(void)state;
	boot(&m, 1, 1);
	assert_int_equal(pvq_grain_choice_make(&choice, &m.plan), 0);
	assert_int_equal(choice.turns, STRATEGIES);
	measure(&m, SECONDS, pvq_grain_choose, &choice);
	for (size_t t = 0; t < choice.turns; t++)
		for (unsigned i = 0; i < choice.turn[t].lengths; i++) {
			double from = from_crossing(&choice, t, i);
			unsigned own = choice.turn[t].own[i], base = choice.turn[t].base[i];

			if (from > 0.6 && from < 1.8)
				assert_true(choice.turn[t].chosen[i]);
			if (from < 0.4 || from > 2.4)
				assert_false(choice.turn[t].chosen[i]);
			for (unsigned b = 0; b < PVQ_GRAIN_FIRST; b++) {
				assert_int_equal(
					m.map_ns[b * m.plan.ncell + own] > 0, i % PVQ_METG_WIDE == 0);
				assert_int_equal(
					m.map_ns[b * m.plan.ncell + base] > 0, i % PVQ_METG_WIDE == 0);
			}
		}
	pvq_grain_choice_free(&choice);
	shut_down(&m);
}

/* What is known well takes no more time. */
static void precision_ends_it(void **state)
{
	struct pvq_grain_choice choice;
	struct pvq_grain grain;
	struct machine m;

	(void)state;
	boot(&m, 1, 1);
	assert_int_equal(pvq_grain_choice_make(&choice, &m.plan), 0);
	assert_true(measure(&m, 1e9, pvq_grain_choose, &choice) < PVQ_GRAIN_BLOCKS);
	for (size_t t = 0; t < choice.turns; t++)
		assert_true(choice.turn[t].done);
	pvq_grain_choice_free(&choice);
	shut_down(&m);
	assert_int_equal(pvq_grain_read(&grain, &registry, dir), 0);
	assert_int_equal(grain.lines, STRATEGIES);
	for (size_t l = 0; l < grain.lines; l++)
		assert_true(pvq_estimate_width(&grain.line[l].all.metg_ns) <= 0.05);
	pvq_grain_free(&grain);
}

/* A strategy that cannot run, as one that is not installed, is not waited for. */
static void what_is_skipped_has_no_part(void **state)
{
	unsigned char takes_part[PVQ_METG_GRAINS * (STRATEGIES + 1)];
	struct pvq_sweep_seen seen;
	struct pvq_grain_choice choice;
	struct machine m;

	(void)state;
	boot(&m, 1, 1);
	assert_int_equal(fclose(m.rows), 0);
	assert_int_equal(pvq_grain_choice_make(&choice, &m.plan), 0);
	for (unsigned i = 0; i < m.plan.ncell; i++)
		m.plan.cell[i].skip = i % (STRATEGIES + 1) == 1;
	seen = (struct pvq_sweep_seen){0, m.plan.ncell, m.map_ns, m.level};
	assert_int_equal(pvq_grain_choose(&choice, &seen, takes_part), 0);
	for (unsigned i = 0; i < m.plan.ncell; i++)
		assert_int_equal(takes_part[i],
			i / (STRATEGIES + 1) % PVQ_METG_WIDE == 0 && i % (STRATEGIES + 1) != 1);
	pvq_grain_choice_free(&choice);
	shut_down(&m);
}

static int remove_dir(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/grain.csv", dir);
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_cover),
		cmocka_unit_test(the_pools_are_known_better),
		cmocka_unit_test(the_others_are_known_as_well),
		cmocka_unit_test(lengths_lie_around_the_crossing),
		cmocka_unit_test(precision_ends_it),
		cmocka_unit_test(what_is_skipped_has_no_part),
	};

	return cmocka_run_group_tests(tests, simulate, remove_dir);
}
