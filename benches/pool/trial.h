/* trial.h: measures a strategy as `pvq bench` does: a trial of pvq (drive/launch.h) with the harness's consumer, one map in
 * a fresh process. So these figures are the same as in a report. Strategies of the pool are in this binary; peers are the
 * programs in the folder "peers" beside it.
 */
#ifndef POOL_TRIAL_H
#define POOL_TRIAL_H

#include "pool/lab.h"
#include "pool/measure.h"
#include "trial/row.h"

/* Finds the cell's number of items, if it is 0. As below. */
int pool_trial_size(struct pool_cell *, const struct pool_lab *, double timeout_s);

/* Runs the trial, one worker a CPU. 0 with its row; -EINTR: the user interrupted; other -errno with a line on stderr. */
int pool_trial_measure(
	const struct pool_cell *, const struct pool_lab *, double timeout_s, struct pvq_row *);

/* The trial's side: argv from "trial" on. Returns the exit code. */
int pool_trial_child(int argc, char **argv);

#endif
