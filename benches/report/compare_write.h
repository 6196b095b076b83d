/* compare_write.h: writes the comparison of two sides. */
#ifndef PVQ_COMPARE_WRITE_H
#define PVQ_COMPARE_WRITE_H

#include "results/compare.h"

#include <stdio.h>

/* Write the table: as text of at most 100 columns with the counts below, as Markdown without and with the picture, and
 * as CSV. */
void pvq_compare_print(FILE *, const struct pvq_comparison_table *);
void pvq_compare_markdown(FILE *, const struct pvq_comparison_table *);
void pvq_compare_illustrated(FILE *, const struct pvq_comparison_table *);
void pvq_compare_csv(FILE *, const struct pvq_comparison_table *);

#endif
