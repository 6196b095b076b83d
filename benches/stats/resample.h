/* resample.h: intervals of figures computed from several medians, by resampling whole blocks.
 *
 * A block is drawn with all its cells. That keeps whatever the cells of a block have in common (A. C. Davison,
 * D. V. Hinkley, Bootstrap Methods and Their Application, section 3.2; percentile interval).
 */
#ifndef PVQ_RESAMPLE_H
#define PVQ_RESAMPLE_H

#include "stats/stats.h"

#include <stdint.h>

/* Times of cells by block. Owned; free with pvq_blocks_free(). */
struct pvq_blocks {
	size_t cells, blocks;
	double *ns; /* [cell * blocks + block]; NAN: not measured, failed, or in another state of the machine */
};

void pvq_blocks_free(struct pvq_blocks *);

/* Writes the median of every cell over the blocks that have it; NAN: none has. 0 or -ENOMEM. */
int pvq_blocks_medians(const struct pvq_blocks *, double *median);

/* Computes a figure from the median of every cell; NAN if it does not exist. */
typedef double pvq_figure_of(const double *median, void *ctx);

/* Computes the figure and its interval over resampled blocks. lo and hi are NAN with too few blocks, or if more than one
 * in twenty resamples has no figure. They may be infinite if the figure can be. The same seed gives the same interval.
 * 0 or -ENOMEM. */
int pvq_resample(const struct pvq_blocks *, pvq_figure_of *figure, void *ctx, double alpha, uint64_t seed,
	struct pvq_estimate *result);

/* The same for `count` figures of the same cells, in one go: figure[i] into result[i]. */
typedef void pvq_figures_of(const double *median, void *ctx, double *figure);
int pvq_resample_all(const struct pvq_blocks *, pvq_figures_of *figures, void *ctx, size_t count,
	double alpha, uint64_t seed, struct pvq_estimate *result);

#endif
