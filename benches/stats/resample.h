/* resample.h: intervals of figures that are computed from several medians, by drawing whole blocks anew.
 *
 * A block is drawn with all its cells, so that what the cells of a block have in common stays together
 * (A. C. Davison, D. V. Hinkley, Bootstrap Methods and Their Application, section 3.2; percentile interval).
 */
#ifndef PVQ_RESAMPLE_H
#define PVQ_RESAMPLE_H

#include "stats/stats.h"

#include <stdint.h>

/* Times of cells by block. Owned; freed with pvq_blocks_free(). */
struct pvq_blocks {
	size_t cells, blocks;
	double *ns; /* [cell * blocks + block]; NAN: not measured, or failed */
};

void pvq_blocks_free(struct pvq_blocks *);

/* A figure from the median of every cell; NAN where it does not exist. */
typedef double pvq_figure_of(const double *median, void *ctx);

/* The figure, with the interval in which it stays when blocks are drawn anew; lo and hi are NAN where there are too few
 * blocks, or where more than one in twenty drawings has no figure. lo may be -INFINITY and hi INFINITY where the
 * figure is. The same seed gives the same interval. 0 or -ENOMEM. */
int pvq_resample(const struct pvq_blocks *, pvq_figure_of *figure, void *ctx, double alpha, uint64_t seed,
	struct pvq_estimate *result);

#endif
