/* grid.c: chooses the items of the grid, and runs them. */
#include "experiments/forecast/grid.h"

#include "base/rundir.h"
#include "drive/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { GRID_BLOCKS = 8 };

/* Nearly all crossings lie among shorter items, and a block of long ones takes as long as all others. */
static const double longest_ns = 330e3, largest_bytes = 256 << 10;

/* ---- where ---- */

static int is_in_reach(struct pvq_grid_point p)
{
	return pvq_crossover_ns(p.time) <= longest_ns && pvq_crossover_bytes(p.size) <= largest_bytes;
}

static int is_among(const struct pvq_grid_point *point, unsigned count, struct pvq_grid_point p)
{
	for (unsigned i = 0; i < count; i++)
		if (point[i].time == p.time && point[i].size == p.size)
			return 1;
	return 0;
}

/* From 32 ns to 316 us, a decade each; 8 B, 2 KiB and 64 KiB. */
static unsigned add_fixed(struct pvq_grid_point point[PVQ_GRID_POINTS])
{
	static const unsigned time[] = {2, 6, 10, 14, 18}, size[] = {0, 8, 13};
	unsigned count = 0;

	for (unsigned t = 0; t < sizeof(time) / sizeof(*time); t++)
		for (unsigned s = 0; s < sizeof(size) / sizeof(*size); s++)
			point[count++] = (struct pvq_grid_point){time[t], size[s]};
	return count;
}

/* The points where the second is that near, and which are not chosen yet. close: room for all; NULL: they are counted only. */
static unsigned find_close(struct pvq_grid_point *close, const struct pvq_crossover *map,
	const struct pvq_grid_point point[PVQ_GRID_FIXED], double margin)
{
	unsigned count = 0;

	for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++)
		for (unsigned t = 0; t < PVQ_CROSSOVER_TIMES; t++) {
			const struct pvq_grid_point p = {t, s};

			if (!is_in_reach(p) || is_among(point, PVQ_GRID_FIXED, p) ||
				!(map->at[t][s].margin < margin))
				continue;
			if (close)
				close[count] = p;
			count++;
		}
	return count;
}

unsigned pvq_grid_points(struct pvq_grid_point point[PVQ_GRID_POINTS], const struct pvq_crossover *map)
{
	static const double near = 0.1, far = 100;
	struct pvq_grid_point close[PVQ_CROSSOVER_TIMES * PVQ_CROSSOVER_SIZES];
	unsigned fixed = add_fixed(point), count = 0;

	for (double margin = near; count < PVQ_GRID_CLOSE && margin < far; margin *= 2)
		count = find_close(close, map, point, margin);
	if (count < PVQ_GRID_CLOSE)
		return fixed;
	for (unsigned i = 0; i < PVQ_GRID_CLOSE; i++)
		point[fixed + i] = close[(2 * i + 1) * count / (2 * PVQ_GRID_CLOSE)];
	return PVQ_GRID_POINTS;
}

void pvq_grid_words(char words[PVQ_GRID_WORDS], struct pvq_grid_point p)
{
	double bytes = pvq_crossover_bytes(p.size);

	snprintf(words, PVQ_GRID_WORDS, "job:work=%.0f,in=%.0f,out=%.0f", pvq_crossover_ns(p.time), bytes,
		bytes);
}

uint64_t pvq_grid_items(struct pvq_grid_point p, unsigned cores)
{
	const double long_ns = 9e6, items_a_core = 100, byte_ns = 0.3; /* about, of an item's payload */
	double item_ns = pvq_crossover_ns(p.time) + byte_ns * pvq_crossover_bytes(p.size);

	return (uint64_t)fmax(long_ns / item_ns, items_a_core * cores);
}

/* ---- the run ---- */

/* What the sweep's rows make of the map. */
struct grid {
	struct pvq_rows rows;
	struct pvq_model_cells cells;
	struct pvq_prices prices;
	struct pvq_model model;
	struct pvq_crossover map;
};

static void grid_free(struct grid *g)
{
	pvq_model_free(&g->model);
	pvq_prices_free(&g->prices);
	pvq_model_cells_free(&g->cells);
	pvq_rows_free(&g->rows);
}

/* -ENOENT: there are no rows. -ENODATA: they calibrate nothing. */
static int grid_map(struct grid *g, const struct pvq_session *session, unsigned cores)
{
	const struct pvq_registry *registry = session->plan->registry;
	int ret = pvq_rows_read_file(session->dir, "raw.csv", &g->rows);

	(void)pvq_prices_read(&g->prices, session->dir);
	if (ret == 0)
		ret = pvq_model_cells_add(&g->cells, registry, &g->rows, cores);
	if (ret == 0)
		ret = pvq_model_calibrate(
			&g->model, registry, &g->cells, g->prices.count ? &g->prices : NULL);
	if (ret == 0)
		pvq_crossover_make(&g->map, &g->model, cores);
	return ret;
}

static int add_point(
	struct pvq_plan *plan, const struct grid *g, struct pvq_grid_point point, unsigned cores)
{
	char words[PVQ_GRID_WORDS];
	int ret;

	pvq_grid_words(words, point);
	ret = pvq_plan_add_spec(plan, words);
	if (ret)
		return ret;
	pvq_spec_settle(plan->spec[plan->nspec - 1]);
	for (int serial = 1; serial >= 0; serial--) /* cells of one group stand together */
		for (size_t i = 0; ret == 0 && i < g->model.count; i++) {
			const struct pvq_model_strategy *s = &g->model.of[i];
			unsigned workers = serial ? 1 : cores;

			if (s->kind.serial != serial || (!serial && s->impl->flags & PVQ_ONE_WORKER))
				continue;
			ret = pvq_plan_add_cell(plan, &(struct pvq_plan_cell){.impl = s->impl,
							      .spec = plan->spec[plan->nspec - 1],
							      .n = pvq_grid_items(point, cores),
							      .workers = workers,
							      .cores = workers});
		}
	return ret;
}

static int grid_plan(struct pvq_plan *plan, const struct pvq_plan *of, const struct grid *g, unsigned cores)
{
	struct pvq_grid_point point[PVQ_GRID_POINTS];
	unsigned count = pvq_grid_points(point, &g->map);
	int ret = 0;

	*plan = pvq_plan_beside(of, GRID_BLOCKS);
	for (unsigned i = 0; ret == 0 && i < count; i++)
		ret = add_point(plan, g, point[i], cores);
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_forecast_run(const struct pvq_session *session)
{
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = PVQ_GRID_FILE,
		.deadline_s = session->seconds};
	struct pvq_plan plan = {.ncell = 0};
	struct grid g = {.rows = {0}};
	unsigned cores = pvq_plan_cores(session->plan);
	int ret;

	if (cores < 2 || pvq_rundir_has(session->dir, PVQ_GRID_FILE))
		return 0;
	ret = grid_map(&g, session, cores);
	if (ret == 0)
		ret = grid_plan(&plan, session->plan, &g, cores);
	if (ret == 0) {
		fprintf(stderr, "pvq: measuring items at which the model is unsure\n");
		ret = pvq_sweep_into(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	grid_free(&g);
	return ret == -ENODATA || ret == -ENOENT ? 0 : ret;
}
