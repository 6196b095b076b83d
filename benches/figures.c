/* figures.h: the list of pictures, and what their makers share. */
#include "figures.h"

#include <errno.h>
#include <math.h>

static const char *const figure_kind[] = {"overview", "bounds", "grain", "first", "costs", "peers", "time",
	"speedup", "over", "order", "e2e"};

void pvq_figure_name(
	char name[PVQ_PLOT_NAME], enum pvq_figure figure, const struct pvq_work *work, unsigned cores)
{
	if (!work)
		snprintf(name, PVQ_PLOT_NAME, "%s", figure_kind[figure]);
	else if (figure == PVQ_FIG_OVER)
		snprintf(name, PVQ_PLOT_NAME, "%s-%s-on-%u", figure_kind[figure], work->slug, cores);
	else
		snprintf(name, PVQ_PLOT_NAME, "%s-%s", figure_kind[figure], work->slug);
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

static int figures_write_work(
	struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work)
{
	int ret = pvq_figure_time(plots, s, work);

	if (ret == 0)
		ret = pvq_figure_speedup(plots, s, work);
	for (size_t i = 0; ret == 0 && i < work->core_counts; i++)
		ret = pvq_figure_over(plots, s, work, work->cores[i]);
	if (ret == 0)
		ret = pvq_figure_order(plots, s, work);
	return ret;
}

int pvq_figures_write(struct pvq_plots *plots, const struct pvq_summary *s)
{
	int ret = 0;

	if (s->max_cores == 0)
		return plots->error; /* not one good row: nothing to draw */
	ret = pvq_figure_overview(plots, s);
	if (ret == 0)
		ret = pvq_figure_first(plots, s);
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		ret = figures_write_work(plots, s, &s->work[w]);
	return ret ? ret : plots->error;
}
