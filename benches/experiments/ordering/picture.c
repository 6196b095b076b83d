/* picture.c: results complete and results delivered over time, in order and as completed. */
#include "draw/palette.h"
#include "experiments/ordering/ordering.h"
#include "results/ordering.h"

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

/* The two timelines of a pair. */
struct ordering_row {
	const struct pvq_ordering *pair;
	struct pvq_moment *moment[2]; /* ordered, unordered */
	size_t n[2];
};

static const struct pvq_cell *ordering_cell(const struct ordering_row *row, int side)
{
	return side ? row->pair->unordered : row->pair->ordered;
}

/* Reads both timelines. A damaged file is reported, and only the picture is lost. */
static int ordering_read(struct ordering_row *row, const struct pvq_ordering *pair, const char *dir)
{
	int ret = 0;

	*row = (struct ordering_row){.pair = pair};
	for (int side = 0; ret == 0 && side < 2; side++) {
		char name[PVQ_TIMELINE_NAME];

		pvq_timeline_name(name, ordering_cell(row, side)->key->impl, pair->work->slug);
		ret = pvq_timeline_read(dir, name, &row->moment[side], &row->n[side]);
		if (ret == 0 && row->n[side] == 0)
			ret = -ENODATA;
	}
	return ret;
}

static void ordering_drop(struct ordering_row *row)
{
	free(row->moment[0]);
	free(row->moment[1]);
}

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

static void ordering_write(struct pvq_plots *plots, const struct pvq_summary *s,
	const struct pvq_work *work, const struct ordering_row *row, size_t rows)
{
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;
	double last = 0;

	pvq_figure_name(name, "order", work, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEAD_PX + FOOT_PX + ROW_PX * (int)rows))
		return;
	pvq_plot_string(&plot, "task", work->label);
	pvq_plot_number(&plot, "panels", 2 * (double)rows);
	pvq_plot_number(&plot, "head", HEAD_PX);
	pvq_plot_number(&plot, "rowheight", ROW_PX);
	pvq_plot_number(&plot, "items", (double)work->key->n);
	fprintf(plot.gp, "array label[%zu]\narray colour[%zu]\n", 2 * rows, 2 * rows);
	fputs("# time in ms, results complete, results delivered\n", plot.dat);
	for (size_t i = 0; i < 2 * rows; i++) {
		const struct pvq_cell *cell = ordering_cell(&row[i / 2], (int)(i % 2));

		last = fmax(last, ordering_curves(&plot, row[i / 2].moment[i % 2], row[i / 2].n[i % 2]));
		fprintf(plot.gp, "label[%zu] = '", i + 1);
		pvq_plot_quote(plot.gp, s->series[cell->series].name);
		fprintf(plot.gp, "'; colour[%zu] = '%s'\n", i + 1, pvq_style(s, cell->series).colour);
	}
	pvq_plot_number(&plot, "xmax", last / 1e6);
	pvq_plot_end(&plot, "order.gp");
}

static int ordering_figure(
	struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work)
{
	struct pvq_orderings all;
	struct ordering_row *row = NULL;
	size_t rows = 0;
	int ret = pvq_orderings_make(&all, s);

	if (ret == 0 && !(row = calloc(all.pairs + 1, sizeof(*row))))
		ret = -ENOMEM;
	for (size_t i = 0; ret == 0 && i < all.pairs; i++) {
		if (all.pair[i].work != work)
			continue;
		if (ordering_read(&row[rows], &all.pair[i], plots->dir) == 0)
			rows++;
		else
			ordering_drop(&row[rows]);
	}
	if (rows)
		ordering_write(plots, s, work, row, rows);
	for (size_t i = 0; i < rows; i++)
		ordering_drop(&row[i]);
	free(row);
	pvq_orderings_free(&all);
	return ret;
}

int pvq_ordering_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	int ret = 0;

	(void)data;
	for (size_t w = 0; ret == 0 && r->summary->max_cores && w < r->summary->works; w++)
		ret = ordering_figure(plots, r->summary, &r->summary->work[w]);
	return ret;
}
