/* child_exec.h: turns a process that launch.c has forked into a program. */
#ifndef PVQ_CHILD_EXEC_H
#define PVQ_CHILD_EXEC_H

#include "drive/launch_io.h"
#include "trial/trial.h"

/* Call it in the fresh child. Gives it a process group, the default signals, and only descriptors 0 to 3 (3, the
 * row's, unless row_fd is -1). Confines it to the CPUs of the trial (NULL: to none) and runs the program. Confining
 * comes first, since a language's runtime may start threads at once. If the program cannot be run, writes errno, an int, to
 * why_fd, which must be open until exec() only. */
_Noreturn void pvq_child_exec(const char *program, char *const argv[], int row_fd, int why_fd,
	const struct pvq_trial *, const struct pvq_launch_io *);

/* Likewise for a program that is no trial, in that folder and with that PATH. */
_Noreturn void pvq_child_command(
	char *const argv[], const char *dir, const char *path, int why_fd, const struct pvq_launch_io *);

/* Makes a PATH that begins with this binary's own folder, so that a program finds this very build as "pvq". Call it in
 * the driver, not in the child. Owned; NULL: out of memory. */
char *pvq_child_path(void);

#endif
