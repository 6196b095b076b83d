/* figure_cores.c: draws wall time and efficiency over the number of cores: small multiples, a panel for each task. */
#include "draw/figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Gnuplot's point types for single trials. */
enum { POINT_CROSS = 2, POINT_DOT = 7 };

/* A picture's panels: the works with something to show, and the strategies in any of them. */
struct cores {
	struct pvq_plot plot;
	const struct pvq_summary *s;
	const struct pvq_work **work;
	size_t *series, count;
	struct pvq_grid grid;
	int (*want)(const struct pvq_cell *, unsigned);
};

static int time_want(const struct pvq_cell *cell, unsigned cores)
{
	(void)cores;
	return !pvq_cell_oversubscribed(cell);
}

static int efficiency_want(const struct pvq_cell *cell, unsigned cores)
{
	return time_want(cell, cores) && !cell->baseline;
}

static const struct pvq_cell *cores_next(
	const struct cores *c, size_t panel, size_t series, const struct pvq_cell *cell)
{
	return pvq_figure_next(c->s, c->work[panel], c->series[series], 0, c->want, cell);
}

/* Two points are no curve: below this number of core counts a panel shows dots without lines. */
enum { LINES_NEED = 3 };

static int cores_lines(const struct pvq_work *work)
{
	return work->core_counts >= LINES_NEED;
}

/* Without lines, dots may stand further apart. */
static double cores_dodge(const struct cores *c, size_t panel, size_t series)
{
	double wide = fmin(2, 10 / (double)(c->count + 1));

	return pvq_figure_dodge(series, c->count) * (cores_lines(c->work[panel]) ? 1 : wide);
}

/* Whether some panel joins the series' dots: serial, for one, is on one core only. */
static int cores_joins(const struct cores *c, size_t series)
{
	for (size_t p = 0; p < c->grid.panels; p++) {
		const struct pvq_cell *first = cores_next(c, p, series, NULL);

		if (cores_lines(c->work[p]) && first && cores_next(c, p, series, first))
			return 1;
	}
	return 0;
}

/* Collects the works and series of a picture, and begins it. 0; -ENODATA: nothing to show; other -errno. */
static int cores_begin(struct cores *c, struct pvq_plots *plots, const struct pvq_summary *s,
	const char *kind, int (*want)(const struct pvq_cell *, unsigned),
	int (*shows)(const struct pvq_work *))
{
	char name[PVQ_PLOT_NAME];
	size_t panels = 0;
	int lines = 0;

	*c = (struct cores){.s = s, .want = want};
	c->work = calloc(s->works + 1, sizeof(const struct pvq_work *));
	c->series = calloc(s->series_count + 1, sizeof(*c->series));
	if (!c->work || !c->series)
		return -ENOMEM;
	for (size_t w = 0; w < s->works; w++)
		if (shows(&s->work[w]) && pvq_figure_series(s, &s->work[w], 0, want, c->series)) {
			lines |= cores_lines(&s->work[w]);
			c->work[panels++] = &s->work[w];
		}
	c->count = pvq_figure_series(s, NULL, 0, want, c->series);
	if (panels == 0)
		return -ENODATA;
	pvq_figure_name(name, kind, NULL, 0);
	if (pvq_figure_grid(&c->plot, plots, name, panels, s, c->series, c->count, &c->grid))
		return plots->error;
	pvq_plot_number(&c->plot, "lines", lines);
	fputs("unlined(i) = 0", c->plot.gp);
	for (size_t i = 0; i < c->count; i++)
		if (!cores_joins(c, i))
			fprintf(c->plot.gp, " || i == %zu", i + 1);
	fputs("\n", c->plot.gp);
	for (size_t p = 0; p < panels; p++)
		pvq_figure_panel(&c->plot, p, c->work[p]);
	return 0;
}

static void cores_end(struct cores *c)
{
	free(c->work);
	free(c->series);
}

/* ---- wall time ---- */

/* Spreads trials a little, always in the same way, so that equal ones do not hide each other. */
static double time_jitter(const struct cores *c, size_t panel, unsigned block)
{
	double golden = 0.618 * block; /* spreads any number of blocks evenly */

	return (golden - floor(golden) - 0.5) * 0.5 * (cores_dodge(c, panel, 1) - cores_dodge(c, panel, 0));
}

static void time_trials(struct cores *c, size_t panel, size_t series, const struct pvq_axis *axis,
	struct pvq_range *range, int *disturbed)
{
	const struct pvq_cell *cell = NULL;

	pvq_plot_undrawn(&c->plot);
	while ((cell = cores_next(c, panel, series, cell)))
		for (size_t i = 0; i < cell->ok; i++) {
			const struct pvq_row *row = cell->row[i];
			int cross = pvq_row_disturbed(c->work[panel], row);
			double dodge = cores_dodge(c, panel, series) + time_jitter(c, panel, row->block);

			fprintf(c->plot.dat, "%.9g %llu %d\n", pvq_plot_shift(axis, row->cores, dodge),
				(unsigned long long)row->map_ns, cross ? POINT_CROSS : POINT_DOT);
			pvq_range_add(range, (double)row->map_ns);
			*disturbed |= cross;
		}
	pvq_plot_next_index(&c->plot);
}

