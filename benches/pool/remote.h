/* remote.h: gives a trial a fresh process: no team of threads ever meets a fork, no heap or cache of one
 * trial helps another.
 *
 * The process is this same binary with `--trial` and the cell as arguments; it prints the value.
 */
#ifndef POOL_REMOTE_H
#define POOL_REMOTE_H

#include "drive/host.h"
#include "pool/measure.h"

/* Runs the trial on the host's first `cores` CPUs; pvq_launch_signals() was called before. 0 with the value;
 * -EINTR where the user interrupted; other -errno with a line on stderr. */
int pool_remote_measure(
	const struct pool_cell *, const struct pvq_host *, unsigned cores, double timeout_s, double *value);

/* The other side: argv as the function above made it, from "--trial" on. Returns the exit code. */
int pool_remote_child(int argc, char **argv);

#endif
