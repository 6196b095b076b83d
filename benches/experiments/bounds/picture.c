/* picture.c: what a core does on average from start to stop, as bars against the ideal: a panel a task. */
#include "draw/figure_tools.h"
#include "experiments/bounds/bounds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 960,
	COLUMNS = 3, /* panels side by side */
	CHAR_PX = 8,
	BAR_PX = 19,
	PANEL_PX = 74, /* height of a panel's title and axis, beside its bars */
	HEAD_PX = 44,
	FOOT_PX = 66,
	TITLE_MAX = 32, /* characters of a task's name; the tables have it in full */
};

/* The panels, and the strategies that have a bar in any of them. */
struct bounds_figure {
	const struct pvq_summary *s;
	struct pvq_bounds *panel;
	size_t panels;
	size_t *series, rows;
};

static void bounds_add_series(struct bounds_figure *f, size_t series)
{
	for (size_t i = 0; i < f->rows; i++)
		if (f->series[i] == series)
			return;
	f->series[f->rows++] = series;
}

static int bounds_collect(struct bounds_figure *f, const struct pvq_observations *seen)
{
	const struct pvq_summary *s = f->s;

	f->panel = calloc(s->works + 1, sizeof(*f->panel));
	f->series = calloc(s->series_count + 1, sizeof(*f->series));
	if (!f->panel || !f->series)
		return -ENOMEM;
	for (size_t w = 0; w < s->works; w++) {
		struct pvq_bounds *b = &f->panel[f->panels];

		if (pvq_bounds_make(b, s, &s->work[w], seen))
			return -ENOMEM;
		if (b->gaps)
			f->panels++;
		else
			pvq_bounds_free(b);
		for (size_t i = 0; i < b->gaps; i++)
			bounds_add_series(f, b->gap[i].cell->series);
	}
	return 0;
}

enum { UNDIVIDED = PVQ_PARTS, LOOKS };

/* The parts of a bar, and what a map that is not divided is in their place. */
static const char *const bounds_label[LOOKS] = {
	"start", "ramp", "items", "dispatch", "imbalance", "delivery", "stop", "map, not divided"};

/* Ends the line of a bar with what it says: its parts from 1 % on. */
static void bounds_say(struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_gap *gap)
{
	double all_ns = pvq_gap_spent_ns(gap);
	char shows[256];
	size_t used = (size_t)snprintf(shows, sizeof(shows), "a core: %s", pvq_text_ns(all_ns).s);

	for (int p = 0; p < PVQ_PARTS && used < sizeof(shows); p++)
		if (gap->spent_ns[p] >= 0.01 * all_ns)
			used += (size_t)snprintf(shows + used, sizeof(shows) - used, ", %s %s",
				bounds_label[p == PVQ_PART_WORK && !gap->divided ? UNDIVIDED : p],
				pvq_text_ns(gap->spent_ns[p]).s);
	pvq_figure_say(plot, s, gap->cell, shows);
}

/* Writes the bars in the order of the series; row r lies at y = -r. Returns the longest. */
static double bounds_panel(struct pvq_plot *plot, const struct bounds_figure *f, const struct pvq_bounds *b)
{
	double longest = 1;

	for (size_t i = 0; i < b->gaps; i++) {
		const struct pvq_gap *gap = &b->gap[i];
		double at = 0;
		size_t row = 0;

		while (f->series[row] != gap->cell->series)
			row++;
		fprintf(plot->dat, "-%zu", row);
		for (int p = 0; p < PVQ_PARTS; p++) {
			at += gap->spent_ns[p] / b->ideal.ns;
			fprintf(plot->dat, " %.6g", at);
		}
		fprintf(plot->dat, " %d \"%s\"", gap->divided, pvq_text_ns(pvq_gap_spent_ns(gap)).s);
		bounds_say(plot, f->s, gap);
		longest = fmax(longest, at);
	}
	pvq_plot_next_index(plot);
	return longest;
}

