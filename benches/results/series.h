/* series.h: names a summary's series; a part of pvq_summarise(). */
#ifndef PVQ_SERIES_H
#define PVQ_SERIES_H

#include "results/cell.h"

/* Fills s->series, and every good cell's index into it. Cells and works must exist already. A cell without a good row
 * gets series == series_count. 0 or -ENOMEM. */
int pvq_series_make(struct pvq_summary *s);

#endif
