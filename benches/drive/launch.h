/* launch.h: runs a trial in a fresh process with a time-out, and makes sure that nothing of it lives on: not the trial,
 * not a worker, not an orphan. Children that existed before are left alone.
 */
#ifndef PVQ_LAUNCH_H
#define PVQ_LAUNCH_H

#include "drive/launch_io.h"
#include "trial/row.h"
#include "trial/trial.h"

/* Makes SIGINT, SIGTERM and SIGHUP end the running trial instead of this process. Call it once, before the first
 * trial. */
void pvq_launch_signals(void);

/* Runs the trial in a fresh process: this same binary, exec'd, or the peer's program. Always fills the row: with what
 * the trial reported, or with crashed or timeout. The suite itself checks a peer's results: if the trial does not name
 * their digest, it is found first, within the same time, and once per load. timeout_s: seconds; 0: none. 0; -EINTR: the
 * user interrupted (the row is void); other -errno with one line on stderr: no process could be started. */
int pvq_launch_trial(
	const struct pvq_trial *, double timeout_s, const struct pvq_launch_io *, struct pvq_row *);

/* Runs another program the same way, in the folder dir. argv[0] is searched in this binary's own folder, then in PATH,
 * and so is "pvq" if the program runs it: it gets this very build. *wstatus: how it ended. 0; -ETIMEDOUT; -EINTR: the
 * user interrupted (the program has ended); other -errno: it could not be run. */
int pvq_launch_command(
	char *const argv[], const char *dir, double timeout_s, const struct pvq_launch_io *, int *wstatus);

#endif