static void time_medians(struct cores *c, size_t panel, size_t series, const struct pvq_axis *axis)
{
	const struct pvq_cell *cell = NULL;

	pvq_plot_undrawn(&c->plot);
	while ((cell = cores_next(c, panel, series, cell))) {
		const struct pvq_estimate *map = &cell->metric[PVQ_MAP_NS];
		struct pvq_bar bar = pvq_figure_bar(&c->plot, map);

		fprintf(c->plot.dat, "%.9g %.9g %.9g %.9g",
			pvq_plot_shift(axis, cell->key->cores, cores_dodge(c, panel, series)), map->median,
			bar.lo, bar.hi);
		pvq_figure_say(&c->plot, c->s, cell, "");
	}
	pvq_plot_next_index(&c->plot);
}

/* Writes serial's time, and what is ideal on each number of cores. */
static void time_ideal(struct cores *c, size_t p, struct pvq_range *range)
{
	const struct pvq_work *work = c->work[p];
	double base = work->base ? work->base->metric[PVQ_MAP_NS].median : NAN;

	fprintf(c->plot.gp, "base[%zu] = ", p + 1);
	fprintf(c->plot.gp, isnan(base) ? "NaN\n" : "%.9g\n", base);
	fprintf(c->plot.gp, "curve[%zu] = %d; counts[%zu] = '", p + 1, cores_lines(work), p + 1);
	for (size_t i = 0; i < work->core_counts; i++)
		fprintf(c->plot.gp, " %u", work->cores[i]);
	fputs("'\n", c->plot.gp);
	if (!isnan(base))
		pvq_range_add(range, base / work->cores[work->core_counts - 1]);
}

static void time_panel(struct cores *c, size_t p, int *disturbed)
{
	struct pvq_range range = {INFINITY, 0};
	const struct pvq_work *work = c->work[p];
	struct pvq_axis axis;
	char name[24];

	snprintf(name, sizeof(name), "x%zu", p + 1);
	axis = pvq_plot_axis_count(&c->plot, name, work->cores, work->core_counts, c->grid.inner_px, 1);
	for (size_t i = 0; i < c->count; i++) {
		time_trials(c, p, i, &axis, &range, disturbed);
		time_medians(c, p, i, &axis);
	}
	time_ideal(c, p, &range);
	snprintf(name, sizeof(name), "y%zu", p + 1);
	pvq_plot_axis_time(&c->plot, name, range.lo, range.hi, 5);
}

static int time_shows(const struct pvq_work *work)
{
	return work->core_counts > 0;
}

int pvq_figure_time(struct pvq_plots *plots, const struct pvq_summary *s)
{
	struct cores c;
	int ret = cores_begin(&c, plots, s, "time", time_want, time_shows), disturbed = 0;

	if (ret == 0) {
		fputs("# a panel for each task, in it two indexes for each strategy: x, map_ns, point (7 a dot, 2 a cross: in a disturbed block) of every trial; then x, median, lo, hi, what the point says\n",
			c.plot.dat);
		fprintf(c.plot.gp, "array base[panels]\narray curve[panels]\narray counts[panels]\n");
		for (size_t p = 0; p < c.grid.panels; p++)
			time_panel(&c, p, &disturbed);
		pvq_plot_number(&c.plot, "disturbed", disturbed);
		pvq_plot_bars(&c.plot);
		pvq_plot_end(&c.plot, "time.gp");
	}
	cores_end(&c);
	return ret == -ENODATA ? 0 : ret;
}

/* ---- efficiency ---- */

static double efficiency_panel(struct cores *c, size_t p)
{
	const struct pvq_work *work = c->work[p];
	struct pvq_axis axis;
	char name[24];
	double top = 1;

	snprintf(name, sizeof(name), "x%zu", p + 1);
	axis = pvq_plot_axis_count(&c->plot, name, work->cores, work->core_counts, c->grid.inner_px, 0);
	for (size_t i = 0; i < c->count; i++) {
		const struct pvq_cell *cell = NULL;

		pvq_plot_undrawn(&c->plot);
		while ((cell = cores_next(c, p, i, cell))) {
			struct pvq_comparison up =
				pvq_cells_compare(work->base, cell, PVQ_MAP_NS, PVQ_ALPHA);
			struct pvq_bar bar = pvq_figure_ratio_bar(&c->plot, &up);
			double cores = cell->key->cores;
			char shows[PVQ_SHOWS_MAX];

			if (isnan(up.ratio))
				continue;
			fprintf(c->plot.dat, "%.9g %.9g %.9g %.9g",
				pvq_plot_shift(&axis, cores, 0.3 * pvq_figure_dodge(i, c->count)),
				up.ratio / cores, bar.lo / cores, bar.hi / cores);
			pvq_figure_speedup_words(shows, &up);
			pvq_figure_say(&c->plot, c->s, cell, shows);
			top = fmax(top, bar.hi / cores);
		}
		pvq_plot_next_index(&c->plot);
	}
	return top;
}

static int efficiency_shows(const struct pvq_work *work)
{
	return work->base && cores_lines(work);
}

int pvq_figure_efficiency(struct pvq_plots *plots, const struct pvq_summary *s)
{
	struct cores c;
	int ret = cores_begin(&c, plots, s, "efficiency", efficiency_want, efficiency_shows);
	double top = 1;

	if (ret == 0) {
		fputs("# a panel for each task, in it an index for each strategy: x, efficiency, lo, hi, what the point says\n",
			c.plot.dat);
		for (size_t p = 0; p < c.grid.panels; p++)
			top = fmax(top, efficiency_panel(&c, p));
		pvq_plot_number(&c.plot, "top", 1.08 * top);
		pvq_plot_bars(&c.plot);
		pvq_plot_end(&c.plot, "efficiency.gp");
	}
	cores_end(&c);
	return ret == -ENODATA ? 0 : ret;
}
