/* picture.c: results complete and results delivered over time, in order and as completed. */
#include "draw/palette.h"
#include "experiments/ordering/ordering.h"
#include "experiments/ordering/timelines.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 960,
	ROW_PX = 300,
	HEAD_PX = 76,
	FOOT_PX = 30,
	SAMPLES = 1200 /* more than a panel's pixels */
};

static int ordering_by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* Writes both curves at SAMPLES times. Returns the last time; 0: out of memory. */
static double ordering_curves(struct pvq_plot *plot, const struct pvq_moment *m, size_t n)
{
	uint64_t *end = calloc(n, sizeof(*end)), last = m[n - 1].delivered_ns;
	size_t complete = 0, delivered = 0;

	if (!end)
		return 0;
	for (size_t i = 0; i < n; i++)
		end[i] = m[i].end_ns;
	qsort(end, n, sizeof(*end), ordering_by_value);
	for (int k = 0; k <= SAMPLES; k++) {
		double at = (double)last * k / SAMPLES;

		while (complete < n && (double)end[complete] <= at)
			complete++;
		while (delivered < n && (double)m[delivered].delivered_ns <= at)
			delivered++;
		fprintf(plot->dat, "%.9g %zu %zu\n", at / 1e6, complete, delivered);
	}
	pvq_plot_next_index(plot);
	free(end);
	return (double)last;
}

int pvq_order_draw(struct pvq_plots *plots, const struct pvq_report *r, const struct pvq_timelines *t)
{
	const struct pvq_summary *s = r->summary;
	size_t panels = 2 * t->pairs;
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;
	double last = 0;

	pvq_figure_name(name, "order", t->work, 0);
	if (!panels ||
		pvq_plot_begin(&plot, plots, name, WIDTH, HEAD_PX + FOOT_PX + ROW_PX * (int)t->pairs))
		return 0;
	pvq_plot_string(&plot, "task", t->work->label);
	pvq_plot_number(&plot, "panels", (double)panels);
	pvq_plot_number(&plot, "head", HEAD_PX);
	pvq_plot_number(&plot, "rowheight", ROW_PX);
	pvq_plot_number(&plot, "items", (double)t->work->key->n);
	fprintf(plot.gp, "array label[%zu]\narray colour[%zu]\n", panels, panels);
	fputs("# time in ms, results complete, results delivered\n", plot.dat);
	for (size_t i = 0; i < panels; i++) {
		const struct pvq_timeline *trial = &t->trial[i];

		last = fmax(last, ordering_curves(&plot, trial->moment, trial->n));
		fprintf(plot.gp, "label[%zu] = '", i + 1);
		pvq_plot_quote(plot.gp, s->series[trial->cell->series].name);
		fprintf(plot.gp, "'; colour[%zu] = '%s'\n", i + 1,
			pvq_style(s, trial->cell->series).colour);
	}
	pvq_plot_number(&plot, "xmax", last / 1e6);
	pvq_plot_end(&plot, "order.gp");
	return 0;
}

int pvq_ordering_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	int ret = 0;

	(void)data;
	for (size_t w = 0; ret == 0 && r->summary->max_cores && w < r->summary->works; w++) {
		struct pvq_timelines t;

		ret = pvq_timelines_read(&t, r, &r->summary->work[w]);
		if (ret == 0)
			ret = pvq_order_draw(plots, r, &t);
		if (ret == 0)
			ret = pvq_timeline_draw(plots, r, &t);
		pvq_timelines_free(&t);
	}
	return ret;
}
