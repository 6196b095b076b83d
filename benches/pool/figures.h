/* figures.h: what is claimed of the pool: each figure's trials, and how they are read.
 */
#ifndef PVQ_POOL_FIGURES_H
#define PVQ_POOL_FIGURES_H

#include "finding.h"
#include "sheet.h"

struct pvq_figure {
	const char *name, *summary;
	unsigned blocks_most; /* where trials are long and their values steady; 0: as many as wanted */
	void (*plan)(struct pvq_sheet *, const struct pvq_lab *);
	void (*print)(FILE *, const struct pvq_sheet *, const struct pvq_lab *); /* findings */
};

extern const struct pvq_figure pvq_figure_noop, pvq_figure_metg, pvq_figure_throughput, pvq_figure_skew,
	pvq_figure_payload, pvq_figure_sleep, pvq_figure_idle, pvq_figure_memory, pvq_figure_death,
	pvq_figure_orphans;

#endif
