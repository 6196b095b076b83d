/* chapter.c: how well a formula predicts the run, what it leaves out, and what it says of other items and more cores. */
#include "experiments/forecast/forecast.h"

#include <math.h>

enum { MISSED_MOST = 12 }; /* rows of the table of missed cells */

static void accuracy(const struct pvq_report *r, const char *what, const struct pvq_model_accuracy *x)
{
	if (x->cells == 0)
		return;
	fprintf(r->md, "| %s | %zu | %s | %s | %s |\n", what, x->cells, pvq_text_percent(x->median).s,
		pvq_text_percent(x->most).s, pvq_text_percent((double)x->inside / (double)x->cells).s);
}

static void introduce(const struct pvq_report *r, const struct pvq_forecast *f)
{
	const struct pvq_model_check *c = &f->check;

	fprintf(r->md,
		"## What a formula predicts\n\nA formula of fourteen prices a strategy (reports/MODEL.md) was "
		"calibrated on %zu cells of this run: `noop`, `spin`, `echo` and `job`, with a worker a core. It then "
		"predicted %zu cells that it had not seen. `pvq ask --run` answers questions about your own job with the "
		"same prices.\n\n",
		c->calibrated, c->count);
	if (r->summary->blocks < pvq_median_needs(PVQ_ALPHA))
		fprintf(r->md,
			"**The run has %u block%s.** Medians of so few say little, and so do the errors below.\n\n",
			r->summary->blocks, r->summary->blocks == 1 ? "" : "s");
	pvq_report_figure(r, pvq_forecast_error, NULL, 0, "Predicted beside measured, and how far off");
	fputs("\n| Predicted | Cells | Median error | 90th percentile | Inside the 90 % interval |\n"
	      "|:--|--:|--:|--:|--:|\n",
		r->md);
	accuracy(r, "map time", &c->map);
	accuracy(r, "map time, where overhead takes more than a tenth", &c->heavy);
	accuracy(r, "start + stop", &c->edge);
	accuracy(r, "map time, from prices alone", &f->check_alone.map);
	accuracy(r, "map time, from prices alone, where overhead takes more than a tenth",
		&f->check_alone.heavy);
	accuracy(r, "start + stop, from prices alone", &f->check_alone.edge);
	if (f->check_alone.count)
		fputs("\n*From prices alone*: the same formula without any calibrating cell; its prices follow from the list of "
		      "what the parts cost on this machine.\n",
			r->md);
	if (c->groups)
		fprintf(r->md,
			"\nThe strategy that it puts first is within 5 %% of the lowest median in %zu of %zu groups, "
			"and at most %s behind.\n",
			c->good, c->groups, pvq_text_percent(c->behind).s);
}

static void write_cell(
	const struct pvq_report *r, const struct pvq_forecast *f, const struct pvq_model_cell *c)
{
	char text[PVQ_FORECAST_TEXT];

	pvq_forecast_cell(text, f, c);
	pvq_text_md(r->md, text);
}

static size_t missed_count(const struct pvq_forecast *f)
{
	size_t n = 0;

	while (n < f->check.count && fabs(f->check.miss[n].error) > PVQ_MODEL_MISSED)
		n++; /* the worst come first */
	return n;
}

static void missed_row(
	const struct pvq_report *r, const struct pvq_forecast *f, const struct pvq_model_miss *m)
{
	const struct pvq_model_prediction *p = &m->predicted;

	fputs("| ", r->md);
	write_cell(r, f, m->cell);
	fputs(" | ", r->md);
	pvq_text_md(r->md, m->cell->cell->key->impl);
	fprintf(r->md, " | %s | %s | %+.0f %% | %s |\n", pvq_text_ns(m->cell->map_ns).s,
		pvq_text_ns_interval(p->time.map_ns, p->map_lo, p->map_hi).s, 100 * m->error,
		pvq_model_left_out(m->cell));
}

