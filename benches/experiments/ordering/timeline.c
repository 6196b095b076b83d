/* timeline.c: a timeline per worker: what each worker and the caller did at any time, two strategies beside each other.
 *
 * The picture divides time into equal columns. In a column, a worker's lane is filled to the share of the time that it
 * spent in items, and above that in dispatch; so thousands of items take no more room than a few, and none is left out.
 * Items that are longer than two columns are separate bars.
 * Beside the picture goes a file NAME.json with the items themselves, from which timeline.js draws in the page.
 */
#include "draw/figure_tools.h"
#include "experiments/ordering/timelines.h"
#include "results/lanes.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 960,
	HEAD_PX = 64,
	FOOT_PX = 30,
	PANEL_PX = 30, /* height of a panel's title, above its lanes */
	LANES_PX = 320,
	LANE_PX = 24, /* at most, of one lane; with many there are LANES_PX for all */
	LANE_LEAST_PX = 5,
	COLUMNS = 240, /* at most, in a panel; fewer where there are many lanes */
	COLUMNS_LEAST = 80,
	CORNERS = 16000,  /* about how many all polygons may have together, since the page holds them */
	LEVELS = 40,      /* of a lane's filling */
	EMBEDDED = 12000, /* items that a page holds at most */
};

/* What fills a lane. */
enum { DISPATCH, ITEM, LONG_ITEM, DELIVERED, FILLS };

struct timeline_figure {
	const struct pvq_timelines *of;
	size_t trials; /* shown */
	unsigned lanes, columns;
	double ns;     /* of all columns */
	double *share; /* of a lane, one for each column */
};

static void timeline_spread(struct timeline_figure *f, uint64_t begin_ns, uint64_t end_ns)
{
	double width = f->ns / f->columns, from = (double)begin_ns / width, to = (double)end_ns / width;

	for (unsigned c = (unsigned)from; c < f->columns && c < to; c++)
		f->share[c] += fmin(to, c + 1) - fmax(from, c);
}

/* Fills f->share with that part of the lane. Of the caller's lane, a column is full if a result was delivered in it. */
static void timeline_shares(struct timeline_figure *f, const struct pvq_lanes *l, unsigned lane, int fill)
{
	memset(f->share, 0, f->columns * sizeof(*f->share));
	for (size_t i = l->first[lane]; i < l->first[lane + 1]; i++) {
		const struct pvq_slice *s = &l->slice[i];

		if ((fill == ITEM && s->kind == PVQ_SLICE_ITEM) ||
			(fill == DISPATCH && (s->kind == PVQ_SLICE_ITEM || s->kind == PVQ_SLICE_DISPATCH)))
			timeline_spread(f, s->begin_ns, s->end_ns);
		if (fill == DELIVERED && s->kind == PVQ_SLICE_RESULT)
			f->share[(unsigned)fmin((double)s->end_ns / f->ns * f->columns, f->columns - 1)] =
				1;
	}
}

/* Writes the shares as a polygon of steps on the lane's floor, at -row; a full lane is 0.8 high. */
static void timeline_steps(struct pvq_plot *plot, const struct timeline_figure *f, unsigned row)
{
	double width_ms = f->ns / f->columns / 1e6, floor = -(double)row;

	fprintf(plot->dat, "0 %g\n", floor);
	for (unsigned c = 0, end; c < f->columns; c = end) {
		long level = lround(f->share[c] * LEVELS);

		for (end = c + 1; end < f->columns && lround(f->share[end] * LEVELS) == level;)
			end++;
		fprintf(plot->dat, "%.6g %g\n%.6g %g\n", c * width_ms, floor + 0.8 * (double)level / LEVELS,
			end * width_ms, floor + 0.8 * (double)level / LEVELS);
	}
	fprintf(plot->dat, "%.6g %g\n\n", f->columns * width_ms, floor);
}

/* Writes the lane's long items as rectangles. */
static void timeline_bars(
	struct pvq_plot *plot, const struct timeline_figure *f, const struct pvq_lanes *l, unsigned lane)
{
	double least_ns = 2 * f->ns / f->columns, floor = -(double)lane - 1;

