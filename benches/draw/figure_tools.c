/* figure_tools.c: names pictures, and selects their series, cells and intervals. */
#include "draw/figure_tools.h"

#include <math.h>
#include <stdio.h>

void pvq_figure_name(
	char name[PVQ_PLOT_NAME], const char *kind, const struct pvq_work *work, unsigned cores)
{
	if (!work)
		snprintf(name, PVQ_PLOT_NAME, "%s", kind);
	else if (cores)
		snprintf(name, PVQ_PLOT_NAME, "%s-%s-on-%u", kind, work->slug, cores);
	else
		snprintf(name, PVQ_PLOT_NAME, "%s-%s", kind, work->slug);
}

size_t pvq_figure_series(const struct pvq_summary *s, const struct pvq_work *work, unsigned cores,
	int (*want)(const struct pvq_cell *, unsigned), size_t *series)
{
	size_t first = work ? work->first : 0, end = work ? first + work->cells : s->cells, count = 0;

	for (size_t i = 0; i < s->series_count; i++)
		for (size_t c = first; c < end; c++)
			if (s->cell[c].ok && s->cell[c].series == i && want(&s->cell[c], cores)) {
				series[count++] = i;
				break;
			}
	return count;
}

const struct pvq_cell *pvq_figure_next(const struct pvq_summary *s, const struct pvq_work *work,
	size_t series, unsigned cores, int (*want)(const struct pvq_cell *, unsigned),
	const struct pvq_cell *cell)
{
	const struct pvq_cell *end = &s->cell[work->first + work->cells];

	for (cell = cell ? cell + 1 : &s->cell[work->first]; cell < end; cell++)
		if (cell->ok && cell->series == series && want(cell, cores))
			return cell;
	return NULL;
}

struct pvq_bar pvq_figure_bar(const struct pvq_estimate *e)
{
	struct pvq_bar bar = {isnan(e->lo) ? e->min : e->lo, isnan(e->hi) ? e->max : e->hi};

	return bar;
}

double pvq_figure_dodge(size_t i, size_t count)
{
	double step = fmin(0.07, 0.7 / (double)(count + !count));

	return step * ((double)i - ((double)count - 1) / 2);
}

void pvq_range_add(struct pvq_range *range, double x)
{
	range->lo = fmin(range->lo, x);
	range->hi = fmax(range->hi, x);
}
