/* blocks.c: collects the times of several cells, block by block. */
#include "results/blocks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lists the blocks that any of the cells has, in order. block: room for all their good rows. */
static size_t list_blocks(const struct pvq_cell *const *cell, size_t cells, double *block)
{
	size_t n = 0, kept = 0;

	for (size_t c = 0; c < cells; c++)
		for (size_t i = 0; i < cell[c]->ok; i++)
			block[n++] = cell[c]->row[i]->block;
	pvq_sort(block, n);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || block[i] > block[kept - 1])
			block[kept++] = block[i];
	return kept;
}

int pvq_blocks_make(struct pvq_blocks *b, const struct pvq_cell *const *cell, size_t cells)
{
	size_t rows = 0;
	double *block;

	*b = (struct pvq_blocks){.cells = cells};
	for (size_t c = 0; c < cells; c++) {
		if (cell[c]->ok < pvq_median_needs(PVQ_ALPHA))
			return 0;
		rows += cell[c]->ok;
	}
	block = calloc(rows + 1, sizeof(*block));
	b->blocks = block ? list_blocks(cell, cells, block) : 0;
	b->ns = calloc(cells * b->blocks + 1, sizeof(*b->ns));
	if (!block || !b->ns) {
		free(block);
		pvq_blocks_free(b);
		return -ENOMEM;
	}
	for (size_t c = 0; c < cells; c++)
		for (size_t i = 0, at = 0; at < b->blocks; at++) { /* both ascend by block */
			int has = i < cell[c]->ok && (double)cell[c]->row[i]->block <= block[at];

			b->ns[c * b->blocks + at] = has ? fmax((double)cell[c]->row[i]->map_ns, 1) : NAN;
			i += (size_t)has;
		}
	free(block);
	return 0;
}
