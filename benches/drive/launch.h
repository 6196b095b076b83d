/* launch.h: gives a trial a process of its own, with a time-out, and makes sure that nothing of it
 * lives on: not the trial, not a worker, not an orphan. Children that were there before are left alone.
 */
#ifndef PVQ_LAUNCH_H
#define PVQ_LAUNCH_H

#include "drive/launch_io.h"
#include "trial/row.h"
#include "trial/trial.h"

/* From now on SIGINT, SIGTERM and SIGHUP end the running trial instead of this process. Call once, before the first
 * trial. */
void pvq_launch_signals(void);

/* Runs the trial in a fresh process: this same binary, exec'd, or the peer's program. Always fills the row: with
 * what the trial reported, or with crashed or timeout. A peer's results must be right by the suite's own means: where
 * the trial does not name their digest, it is found first, within the same time, and not again for the same load.
 * timeout_s: seconds, 0 is none. 0; -EINTR where the user interrupted (the row is void); -errno where no process could
 * be had, with one line on stderr. */
int pvq_launch_trial(
	const struct pvq_trial *, double timeout_s, const struct pvq_launch_io *, struct pvq_row *);

/* Runs another program the same way: argv[0] is looked for in this binary's own folder and then in PATH (so
 * that what it runs by the name "pvq" is this very build), and runs in the folder dir. *wstatus: how it
 * ended. 0; -ETIMEDOUT; -EINTR where the user interrupted (it is gone then); -errno where no process could
 * be had. */
int pvq_launch_command(
	char *const argv[], const char *dir, double timeout_s, const struct pvq_launch_io *, int *wstatus);

#endif
