/* figure_tools.h: what the makers of pictures share: names, and which cells and intervals are in one. */
#ifndef PVQ_FIGURE_TOOLS_H
#define PVQ_FIGURE_TOOLS_H

#include "draw/plot.h"
#include "results/summary.h"

/* Name of the picture's files, without folder and suffix; unique within a report. kind: "overview"; work: NULL where the
 * picture is of all; cores: 0 where a work has only one of that kind. */
void pvq_figure_name(char name[PVQ_PLOT_NAME], const char *kind, const struct pvq_work *, unsigned cores);

/* The series for which want() holds for some cell of the work (of any work where NULL), in order.
 * series: room for s->series_count. Returns their number. */
size_t pvq_figure_series(const struct pvq_summary *, const struct pvq_work *, unsigned cores,
	int (*want)(const struct pvq_cell *, unsigned cores), size_t *series);

/* The next cell of the series after `cell` (NULL: the first) of the work with want(), or NULL. */
const struct pvq_cell *pvq_figure_next(const struct pvq_summary *, const struct pvq_work *, size_t series,
	unsigned cores, int (*want)(const struct pvq_cell *, unsigned cores), const struct pvq_cell *cell);

/* An interval, or the whole range where there are too few blocks for one. */
struct pvq_bar {
	double lo, hi;
};
struct pvq_bar pvq_figure_bar(const struct pvq_estimate *);

/* Share (-0.35 .. 0.35) by which the i-th of count series is moved aside so that their intervals can
 * be told apart; few series are moved less. */
double pvq_figure_dodge(size_t i, size_t count);

#endif
