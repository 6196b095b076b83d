/* sheet.h: the trials of one figure: each cell once a block, in random order, and the values.
 */
#ifndef PVQ_SHEET_H
#define PVQ_SHEET_H

#include "host.h"
#include "measure.h"

#include <stdio.h>

enum { PVQ_SHEET_CELLS = 32, PVQ_SHEET_BLOCKS = 200 };

/* What all figures of a run have in common. */
struct pvq_lab {
	struct pvq_host host;
	unsigned cores;  /* that each trial is confined to: the first of the host's */
	uint64_t rate;   /* steps of the kernel in a microsecond, measured once: all do the same work */
	unsigned blocks; /* wanted */
	uint64_t seed;   /* of the order */
	FILE *csv;       /* every trial; NULL: not wanted */
};

struct pvq_sheet {
	const char *figure;
	struct pvq_cell cell[PVQ_SHEET_CELLS];
	unsigned cells, groups, blocks;
	double value[PVQ_SHEET_CELLS][PVQ_SHEET_BLOCKS]; /* pvq_measure_unit() */
};

/* Adds a cell; returns its number. */
unsigned pvq_sheet_add(struct pvq_sheet *, struct pvq_cell);

/* Writes the line above all others. */
void pvq_sheet_csv_head(FILE *);

/* Measures all cells. 0; -EINTR where the user interrupted; other -errno, with a line on stderr, at the first
 * trial that fails. */
int pvq_sheet_run(struct pvq_sheet *, const struct pvq_lab *);

#endif
