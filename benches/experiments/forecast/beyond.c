/* beyond.c: draws how the run's tasks would go on more cores than it measured. */
#include "draw/figure_tools.h"
#include "experiments/forecast/forecast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char pvq_forecast_beyond[] = "beyond";

enum { COUNTS_MAX = 16, CORES_LEAST = 256 };

/* The picture: the works that have a panel, the strategies with workers, and the core counts. */
struct beyond {
	struct pvq_plot plot;
	const struct pvq_report *r;
	const struct pvq_forecast *f;
	const struct pvq_work *work[PVQ_FORECAST_TASKS];
	const struct pvq_model_job *job[PVQ_FORECAST_TASKS];
	size_t panels, first; /* first: of the strategies */
	unsigned count[COUNTS_MAX];
	size_t counts;
	struct pvq_axis axis;
};

/* Of the report's summary, those of the tasks that calibrate, with their job; the first few. */
static void find_works(struct beyond *b)
{
	const struct pvq_summary *s = b->r->summary;

	for (size_t w = 0; w < s->works && b->panels < PVQ_FORECAST_TASKS; w++) {
		const struct pvq_model_job *job = NULL;

		for (size_t i = 0; i < b->f->cells.count && !job; i++)
			if (strcmp(b->f->cells.cell[i].work->label, s->work[w].label) == 0 &&
				b->f->cells.cell[i].work->key->n == s->work[w].key->n)
				job = &b->f->cells.cell[i].job;
		if (!job || !s->work[w].base || !pvq_model_is_plain(s->work[w].key->task))
			continue;
		b->work[b->panels] = &s->work[w];
		b->job[b->panels++] = job;
	}
}

/* Doublings, from 1 to four times what was measured, and at least to 256. */
static void find_counts(struct beyond *b)
{
	unsigned most = 4 * b->f->cores > CORES_LEAST ? 4 * b->f->cores : CORES_LEAST;

	for (unsigned cores = 1; cores <= most && b->counts < COUNTS_MAX; cores *= 2)
		b->count[b->counts++] = cores;
}

static double place(const struct beyond *b, double cores, size_t strategy)
{
	size_t i = strategy - b->first, count = b->f->model.count - b->first;

	return pvq_plot_shift(&b->axis, cores, pvq_figure_dodge(i, count));
}

static void measured(struct beyond *b, size_t panel, size_t strategy, struct pvq_range *y)
{
	const struct pvq_summary *s = b->r->summary;
	const struct pvq_work *work = b->work[panel];

	fprintf(b->plot.dat, "# %s, %s: cores, measured ns, lo, hi, what the point says\n", work->label,
		b->f->model.of[strategy].impl->name);
	pvq_plot_undrawn(&b->plot);
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];
		struct pvq_bar bar;

		if (!cell->ok || cell->series != b->f->series[strategy] ||
			!pvq_cell_even(cell, cell->key->cores))
			continue;
		bar = pvq_figure_bar(&b->plot, &cell->metric[PVQ_MAP_NS]);
		fprintf(b->plot.dat, "%.6g %.9g %.9g %.9g", place(b, cell->key->cores, strategy),
			cell->metric[PVQ_MAP_NS].median, bar.lo, bar.hi);
		pvq_figure_say(&b->plot, s, cell, "");
		pvq_range_add(y, bar.lo);
		pvq_range_add(y, bar.hi);
	}
	pvq_plot_next_index(&b->plot);
}

static void predicted(struct beyond *b, size_t panel, size_t strategy, struct pvq_range *y)
{
	const struct pvq_model_strategy *s = &b->f->model.of[strategy];

	fputs("# cores, predicted ns, lo, hi, what the point says\n", b->plot.dat);
	for (size_t i = 0; i < b->counts; i++) {
		unsigned cores = b->count[i];
		struct pvq_model_setting at =
			pvq_model_setting_for(&b->f->model, s, b->job[panel], cores, cores);
		struct pvq_model_prediction p = pvq_model_predict(s, b->job[panel], &at);
		char says[PVQ_NAME_MAX + 2 * PVQ_TEXT_MAX + 64];

		if (p.error)
			pvq_plot_fail(&b->plot, p.error);
		fprintf(b->plot.dat, "%.6g %.9g %.9g %.9g", place(b, cores, strategy), p.time.map_ns,
			p.map_lo, p.map_hi);
		snprintf(says, sizeof(says), "%s, %u cores\n%s: %s, 90 %% interval", s->impl->name, cores,
			cores > b->f->cores ? "projected" : "predicted",
			pvq_text_ns_interval(p.time.map_ns, p.map_lo, p.map_hi).s);
		pvq_plot_say(&b->plot, says);
		pvq_range_add(y, p.map_lo);
		pvq_range_add(y, p.map_hi);
	}
	pvq_plot_next_index(&b->plot);
}

static void panel(struct beyond *b, size_t p)
{
	struct pvq_range y = {INFINITY, 0};
	char axis[24];

	pvq_figure_panel(&b->plot, p, b->work[p]);
	fprintf(b->plot.gp, "base[%zu] = %.9g\n", p + 1, b->work[p]->base->metric[PVQ_MAP_NS].median);
	pvq_range_add(&y, b->work[p]->base->metric[PVQ_MAP_NS].median);
	for (size_t i = b->first; i < b->f->model.count; i++) {
		measured(b, p, i, &y);
		predicted(b, p, i, &y);
	}
	snprintf(axis, sizeof(axis), "y%zu", p + 1);
	pvq_plot_axis_time(&b->plot, axis, y.lo, y.hi, 6);
}

int pvq_forecast_draw_beyond(
	struct pvq_plots *plots, const struct pvq_report *r, const struct pvq_forecast *f)
{
	struct beyond b = {.r = r, .f = f, .first = f->model.count && f->model.of[0].kind.serial};
	struct pvq_grid grid;

	find_works(&b);
	find_counts(&b);
	if (b.panels == 0 || f->model.count == b.first ||
		pvq_figure_grid(&b.plot, plots, pvq_forecast_beyond, b.panels, r->summary,
			f->series + b.first, f->model.count - b.first, &grid))
		return plots->error;
	fputs("array base[panels]\n", b.plot.gp);
	pvq_plot_number(&b.plot, "measured", f->cores);
	b.axis = pvq_plot_axis_count(&b.plot, "x", b.count, b.counts, grid.inner_px, 1);
	for (size_t p = 0; p < b.panels; p++)
		panel(&b, p);
	pvq_plot_bars(&b.plot);
	pvq_plot_end(&b.plot, "beyond.gp");
	return plots->error;
}
