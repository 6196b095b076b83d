/* child_exec.c: sets up a fresh fork and runs the program: process group, CPUs, descriptors and PATH. */
#include "drive/child_exec.h"
#include "base/process.h"
#include "trial/peer.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

_Noreturn void pvq_child_exec(const char *program, char *const argv[], int row_fd,
	const struct pvq_trial *t, const struct pvq_launch_io *io)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = io->out_fd >= 0 ? io->out_fd : null_fd;
	int err = io->err_fd >= 0 ? io->err_fd : null_fd;
	int in = fcntl(io->input ? STDIN_FILENO : null_fd, F_DUPFD_CLOEXEC, 10);

	setpgid(0, 0);
	if (t && pvq_process_confine(t->cpu, t->ncpu))
		_exit(126);
	/* First copy them above 10: a target of dup2() may be the source of the next call. */
	out = fcntl(out, F_DUPFD_CLOEXEC, 10);
	err = fcntl(err, F_DUPFD_CLOEXEC, 10);
	if (row_fd >= 0)
		row_fd = fcntl(row_fd, F_DUPFD_CLOEXEC, 10);
	if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
		(row_fd >= 0 && dup2(row_fd, PVQ_ROW_FD) < 0))
		_exit(126);
	/* Old kernels lack this call; there, close-on-exec covers the rest. */
	syscall(SYS_close_range, row_fd >= 0 ? PVQ_ROW_FD + 1 : PVQ_ROW_FD, ~0U, 0);
	execvp(program, argv);
	_exit(127);
}

/* Finds the folder of this binary as an entry of PATH; empty: it cannot be found. PATH cannot quote a colon, so a
 * folder with one is named by a descriptor, which stays open until this process ends. */
static void find_own_folder(char entry[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", entry, PATH_MAX - 1);
	char *slash;
	int fd;

	entry[len > 0 ? len : 0] = '\0';
	slash = strrchr(entry, '/');
	if (!slash)
		return;
	*slash = '\0';
	if (!strchr(entry, ':'))
		return;
	fd = open(entry, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		entry[0] = '\0';
	else
		snprintf(entry, PATH_MAX, "/proc/%d/fd/%d", (int)getpid(), fd);
}

char *pvq_child_path(void)
{
	static char folder[PATH_MAX];
	const char *old = getenv("PATH");
	char *path;

	if (!folder[0])
		find_own_folder(folder);
	if (!folder[0] || asprintf(&path, "%s:%s", folder, old ? old : "/usr/bin:/bin") < 0)
		return NULL;
	return path;
}
