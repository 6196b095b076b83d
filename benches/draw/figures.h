/* figures.h: the pictures of a sweep. Their kinds, as in pvq_figure_name():
 *
 *	overview    all works: speed-up over serial at the largest core count
 *	first       all works: time to the first result
 *	time        a panel for each work: wall time of map versus cores, with every trial
 *	efficiency  likewise: efficiency versus cores; only where there are enough core counts for a line
 *	over        a panel for each work and number of cores: time versus workers beyond the cores
 *	state       hand-over between the CPUs over time, and the shortest task beside it; only where it changed
 */
#ifndef PVQ_FIGURES_H
#define PVQ_FIGURES_H

#include "draw/figure_tools.h"

/* Writes data and scripts of every picture that has something to show. 0, or -errno with a message on stderr. */
int pvq_figures_write(struct pvq_plots *, const struct pvq_summary *);

/* Write one picture each, or none if there is nothing to show. Return 0 or -ENOMEM; a failure to write is kept in
 * plots->error. */
int pvq_figure_overview(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_first(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_state(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_time(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_efficiency(struct pvq_plots *, const struct pvq_summary *);
int pvq_figure_over(struct pvq_plots *, const struct pvq_summary *);

#endif