static void missed(const struct pvq_report *r, const struct pvq_forecast *f)
{
	size_t n = missed_count(f);

	fprintf(r->md, "\n### Missed by more than %.0f %%\n\n", 100 * PVQ_MODEL_MISSED);
	if (n == 0) {
		fputs("No cell.\n", r->md);
		return;
	}
	fprintf(r->md, "%zu of %zu cells.", n, f->check.count);
	if (n > MISSED_MOST)
		fprintf(r->md, " The %d worst; the others are below, in the table of every cell.",
			MISSED_MOST);
	fputs("\n\n| Cell | Strategy | Measured | Predicted | Error | What the formula leaves out |\n"
	      "|:--|:--|--:|--:|--:|:--|\n",
		r->md);
	for (size_t i = 0; i < n && i < MISSED_MOST; i++)
		missed_row(r, f, &f->check.miss[i]);
}

static void maps(const struct pvq_report *r, const struct pvq_forecast *f)
{
	fprintf(r->md,
		"\n### Which strategy for which items\n\nThe first map is for %u core%s, as many as were "
		"measured. The grey ones are projected for more: no measurement here supports them.\n\n",
		f->cores, f->cores == 1 ? "" : "s");
	pvq_report_figure(r, pvq_forecast_crossover, NULL, 0,
		"Maps of the strategy predicted to win, by item time and payload");
	fputs("\n### Beyond this machine's cores\n\n", r->md);
	pvq_report_figure(
		r, pvq_forecast_beyond, NULL, 0, "Wall time versus cores, measured and projected");
	fputs("\nThe formula leaves out what grows with the cores: contention for locks, shared caches, the bandwidth "
	      "of memory. Its intervals widen with each doubling, and may still be too narrow.\n",
		r->md);
}

/* Whether two held-out cells stand in one row of the table. */
static int same_row(const struct pvq_model_cell *a, const struct pvq_model_cell *b)
{
	return a->work == b->work && a->at.workers == b->at.workers && a->at.cores == b->at.cores;
}

static const struct pvq_model_miss *find_in_row(
	const struct pvq_forecast *f, const struct pvq_model_cell *row, size_t strategy)
{
	for (size_t i = 0; i < f->check.count; i++)
		if (same_row(f->check.miss[i].cell, row) &&
			pvq_forecast_find(f, f->check.miss[i].cell->cell->key->impl) == strategy)
			return &f->check.miss[i];
	return NULL;
}

static void every_row(
	const struct pvq_report *r, const struct pvq_forecast *f, const struct pvq_model_cell *row)
{
	fputs("| ", r->md);
	write_cell(r, f, row);
	for (size_t i = 0; i < f->model.count; i++) {
		const struct pvq_model_miss *m = find_in_row(f, row, i);

		if (f->model.of[i].kind.serial)
			continue;
		if (m)
			fprintf(r->md, " | %s / %s", pvq_text_ns(m->predicted.time.map_ns).s,
				pvq_text_ns(m->cell->map_ns).s);
		else
			fputs(" | –", r->md);
	}
	fputs(" |\n", r->md);
}

/* Each row once, in the order of the cells. */
static void every(const struct pvq_report *r, const struct pvq_forecast *f)
{
	const struct pvq_model_cell *last = NULL;

	fputs("\n#### Every cell, predicted / measured\n\nMap times of the cells that did not calibrate.\n\n| Cell |",
		r->md);
	for (size_t i = 0; i < f->model.count; i++)
		if (!f->model.of[i].kind.serial) {
			fputs(" ", r->md);
			pvq_text_md(r->md, f->model.of[i].impl->name);
			fputs(" |", r->md);
		}
	fputs("\n|:--|", r->md);
	for (size_t i = 0; i < f->model.count; i++)
		fputs(f->model.of[i].kind.serial ? "" : "--:|", r->md);
	fputs("\n", r->md);
	for (size_t i = 0; i < f->cells.count; i++) {
		const struct pvq_model_cell *c = &f->cells.cell[i];

		/* A row's cells follow each other. */
		if (c->calibrates || c->cell->baseline || (last && same_row(last, c)))
			continue;
		last = c;
		every_row(r, f, c);
	}
	fputs("\n", r->md);
}

int pvq_forecast_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_forecast *f = data;

	if (!f->made)
		return 0;
	introduce(r, f);
	missed(r, f);
	maps(r, f);
	every(r, f);
	return 0;
}
