/* blocks.h: times of cells by block, for the bootstrap over whole blocks (stats/resample.h). */
#ifndef PVQ_BLOCKS_H
#define PVQ_BLOCKS_H

#include "results/summary.h"
#include "stats/resample.h"

/* Map times of the cells in the blocks that all of them have. Fewer than the interval needs: no blocks at all.
 * 0 or -ENOMEM. */
int pvq_blocks_make(struct pvq_blocks *, const struct pvq_cell *const *cell, size_t cells);

#endif