static void bounds_panels(struct pvq_plot *plot, const struct bounds_figure *f)
{
	fputs("# y; behind start, ramp, items, dispatch, imbalance, delivery, stop, in units of the ideal; whether "
	      "the map is divided; all of it; what the bar says\n",
		plot->dat);
	fprintf(plot->gp, "array panel[%zu]\narray ideal[%zu]\narray xmax[%zu]\n", f->panels, f->panels,
		f->panels);
	for (size_t p = 0; p < f->panels; p++) {
		const struct pvq_bounds *b = &f->panel[p];
		char title[PVQ_LABEL_MAX], plain[PVQ_LABEL_MAX];

		pvq_text_plain(plain, b->work->key->task, b->work->key->args);
		snprintf(title, sizeof(title), strlen(plain) > TITLE_MAX ? "%.*s…" : "%.*s", TITLE_MAX,
			plain);
		fprintf(plot->gp, "panel[%zu] = '", p + 1);
		pvq_plot_quote(plot->gp, title);
		if (b->ideal.longest_binds)
			fprintf(plot->gp, "'; ideal[%zu] = 'longest item", p + 1);
		else
			fprintf(plot->gp, "'; ideal[%zu] = 'work / %u core%s", p + 1, b->ideal.cores,
				b->ideal.cores == 1 ? "" : "s");
		fprintf(plot->gp, ": %s'; xmax[%zu] = %.4g\n", pvq_text_ns(b->ideal.ns).s, p + 1,
			1.3 * bounds_panel(plot, f, b));
	}
}

/* Writes the key: the parts that any bar shows. */
static void bounds_key(struct pvq_plot *plot, const struct bounds_figure *f)
{
	int shown[LOOKS] = {0}, n = 0;

	for (size_t p = 0; p < f->panels; p++)
		for (size_t i = 0; i < f->panel[p].gaps; i++) {
			const struct pvq_gap *gap = &f->panel[p].gap[i];

			shown[UNDIVIDED] |= !gap->divided;
			for (int part = 0; part < PVQ_PARTS; part++)
				shown[part] |=
					gap->spent_ns[part] > 0 && (gap->divided || part != PVQ_PART_WORK);
		}
	fprintf(plot->gp, "array label[%d]\narray colour[%d]\narray point[%d]\n", LOOKS, LOOKS, LOOKS);
	for (int look = 0; look < LOOKS; look++)
		if (shown[look]) {
			n++;
			fprintf(plot->gp, "label[%d] = '%s'; colour[%d] = part[%d]; point[%d] = 5\n", n,
				bounds_label[look], n, look + 1, n);
		}
	pvq_plot_number(plot, "N", n);
}

static void bounds_write(struct pvq_plots *plots, const struct bounds_figure *f)
{
	size_t lines = (f->panels + COLUMNS - 1) / COLUMNS, longest = 4;
	int panel_px = PANEL_PX + BAR_PX * (int)f->rows;
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;

	pvq_figure_name(name, "bounds", NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEAD_PX + FOOT_PX + (int)lines * panel_px))
		return;
	pvq_plot_number(&plot, "rows", (double)f->rows);
	pvq_plot_number(&plot, "columns", COLUMNS);
	pvq_plot_number(&plot, "panels", (double)f->panels);
	pvq_plot_number(&plot, "panelheight", panel_px);
	pvq_plot_number(&plot, "head", HEAD_PX);
	fprintf(plot.gp, "array strategy[%zu]\n", f->rows);
	for (size_t i = 0; i < f->rows; i++) {
		const char *label = f->s->series[f->series[i]].name;

		longest = strlen(label) > longest ? strlen(label) : longest;
		fprintf(plot.gp, "strategy[%zu] = '", i + 1);
		pvq_plot_quote(plot.gp, label);
		fputs("'\n", plot.gp);
	}
	pvq_plot_number(&plot, "left", (double)(longest * CHAR_PX + 16));
	fputs("array part[8] = ['E08A2E', 'CBA135', '4C6A87', 'B5483A', '5F9C83', '9B7FB8', '9A9FA5', '8FA5BA']\n",
		plot.gp);
	bounds_key(&plot, f);
	bounds_panels(&plot, f);
	pvq_plot_end(&plot, "bounds.gp");
}

int pvq_bounds_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	struct bounds_figure f = {.s = r->summary};
	int ret;

	(void)data;
	if (r->traits->many) /* dozens of strategies do not fit into a picture */
		return 0;
	ret = bounds_collect(&f, r->observed);
	if (ret == 0 && f.panels)
		bounds_write(plots, &f);
	for (size_t p = 0; p < f.panels; p++)
		pvq_bounds_free(&f.panel[p]);
	free(f.panel);
	free(f.series);
	return ret;
}
