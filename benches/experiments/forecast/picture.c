/* picture.c: predicted beside measured, with the distribution of the error; and the maps of winners. */
#include "draw/figure_tools.h"
#include "draw/palette.h"
#include "experiments/forecast/forecast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 360, MAP_HEIGHT = 640, MAP_ROW = 280, KEY_ROW = 20 };

const char pvq_forecast_error[] = "forecast", pvq_forecast_crossover[] = "crossover";

/* Begins a picture with a key of the model's strategies from the first-th on. 0 or -errno. */
static int begin(struct pvq_plot *plot, struct pvq_plots *plots, const struct pvq_report *r,
	const struct pvq_forecast *f, size_t first, const char *name, int height)
{
	struct pvq_key key =
		pvq_plot_key(r->summary, f->series + first, f->model.count - first, WIDTH - 40);
	int ret = pvq_plot_begin(plot, plots, name, WIDTH, height + KEY_ROW * key.rows);

	if (ret == 0)
		pvq_plot_series(plot, r->summary, f->series + first, f->model.count - first, &key);
	return ret;
}

/* ---- predicted beside measured ---- */

static void say_error(struct pvq_plot *plot, const struct pvq_forecast *f, const struct pvq_model_miss *m)
{
	char cell[PVQ_FORECAST_TEXT], says[PVQ_FORECAST_TEXT + PVQ_NAME_MAX + 2 * PVQ_TEXT_MAX + 64];
	const struct pvq_model_prediction *p = &m->predicted;

	pvq_forecast_cell(cell, f, m->cell);
	snprintf(says, sizeof(says), "%s\n%s\nmeasured %s\npredicted %s, %+.0f %%",
		m->cell->cell->key->impl, cell, pvq_text_ns(m->cell->map_ns).s,
		pvq_text_ns_interval(p->time.map_ns, p->map_lo, p->map_hi).s, 100 * m->error);
	pvq_plot_say(plot, says);
}

/* The cells that the i-th strategy was not calibrated on. */
static void error_data(struct pvq_plot *plot, const struct pvq_forecast *f, size_t i, struct pvq_range *x,
	struct pvq_range *y)
{
	fprintf(plot->dat, "# %s: measured ns an item, predicted / measured, lo, hi, what the point says\n",
		f->model.of[i].impl->name);
	pvq_plot_undrawn(plot);
	for (size_t m = 0; m < f->check.count; m++) {
		const struct pvq_model_miss *miss = &f->check.miss[m];
		const struct pvq_model_cell *c = miss->cell;
		double item_ns = c->map_ns / c->job.n, ratio = 1 + miss->error;

		if (pvq_forecast_find(f, c->cell->key->impl) != i)
			continue;
		fprintf(plot->dat, "%.6g %.5g %.5g %.5g", item_ns, ratio,
			miss->predicted.map_lo / c->map_ns, miss->predicted.map_hi / c->map_ns);
		say_error(plot, f, miss);
		pvq_range_add(x, item_ns);
		pvq_range_add(y, ratio);
	}
	pvq_plot_next_index(plot);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The share of the cells whose error is no larger. size: room for all cells. */
static void distribution(
	struct pvq_plot *plot, const struct pvq_forecast *f, int edge, double *size, const char *what)
{
	size_t n = f->check.count;

	for (size_t i = 0; i < n; i++) {
		const struct pvq_model_miss *m = &f->check.miss[i];

		size[i] = edge ? m->predicted.time.edge_ns / m->cell->edge_ns - 1 : m->error;
		size[i] = fabs(size[i]);
	}
	qsort(size, n, sizeof(*size), by_size);
	fprintf(plot->dat, "# %s: |error|, share of the cells\n0 0\n", what);
	for (size_t i = 0; i < n; i++)
		fprintf(plot->dat, "%.5g %.5g\n", size[i], (double)(i + 1) / (double)n);
	pvq_plot_next_index(plot);
}

int pvq_forecast_draw_error(
	struct pvq_plots *plots, const struct pvq_report *r, const struct pvq_forecast *f)
{
	struct pvq_range x = {INFINITY, 0}, y = {0.48, 2.1};
	double *size = malloc((f->check.count + 1) * sizeof(*size));
	size_t first = f->model.count && f->model.of[0].kind.serial;
	struct pvq_plot plot;

	if (!size)
		return -ENOMEM;
	if (begin(&plot, plots, r, f, first, pvq_forecast_error, HEIGHT) == 0) {
		for (size_t i = first; i < f->model.count; i++)
			error_data(&plot, f, i, &x, &y);
		distribution(&plot, f, 0, size, "map time");
		distribution(&plot, f, 1, size, "start + stop");
		pvq_plot_axis_time(&plot, "x", x.lo, x.hi, 7);
		pvq_plot_axis_factor(&plot, "y", y.lo, y.hi, 7);
		pvq_plot_end(&plot, "forecast.gp");
	}
	free(size);
	return plots->error;
}

/* ---- the maps ---- */

/* "RRGGBB" as a number; three fifths grey, if the map is projected. */
static unsigned colour(const struct pvq_report *r, const struct pvq_forecast *f,
	const struct pvq_model_strategy *s, int grey)
{
	struct pvq_style style = pvq_style(r->summary, f->series[s - f->model.of]);
	unsigned rgb = (unsigned)strtoul(style.colour, NULL, 16), mixed = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		unsigned channel = rgb >> shift & 0xff;

		mixed |= (grey ? (2 * channel + 3 * 0xb8) / 5 : channel) << shift;
	}
	return mixed;
}

