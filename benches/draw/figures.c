/* figures.c: draws the pictures of a sweep, work by work. */
#include "draw/figures.h"

static int figures_write_work(
	struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work)
{
	int ret = pvq_figure_time(plots, s, work);

	if (ret == 0)
		ret = pvq_figure_speedup(plots, s, work);
	for (size_t i = 0; ret == 0 && i < work->core_counts; i++)
		ret = pvq_figure_over(plots, s, work, work->cores[i]);
	return ret;
}

int pvq_figures_write(struct pvq_plots *plots, const struct pvq_summary *s)
{
	int ret = 0;

	if (s->max_cores == 0)
		return plots->error; /* no good row: nothing to draw */
	ret = pvq_figure_overview(plots, s);
	if (ret == 0)
		ret = pvq_figure_first(plots, s);
	if (ret == 0)
		ret = pvq_figure_state(plots, s);
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		ret = figures_write_work(plots, s, &s->work[w]);
	return ret ? ret : plots->error;
}
