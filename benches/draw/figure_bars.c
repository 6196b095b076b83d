/* figure_bars.c: draws a work with more workers than cores. */
#include "draw/figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 470, KEY_ROW = 20, OVER_HEIGHT = 300 };

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

/* Keeps the series that have both a base and an oversubscribed cell, and lists the numbers of workers. */
static size_t over_select(const struct pvq_summary *s, const struct pvq_work *work, unsigned cores,
	size_t *series, size_t count, unsigned *workers, size_t *workers_count)
{
	size_t kept = 0;

	*workers_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct pvq_cell *base = over_base(s, work, series[i], cores);

		if (base && pvq_figure_next(s, work, series[i], cores, over_want, base))
			series[kept++] = series[i];
	}
	for (size_t c = work->first; kept && c < work->first + work->cells; c++) {
		const struct pvq_cell *cell =
			&s->cell[c]; /* within a core count, cells are sorted by workers */

		if (cell->ok && over_want(cell, cores) &&
			(!*workers_count || workers[*workers_count - 1] != cell->key->workers))
			workers[(*workers_count)++] = cell->key->workers;
	}
	return kept;
}

/* Writes the ratio of each cell's time to the base's, paired within blocks. Returns the largest ratio. */
static double over_data(struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_work *work,
	unsigned cores, const struct pvq_axis *axis, const size_t *series, size_t count)
{
	double top = 1;

	fputs("# x, time relative to workers = cores, lo, hi\n", plot->dat);
	for (size_t i = 0; i < count; i++) {
		const struct pvq_cell *base = over_base(s, work, series[i], cores), *cell = base;
		double dodge = pvq_figure_dodge(i, count);

		fprintf(plot->dat, "%.9g 1 1 1\n", pvq_plot_shift(axis, cores, dodge));
		while ((cell = pvq_figure_next(s, work, series[i], cores, over_want, cell))) {
			struct pvq_comparison vs = pvq_cells_compare(cell, base, PVQ_MAP_NS, PVQ_ALPHA);
			double hi = isnan(vs.hi) ? vs.ratio : vs.hi;

			if (isnan(vs.ratio))
				continue;
			fprintf(plot->dat, "%.9g %.9g %.9g %.9g\n",
				pvq_plot_shift(axis, cell->key->workers, dodge), vs.ratio,
				isnan(vs.lo) ? vs.ratio : vs.lo, hi);
			top = fmax(top, hi);
		}
		pvq_plot_next_index(plot);
	}
	return top;
}

static void over_write(struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work,
	unsigned cores, const size_t *series, size_t count, const unsigned *workers, size_t workers_count)
{
	struct pvq_key key = pvq_plot_key(s, series, count, WIDTH - 10);
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;
	struct pvq_axis axis;

	pvq_figure_name(name, "over", work, cores);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, OVER_HEIGHT + KEY_ROW * key.rows))
		return;
	pvq_plot_number(&plot, "cores", cores);
	pvq_plot_string(&plot, "task", work->label);
	pvq_plot_series(&plot, s, series, count, &key);
	axis = pvq_plot_axis_count(&plot, "x", workers, workers_count, WIDTH - 90, 1);
	pvq_plot_number(&plot, "top", 1.08 * over_data(&plot, s, work, cores, &axis, series, count));
	pvq_plot_end(&plot, "over.gp");
}

int pvq_figure_over(
	struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work, unsigned cores)
{
	size_t *series = calloc(s->series_count + 1, sizeof(*series)), count, workers_count;
	unsigned *workers = calloc(work->cells, sizeof(*workers));

	if (!series || !workers) {
		free(series);
		free(workers);
		return -ENOMEM;
	}
	count = pvq_figure_series(s, work, cores, over_want, series);
	count = over_select(s, work, cores, series, count, workers, &workers_count);
	if (count)
		over_write(plots, s, work, cores, series, count, workers, workers_count);
	free(series);
	free(workers);
	return 0;
}
