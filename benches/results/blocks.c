/* blocks.c: picks the blocks that all cells have. */
#include "results/blocks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The cell's good row of that block, or NULL; rows are sorted by block. */
static const struct pvq_row *row_of_block(const struct pvq_cell *cell, unsigned block)
{
	for (size_t i = 0; i < cell->ok; i++)
		if (cell->row[i]->block == block)
			return cell->row[i];
	return NULL;
}

int pvq_blocks_make(struct pvq_blocks *b, const struct pvq_cell *const *cell, size_t cells)
{
	size_t room = cells ? cell[0]->ok : 0;

	*b = (struct pvq_blocks){.cells = cells, .ns = calloc(cells * room + 1, sizeof(*b->ns))};
	if (!b->ns)
		return -ENOMEM;
	for (size_t i = 0; i < room; i++) {
		size_t have = 0;

		for (size_t c = 0; c < cells; c++) {
			const struct pvq_row *row = row_of_block(cell[c], cell[0]->row[i]->block);

			if (row)
				b->ns[c * room + b->blocks] = fmax((double)row->map_ns, 1), have++;
		}
		b->blocks += have == cells;
	}
	for (size_t c = 1; c < cells; c++) /* close the gaps of blocks left out */
		for (size_t i = 0; i < b->blocks; i++)
			b->ns[c * b->blocks + i] = b->ns[c * room + i];
	return 0;
}
