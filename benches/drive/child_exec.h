/* child_exec.h: how a process that launch.c forks becomes a program. */
#ifndef PVQ_CHILD_EXEC_H
#define PVQ_CHILD_EXEC_H

#include "drive/launch_io.h"
#include "trial/trial.h"

/* In the fresh child: gives it a process group, the default signals, and descriptors 0 to 3 (3, the row's, only where
 * row_fd is not -1) and no others; then runs the program. It is confined to the CPUs of the trial (NULL: to none) before
 * that, since a language's runtime may start threads before anybody can tell it where. */
_Noreturn void pvq_child_exec(const char *program, char *const argv[], int row_fd, const struct pvq_trial *,
	const struct pvq_launch_io *);

/* A PATH that begins with this binary's own folder, for a program that is to find this very build as "pvq". Called in
 * the driver, not in the child. Owned; NULL: no memory, or the folder cannot be found. */
char *pvq_child_path(void);

#endif
