/* figure_cores.c: draws wall time, and speed-up with efficiency, over the number of cores. */
#include "draw/figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Gnuplot's point types for single trials. */
enum { POINT_CROSS = 2, POINT_DOT = 7 };

enum { WIDTH = 960, PANEL = 400, HEIGHT = 360, KEY_ROW = 20 };

static int cores_want(const struct pvq_cell *cell, unsigned cores)
{
	(void)cores;
	return !pvq_cell_oversubscribed(cell);
}

/* Spreads trials a little, always in the same way, so that equal ones do not hide each other. */
static double cores_jitter(unsigned block, size_t series)
{
	double golden = 0.618 * block; /* spreads any number of blocks evenly */

	return (golden - floor(golden) - 0.5) * 0.5 *
	       (pvq_figure_dodge(1, series) - pvq_figure_dodge(0, series));
}

static void time_trials(struct pvq_plot *plot, const struct pvq_work *work, const struct pvq_cell *cell,
	const struct pvq_axis *axis, double dodge, size_t series, struct pvq_range *range)
{
	for (size_t i = 0; i < cell->ok; i++) {
		const struct pvq_row *row = cell->row[i];
		double x = pvq_plot_shift(axis, row->cores, dodge + cores_jitter(row->block, series));

		fprintf(plot->dat, "%.9g %llu %llu %d\n", x, (unsigned long long)row->map_ns,
			(unsigned long long)row->total_ns,
			pvq_row_disturbed(work, row) ? POINT_CROSS : POINT_DOT);
		pvq_range_add(range, (double)row->map_ns);
		pvq_range_add(range, (double)row->total_ns);
	}
}

static void time_median(struct pvq_plot *plot, const struct pvq_cell *cell, double x)
{
	const struct pvq_estimate *map = &cell->metric[PVQ_MAP_NS], *total = &cell->metric[PVQ_TOTAL_NS];
	struct pvq_bar warm = pvq_figure_bar(map), cold = pvq_figure_bar(total);

	fprintf(plot->dat, "%.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", x, map->median, warm.lo, warm.hi,
		total->median, cold.lo, cold.hi);
}

/* Writes two indexes for each series: every trial, then the medians. */
static struct pvq_range time_data(struct pvq_plot *plot, const struct pvq_summary *s,
	const struct pvq_work *work, const struct pvq_axis *axis, const size_t *series, size_t count)
{
	struct pvq_range range = {INFINITY, 0};

	fputs("# x map_ns total_ns point (7 a dot, 2 a cross: in a disturbed block), then x and median, lo, hi of map_ns and of total_ns\n",
		plot->dat);
	for (size_t i = 0; i < count; i++) {
		const struct pvq_cell *cell = NULL;
		double dodge = pvq_figure_dodge(i, count);

		while ((cell = pvq_figure_next(s, work, series[i], 0, cores_want, cell)))
			time_trials(plot, work, cell, axis, dodge, count, &range);
		pvq_plot_next_index(plot);
		while ((cell = pvq_figure_next(s, work, series[i], 0, cores_want, cell)))
			time_median(plot, cell, pvq_plot_shift(axis, cell->key->cores, dodge));
		pvq_plot_next_index(plot);
	}
	return range;
}

/* Starts either picture: size, title, series with their key, x axis. */
static int cores_begin(struct pvq_plot *plot, struct pvq_plots *plots, const char *kind,
	const struct pvq_summary *s, const struct pvq_work *work, const size_t *series, size_t count,
	struct pvq_axis *axis)
{
	char name[PVQ_PLOT_NAME];
	struct pvq_key key = pvq_plot_key(s, series, count, WIDTH - 40);
	int ret;

	pvq_figure_name(name, kind, work, 0);
	ret = pvq_plot_begin(plot, plots, name, WIDTH, HEIGHT + KEY_ROW * key.rows);
	if (ret)
		return ret;
	pvq_plot_string(plot, "task", work->label);
	pvq_plot_number(plot, "blocks", s->blocks);
	pvq_plot_number(plot, "lines", work->core_counts > 1);
	pvq_plot_series(plot, s, series, count, &key);
	*axis = pvq_plot_axis_count(
		plot, "x", work->cores, work->core_counts, PANEL, strcmp(kind, "time") == 0);
	return 0;
}

int pvq_figure_time(struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work)
{
	size_t *series = calloc(s->series_count + 1, sizeof(*series)), count;
	struct pvq_plot plot;
	struct pvq_axis axis;
	struct pvq_range range;

	if (!series)
		return -ENOMEM;
	count = pvq_figure_series(s, work, 0, cores_want, series);
	if (count && cores_begin(&plot, plots, "time", s, work, series, count, &axis) == 0) {
		range = time_data(&plot, s, work, &axis, series, count);
		pvq_plot_axis_time(&plot, "y", range.lo, range.hi, 9);
		pvq_plot_number(
			&plot, "base_map", work->base ? work->base->metric[PVQ_MAP_NS].median : NAN);
		pvq_plot_number(
			&plot, "base_total", work->base ? work->base->metric[PVQ_TOTAL_NS].median : NAN);
		pvq_plot_end(&plot, "time.gp");
	}
	free(series);
	return 0;
}

/* Writes x, then ratio, lo, hi of the speed-up and of the efficiency. Keeps the largest values in *range. */
static void speedup_cell(struct pvq_plot *plot, const struct pvq_work *work, const struct pvq_cell *cell,
	double x, struct pvq_range range[2])
{
	struct pvq_comparison up = pvq_cells_compare(work->base, cell, PVQ_MAP_NS, PVQ_ALPHA);
	double cores = cell->key->cores, lo = isnan(up.lo) ? up.ratio : up.lo;
	double hi = isnan(up.hi) ? up.ratio : up.hi;

	if (isnan(up.ratio))
		return;
	fprintf(plot->dat, "%.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", x, up.ratio, lo, hi, up.ratio / cores,
		lo / cores, hi / cores);
	pvq_range_add(&range[0], hi);
	pvq_range_add(&range[1], hi / cores);
}

static int speedup_want(const struct pvq_cell *cell, unsigned cores)
{
	return cores_want(cell, cores) && !cell->baseline;
}

int pvq_figure_speedup(struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work)
{
	size_t *series = calloc(s->series_count + 1, sizeof(*series)), count;
	struct pvq_range range[2] = {{0, 1}, {0, 1}};
	struct pvq_plot plot;
	struct pvq_axis axis;

	if (!series)
		return -ENOMEM;
	count = work->base ? pvq_figure_series(s, work, 0, speedup_want, series) : 0;
	if (!count || cores_begin(&plot, plots, "speedup", s, work, series, count, &axis)) {
		free(series);
		return 0;
	}
	pvq_range_add(&range[0], work->cores[work->core_counts - 1]);
	fputs("# x, speed-up, lo, hi, efficiency, lo, hi\n", plot.dat);
	for (size_t i = 0; i < count; i++) {
		const struct pvq_cell *cell = NULL;

		while ((cell = pvq_figure_next(s, work, series[i], 0, speedup_want, cell)))
			speedup_cell(&plot, work, cell,
				pvq_plot_shift(&axis, cell->key->cores, 0.3 * pvq_figure_dodge(i, count)),
				range);
		pvq_plot_next_index(&plot);
	}
	pvq_plot_number(&plot, "upmax", range[0].hi * 1.06);
	pvq_plot_number(&plot, "effmax", range[1].hi * 1.1);
	pvq_plot_string(&plot, "base", pvq_text_ns(work->base->metric[PVQ_MAP_NS].median).s);
	pvq_plot_end(&plot, "speedup.gp");
	free(series);
	return 0;
}
