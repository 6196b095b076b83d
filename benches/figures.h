/* figures.h: which pictures a report has, and what is in each. */
#ifndef PVQ_FIGURES_H
#define PVQ_FIGURES_H

#include "plot.h"
#include "summary.h"

/* Kinds of pictures. Those of a work take the work, the others NULL; "over" exists per core count. */
enum pvq_figure {
	PVQ_FIG_OVERVIEW, /* all works: speed-up over serial at the largest core count */
	PVQ_FIG_BOUNDS,   /* all works: where the time goes, against the ideal */
	PVQ_FIG_GRAIN,    /* efficiency over the granularity of tasks */
	PVQ_FIG_FIRST,    /* all works: time to the first result */
	PVQ_FIG_COSTS,    /* many strategies: time per empty task, METG, a whole life */
	PVQ_FIG_PEERS,    /* many strategies: wall time versus cores, all works */
	PVQ_FIG_TIME,     /* a work: wall time versus cores, warm and cold, with every trial */
	PVQ_FIG_SPEEDUP,  /* a work: speed-up and efficiency versus cores */
	PVQ_FIG_OVER,     /* a work: time versus workers beyond the cores */
	PVQ_FIG_ORDER,    /* a work: results complete and delivered over time */
	PVQ_FIG_E2E,      /* a work of the outside view: inside, and the process around it */
};

/* Name of the picture's files, without folder and suffix; unique within a report. */
void pvq_figure_name(char name[PVQ_PLOT_NAME], enum pvq_figure, const struct pvq_work *, unsigned cores);

/* Writes data and scripts of every picture that has something to show. 0 or -errno (said). */
int pvq_figures_write(struct pvq_plots *, const struct pvq_summary *);

/* The makers, one file a family. Each writes one picture, or nothing where there is nothing to show;
 * failures to write are kept in plots->error, -ENOMEM is returned. */
int pvq_figure_overview(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_first(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_time(struct pvq_plots *, const struct pvq_summary *, const struct pvq_work *);
int pvq_figure_speedup(struct pvq_plots *, const struct pvq_summary *, const struct pvq_work *);
int pvq_figure_over(
	struct pvq_plots *, const struct pvq_summary *, const struct pvq_work *, unsigned cores);

/* Of a run that may have been observed (observed.h); "order" reads the timelines in the report's folder. */
int pvq_figure_order(struct pvq_plots *, const struct pvq_summary *, const struct pvq_work *);
struct pvq_observations;
int pvq_figure_bounds(struct pvq_plots *, const struct pvq_summary *, const struct pvq_observations *);

/* The sweep over the length of an item. As above. */
struct pvq_grain;
int pvq_figure_grain(struct pvq_plots *, const struct pvq_grain *);

/* Of a run with peers, a row a strategy, in the order of the costs. grain may be NULL. As above. */
struct pvq_peer_costs;
int pvq_figure_costs(struct pvq_plots *, const struct pvq_peer_costs *, const struct pvq_grain *);
int pvq_figure_peers(struct pvq_plots *, const struct pvq_summary *, const struct pvq_peer_costs *);

/* One work of the outside view, which has a summary of its own. As above. */
struct pvq_e2e;
int pvq_figure_e2e(struct pvq_plots *, const struct pvq_e2e *, const struct pvq_work *);

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
