/* remote.h: runs a trial in a fresh process. So no team of threads ever meets a fork, and no heap or cache of one trial
 * helps another.
 *
 * The process is this same binary with `--trial` and the cell as arguments. It prints the value.
 */
#ifndef POOL_REMOTE_H
#define POOL_REMOTE_H

#include "drive/host.h"
#include "pool/measure.h"

/* Runs the trial on the host's first `cores` CPUs. Call pvq_launch_signals() before. 0 with the value; -EINTR: the user
 * interrupted; other -errno with a line on stderr. */
int pool_remote_measure(
	const struct pool_cell *, const struct pvq_host *, unsigned cores, double timeout_s, double *value);

/* The child's side: argv as made by the function above, from "--trial" on. Returns the exit code. */
int pool_remote_child(int argc, char **argv);

#endif
