/* figures.c: the chapters that are mostly pictures. */
#include "report/part.h"

#include <math.h>

int pvq_report_figure(const struct pvq_report *r, const char *kind, const struct pvq_work *work,
	unsigned cores, const char *alt)
{
	char name[PVQ_PLOT_NAME];

	pvq_figure_name(name, kind, work, cores);
	if (!pvq_plots_has(r->plots, name))
		return 0;
	fputs("![", r->md);
	pvq_text_md(r->md, alt);
	if (work) {
		fputs(": ", r->md);
		pvq_text_md(r->md, work->label);
	}
	/* A slug holds no character that a link's target could not. */
	fprintf(r->md, "](plots/%s.svg)\n", name);
	return 1;
}

/* Every work's picture of that kind, under the heading and the words; nothing where there is none. */
static void figures_chapter(const struct pvq_report *r, const char *kind, const char *heading,
	const char *words, const char *alt)
{
	const struct pvq_summary *s = r->summary;
	int any = 0;

	for (size_t w = 0; w < s->works; w++) {
		char name[PVQ_PLOT_NAME];

		pvq_figure_name(name, kind, &s->work[w], 0);
		if (!any && pvq_plots_has(r->plots, name)) {
			fprintf(r->md, "## %s\n\n%s\n\n", heading, words);
			any = 1;
		}
		pvq_report_figure(r, kind, &s->work[w], 0, alt);
	}
	if (any)
		fputs("\n", r->md);
}

/* Cells whose bars are ranges, because there are too few good trials for an interval. */
static size_t figures_ranges(const struct pvq_summary *s)
{
	size_t count = 0;

	for (size_t c = 0; c < s->cells; c++)
		count += s->cell[c].ok && isnan(s->cell[c].metric[PVQ_MAP_NS].lo);
	return count;
}

int pvq_chapter_time(const struct pvq_report *r)
{
	char words[640];
	size_t ranges = figures_ranges(r->summary);
	int used = snprintf(words, sizeof(words),
		"Left: map alone, with the workers waiting. Right: start, map and stop together. Both "
		"share one logarithmic scale. The small points are single trials, spread sideways so "
		"that they stay visible; bars are 95 %% intervals of the median.");

	if (ranges)
		snprintf(words + used, sizeof(words) - (size_t)used,
			" In %zu cell%s fewer than %zu trials succeeded, too few for a 95 %% interval; "
			"the bars there show the range.",
			ranges, ranges == 1 ? "" : "s", pvq_median_needs(PVQ_ALPHA));
	figures_chapter(r, "time", "Wall time versus cores", words, "Wall time versus cores");
	return 0;
}

int pvq_chapter_speedup(const struct pvq_report *r)
{
	figures_chapter(r, "speedup", "Speed-up and efficiency",
		"Relative to serial's map time, which each picture states. The grey line is the ideal: "
		"C cores, C times as fast. Efficiency is the share of the ideal that was reached.",
		"Speed-up and efficiency versus cores");
	return 0;
}

int pvq_report_over(const struct pvq_report *r, int headed)
{
	const struct pvq_summary *s = r->summary;
	int any = 0;

	for (size_t w = 0; w < s->works; w++)
		for (size_t i = 0; i < s->work[w].core_counts; i++) {
			char name[PVQ_PLOT_NAME];

			pvq_figure_name(name, "over", &s->work[w], s->work[w].cores[i]);
			if (!pvq_plots_has(r->plots, name))
				continue;
			if (!any && !headed)
				pvq_workers_head(r);
			any = 1;
			pvq_report_figure(r, "over", &s->work[w], s->work[w].cores[i],
				"Time relative to one worker per core");
		}
	fputs(any ? "\n" : "", r->md);
	return any;
}
