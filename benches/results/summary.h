/* summary.h: groups rows into cells (cell.h), and describes each cell. */
#ifndef PVQ_SUMMARY_H
#define PVQ_SUMMARY_H

#include "results/cell.h"

#include <stdio.h>

/* Summarises the rows. Registry and rows are borrowed. 0 or -ENOMEM. */
int pvq_summarise(struct pvq_summary *, const struct pvq_registry *, const struct pvq_rows *);

/* Summarises the rows at one level of the machine's state alone (state.h), for a verdict that holds there. */
int pvq_summarise_at(struct pvq_summary *, const struct pvq_registry *, const struct pvq_rows *, int level);

/* Summarises the rows at each level, level by level, if there is more than one at any number of cores. *levels: how many
 * of at[] were made; each is freed with pvq_summary_free(). 0 or -ENOMEM. */
int pvq_summarise_levels(struct pvq_summary at[PVQ_LEVELS_MAX], size_t *levels, const struct pvq_summary *,
	const struct pvq_rows *);

void pvq_summary_free(struct pvq_summary *);

/* Writes summary.csv: one line a cell. */
void pvq_summary_write(FILE *, const struct pvq_summary *);

/* Writes levels.csv: one line a cell and level of the machine's state, for cells whose level is known. */
void pvq_summary_write_levels(FILE *, const struct pvq_summary *);

#endif
