/* series.c: names the series. A strategy measured in one setting keeps its plain name. Where several settings stand
 * side by side, each name adds those that differ.
 */
#include "results/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static unsigned series_difference(const struct pvq_cell *a, const struct pvq_cell *b)
{
	const struct pvq_row *x = a->key, *y = b->key;
	unsigned what = 0;

	if (!a->status[PVQ_OK] || !b->status[PVQ_OK] || x->cores != y->cores ||
		strcmp(x->impl, y->impl) != 0)
		return 0;
	/* Oversubscribed cells form a family apart: their axis is the number of workers. */
	if (x->workers != y->workers)
		return pvq_cell_oversubscribed(a) || pvq_cell_oversubscribed(b) ? 0 : PVQ_VARIES_WORKERS;
	if (x->chunk != y->chunk)
		what |= PVQ_VARIES_CHUNK;
	if (x->window != y->window)
		what |= PVQ_VARIES_WINDOW;
	return what;
}

/* The settings that vary within a strategy, over all works. Only cells of one work and core count are compared; they
 * stand together. */
static unsigned series_varies(const struct pvq_summary *s, const char *impl)
{
	unsigned what = 0;

	for (size_t w = 0; w < s->works; w++) {
		const struct pvq_cell *end = &s->cell[s->work[w].first + s->work[w].cells];

		for (const struct pvq_cell *a = &s->cell[s->work[w].first]; a < end; a++)
			for (const struct pvq_cell *b = a + 1; strcmp(a->key->impl, impl) == 0 && b < end &&
							       b->key->cores == a->key->cores;
				b++)
				what |= series_difference(a, b);
	}
	return what;
}

static void series_name(struct pvq_series *series, const struct pvq_cell *cell, unsigned varies)
{
	const struct pvq_row *key = cell->key;
	size_t used, cap = sizeof(series->name);

	memset(series, 0, sizeof(*series));
	series->impl = key->impl;
	series->varies = varies;
	used = (size_t)snprintf(series->name, cap, "%s", key->impl);
	if ((varies & PVQ_VARIES_WORKERS) && key->workers < key->cores && !cell->baseline)
		used += (size_t)snprintf(series->name + used, cap - used, " w=%u", key->workers);
	if ((varies & PVQ_VARIES_CHUNK) && key->chunk)
		used += (size_t)snprintf(series->name + used, cap - used, " c=%u", key->chunk);
	else if (varies & PVQ_VARIES_CHUNK)
		used += (size_t)snprintf(series->name + used, cap - used, " c=auto");
	if (varies & PVQ_VARIES_WINDOW)
		snprintf(series->name + used, cap - used, " d=%u", key->window);
}

static int series_order(const void *x, const void *y, void *summary)
{
	const struct pvq_series *a = x, *b = y;
	const struct pvq_registry *registry = ((const struct pvq_summary *)summary)->registry;
	size_t i = pvq_registry_rank(registry, a->impl), j = pvq_registry_rank(registry, b->impl);
	int order = (i > j) - (i < j);

	if (!order)
		order = strcmp(a->impl, b->impl);
	return order ? order : strverscmp(a->name, b->name);
}

/* Among the first `count`; returns count if it is not there. */
static size_t series_find(const struct pvq_summary *s, size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && strcmp(s->series[i].name, name) != 0)
		i++;
	return i;
}

/* A first pass learns the strategies and what varies in each; a second pass names. */
struct strategy {
	const char *impl;
	unsigned varies;
};

static unsigned series_strategy(
	struct strategy *known, size_t *count, const struct pvq_summary *s, const char *impl)
{
	size_t i = 0;

	while (i < *count && strcmp(known[i].impl, impl) != 0)
		i++;
	if (i == *count) {
		known[i].impl = impl;
		known[i].varies = series_varies(s, impl);
		++*count;
	}
	return known[i].varies;
}

int pvq_series_make(struct pvq_summary *s)
{
	struct strategy *known = calloc(s->cells + 1, sizeof(*known));
	struct pvq_series name;
	size_t count = 0;

	s->series = calloc(s->cells + 1, sizeof(*s->series));
	if (!known || !s->series) {
		free(known);
		return -ENOMEM;
	}
	for (size_t c = 0; c < s->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		series_name(&name, cell, series_strategy(known, &count, s, cell->key->impl));
		if (cell->ok && series_find(s, s->series_count, name.name) == s->series_count)
			s->series[s->series_count++] = name;
	}
	qsort_r(s->series, s->series_count, sizeof(*s->series), series_order, s);
	for (size_t i = 1; i < s->series_count; i++)
		if (strcmp(s->series[i].impl, s->series[i - 1].impl) == 0)
			s->series[i].variant = s->series[i - 1].variant + 1;
	for (size_t c = 0, all = s->series_count; c < s->cells; c++) {
		series_name(&name, &s->cell[c], series_strategy(known, &count, s, s->cell[c].key->impl));
		s->cell[c].series = series_find(s, all, name.name);
		if (s->cell[c].series == all)
			s->series[all++] = name;
	}
	free(known);
	return 0;
}
