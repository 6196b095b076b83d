/* palette.h: the one place that says what a strategy looks like, so that it looks the same in every
 * picture. Colours are told apart by the colour-blind (Okabe and Ito's set without its yellow), point
 * shapes and dashes tell strategies apart on grey paper.
 */
#ifndef PVQ_PALETTE_H
#define PVQ_PALETTE_H

#include "results/summary.h"

struct pvq_style {
	const char *colour; /* "RRGGBB" */
	int point, dash;    /* gnuplot's pointtype and dashtype */
};

/* Style of a series. Strategies unknown to the table take the free styles in the order of the
 * summary's series, which is the registry's and then the alphabet's. */
struct pvq_style pvq_style(const struct pvq_summary *, size_t series);

#endif
