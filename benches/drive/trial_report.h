/* trial_report.h: makes the final row from what a trial reported and how its process ended. */
#ifndef PVQ_TRIAL_REPORT_H
#define PVQ_TRIAL_REPORT_H

#include "trial/trial.h"

/* Reads the last whole row that the trial wrote to fd, into a row that already names the trial, and closes fd. If there
 * is none, the row's reason says what was written instead. */
void pvq_report_read(int fd, struct pvq_row *);

/* Sets them for a trial whose program could not be run; error: an errno. */
void pvq_report_not_started(struct pvq_row *, int error);

/* Sets status and reason by how the process ended, and checks the row of a peer. ended: pvq_reap()'s result, at least
 * 0. */
void pvq_report_settle(
	struct pvq_row *, const struct pvq_trial *, int ended, int wstatus, double timeout_s);

#endif
