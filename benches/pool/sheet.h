/* sheet.h: the trials of one figure, each cell once a block in random order, and their values. */
#ifndef POOL_SHEET_H
#define POOL_SHEET_H

#include "pool/lab.h"
#include "pool/measure.h"

enum { POOL_SHEET_CELLS = 32, POOL_SHEET_BLOCKS = 200 };

struct pool_sheet {
	const char *figure;
	struct pool_cell cell[POOL_SHEET_CELLS];
	unsigned cells, groups, blocks;
	double value[POOL_SHEET_CELLS][POOL_SHEET_BLOCKS]; /* pool_measure_unit() */
};

void pool_sheet_add(struct pool_sheet *, struct pool_cell);

/* Writes the header line. */
void pool_sheet_csv_head(FILE *);

/* Measures all cells. 0; -EINTR: the user interrupted; other -errno with a line on stderr, at the first trial that
 * fails. */
int pool_sheet_run(struct pool_sheet *, const struct pool_lab *);

#endif
