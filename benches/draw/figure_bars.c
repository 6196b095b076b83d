/* figure_bars.c: draws more workers than cores: small multiples, a panel for each task on a number of cores. */
#include "draw/figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A panel. */
struct over {
	size_t work; /* its index */
	unsigned cores;
};

/* Wanted: oversubscribed cells, and their base, the cells with workers = cores. */
static int over_want(const struct pvq_cell *cell, unsigned cores)
{
	return !cell->baseline && cell->key->cores == cores && cell->key->workers >= cores;
}

static const struct pvq_cell *over_base(
	const struct pvq_summary *s, const struct pvq_work *work, size_t series, unsigned cores)
{
	const struct pvq_cell *cell = pvq_figure_next(s, work, series, cores, over_want, NULL);

	return cell && cell->key->workers == cores ? cell : NULL;
}

/* Whether the series has both a base and an oversubscribed cell. */
static int over_has(const struct pvq_summary *s, const struct over *o, size_t series)
{
	const struct pvq_work *work = &s->work[o->work];
	const struct pvq_cell *base = over_base(s, work, series, o->cores);

	return base && pvq_figure_next(s, work, series, o->cores, over_want, base);
}

/* Lists, ascending, the numbers of workers. workers: room for all cells of the work. Returns how many. */
static size_t over_workers(const struct pvq_summary *s, const struct over *o, unsigned *workers)
{
	const struct pvq_work *work = &s->work[o->work];
	size_t count = 0;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell =
			&s->cell[c]; /* within a core count, cells are sorted by workers */

		if (cell->ok && over_want(cell, o->cores) &&
			(count == 0 || workers[count - 1] != cell->key->workers))
			workers[count++] = cell->key->workers;
	}
	return count;
}

/* Writes the ratio of each cell's time to the base's, paired within blocks. Returns the largest ratio. */
static double over_data(struct pvq_plot *plot, const struct pvq_summary *s, const struct over *o,
	const struct pvq_axis *axis, const size_t *series, size_t count)
{
	const struct pvq_work *work = &s->work[o->work];
	double top = 1;

	for (size_t i = 0; i < count; i++) {
		const struct pvq_cell *base = over_base(s, work, series[i], o->cores), *cell = base;
		double dodge = pvq_figure_dodge(i, count);

		pvq_plot_undrawn(plot);
		if (over_has(s, o, series[i])) {
			fprintf(plot->dat, "%.9g 1 1 1", pvq_plot_shift(axis, o->cores, dodge));
			pvq_figure_say(plot, s, base, "");
		}
		while (cell && (cell = pvq_figure_next(s, work, series[i], o->cores, over_want, cell))) {
			struct pvq_comparison vs = pvq_cells_compare(cell, base, PVQ_MAP_NS, PVQ_ALPHA);
			struct pvq_bar bar = pvq_figure_ratio_bar(plot, &vs);
			char shows[PVQ_SHOWS_MAX];

			if (isnan(vs.ratio))
				continue;
			fprintf(plot->dat, "%.9g %.9g %.9g %.9g",
				pvq_plot_shift(axis, cell->key->workers, dodge), vs.ratio, bar.lo, bar.hi);
			snprintf(shows, sizeof(shows), "ratio to the time with %u worker%s %s", o->cores,
				o->cores == 1 ? "" : "s",
				pvq_text_ratio_interval(vs.ratio, vs.lo, vs.hi).s);
			pvq_figure_say(plot, s, cell, shows);
			top = fmax(top, bar.hi);
		}
		pvq_plot_next_index(plot);
	}
	return top;
}

static int over_write(struct pvq_plots *plots, const struct pvq_summary *s, const struct over *over,
	size_t panels, const size_t *series, size_t count)
{
	unsigned *workers = calloc(s->cells + 1, sizeof(*workers));
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;
	struct pvq_grid grid;

	if (!workers)
		return -ENOMEM;
	pvq_figure_name(name, "over", NULL, 0);
	if (pvq_figure_grid(&plot, plots, name, panels, s, series, count, &grid)) {
		free(workers);
		return plots->error;
	}
	fputs("array cores[panels]\narray top[panels]\n", plot.gp);
	fputs("# a panel for each task on a number of cores, in it an index for each strategy: x, time relative to workers = cores, lo, hi, what the point says\n",
		plot.dat);
	for (size_t p = 0; p < panels; p++) {
		size_t counts = over_workers(s, &over[p], workers);
		struct pvq_axis axis;

		pvq_figure_panel(&plot, p, &s->work[over[p].work]);
		snprintf(name, sizeof(name), "x%zu", p + 1);
		axis = pvq_plot_axis_count(&plot, name, workers, counts, grid.inner_px, 1);
		fprintf(plot.gp, "cores[%zu] = %u; top[%zu] = %.9g\n", p + 1, over[p].cores, p + 1,
			1.08 * over_data(&plot, s, &over[p], &axis, series, count));
	}
	pvq_plot_bars(&plot);
	pvq_plot_end(&plot, "over.gp");
	free(workers);
	return 0;
}

/* Lists the panels. over: room for all cells. Returns their number. */
static size_t over_panels(const struct pvq_summary *s, struct over *over)
{
	size_t panels = 0;

	for (size_t w = 0; w < s->works; w++)
		for (size_t i = 0; i < s->work[w].core_counts; i++) {
			int any = 0;

			over[panels] = (struct over){w, s->work[w].cores[i]};
			for (size_t k = 0; k < s->series_count; k++)
				any |= over_has(s, &over[panels], k);
			panels += (size_t)any;
		}
	return panels;
}

int pvq_figure_over(struct pvq_plots *plots, const struct pvq_summary *s)
{
	size_t *series = calloc(s->series_count + 1, sizeof(*series)), count = 0, panels;
	struct over *over = calloc(s->cells + 1, sizeof(*over));
	int ret = series && over ? 0 : -ENOMEM;

	panels = ret ? 0 : over_panels(s, over);
	for (size_t k = 0; panels && k < s->series_count; k++) {
		int any = 0;

		for (size_t p = 0; p < panels; p++)
			any |= over_has(s, &over[p], k);
		if (any)
			series[count++] = k;
	}
	if (panels)
		ret = over_write(plots, s, over, panels, series, count);
	free(series);
	free(over);
	return ret;
}
