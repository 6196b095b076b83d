/* ordering.c: finds siblings, and compares them. */
#include "results/ordering.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ordering_is_ordered(const struct pvq_cell *cell)
{
	return strcmp(cell->key->order, "ordered") == 0;
}

size_t pvq_ordering_kinship(const char *a, const char *b)
{
	size_t word = strcspn(a, "_"), same = 0;

	if (word != strcspn(b, "_") || strncmp(a, b, word) != 0)
		return 0;
	while (a[same] && a[same] == b[same])
		same++;
	return same;
}

/* The nearest to `cell` among those on as many cores that deliver in that way and move bytes as it does. */
static const struct pvq_cell *ordering_nearest(
	const struct pvq_summary *s, const struct pvq_work *work, const struct pvq_cell *cell, int ordered)
{
	const struct pvq_cell *best = NULL;
	size_t nearest = 0;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *other = &s->cell[c];
		size_t kin = pvq_ordering_kinship(other->key->impl, cell->key->impl);

		if (!kin || !other->ok || !pvq_cell_even(other, cell->key->cores) ||
			ordering_is_ordered(other) != ordered ||
			strcmp(other->key->in_via, cell->key->in_via) != 0 ||
			strcmp(other->key->out_via, cell->key->out_via) != 0)
			continue;
		if (!best || kin > nearest ||
			(kin == nearest &&
				other->metric[PVQ_MAP_NS].median < best->metric[PVQ_MAP_NS].median)) {
			best = other;
			nearest = kin;
		}
	}
	return best;
}

/* The sibling of a cell that keeps the order; NULL: it has none, or that one has a nearer sibling. */
static const struct pvq_cell *ordering_sibling(
	const struct pvq_summary *s, const struct pvq_work *work, const struct pvq_cell *ordered)
{
	const struct pvq_cell *sibling = ordering_nearest(s, work, ordered, 0);

	return sibling && ordering_nearest(s, work, sibling, 1) == ordered ? sibling : NULL;
}

static void ordering_add_work(
	struct pvq_orderings *o, const struct pvq_summary *s, const struct pvq_work *work, size_t series)
{
	unsigned cores = work->core_counts ? work->cores[work->core_counts - 1] : 0;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c], *sibling;

		if (!cell->ok || !pvq_cell_even(cell, cores) || cell->series != series ||
			!ordering_is_ordered(cell))
			continue;
		sibling = ordering_sibling(s, work, cell);
		if (sibling)
			o->pair[o->pairs++] =
				(struct pvq_ordering){.work = work, .ordered = cell, .unordered = sibling};
	}
}

/* Compares the pairs from `first` on, which are one strategy's, at a level corrected for their number. */
static void ordering_compare(struct pvq_orderings *o, size_t first)
{
	double alpha = PVQ_ALPHA / fmax((double)(o->pairs - first), 1);

	for (size_t i = first; i < o->pairs; i++) {
		o->pair[i].map =
			pvq_cells_compare(o->pair[i].ordered, o->pair[i].unordered, PVQ_MAP_NS, alpha);
		o->pair[i].needs = pvq_median_needs(alpha);
	}
}

int pvq_orderings_make(struct pvq_orderings *o, const struct pvq_summary *s)
{
	*o = (struct pvq_orderings){.pair = calloc(s->cells + 1, sizeof(*o->pair))};
	if (!o->pair)
		return -ENOMEM;
	for (size_t i = 0; i < s->series_count; i++) {
		size_t first = o->pairs;

		for (size_t w = 0; w < s->works; w++)
			ordering_add_work(o, s, &s->work[w], i);
		ordering_compare(o, first);
	}
	return 0;
}

void pvq_orderings_free(struct pvq_orderings *o)
{
	free(o->pair);
	memset(o, 0, sizeof(*o));
}

enum { STALL, BLOCKED, WAIT_P99, WAITING, FIGURES };

int pvq_deliveries_make(
	struct pvq_deliveries *d, const struct pvq_observations *seen, const struct pvq_row *key)
{
	struct pvq_estimate *const estimate[FIGURES] = {&d->stall, &d->blocked, &d->wait_p99, &d->waiting};
	double *x = calloc(FIGURES * seen->count + 1, sizeof(*x));
	const struct pvq_observed *o = NULL;
	size_t n = 0;

	if (!x)
		return -ENOMEM;
	while ((o = pvq_observed_next(seen, key, o))) {
		x[STALL * seen->count + n] = (double)o->stall_ns;
		x[BLOCKED * seen->count + n] = (double)o->blocked_ns / fmax((double)o->map_ns, 1);
		x[WAIT_P99 * seen->count + n] = (double)o->wait_p99_ns;
		x[WAITING * seen->count + n++] = (double)o->waiting_max;
	}
	for (int f = 0; f < FIGURES; f++)
		*estimate[f] = pvq_estimate(x + (size_t)f * seen->count, n, PVQ_ALPHA);
	free(x);
	return 0;
}
