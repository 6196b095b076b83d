/* blocks.h: times of cells by block, for the bootstrap over whole blocks (stats/resample.h). */
#ifndef PVQ_BLOCKS_H
#define PVQ_BLOCKS_H

#include "results/summary.h"
#include "stats/resample.h"

/* Collects the cells' map times in all blocks. A block may lack some of them. If a cell has fewer than an interval needs,
 * it takes no block at all. 0 or -ENOMEM. */
int pvq_blocks_make(struct pvq_blocks *, const struct pvq_cell *const *cell, size_t cells);

#endif
