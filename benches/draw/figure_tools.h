/* figure_tools.h: shared by all pictures: their names, and the series, cells and intervals in each. */
#ifndef PVQ_FIGURE_TOOLS_H
#define PVQ_FIGURE_TOOLS_H

#include "draw/plot.h"
#include "results/summary.h"

/* Sets the name of the picture's files, without folder and suffix; unique within a report. kind: such as "overview"; work:
 * NULL for a picture of all works; cores: 0 if a work has only one picture of that kind. */
void pvq_figure_name(char name[PVQ_PLOT_NAME], const char *kind, const struct pvq_work *, unsigned cores);

/* Collects, in order, the series with a cell of the work (NULL: of any work) that want() accepts. series: room for
 * s->series_count. Returns their number. */
size_t pvq_figure_series(const struct pvq_summary *, const struct pvq_work *, unsigned cores,
	int (*want)(const struct pvq_cell *, unsigned cores), size_t *series);

/* The series' next cell of the work after `cell` (NULL: the first cell) that want() accepts, or NULL. */
const struct pvq_cell *pvq_figure_next(const struct pvq_summary *, const struct pvq_work *, size_t series,
	unsigned cores, int (*want)(const struct pvq_cell *, unsigned cores), const struct pvq_cell *cell);

/* The interval, or the whole range if there are too few blocks for one. For ratios: the interval, or no length. The plot
 * counts them for pvq_plot_bars(). */
struct pvq_bar {
	double lo, hi;
};
struct pvq_bar pvq_figure_bar(struct pvq_plot *, const struct pvq_estimate *);
struct pvq_bar pvq_figure_ratio_bar(struct pvq_plot *, const struct pvq_comparison *);

/* The layout of small multiples. */
struct pvq_grid {
	size_t panels;
	int inner_px; /* the width of a panel's axis */
};
/* Begins a picture of that many panels, writes its layout, and the series with their key. 0 or -errno. */
int pvq_figure_grid(struct pvq_plot *, struct pvq_plots *, const char *name, size_t panels,
	const struct pvq_summary *, const size_t *series, size_t count, struct pvq_grid *);
/* Writes the title of a panel (from 0 on): the task. */
void pvq_figure_panel(struct pvq_plot *, size_t panel, const struct pvq_work *);

/* "speed-up 1.74 (1.72–1.82)": what a point says of a ratio of serial's time to its own. */
enum { PVQ_SHOWS_MAX = PVQ_TEXT_MAX + 48 };
void pvq_figure_speedup_words(char shows[PVQ_SHOWS_MAX], const struct pvq_comparison *);

/* Ends the line of figures of a cell's point with what it says (pvq_plot_say()): the setting, the median with its interval
 * and n, what this picture shows of it, and the command that repeats the cell. shows: a text, or "" if that is the median
 * of the map time. */
void pvq_figure_say(
	struct pvq_plot *, const struct pvq_summary *, const struct pvq_cell *, const char *shows);

/* What an axis must reach over. Begin with {INFINITY, 0}: all values drawn are above 0. */
struct pvq_range {
	double lo, hi;
};
void pvq_range_add(struct pvq_range *, double x);

/* The share (-0.35 .. 0.35) of the room by which to move the i-th of count series aside, so that intervals do not hide each
 * other. Few series move less. */
double pvq_figure_dodge(size_t i, size_t count);

#endif
