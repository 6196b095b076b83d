/* cellname.h: the name of a cell that stays the same from run to run, for `pvq compare` and for other tools; and the
 * command that repeats the cell.
 */
#ifndef PVQ_CELLNAME_H
#define PVQ_CELLNAME_H

#include "results/summary.h"

enum { PVQ_CELLNAME_MAX = PVQ_LABEL_MAX + PVQ_NAME_MAX + 96 };

/* Writes "spin:ns=1000/pool_ordered/workers:2/cores:2", with "/chunk:C" and "/window:D" at the end where several were
 * measured side by side. It holds no blank. It is the same in every run of a plan, whatever pilots and calibrations
 * chose: it leaves out the number of items and arguments that only calibrate (unless the run has one task with
 * several numbers of items). */
void pvq_cellname(char name[PVQ_CELLNAME_MAX], const struct pvq_summary *, const struct pvq_work *,
	const struct pvq_cell *);

/* Writes the command, quoted for a shell: one trial with the same work and the settings in force. */
void pvq_row_command(FILE *, const struct pvq_row *);

#endif
