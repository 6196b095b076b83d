/* advise.c: compares strategies by what the model says of them, and by what was measured. */
#include "model/advise.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More workers are taken only if they shorten the total by this share. */
static const double worth = 0.02;

/* Serial times of two jobs that are this near each other are the same job. */
static const double same_share = 0.03;

/* How far beyond the calibrated item times and bytes a prediction still counts as interpolated. */
static const double beyond = 1.25;

/* ---- certainty ---- */

static int near(double a, double b)
{
	return fabs(a - b) <= same_share * fmax(a, b);
}

static int same_job(const struct pvq_model_question *q, const struct pvq_model_cell *c)
{
	const struct pvq_row *key = c->cell->key;
	char label[PVQ_LABEL_MAX];

	if ((uint64_t)q->job.n != key->n)
		return 0;
	pvq_text_task(label, key->task, key->args);
	if (q->label)
		return strcmp(q->label, label) == 0;
	return near(q->job.compute_ns, c->job.compute_ns) && near(q->job.wait_ns, c->job.wait_ns) &&
	       near(q->job.longest_ns, c->job.longest_ns) && near(q->job.in, c->job.in) &&
	       near(q->job.out, c->job.out);
}

/* The cell with most trials; NULL: this was not measured. */
static const struct pvq_cell *find(const struct pvq_model_cells *cells, const struct pvq_model_question *q,
	const struct pvq_model_offer *o)
{
	const struct pvq_cell *best = NULL;

	for (size_t i = 0; i < cells->count; i++) {
		const struct pvq_model_cell *c = &cells->cell[i];

		if (strcmp(c->cell->key->impl, o->strategy->impl->name) == 0 &&
			(c->cell->baseline ||
				(c->at.workers == o->at.workers && c->at.cores == o->at.cores)) &&
			same_job(q, c) && (!best || c->cell->ok > best->ok))
			best = c->cell;
	}
	return best;
}

/* Says in *o how sure a prediction is. */
static void judge(
	struct pvq_model_offer *o, const struct pvq_model_range *r, const struct pvq_model_question *q)
{
	double item_ns = q->job.compute_ns + q->job.wait_ns, bytes = q->job.in + q->job.out;

	o->certainty = PVQ_PROJECTED;
	if (o->strategy->kind.serial) {
		o->certainty = PVQ_INTERPOLATED;
		snprintf(o->why, sizeof(o->why), "the number of items times an item's time");
	} else if (q->cores > q->here)
		snprintf(o->why, sizeof(o->why), "this machine has %u core%s; measured on up to %u",
			q->here, q->here == 1 ? "" : "s", r->cores);
	else if (q->cores > r->cores)
		snprintf(o->why, sizeof(o->why), "measured on up to %u core%s", r->cores,
			r->cores == 1 ? "" : "s");
	else if (o->strategy->cells == 0) {
		o->certainty = PVQ_INTERPOLATED;
		snprintf(
			o->why, sizeof(o->why), "from prices alone: no cell of this strategy was measured");
	} else if (bytes > r->bytes * beyond)
		snprintf(o->why, sizeof(o->why), "more bytes an item than any calibrated cell has");
	else if (item_ns > r->most_ns * beyond || item_ns < r->least_ns / beyond)
		snprintf(o->why, sizeof(o->why), "items %s than those of any calibrated cell",
			item_ns > r->most_ns ? "longer" : "shorter");
	else {
		o->certainty = PVQ_INTERPOLATED;
		snprintf(o->why, sizeof(o->why), "calibrated on %zu cells of this strategy",
			o->strategy->cells);
	}
}

/* ---- settings ---- */

/* The window that the strategy takes by itself; 0: unknown. */
static unsigned window_of(const struct pvq_impl *impl, const struct pvq_model_job *job, unsigned workers)
{
	struct pvq_load load = {.n = (uint64_t)job->n,
		.max_in = (size_t)fmax(job->in, 1),
		.max_out = (size_t)fmax(job->out, 1)};
	struct pvq_opts opts = {.workers = workers};

	if (impl->tune)
		impl->tune(&load, &opts);
	return opts.window;
}

struct pvq_model_setting pvq_model_setting_for(const struct pvq_model *model,
	const struct pvq_model_strategy *s, const struct pvq_model_job *job, unsigned cores,
	unsigned workers)
{
	return (struct pvq_model_setting){.workers = workers,
		.cores = s->kind.serial ? 1 : cores,
		.handover_ns = cores > 1 ? model->range.handover_ns : 0,
		.memory_ns = pvq_model_memory_ns(model->list, cores),
		.window = window_of(s->impl, job, workers)};
}

