/* figures.c: draws the pictures of a sweep, one after the other. */
#include "draw/figures.h"

static int (*const figure[])(struct pvq_plots *, const struct pvq_summary *) = {
	pvq_figure_overview,
	pvq_figure_first,
	pvq_figure_state,
	pvq_figure_time,
	pvq_figure_efficiency,
	pvq_figure_over,
};

int pvq_figures_write(struct pvq_plots *plots, const struct pvq_summary *s)
{
	int ret = 0;

	if (s->max_cores == 0)
		return plots->error; /* no good row: nothing to draw */
	for (size_t i = 0; ret == 0 && i < sizeof(figure) / sizeof(*figure); i++)
		ret = figure[i](plots, s);
	return ret ? ret : plots->error;
}
