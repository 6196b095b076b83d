/* palette.h: the look of every strategy, the same in all pictures. The colours are safe for the colour-blind (Okabe and
 * Ito's set without its yellow). In black and white, point shapes and dashes distinguish strategies.
 */
#ifndef PVQ_PALETTE_H
#define PVQ_PALETTE_H

#include "results/summary.h"

struct pvq_style {
	char colour[7];  /* "RRGGBB" */
	int point, dash; /* gnuplot's pointtype and dashtype */
};

/* The style of a series. Strategies without a fixed style get the free styles in the order of the registry; those that are
 * not in the registry come last, in alphabetical order. The colours of up to 64 strategies in up to 8 settings all differ,
 * if only by what no eye sees: page.js finds by its colour what belongs to a strategy. */
struct pvq_style pvq_style(const struct pvq_summary *, size_t series);

#endif
