/* figure_compare.c: draws a comparison of runs: one row for each cell, its ratio with the interval, coloured by verdict. */
#include "draw/figure_compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 960, ROW = 19, AROUND = 168, CHAR_PX = 8 };

/* The verdicts and their looks, in the order of the key. */
static const struct look {
	const char *label, *colour;
	int point;
	enum pvq_basis basis;
	enum pvq_verdict verdict;
} look[] = {
	{"slower", "D55E00", 9, PVQ_JUDGED, PVQ_SLOWER},
	{"faster", "0072B2", 11, PVQ_JUDGED, PVQ_FASTER},
	{"equivalent", "1F7A5C", 7, PVQ_JUDGED, PVQ_EQUIVALENT},
	{"inconclusive", "7A7A7A", 6, PVQ_JUDGED, PVQ_INCONCLUSIVE},
	{"not judged: other work", "B0A58F", 2, PVQ_OTHER_WORK, PVQ_INCONCLUSIVE},
	{"not judged: too few blocks", "B0A58F", 3, PVQ_TOO_FEW_BLOCKS, PVQ_INCONCLUSIVE},
	{"not judged: other distance", "B0A58F", 8, PVQ_OTHER_DISTANCE, PVQ_INCONCLUSIVE},
	{"not judged: disturbed", "B0A58F", 1, PVQ_MOSTLY_NOISE, PVQ_INCONCLUSIVE},
};

enum { LOOKS = sizeof(look) / sizeof(look[0]) };

static int compare_looks(const struct pvq_compared *c, const struct look *l)
{
	return c->basis == l->basis && c->verdict == l->verdict;
}

/* Writes the labels and returns the number of rows. Row r is at y = -r. Each task has a heading row above its cells. */
static size_t compare_labels(struct pvq_plot *plot, const struct pvq_comparison_table *t, size_t *row)
{
	const struct pvq_summary *s = &t->before.run[0].summary;
	size_t rows = 0, longest = 0;

	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];

		if (i == 0 || c->work != t->cell[i - 1].work) {
			fputs("set label '", plot->gp);
			pvq_plot_quote(plot->gp, c->work->label);
			fprintf(plot->gp,
				"' at screen across(14), first -%zu left font task_font tc rgb ink\n",
				rows);
			fprintf(plot->gp,
				"set arrow from graph 0, first -%zu.5 to graph 1, first -%zu.5 "
				"nohead back lc rgb rule lw 0.6\n",
				rows, rows);
			rows++;
		}
		row[i] = rows++;
	}
	fputs("set ytics (", plot->gp);
	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];
		char text[PVQ_NAME_MAX + 80];
		int len = snprintf(text, sizeof(text), "%s, %u on %u",
			c->cell->series < s->series_count ? s->series[c->cell->series].name
							  : c->cell->key->impl,
			c->cell->key->workers, c->cell->key->cores);

		longest = (size_t)len > longest ? (size_t)len : longest;
		pvq_plot_tic(plot->gp, text, -(double)row[i], i == 0);
	}
	fputs(")\n", plot->gp);
	pvq_plot_number(plot, "left", (double)(longest * CHAR_PX + 30));
	return rows;
}

/* Tics in the units that readers think in: per cent near 1, factors further away. */
static const struct scale {
	double lo, hi, tic[16]; /* the last one is 0 */
} scales[] = {
	{0.8, 1.25, {0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25}},
	{0.5, 2, {0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2}},
	{0.2, 5, {0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5}},
};

static void compare_axis(struct pvq_plot *plot, double lo, double hi)
{
	size_t scale = 0;
	int any = 0;

	while (scale < sizeof(scales) / sizeof(scales[0]) &&
		(lo < scales[scale].lo || hi > scales[scale].hi))
		scale++;
	if (scale == sizeof(scales) / sizeof(scales[0])) {
		pvq_plot_axis_factor(plot, "x", lo, hi, 12);
		return;
	}
	fprintf(plot->gp, "xmin = %.9g; xmax = %.9g\nxtics = '(", lo, hi);
	for (const double *tic = scales[scale].tic; *tic > 0; tic++)
		if (*tic >= lo && *tic <= hi)
			fprintf(plot->gp, "%s''%g×'' %g", any++ ? ", " : "", *tic, *tic);
	fputs(")'\n", plot->gp);
}

/* Writes one gnuplot index for each look in use, and N, label[], colour[], point[]. */
static void compare_data(struct pvq_plot *plot, const struct pvq_comparison_table *t, const size_t *row)
{
	double lo = 1 / 1.1, hi = 1.1;
	int shown = 0;

	fputs("# y, after / before, lo, hi\n", plot->dat);
	fprintf(plot->gp, "array label[%d]\narray colour[%d]\narray point[%d]\n", LOOKS, LOOKS, LOOKS);
	for (size_t l = 0; l < LOOKS; l++) {
		int any = 0;

		for (size_t i = 0; i < t->cells; i++) {
			const struct pvq_compared *c = &t->cell[i];
			double low = isnan(c->lo) ? c->ratio : c->lo,
			       high = isnan(c->hi) ? c->ratio : c->hi;

			if (!compare_looks(c, &look[l]) || isnan(c->ratio))
				continue;
			fprintf(plot->dat, "-%zu %.9g %.9g %.9g\n", row[i], c->ratio, low, high);
			lo = fmin(lo, low);
			hi = fmax(hi, high);
			any = 1;
		}
		if (!any)
			continue;
		pvq_plot_next_index(plot);
		shown++;
		fprintf(plot->gp, "label[%d] = '%s'; colour[%d] = '%s'; point[%d] = %d\n", shown,
			look[l].label, shown, look[l].colour, shown, look[l].point);
	}
	fprintf(plot->gp, "N = %d; keyrows = %d; keycols = 3; keywidth = 210\n", shown, (shown + 2) / 3);
	compare_axis(plot, lo / 1.02, hi * 1.02);
}

int pvq_figure_compare(struct pvq_plots *plots, const struct pvq_comparison_table *t)
{
	size_t *row = calloc(t->cells + 1, sizeof(*row)), tasks = 0, ratios = 0;
	struct pvq_plot plot;

	for (size_t i = 0; i < t->cells; i++) {
		tasks += i == 0 || t->cell[i].work != t->cell[i - 1].work;
		ratios += !isnan(t->cell[i].ratio);
	}
	if (!row) {
		fprintf(stderr, "pvq: cannot draw the comparison: out of memory\n");
		return -ENOMEM;
	}
	/* A picture without a point cannot be drawn. */
	if (ratios && pvq_plot_begin(&plot, plots, PVQ_COMPARE_FIGURE, WIDTH,
			      AROUND + 20 + ROW * (int)(t->cells + tasks)) == 0) {
		pvq_plot_number(&plot, "same", PVQ_EQUIVALENT_RATIO);
		pvq_plot_string(&plot, "task_font", "sans-serif,13");
		pvq_plot_string(&plot, "note",
			t->before.runs + t->after.runs == 2
				? "Bars: 95 % intervals of the ratio of two medians, one run per "
				  "side. Shaded: within 3 %."
				: "Bars: intervals from the runs' medians; each end errs in 5 %. "
				  "Shaded: within 3 %.");
		pvq_plot_number(&plot, "rows", (double)compare_labels(&plot, t, row));
		compare_data(&plot, t, row);
		pvq_plot_end(&plot, "compare.gp");
	}
	free(row);
	return plots->error;
}