struct pvq_model_offer pvq_model_offer_at(const struct pvq_model *model, const struct pvq_model_strategy *s,
	const struct pvq_model_question *q, unsigned workers)
{
	struct pvq_model_offer o = {
		.strategy = s, .at = pvq_model_setting_for(model, s, &q->job, q->cores, workers)};

	o.predicted = pvq_model_predict(s, &q->job, &o.at);
	o.total_ns = o.predicted.time.total_ns;
	o.lo = o.predicted.total_lo;
	o.hi = o.predicted.total_hi;
	judge(&o, &model->range, q);
	return o;
}

/* More workers than cores pay only for items that wait. */
static unsigned most_workers(const struct pvq_model_strategy *s, const struct pvq_model_question *q)
{
	double most = q->job.wait_ns > 0 ? PVQ_WORKERS_MAX : q->cores;

	if (s->kind.serial || s->impl->flags & PVQ_ONE_WORKER)
		return 1;
	return (unsigned)fmax(1, fmin(most, q->job.n));
}

static struct pvq_model_offer best_of(const struct pvq_model *model, const struct pvq_model_strategy *s,
	const struct pvq_model_question *q)
{
	unsigned most = most_workers(s, q), workers = 1;
	struct pvq_model_offer best = pvq_model_offer_at(model, s, q, workers);

	/* By steps of a half, and at the number of cores. */
	while (workers < most && !best.predicted.error) {
		unsigned next = workers + (workers + 1) / 2;
		struct pvq_model_offer o;

		if (workers < q->cores && next > q->cores)
			next = q->cores;
		workers = next < most ? next : most;
		o = pvq_model_offer_at(model, s, q, workers);
		if (o.predicted.error || o.total_ns < best.total_ns * (1 - worth))
			best = o;
	}
	return best;
}

/* If that very cell was measured, its times stand instead of the prediction. */
static void prefer_measured(
	struct pvq_model_offer *o, const struct pvq_model_cells *cells, const struct pvq_model_question *q)
{
	const struct pvq_cell *cell = find(cells, q, o);

	if (!cell || !cell->metric[PVQ_TOTAL_NS].n)
		return;
	o->certainty = PVQ_MEASURED;
	o->total_ns = cell->metric[PVQ_TOTAL_NS].median;
	o->lo = cell->metric[PVQ_TOTAL_NS].lo;
	o->hi = cell->metric[PVQ_TOTAL_NS].hi;
	snprintf(o->why, sizeof(o->why), "the median of %zu trial%s of this cell, task %s",
		cell->metric[PVQ_TOTAL_NS].n, cell->metric[PVQ_TOTAL_NS].n == 1 ? "" : "s",
		cell->key->task);
}

static int suits(const struct pvq_model_strategy *s, const struct pvq_model_question *q)
{
	return (!q->ordered || s->impl->order == PVQ_ORDERED) &&
	       (!q->survives || s->impl->flags & PVQ_SURVIVES_CRASH);
}

static int by_total(const void *a, const void *b)
{
	double x = ((const struct pvq_model_offer *)a)->total_ns,
	       y = ((const struct pvq_model_offer *)b)->total_ns;

	return (x > y) - (x < y);
}

int pvq_model_advise(struct pvq_model_offers *offers, const struct pvq_model *model,
	const struct pvq_model_cells *cells, const struct pvq_model_question *q)
{
	*offers = (struct pvq_model_offers){.of = malloc((model->count + 1) * sizeof(*offers->of))};
	if (!offers->of)
		return -ENOMEM;
	for (size_t i = 0; i < model->count; i++)
		if (suits(&model->of[i], q)) {
			struct pvq_model_offer *o = &offers->of[offers->count++];

			*o = best_of(model, &model->of[i], q);
			if (o->predicted.error) {
				pvq_model_offers_free(offers);
				return -ENOMEM;
			}
			prefer_measured(o, cells, q);
		}
	qsort(offers->of, offers->count, sizeof(*offers->of), by_total);
	return offers->count ? 0 : -ENOENT;
}

void pvq_model_offers_free(struct pvq_model_offers *offers)
{
	free(offers->of);
	*offers = (struct pvq_model_offers){0};
}

const char *pvq_certainty_name(enum pvq_certainty certainty)
{
	static const char *const name[] = {[PVQ_MEASURED] = "measured",
		[PVQ_INTERPOLATED] = "interpolated",
		[PVQ_PROJECTED] = "projected"};

	return name[certainty];
}
