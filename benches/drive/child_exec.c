/* child_exec.c: sets up a fresh fork and runs the program: process group, CPUs, descriptors and PATH. */
#include "drive/child_exec.h"
#include "base/process.h"
#include "trial/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Noreturn void give_up(int why_fd)
{
	const int why = errno;

	_exit(write(why_fd, &why, sizeof(why)) == sizeof(why) ? 127 : 126);
}

/* A copy of the descriptor above 10. */
static int copy(int fd, int why_fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 10);

	if (high < 0) {
		if (errno == EINVAL) /* the limit is below 10 */
			errno = EMFILE;
		give_up(why_fd);
	}
	return high;
}

/* A trial is no part of its terminal's foreground: where `stty tostop` is set, its output would stop it. And a file that
 * becomes too large is an error like others (EFBIG). */
static void ignore_signals(void)
{
	(void)signal(SIGTTOU, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

_Noreturn void pvq_child_exec(const char *program, char *const argv[], int row_fd, int why_fd,
	const struct pvq_trial *t, const struct pvq_launch_io *io)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int in, out = io->out_fd >= 0 ? io->out_fd : null_fd, err = io->err_fd >= 0 ? io->err_fd : null_fd;
	int confined;

	ignore_signals();
	setpgid(0, 0);
	confined = t ? pvq_process_confine(t->cpu, t->ncpu) : 0;
	if (confined || null_fd < 0) {
		errno = confined ? -confined : errno;
		give_up(why_fd);
	}
	/* First copy them above 10: a target of dup2() may be the source of the next call. */
	why_fd = copy(why_fd, why_fd);
	in = copy(io->input ? STDIN_FILENO : null_fd, why_fd);
	out = copy(out, why_fd);
	err = copy(err, why_fd);
	if (row_fd >= 0)
		row_fd = copy(row_fd, why_fd);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
		(row_fd >= 0 && dup2(row_fd, PVQ_ROW_FD) < 0))
		give_up(why_fd);
	/* Old kernels lack this call or its flag; there, close-on-exec covers the rest. */
	syscall(SYS_close_range, row_fd >= 0 ? PVQ_ROW_FD + 1 : PVQ_ROW_FD, ~0U, CLOSE_RANGE_CLOEXEC);
	execvp(program, argv);
	give_up(why_fd);
}

_Noreturn void pvq_child_command(
	char *const argv[], const char *dir, const char *path, int why_fd, const struct pvq_launch_io *io)
{
	if (setenv("PATH", path, 1) || chdir(dir))
		give_up(why_fd);
	pvq_child_exec(argv[0], argv, -1, why_fd, NULL, io);
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
	const char *old = getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin";
	char *path;

	if (!folder[0])
		find_own_folder(folder);
	if (asprintf(&path, "%s%s%s", folder, folder[0] ? ":" : "", old) < 0)
		return NULL;
	return path;
}
