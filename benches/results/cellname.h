/* cellname.h: what a cell is called where runs meet: by other people's tools, and by `pvq compare`.
 */
#ifndef PVQ_CELLNAME_H
#define PVQ_CELLNAME_H

#include "results/summary.h"

enum { PVQ_CELLNAME_MAX = PVQ_LABEL_MAX + PVQ_NAME_MAX + 96 };

/* "spin:ns=1000/pool_ordered/workers:2/cores:2", and "/chunk:C" and "/window:D" at its end where several of them
 * were measured side by side. Without blanks. The same in every run of a plan, whatever the pilots and
 * calibrations chose: neither the number of items nor an argument that only calibrates is in it (unless the run
 * has one task with several numbers of items). */
void pvq_cellname(char name[PVQ_CELLNAME_MAX], const struct pvq_summary *, const struct pvq_work *,
	const struct pvq_cell *);

#endif