static int same(const struct pvq_crossover_point *a, const struct pvq_crossover_point *b)
{
	return a->first == b->first && a->rival == b->rival;
}

/* Points beside each other that look the same are one box; the next row covers its upper edge, else seams show. ties: their stripes, in the colour of the next strategy. */
static void map_boxes(struct pvq_plot *plot, const struct pvq_report *r, const struct pvq_forecast *f,
	const struct pvq_crossover *map, int ties)
{
	fprintf(plot->dat, "# %u cores, %s: item ns, bytes, ns from, to, bytes from, to, colour\n",
		map->cores, ties ? "the next of a tie" : "the first");
	fputs("NaN NaN NaN NaN NaN NaN 0\n", plot->dat);
	for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++)
		for (unsigned t = 0, end; t < PVQ_CROSSOVER_TIMES; t = end) {
			const struct pvq_crossover_point *p = &map->at[t][s];

			for (end = t + 1; end < PVQ_CROSSOVER_TIMES && same(p, &map->at[end][s]);)
				end++;
			if (ties && !p->rival)
				continue;
			fprintf(plot->dat, "%.5g %.5g %.5g %.5g %.5g %.5g %u\n", pvq_crossover_ns(t),
				pvq_crossover_bytes(s), pvq_crossover_ns(t - 0.5),
				pvq_crossover_ns(end - 0.5), pvq_crossover_bytes(s - 0.5),
				pvq_crossover_bytes(s + 0.54),
				colour(r, f, ties ? p->rival : p->first, map->cores > f->cores));
		}
	pvq_plot_next_index(plot);
}

static int is_marked(const struct pvq_forecast *f, const struct pvq_model_cell *c)
{
	return c->job.longest_ns <= 0 && c->job.wait_ns <= 0 && pvq_model_is_plain(c->work->key->task) &&
	       (c->cell->baseline || (c->at.cores == f->cores && c->at.workers == f->cores));
}

/* The strategies that the map is about. */
static size_t contenders(const struct pvq_forecast *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->model.count; i++)
		count += f->model.of[i].kind.serial || f->cores == 1 ||
			 !(f->model.of[i].impl->flags & PVQ_ONE_WORKER);
	return count;
}

/* Whether it is the fastest of its work among the marked cells, all contenders having one. *next: the second fastest. */
static int is_fastest(
	const struct pvq_forecast *f, const struct pvq_model_cell *c, const struct pvq_model_cell **next)
{
	size_t others = 0;

	*next = NULL;
	for (size_t i = 0; i < f->cells.count; i++) {
		const struct pvq_model_cell *o = &f->cells.cell[i];

		if (o == c || o->work != c->work || !is_marked(f, o))
			continue;
		if (o->map_ns < c->map_ns)
			return 0;
		others++;
		if (!*next || o->map_ns < (*next)->map_ns)
			*next = o;
	}
	return others > 0 && others + 1 == contenders(f);
}

static void say_fastest(struct pvq_plot *plot, const struct pvq_forecast *f, const struct pvq_model_cell *c,
	const struct pvq_model_cell *next)
{
	char says[PVQ_LABEL_MAX + 2 * PVQ_NAME_MAX + 2 * PVQ_TEXT_MAX + 64];

	snprintf(says, sizeof(says), "%s on %u cores\nlowest median: %s, %s\nthen %s, %s", c->work->label,
		f->cores, c->cell->key->impl, pvq_text_ns(c->map_ns).s, next->cell->key->impl,
		pvq_text_ns(next->map_ns).s);
	pvq_plot_say(plot, says);
}

/* Where the run measured, by the strategy with the lowest median. */
static void map_marks(struct pvq_plot *plot, const struct pvq_forecast *f, size_t i)
{
	fprintf(plot->dat, "# measured, lowest median %s: item ns, bytes, -, -, what the point says\n",
		f->model.of[i].impl->name);
	pvq_plot_undrawn(plot);
	for (size_t k = 0; k < f->cells.count; k++) {
		const struct pvq_model_cell *c = &f->cells.cell[k], *next;

		if (!is_marked(f, c) || strcmp(c->cell->key->impl, f->model.of[i].impl->name) != 0 ||
			!is_fastest(f, c, &next))
			continue;
		fprintf(plot->dat, "%.5g %.5g 0 0", c->job.compute_ns, (c->job.in + c->job.out) / 2);
		say_fastest(plot, f, c, next);
	}
	pvq_plot_next_index(plot);
}

int pvq_forecast_draw_crossover(
	struct pvq_plots *plots, const struct pvq_report *r, const struct pvq_forecast *f)
{
	int rows = ((int)f->maps + 1) / 2;
	struct pvq_plot plot;

	if (begin(&plot, plots, r, f, 0, pvq_forecast_crossover, MAP_HEIGHT - (2 - rows) * MAP_ROW))
		return plots->error;
	pvq_plot_number(&plot, "maps", (double)f->maps);
	pvq_plot_number(&plot, "mapheight", MAP_ROW);
	fputs("array cores[maps]\n", plot.gp);
	for (size_t i = 0; i < f->maps; i++) {
		fprintf(plot.gp, "cores[%zu] = %u\n", i + 1, f->map[i].cores);
		map_boxes(&plot, r, f, &f->map[i], 0);
		map_boxes(&plot, r, f, &f->map[i], 1);
	}
	for (size_t i = 0; i < f->model.count; i++)
		map_marks(&plot, f, i);
	pvq_plot_end(&plot, "crossover.gp");
	return plots->error;
}
