/* figure_compare.h: two sides in a picture. */
#ifndef PVQ_FIGURE_COMPARE_H
#define PVQ_FIGURE_COMPARE_H

#include "draw/plot.h"
#include "results/compare.h"

/* One row a cell, and the name of its files in plots/. 0; -ENOMEM or another -errno with one line on stderr. */
#define PVQ_COMPARE_FIGURE "compare"
int pvq_figure_compare(struct pvq_plots *, const struct pvq_comparison_table *);

#endif
