/* sheet.h: the trials of one figure, each cell once a block in random order, and their values. */
#ifndef POOL_SHEET_H
#define POOL_SHEET_H

#include "pool/lab.h"
#include "pool/measure.h"

enum { POOL_SHEET_CELLS = 56, POOL_SHEET_BLOCKS = POOL_BLOCKS_MAX };

struct pool_sheet {
	const char *figure;
	struct pool_cell cell[POOL_SHEET_CELLS];
	unsigned cells, groups, blocks;
	int by_level; /* the values depend on the hand-over: look at it, and measure mixed groups again */
	FILE *rows;   /* gets the rows of trials of pvq (pool/trial.h); NULL: none */
	double value[POOL_SHEET_CELLS][POOL_SHEET_BLOCKS]; /* pool_measure_unit() */
	struct pool_look look[POOL_SHEET_CELLS][POOL_SHEET_BLOCKS];
};

void pool_sheet_add(struct pool_sheet *, struct pool_cell);

/* Writes the header line. */
void pool_sheet_csv_head(FILE *);

/* Measures all cells, each between two looks at the CPUs. A group whose trials met different levels of the hand-over is
 * measured again at once, as a sweep does (drive/sweep.h). 0; -EINTR: the user interrupted; other -errno with a line on
 * stderr, at the first trial that fails. */
int pool_sheet_run(struct pool_sheet *, const struct pool_lab *);

#endif
