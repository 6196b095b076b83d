/* check.c: compares predictions with the cells that were held out. */
#include "model/check.h"
#include "results/blocks.h"
#include "stats/metg.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double heavy_share = 0.1, good_share = 0.05;

static int by_error(const void *a, const void *b)
{
	double x = fabs(((const struct pvq_model_miss *)a)->error),
	       y = fabs(((const struct pvq_model_miss *)b)->error);

	return (x < y) - (x > y);
}

/* The share of the cores' time that the items' own computing does not fill. */
static double overhead(const struct pvq_model_cell *c)
{
	double room = fmin(c->at.workers, c->at.cores) * c->map_ns,
	       wait = (double)c->at.workers * c->map_ns;

	return 1 - fmax(c->job.n * c->job.compute_ns / room,
			   c->job.n * (c->job.compute_ns + c->job.wait_ns) / wait);
}

/* Describes the sample: errors and hits; overwrites error. */
static struct pvq_model_accuracy describe(double *error, size_t n, size_t inside)
{
	pvq_sort(error, n);
	return (struct pvq_model_accuracy){.cells = n,
		.inside = inside,
		.median = pvq_quantile(error, n, 0.5),
		.most = pvq_quantile(error, n, 0.9)};
}

enum which { MAP, HEAVY, EDGE };

static struct pvq_model_accuracy accuracy(
	const struct pvq_model_check *check, double *error, enum which which)
{
	size_t n = 0, inside = 0;

	for (size_t i = 0; i < check->count; i++) {
		const struct pvq_model_miss *m = &check->miss[i];
		const struct pvq_model_cell *c = m->cell;

		if (which == HEAVY && overhead(c) <= heavy_share)
			continue;
		if (which == EDGE) {
			error[n++] = fabs(m->predicted.time.edge_ns / c->edge_ns - 1);
			inside += c->edge_ns >= m->predicted.edge_lo && c->edge_ns <= m->predicted.edge_hi;
		} else {
			error[n++] = fabs(m->error);
			inside += c->map_ns >= m->predicted.map_lo && c->map_ns <= m->predicted.map_hi;
		}
	}
	return describe(error, n, inside);
}

static int same_group(const struct pvq_model_cell *a, const struct pvq_model_cell *b)
{
	return a->work == b->work && a->at.workers == b->at.workers && a->at.cores == b->at.cores;
}

/* The group that the i-th cell begins; nothing if an earlier one did. */
static void judge_group(struct pvq_model_check *check, size_t i)
{
	const struct pvq_model_miss *first = &check->miss[i], *best = first;
	double fastest_ns = first->cell->map_ns;
	size_t members = 1;

	for (size_t j = 0; j < check->count; j++) {
		const struct pvq_model_miss *m = &check->miss[j];

		if (j == i || !same_group(m->cell, first->cell))
			continue;
		if (j < i)
			return;
		members++;
		if (m->predicted.time.map_ns < best->predicted.time.map_ns)
			best = m;
		fastest_ns = fmin(fastest_ns, m->cell->map_ns);
	}
	if (members < 2)
		return;
	check->groups++;
	check->good += best->cell->map_ns <= fastest_ns * (1 + good_share);
	check->behind = fmax(check->behind, best->cell->map_ns / fastest_ns - 1);
}

static const struct pvq_model_strategy *strategy_of(
	const struct pvq_model *model, const struct pvq_model_cell *cell)
{
	for (size_t i = 0; i < model->count; i++)
		if (!model->of[i].kind.serial &&
			strcmp(model->of[i].impl->name, cell->cell->key->impl) == 0)
			return &model->of[i];
	return NULL;
}

/* ---- METG ---- */

/* A strategy's cells at ever longer items, of one number of items, on one summary's rows. */
struct ramp {
	const struct pvq_cell *cell[2 * PVQ_METG_GRAINS_MAX]; /* serial's, then the strategy's */
	double predicted_ns[PVQ_METG_GRAINS_MAX];
	size_t points;
};

static int same_ramp(
	const struct pvq_model_cells *cells, const struct pvq_model_cell *a, const struct pvq_model_cell *b)
{
	if (a->work->key->n != b->work->key->n || a->at.workers != b->at.workers ||
		a->at.cores != b->at.cores || strcmp(a->work->key->task, b->work->key->task) != 0 ||
		strcmp(a->cell->key->impl, b->cell->key->impl) != 0)
		return 0;
	for (size_t i = 0; i < cells->summaries; i++) {
		const struct pvq_work *first = cells->at[i].work, *end = first + cells->at[i].works;

		if (a->work >= first && a->work < end)
			return b->work >= first && b->work < end;
	}
	return 0;
}

/* The ramp that the cell begins; without points if an earlier one did. Cells of a summary are in the order of their lengths; those
 * with too few trials for an interval are left out. */
static struct ramp ramp_from(const struct pvq_model *model, const struct pvq_model_cells *cells,
	const struct pvq_model_cell *begin)
{
	const struct pvq_model_strategy *s = strategy_of(model, begin);
	size_t needs = pvq_median_needs(PVQ_ALPHA);
	struct ramp r = {0};

	for (size_t i = 0; i < cells->count && r.points < PVQ_METG_GRAINS_MAX; i++) {
		const struct pvq_model_cell *c = &cells->cell[i];
		struct pvq_model_setting at = c->at;

		if (!same_ramp(cells, begin, c))
			continue;
		if (c < begin)
			return (struct ramp){0};
		if (c->cell->ok < needs || c->work->base->ok < needs)
			continue;
		at.memory_ns = pvq_model_memory_ns(model->list, at.cores);
		r.predicted_ns[r.points] = pvq_model_time(s->price, &s->kind, &c->job, &at).map_ns;
		r.cell[r.points] = c->work->base;
		r.cell[PVQ_METG_GRAINS_MAX + r.points++] = c->cell;
	}
	memmove(&r.cell[r.points], &r.cell[PVQ_METG_GRAINS_MAX], r.points * sizeof(struct pvq_cell *));
	return r;
}

