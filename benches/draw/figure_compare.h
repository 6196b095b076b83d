/* figure_compare.h: the picture of a comparison of runs. */
#ifndef PVQ_FIGURE_COMPARE_H
#define PVQ_FIGURE_COMPARE_H

#include "draw/plot.h"
#include "results/compare.h"

/* Draws one row for each cell into plots/compare.*. 0, or -errno with one line on stderr (-ENOMEM has none). */
#define PVQ_COMPARE_FIGURE "compare"
int pvq_figure_compare(struct pvq_plots *, const struct pvq_comparison_table *);

#endif
