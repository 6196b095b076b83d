/* sheet.h: the trials of one figure, each cell once a block in random order, and their values. */
#ifndef POOL_SHEET_H
#define POOL_SHEET_H

#include "drive/host.h"
#include "pool/measure.h"

#include <stdio.h>

enum { POOL_SHEET_CELLS = 32, POOL_SHEET_BLOCKS = 200 };

/* The settings that all figures of a run share. */
struct pool_lab {
	struct pvq_host host;
	unsigned cores; /* each trial is confined to so many of the host's first CPUs */
	uint64_t
		rate; /* steps of the kernel per microsecond, measured once, so that all do the same work */
	unsigned blocks; /* to measure */
	uint64_t seed;   /* of the order */
	FILE *csv;       /* gets every trial; NULL: none */
};

struct pool_sheet {
	const char *figure;
	struct pool_cell cell[POOL_SHEET_CELLS];
	unsigned cells, groups, blocks;
	double value[POOL_SHEET_CELLS][POOL_SHEET_BLOCKS]; /* pool_measure_unit() */
};

/* Adds a cell; returns its number. */
unsigned pool_sheet_add(struct pool_sheet *, struct pool_cell);

/* Writes the header line. */
void pool_sheet_csv_head(FILE *);

/* Measures all cells. 0; -EINTR: the user interrupted; other -errno with a line on stderr, at the first trial that
 * fails. */
int pool_sheet_run(struct pool_sheet *, const struct pool_lab *);

#endif