/* Adds the error of one ramp's METG to the n there are, where both are known. 0 or -ENOMEM. */
static int judge_ramp(struct pvq_model_accuracy *metg, double *error, const struct ramp *r,
	const struct pvq_model_cell *c)
{
	struct pvq_metg_ramp fit = {.grains = r->points, .cores = c->at.cores, .n = c->job.n};
	double serial_ns[PVQ_METG_GRAINS_MAX], predicted_ns;
	struct pvq_estimate measured;
	struct pvq_blocks blocks;
	int ret = pvq_blocks_make(&blocks, r->cell, 2 * r->points);

	if (ret == 0)
		ret = pvq_metg_estimate(&blocks, &fit, 1, &measured, NULL);
	pvq_blocks_free(&blocks);
	for (size_t i = 0; i < r->points; i++)
		serial_ns[i] = r->cell[i]->metric[PVQ_MAP_NS].median;
	predicted_ns = pvq_metg(serial_ns, r->predicted_ns, &fit);
	if (ret || !measured.n || !isfinite(measured.median) || !isfinite(predicted_ns))
		return ret;
	metg->inside += predicted_ns >= measured.lo && predicted_ns <= measured.hi;
	error[metg->cells++] = fabs(predicted_ns / measured.median - 1);
	return 0;
}

/* 0 or -ENOMEM. */
static int check_metg(struct pvq_model_accuracy *metg, double *error, const struct pvq_model *model,
	const struct pvq_model_cells *cells)
{
	const size_t least = 3; /* points; fewer are no ramp */
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < cells->count; i++) {
		const struct pvq_model_cell *c = &cells->cell[i];
		struct ramp r = {0};

		if (strategy_of(model, c) && pvq_model_is_plain(c->work->key->task) && c->at.cores > 1)
			r = ramp_from(model, cells, c);
		if (r.points >= least)
			ret = judge_ramp(metg, error, &r, c);
	}
	*metg = describe(error, metg->cells, metg->inside);
	return ret;
}

/* ---- */

const char *pvq_model_left_out(const struct pvq_model_cell *c)
{
	const double large = 16384, short_ns = 3000; /* bytes both ways; of an item */
	const char *task = c->work->key->task;

	if (c->at.cores > 1 && (c->job.in + c->job.out >= large || strcmp(task, "stream") == 0))
		return "the bandwidth of memory, which the cores share";
	if (c->job.longest_ns > 0 && c->at.workers > 1)
		return "when the longest item starts; only its length is known";
	if (c->job.wait_ns > c->job.compute_ns)
		return "how late an item that sleeps is woken";
	if (c->at.workers > c->at.cores)
		return "how the scheduler shares a core among workers";
	if (c->job.compute_ns + c->job.wait_ns < short_ns && c->at.cores > 1)
		return c->at.handover_ns > 2 * PVQ_MODEL_HANDOVER_NS
			       ? "contention: one price of a hand-over stands for all of it"
			       : "caller and workers at the edge between two ways of working";
	return "nothing that is known: look for interference in its blocks";
}

int pvq_model_check(
	struct pvq_model_check *check, const struct pvq_model *model, const struct pvq_model_cells *cells)
{
	double *error = malloc((cells->count + 1) * sizeof(*error));
	int ret = 0;

	*check = (struct pvq_model_check){.miss = malloc((cells->count + 1) * sizeof(*check->miss))};
	if (!error || !check->miss) {
		free(error);
		pvq_model_check_free(check);
		return -ENOMEM;
	}
	for (size_t i = 0; i < cells->count; i++) {
		const struct pvq_model_cell *c = &cells->cell[i];
		const struct pvq_model_strategy *s = strategy_of(model, c);
		struct pvq_model_miss *m = &check->miss[check->count];
		struct pvq_model_setting at;

		check->calibrated += s && s->cells > 0 && c->calibrates;
		if (!s || c->calibrates)
			continue;
		at = c->at;
		at.memory_ns = pvq_model_memory_ns(model->list, at.cores);
		*m = (struct pvq_model_miss){.cell = c, .predicted = pvq_model_predict(s, &c->job, &at)};
		ret = ret ? ret : m->predicted.error;
		m->error = m->predicted.time.map_ns / c->map_ns - 1;
		check->count++;
	}
	qsort(check->miss, check->count, sizeof(*check->miss), by_error);
	check->map = accuracy(check, error, MAP);
	check->heavy = accuracy(check, error, HEAVY);
	check->edge = accuracy(check, error, EDGE);
	for (size_t i = 0; i < check->count; i++)
		judge_group(check, i);
	ret = ret ? ret : check_metg(&check->metg, error, model, cells);
	free(error);
	if (ret)
		pvq_model_check_free(check);
	return ret;
}

void pvq_model_check_free(struct pvq_model_check *check)
{
	free(check->miss);
	*check = (struct pvq_model_check){0};
}
