/* data.c: the ideal, the ratios by block, and the parts. */
#include "experiments/bounds/bounds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the ideal ---- */

static double bounds_longest(const struct pvq_work *work, const struct pvq_observations *seen)
{
	double least = INFINITY;

	for (size_t i = 0; i < seen->count; i++) {
		const struct pvq_observed *o = &seen->row[i];

		if (o->n == work->key->n && strcmp(o->task, work->key->task) == 0 &&
			strcmp(o->args, work->key->args) == 0)
			least = fmin(least, (double)o->longest_ns);
	}
	return isinf(least) ? NAN : least;
}

static void bounds_ideal(struct pvq_ideal *ideal, const struct pvq_work *work, unsigned cores,
	const struct pvq_observations *seen)
{
	ideal->cores = cores;
	ideal->work_ns = work->base->metric[PVQ_MAP_NS].median;
	ideal->longest_ns = bounds_longest(work, seen);
	ideal->ns = ideal->work_ns / cores;
	ideal->longest_binds = ideal->longest_ns > ideal->ns; /* never where it is NAN */
	if (ideal->longest_binds)
		ideal->ns = ideal->longest_ns;
}

/* The ideal within a block; NAN: unknown. */
static double bounds_ideal_in(const struct pvq_ideal *ideal, const struct pvq_cell *base, unsigned block)
{
	if (ideal->longest_binds)
		return ideal->longest_ns;
	for (size_t i = 0; i < base->ok; i++)
		if (base->row[i]->block == block)
			return fmax((double)base->row[i]->map_ns, 1) / ideal->cores;
	return NAN;
}

static struct pvq_comparison bounds_compare(
	const struct pvq_bounds *b, const struct pvq_cell *cell, enum pvq_metric metric)
{
	struct pvq_comparison c = {.ratio = NAN, .lo = NAN, .hi = NAN};
	double *time = calloc(2 * cell->ok + 1, sizeof(*time)), *ideal;
	size_t n = 0;

	if (!time)
		return c; /* inconclusive without figures, which claims nothing */
	ideal = time + cell->ok;
	for (size_t i = 0; i < cell->ok; i++) {
		double in = bounds_ideal_in(&b->ideal, b->work->base, cell->row[i]->block);

		if (isnan(in))
			continue;
		time[n] = fmax(pvq_row_metric(cell->row[i], metric), 1);
		ideal[n++] = in;
	}
	c = pvq_compare(time, ideal, n, PVQ_ALPHA);
	free(time);
	return c;
}

/* ---- the parts ---- */

/* The cell's observed trial whose map time is nearest to the sweep's median; NULL: none. */
static const struct pvq_observed *bounds_nearest(
	const struct pvq_observations *seen, const struct pvq_cell *cell)
{
	double median = cell->metric[PVQ_MAP_NS].median, least = INFINITY;
	const struct pvq_observed *o = NULL, *nearest = NULL;

	while ((o = pvq_observed_next(seen, cell->key, o))) {
		double distance = fabs((double)o->map_ns - median);

		if (distance < least) {
			least = distance;
			nearest = o;
		}
	}
	return nearest;
}

static double bounds_observed_ratio(const struct pvq_observed *o, const struct pvq_cell *cell)
{
	return o ? (double)o->map_ns / fmax(cell->metric[PVQ_MAP_NS].median, 1) : NAN;
}

static int bounds_is_like(double observed_ratio)
{
	return observed_ratio <= PVQ_OBSERVED_RATIO_MAX && observed_ratio >= 1 / PVQ_OBSERVED_RATIO_MAX;
}

/* Divides the map's median in the proportions of the observed trial. */
static void bounds_divide(struct pvq_gap *gap, const struct pvq_observed *o)
{
	double scale = gap->cell->metric[PVQ_MAP_NS].median / fmax((double)o->map_ns * o->lanes, 1);

	gap->spent_ns[PVQ_PART_RAMP] = (double)o->ramp_ns * scale;
	gap->spent_ns[PVQ_PART_WORK] = (double)o->busy_ns * scale;
	gap->spent_ns[PVQ_PART_DISPATCH] = (double)o->dispatch_ns * scale;
	gap->spent_ns[PVQ_PART_IMBALANCE] = (double)o->imbalance_ns * scale;
	gap->spent_ns[PVQ_PART_DELIVER] = (double)o->deliver_ns * scale;
}

/* Computes the losses. serial: its observed trial. */
static void bounds_lose(
	struct pvq_gap *gap, const struct pvq_ideal *ideal, const struct pvq_observed *serial)
{
	double even_ns = ideal->work_ns / ideal->cores;
	double busy = (double)serial->busy_ns / fmax((double)serial->map_ns * serial->lanes, 1);

	memcpy(gap->lost_ns, gap->spent_ns, sizeof(gap->lost_ns));
	gap->lost_ns[PVQ_PART_WORK] -= busy * even_ns;
	gap->lost_ns[PVQ_PART_DISPATCH] -= (1 - busy) * even_ns;
	gap->lost_ns[PVQ_PART_IMBALANCE] -= ideal->ns - even_ns;
}

static void bounds_gap(
	struct pvq_bounds *b, const struct pvq_cell *cell, const struct pvq_observations *seen)
{
	const struct pvq_observed *o = bounds_nearest(seen, cell);
	const struct pvq_observed *serial = bounds_nearest(seen, b->work->base);
	struct pvq_gap *gap = &b->gap[b->gaps++];

	gap->cell = cell;
	gap->map = bounds_compare(b, cell, PVQ_MAP_NS);
	gap->total = bounds_compare(b, cell, PVQ_TOTAL_NS);
	gap->observed_ratio = bounds_observed_ratio(o, cell);
	gap->divided = bounds_is_like(gap->observed_ratio) && bounds_is_like(b->observed_ratio);
	gap->spent_ns[PVQ_PART_START] = cell->metric[PVQ_START_NS].median;
	gap->spent_ns[PVQ_PART_STOP] = cell->metric[PVQ_STOP_NS].median;
	gap->spent_ns[PVQ_PART_WORK] = cell->metric[PVQ_MAP_NS].median;
	if (gap->divided) {
		bounds_divide(gap, o);
		bounds_lose(gap, &b->ideal, serial);
	}
}

int pvq_bounds_make(struct pvq_bounds *b, const struct pvq_summary *s, const struct pvq_work *work,
	const struct pvq_observations *seen)
{
	unsigned cores = work->core_counts ? work->cores[work->core_counts - 1] : 0;

	*b = (struct pvq_bounds){.work = work};
	if (!work->base || !cores)
		return 0;
	b->gap = calloc(work->cells, sizeof(*b->gap));
	if (!b->gap)
		return -ENOMEM;
	bounds_ideal(&b->ideal, work, cores, seen);
	b->observed_ratio = bounds_observed_ratio(bounds_nearest(seen, work->base), work->base);
	for (size_t c = work->first; c < work->first + work->cells; c++)
		if (s->cell[c].ok && pvq_cell_even(&s->cell[c], cores))
			bounds_gap(b, &s->cell[c], seen);
	return 0;
}

void pvq_bounds_free(struct pvq_bounds *b)
{
	free(b->gap);
	memset(b, 0, sizeof(*b));
}

double pvq_gap_spent_ns(const struct pvq_gap *gap)
{
	double sum = 0;

	for (int p = 0; p < PVQ_PARTS; p++)
		sum += gap->spent_ns[p];
	return sum;
}
