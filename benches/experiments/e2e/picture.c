/* picture.c: the outside view of a work: a bar for each strategy and number of workers, from the time that the driver
 * measured and the time around it.
 */
#include "draw/figure_tools.h"
#include "experiments/e2e/e2e.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 960, BAR = 26, AROUND = 176, CHAR_PX = 8 };

static const double e2e_ms = 1e6; /* nanoseconds */

static size_t e2e_labels(struct pvq_plot *plot, const struct pvq_e2e *e, const struct pvq_work *work)
{
	const struct pvq_e2e_cell *cell = NULL;
	size_t longest = 4;

	fputs("set ytics (", plot->gp);
	for (size_t i = 0; (cell = pvq_e2e_next(e, work, cell)); i++) {
		unsigned workers = cell->in->key->workers;
		char label[PVQ_NAME_MAX + 80];
		int len = snprintf(label, sizeof(label), "%s, %u worker%s", cell->in->key->impl, workers,
			workers == 1 ? "" : "s");

		longest = (size_t)len > longest ? (size_t)len : longest;
		pvq_plot_tic(plot->gp, label, -(double)i, i == 0);
	}
	fputs(")\n", plot->gp);
	return longest;
}

/* Writes the bars as index 0. Returns the longest time of any run. */
static double e2e_data(struct pvq_plot *plot, const struct pvq_e2e *e, const struct pvq_work *work)
{
	const struct pvq_e2e_cell *cell = NULL;
	double top = 1;

	fputs("# y, ms: inside, inside + difference, wall time, lo, hi; difference; what the bar says; then y and every run's wall "
	      "time\n",
		plot->dat);
	for (size_t i = 0; (cell = pvq_e2e_next(e, work, cell)); i++) {
		struct pvq_bar bar = pvq_figure_bar(plot, &cell->wall);
		char shows[PVQ_SHOWS_MAX];

		fprintf(plot->dat, "-%zu %.6g %.6g %.6g %.6g %.6g \"%s\"", i, cell->inside.median / e2e_ms,
			(cell->inside.median + cell->diff.median) / e2e_ms, cell->wall.median / e2e_ms,
			bar.lo / e2e_ms, bar.hi / e2e_ms, pvq_text_ns(cell->diff.median).s);
		snprintf(shows, sizeof(shows), "whole run %s",
			pvq_text_ns_interval(cell->wall.median, cell->wall.lo, cell->wall.hi).s);
		pvq_figure_say(plot, &e->summary, cell->in, shows);
		top = fmax(top, (cell->inside.median + cell->diff.median) / e2e_ms);
	}
	pvq_plot_next_index(plot);
	for (size_t i = 0; (cell = pvq_e2e_next(e, work, cell)); i++)
		for (size_t run = 0; run < cell->n; run++) {
			double y = -(double)i + 0.5 * ((double)(run % 5) / 4 - 0.5);
			double ms = ((double)cell->in->row[run]->total_ns + cell->diff_ns[run]) / e2e_ms;

			fprintf(plot->dat, "%.6g %.6g\n", y, ms);
			top = fmax(top, ms);
		}
	return top;
}

static int e2e_figure(struct pvq_plots *plots, const struct pvq_e2e *e, const struct pvq_work *work)
{
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;
	const struct pvq_e2e_cell *cell = NULL;
	size_t rows = 0;

	while ((cell = pvq_e2e_next(e, work, cell)))
		rows++;
	pvq_figure_name(name, "e2e", work, 0);
	if (!rows || pvq_plot_begin(&plot, plots, name, WIDTH, AROUND + BAR * (int)rows))
		return plots->error;
	pvq_plot_number(&plot, "rows", (double)rows);
	pvq_plot_string(&plot, "task", work->label);
	pvq_plot_number(&plot, "left", (double)(e2e_labels(&plot, e, work) * CHAR_PX + 20));
	pvq_plot_number(&plot, "xmax", 1.04 * e2e_data(&plot, e, work));
	pvq_plot_bars(&plot);
	pvq_plot_end(&plot, "e2e.gp");
	return plots->error;
}

int pvq_e2e_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	const struct pvq_e2e *e = data;
	int ret = 0;

	(void)r;
	for (size_t w = 0; ret == 0 && w < e->summary.works; w++)
		ret = e2e_figure(plots, e, &e->summary.work[w]);
	return ret;
}