	for (size_t i = l->first[lane]; i < l->first[lane + 1]; i++) {
		double from = (double)l->slice[i].begin_ns, to = (double)l->slice[i].end_ns;

		if (l->slice[i].kind != PVQ_SLICE_ITEM || to - from < least_ns)
			continue;
		fprintf(plot->dat, "%.6g %g\n%.6g %g\n", from / 1e6, floor, from / 1e6, floor + 0.8);
		fprintf(plot->dat, "%.6g %g\n%.6g %g\n\n", to / 1e6, floor + 0.8, to / 1e6, floor);
	}
}

/* Writes an index for each of the fills, with all lanes: the caller's on top. */
static void timeline_lanes(struct pvq_plot *plot, struct timeline_figure *f, const struct pvq_lanes *l)
{
	for (int fill = 0; fill < FILLS; fill++) {
		unsigned first = fill == DELIVERED ? l->workers : 0;
		unsigned end = fill == DELIVERED ? l->workers + 1 : l->workers;

		if (fill == LONG_ITEM)
			fputs("0 0\n0 0\n\n", plot->dat); /* an index must not be empty */
		for (unsigned lane = first; lane < end; lane++) {
			timeline_shares(f, l, lane, fill);
			if (fill == LONG_ITEM)
				timeline_bars(plot, f, l, lane);
			else
				timeline_steps(plot, f, lane == l->workers ? 0 : lane + 1);
		}
		pvq_plot_next_index(plot);
	}
}

static void timeline_panel(struct pvq_plot *plot, struct timeline_figure *f, size_t i, const char *name)
{
	const struct pvq_timeline *trial = &f->of->trial[i];

	fprintf(plot->gp, "label[%zu] = '", i + 1);
	pvq_plot_quote(plot->gp, name);
	fprintf(plot->gp, "'; map[%zu] = %.6g; lanes[%zu] = %u\n", i + 1, (double)trial->map_ns / 1e6,
		i + 1, trial->lanes.workers);
	timeline_lanes(plot, f, &trial->lanes);
}

static void timeline_plot(
	struct pvq_plots *plots, struct timeline_figure *f, const struct pvq_summary *s, const char *name)
{
	size_t rows = (f->trials + 1) / 2;
	int lane_px = (int)fmax(fmin(LANE_PX, (double)LANES_PX / (f->lanes + 1)), LANE_LEAST_PX);
	int panel_px = PANEL_PX + lane_px * (int)(f->lanes + 1);
	struct pvq_plot plot;

	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEAD_PX + FOOT_PX + panel_px * (int)rows))
		return;
	pvq_plot_string(&plot, "task", f->of->work->label);
	pvq_plot_number(&plot, "panels", (double)f->trials);
	pvq_plot_number(&plot, "head", HEAD_PX);
	pvq_plot_number(&plot, "panelheight", panel_px);
	pvq_plot_number(&plot, "titleheight", PANEL_PX);
	pvq_plot_number(&plot, "laneheight", lane_px);
	pvq_plot_number(&plot, "rows", f->lanes);
	pvq_plot_number(&plot, "xmax", f->ns / 1e6);
	fprintf(plot.gp, "array label[%zu]\narray map[%zu]\narray lanes[%zu]\n", f->trials, f->trials,
		f->trials);
	fputs("# time in ms, height; polygons: per strategy the workers' items and dispatch, items, long items, the caller's "
	      "deliveries\n",
		plot.dat);
	for (size_t i = 0; i < f->trials; i++)
		timeline_panel(&plot, f, i, s->series[f->of->trial[i].cell->series].name);
	pvq_plot_end(&plot, "timeline.gp");
}

/* ---- the items, for the page ---- */

/* The time up to which the page holds the items. */
static uint64_t timeline_limit(const struct timeline_figure *f)
{
	size_t each = EMBEDDED / f->trials;
	uint64_t limit = (uint64_t)f->ns;

	for (size_t i = 0; i < f->trials; i++)
		if (f->of->trial[i].n > each && f->of->trial[i].moment[each].delivered_ns < limit)
			limit = f->of->trial[i].moment[each].delivered_ns;
	return limit;
}

