/* picture.c: efficiency over the granularity of tasks. */
#include "draw/figure_tools.h"
#include "experiments/grain/grain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 960, HEIGHT = 420, KEY_ROW = 20 };

static void grain_data(struct pvq_plot *plot, const struct pvq_grain *grain, double *lo_ns, double *hi_ns)
{
	fputs("# granularity_ns, efficiency, lo, hi, what the point says\n", plot->dat);
	for (size_t l = 0; l < grain->lines; l++) {
		const struct pvq_grain_line *line = &grain->line[l];

		for (size_t i = 0; i < line->points; i++) {
			const struct pvq_comparison *vs = &line->point[i].versus;
			struct pvq_bar bar = pvq_figure_ratio_bar(plot, vs);
			double x = line->point[i].granularity_ns;
			char shows[PVQ_SHOWS_MAX];

			fprintf(plot->dat, "%.9g %.6g %.6g %.6g", x, vs->ratio / grain->cores,
				bar.lo / grain->cores, bar.hi / grain->cores);
			pvq_figure_speedup_words(shows, vs);
			pvq_figure_say(plot, &grain->summary, line->point[i].cell, shows);
			*lo_ns = fmin(*lo_ns, x);
			*hi_ns = fmax(*hi_ns, x);
		}
		pvq_plot_next_index(plot);
	}
}

int pvq_grain_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	const struct pvq_grain *grain = data;
	size_t *series;
	double lo_ns = INFINITY, hi_ns = 0;
	char name[PVQ_PLOT_NAME], title[128];
	struct pvq_plot plot;
	struct pvq_key key;

	if (r->traits->many) /* dozens of strategies do not fit into a picture */
		return 0;
	series = calloc(grain->lines + 1, sizeof(*series));
	if (!series)
		return -ENOMEM;
	for (size_t l = 0; l < grain->lines; l++)
		series[l] = grain->line[l].series;
	key = pvq_plot_key(&grain->summary, series, grain->lines, WIDTH - 40);
	pvq_figure_name(name, "grain", NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEIGHT + KEY_ROW * key.rows) == 0) {
		snprintf(title, sizeof(title), "How small may a task be? %llu items on %u core%s",
			(unsigned long long)grain->n, grain->cores, grain->cores == 1 ? "" : "s");
		pvq_plot_string(&plot, "title", title);
		pvq_plot_number(&plot, "lines", 1);
		pvq_plot_series(&plot, &grain->summary, series, grain->lines, &key);
		grain_data(&plot, grain, &lo_ns, &hi_ns);
		pvq_plot_axis_time(&plot, "x", lo_ns, hi_ns, 8);
		pvq_plot_bars(&plot);
		pvq_plot_end(&plot, "grain.gp");
	}
	free(series);
	return 0;
}
