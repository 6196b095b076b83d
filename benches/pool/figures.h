/* figures.h: the pool's figures, which check the claims about it: each figure's trials, and how they are read. */
#ifndef PVQ_POOL_FIGURES_H
#define PVQ_POOL_FIGURES_H

#include "pool/finding.h"

struct pool_figure {
	const char *name, *summary;
	unsigned blocks_most; /* limit if trials are long and their values steady; 0: no limit */
	unsigned
		blocks_times; /* so many times as many, where trials are short and their values are not steady; 0: 1 */
	const char *rows; /* the file of a run's folder whose rows its trials are; NULL: none */
	int by_level;     /* as in sheet.h */
	void (*plan)(struct pool_sheet *, const struct pool_lab *);
	/* Prints the rows; where nothing was measured (no blocks), they still have their names. */
	void (*print)(const struct pool_table *, const struct pool_sheet *, const struct pool_lab *);
};

extern const struct pool_figure pool_figure_item, pool_figure_bare, pool_figure_pair, pool_figure_metg,
	pool_figure_throughput, pool_figure_skew, pool_figure_payload, pool_figure_echo, pool_figure_sleep,
	pool_figure_idle, pool_figure_memory, pool_figure_death, pool_figure_orphans;

#endif
