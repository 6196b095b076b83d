/* summary.h: groups rows into cells (cell.h), and describes each cell. */
#ifndef PVQ_SUMMARY_H
#define PVQ_SUMMARY_H

#include "results/cell.h"

#include <stdio.h>

/* Summarises the rows. Registry and rows are borrowed. 0 or -ENOMEM. */
int pvq_summarise(struct pvq_summary *, const struct pvq_registry *, const struct pvq_rows *);

/* Summarises the rows at one level of the machine's state alone (state.h), for a verdict that holds there. */
int pvq_summarise_at(struct pvq_summary *, const struct pvq_registry *, const struct pvq_rows *, int level);

void pvq_summary_free(struct pvq_summary *);

/* Writes summary.csv: one line a cell. */
void pvq_summary_write(FILE *, const struct pvq_summary *);

#endif
