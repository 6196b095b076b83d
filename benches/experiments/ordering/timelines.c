/* timelines.c: reads the timelines of a work, and brings siblings together. */
#include "experiments/ordering/timelines.h"

#include "results/ordering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether an observed trial would be of this cell. */
static int timelines_wants(const struct pvq_timelines *t, const struct pvq_cell *cell, unsigned cores)
{
	if (!cell->ok || cell->harness || !(cell->baseline || pvq_cell_even(cell, cores)))
		return 0;
	for (size_t i = 0; i < t->trials; i++) /* of another setting of the strategy */
		if (strcmp(t->trial[i].cell->key->impl, cell->key->impl) == 0)
			return 0;
	return 1;
}

static void timelines_drop(struct pvq_timeline *trial)
{
	pvq_lanes_free(&trial->lanes);
	free(trial->moment);
}

/* Reads the trial. 0: there is none, or it is damaged; 1; -ENOMEM. */
static int timelines_load(struct pvq_timeline *trial, const struct pvq_report *r, const char *name)
{
	const struct pvq_observed *seen = pvq_observed_shortest(r->observed, trial->cell->key);
	struct pvq_observed o = {.workers = trial->cell->key->workers};
	int ret;

	if (pvq_timeline_read(r->dir, name, &trial->moment, &trial->n) || trial->n == 0)
		return 0;
	o.map_ns = trial->moment[trial->n - 1].delivered_ns;
	if (seen)
		o = *seen;
	trial->map_ns = o.map_ns;
	ret = pvq_lanes_make(&trial->lanes, &o, trial->moment, trial->n);
	if (ret != -ERANGE)
		return ret ? ret : 1;
	fprintf(stderr, "pvq: %s/%s: does not fit to its row of observed.csv\n", r->dir, name);
	return 0;
}

static int timelines_add(struct pvq_timelines *t, const struct pvq_report *r, const struct pvq_cell *cell)
{
	struct pvq_timeline *trial = &t->trial[t->trials];
	char name[PVQ_TIMELINE_NAME];
	int ret;

	*trial = (struct pvq_timeline){.cell = cell};
	pvq_timeline_name(name, cell->key->impl, t->work->slug);
	ret = timelines_load(trial, r, name);
	if (ret == 1)
		t->trials++;
	else
		timelines_drop(trial);
	return ret < 0 ? ret : 0;
}

/* Where the trial of the cell is among those from `first` on; t->trials: nowhere. */
static size_t timelines_find(const struct pvq_timelines *t, size_t first, const struct pvq_cell *cell)
{
	while (first < t->trials && t->trial[first].cell != cell)
		first++;
	return first;
}

/* Moves a trial forward, and the ones between back by one. */
static void timelines_move(struct pvq_timelines *t, size_t from, size_t to)
{
	struct pvq_timeline trial = t->trial[from];

	memmove(&t->trial[to + 1], &t->trial[to], (from - to) * sizeof(*t->trial));
	t->trial[to] = trial;
}

static int timelines_pair(struct pvq_timelines *t, const struct pvq_summary *s)
{
	struct pvq_orderings all;
	int ret = pvq_orderings_make(&all, s);

	for (size_t i = 0; ret == 0 && i < all.pairs; i++) {
		size_t first = 2 * t->pairs, ordered = timelines_find(t, first, all.pair[i].ordered);

		if (ordered == t->trials || timelines_find(t, first, all.pair[i].unordered) == t->trials)
			continue;
		timelines_move(t, ordered, first);
		timelines_move(t, timelines_find(t, first, all.pair[i].unordered), first + 1);
		t->pairs++;
	}
	if (ret == 0)
		pvq_orderings_free(&all);
	return ret;
}

int pvq_timelines_read(struct pvq_timelines *t, const struct pvq_report *r, const struct pvq_work *work)
{
	unsigned cores = work->core_counts ? work->cores[work->core_counts - 1] : 0;
	int ret = 0;

	*t = (struct pvq_timelines){.work = work, .trial = calloc(work->cells + 1, sizeof(*t->trial))};
	if (!t->trial)
		return -ENOMEM;
	for (size_t c = work->first; ret == 0 && c < work->first + work->cells; c++)
		if (timelines_wants(t, &r->summary->cell[c], cores))
			ret = timelines_add(t, r, &r->summary->cell[c]);
	return ret || t->trials == 0 ? ret : timelines_pair(t, r->summary);
}

void pvq_timelines_free(struct pvq_timelines *t)
{
	for (size_t i = 0; i < t->trials; i++)
		timelines_drop(&t->trial[i]);
	free(t->trial);
	*t = (struct pvq_timelines){0};
}
