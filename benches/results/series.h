/* series.h: the part of pvq_summarise() that names a summary's series. */
#ifndef PVQ_SERIES_H
#define PVQ_SERIES_H

#include "results/cell.h"

/* Fills s->series and every good cell's index into it; cells and works are there already. 0 or
 * -ENOMEM. A cell without a good row has series == series_count. */
int pvq_series_make(struct pvq_summary *s);

#endif