/* Writes text as a JSON string. */
static void timeline_text(FILE *f, const char *text)
{
	json_t *string = json_string(text);

	if (!string || json_dumpf(string, f, JSON_ENCODE_ANY))
		fputs("\"?\"", f);
	json_decref(string);
}

/* When each worker's first item began and its last one ended: items beyond the limit count, too. */
static void timeline_spans(FILE *f, const struct pvq_lanes *l)
{
	for (unsigned w = 0; w < l->workers; w++) {
		uint64_t begin_ns = 0, end_ns = 0;

		for (size_t i = l->first[w]; i < l->first[w + 1]; i++) {
			if (l->slice[i].kind != PVQ_SLICE_ITEM)
				continue;
			begin_ns = end_ns ? begin_ns : l->slice[i].begin_ns;
			end_ns = l->slice[i].end_ns;
		}
		fprintf(f, "%s%" PRIu64 ",%" PRIu64, w ? "," : "", begin_ns, end_ns);
	}
}

/* An item is five numbers: which, on which worker, when it began, how long it took, how long its result waited. */
static void timeline_items(FILE *f, const struct pvq_timeline *trial, uint64_t limit)
{
	const char *separator = "";

	for (size_t i = 0; i < trial->n; i++) {
		const struct pvq_moment *m = &trial->moment[i];

		if (m->begin_ns > limit)
			continue;
		fprintf(f, "%s%" PRIu64 ",%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64, separator, m->item,
			m->worker, m->begin_ns, m->end_ns - m->begin_ns, m->delivered_ns - m->end_ns);
		separator = ",";
	}
}

static int timeline_embed(
	const struct timeline_figure *f, const struct pvq_summary *s, const char *dir, const char *picture)
{
	uint64_t limit = timeline_limit(f);
	char name[PVQ_PLOT_NAME + 16];
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret)
		return ret;
	fprintf(out.f, "{\"end\":%.0f,\"limit\":%" PRIu64 ",\"trials\":[", f->ns, limit);
	for (size_t i = 0; i < f->trials; i++) {
		const struct pvq_timeline *trial = &f->of->trial[i];

		fputs(i ? ",\n{\"name\":" : "\n{\"name\":", out.f);
		timeline_text(out.f, s->series[trial->cell->series].name);
		fprintf(out.f, ",\"workers\":%u,\"map\":%" PRIu64 ",\"spans\":[", trial->lanes.workers,
			trial->map_ns);
		timeline_spans(out.f, &trial->lanes);
		fputs("],\"items\":[", out.f);
		timeline_items(out.f, trial, limit);
		fputs("]}", out.f);
	}
	fputs("\n]}\n", out.f);
	snprintf(name, sizeof(name), "plots/%s.json", picture);
	(void)pvq_outfile_write(&out, dir, name); /* a failure was reported; the picture stays as it is */
	pvq_outfile_free(&out);
	return 0;
}

int pvq_timeline_draw(struct pvq_plots *plots, const struct pvq_report *r, const struct pvq_timelines *t)
{
	/* Of dozens of strategies only siblings. */
	struct timeline_figure f = {.of = t, .trials = r->traits->many ? 2 * t->pairs : t->trials};
	char name[PVQ_PLOT_NAME];
	size_t fills = 0;

	if (f.trials == 0)
		return 0;
	for (size_t i = 0; i < f.trials; i++) {
		const struct pvq_timeline *trial = &t->trial[i];

		f.lanes = trial->lanes.workers > f.lanes ? trial->lanes.workers : f.lanes;
		f.ns = fmax(f.ns, (double)trial->map_ns);
		fills += 2 * trial->lanes.workers + 1;
	}
	f.columns = (unsigned)fmax(fmin(COLUMNS, CORNERS / 2.0 / (double)fills), COLUMNS_LEAST);
	f.share = calloc(f.columns, sizeof(*f.share));
	pvq_figure_name(name, "timeline", t->work, 0);
	if (!f.share)
		return -ENOMEM;
	timeline_plot(plots, &f, r->summary, name);
	free(f.share);
	return timeline_embed(&f, r->summary, plots->dir, name);
}
