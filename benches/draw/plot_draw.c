/* plot_draw.c: runs gnuplot on the scripts. */
#include "draw/plot.h"
#include "draw/svg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DRAWERS = 2, /* gnuplot processes at once: two halve the wait, and every machine can spare them */
	/* Exit codes of a child in which gnuplot was not run; 127 is also that of a gnuplot that lacks a library or memory. */
	NO_GNUPLOT = 125,
	NOT_RUN = 126, /* it has said why */
};

static const char *const draw_log[DRAWERS] = {"gnuplot-1.log", "gnuplot-2.log"};

static _Noreturn void draw_give_up(const char *what)
{
	dprintf(STDERR_FILENO, "pvq: cannot run gnuplot: %s: %s\n", what, strerror(errno));
	_exit(NOT_RUN);
}

/* Runs in the child: makes only calls that are safe after a fork. */
__attribute__((noreturn)) static void draw_child(const char *folder, const char *log, char **argv)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), out, err;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* the driver blocks signals, but Ctrl-C must end gnuplot */
	(void)signal(SIGXFSZ, SIG_DFL);        /* a picture that is cut off must be a failure */
	if (chdir(folder))
		draw_give_up(folder);
	out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		draw_give_up(log);
	err = fcntl(2, F_DUPFD_CLOEXEC, 3);
	if (in < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		draw_give_up(log);
	execvp(argv[0], argv);
	if (errno == ENOENT)
		_exit(NO_GNUPLOT);
	dup2(err, 2);
	draw_give_up(argv[0]);
}

/* Starts one gnuplot on every DRAWERS-th picture from `drawer` on. Returns its process id, or -errno. */
static pid_t draw_start(const struct pvq_plots *plots, size_t drawer)
{
	char **argv = calloc(plots->count + 3, sizeof(*argv)), folder[PATH_MAX];
	char(*script)[PVQ_PLOT_NAME + 4] = calloc(plots->count + 1, sizeof(*script));
	pid_t pid = -ENOMEM;
	int argc = 0;

	if (!argv || !script)
		goto out;
	argv[argc++] = (char *)"gnuplot";
	argv[argc++] = (char *)"-d"; /* ignores ~/.gnuplot: pictures must not depend on the user */
	for (size_t i = drawer; i < plots->count; i += DRAWERS) {
		snprintf(script[i], sizeof(script[i]), "%s.gp", plots->name[i]);
		argv[argc++] = script[i];
	}
	if (snprintf(folder, sizeof(folder), "%s/plots", plots->dir) >= (int)sizeof(folder)) {
		pid = -ENAMETOOLONG;
		goto out;
	}
	pid = fork();
	if (pid == 0)
		draw_child(folder, draw_log[drawer], argv);
	if (pid < 0)
		pid = -errno;
out:
	free(script);
	free(argv);
	return pid;
}

/* Waits for a gnuplot. Returns its exit code, or -1 if a signal ended it. */
static int draw_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Reports a gnuplot that failed. 0 or -errno. */
static int draw_judge(const struct pvq_plots *plots, size_t drawer, int code)
{
	if (code == NO_GNUPLOT && drawer == 0)
		fputs("pvq: gnuplot is not installed, so the report has no pictures (on Debian: "
		      "apt-get install gnuplot-nox)\n",
			stderr);
	else if (code && code != NO_GNUPLOT && code != NOT_RUN)
		fprintf(stderr,
			"pvq: gnuplot failed, so some pictures are missing; its messages are in "
			"%s/plots/%s\n",
			plots->dir, draw_log[drawer]);
	return code == 0 ? 0 : code == NO_GNUPLOT ? -ENOENT : -EIO;
}

/* Removes the log, unless it says why gnuplot failed. */
static void draw_tidy(const struct pvq_plots *plots, size_t drawer)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/plots/%s", plots->dir, draw_log[drawer]) < (int)sizeof(path))
		unlink(path);
}

/* Concludes a gnuplot that ended with that code. 0 or -errno. */
static int draw_end(const struct pvq_plots *plots, size_t drawer, int code)
{
	if (code == 0 || code == NO_GNUPLOT || code == NOT_RUN)
		draw_tidy(plots, drawer);
	return draw_judge(plots, drawer, code);
}

int pvq_plots_draw(struct pvq_plots *plots)
{
	pid_t pid[DRAWERS];
	int ret = plots->error;

	if (ret)
		return ret;
	for (size_t i = 0; i < DRAWERS; i++)
		pid[i] = i < plots->count ? draw_start(plots, i) : 0;
	for (size_t i = 0; i < DRAWERS; i++) {
		int ended = (int)pid[i];

		if (pid[i] < 0)
			fprintf(stderr, "pvq: cannot run gnuplot: %s\n", strerror(-ended));
		else if (pid[i] > 0)
			ended = draw_end(plots, i, draw_wait(pid[i]));
		ret = ret ? ret : ended;
	}
	plots->drawn = 1;
	for (size_t i = 0; i < plots->count; i++)
		if (pvq_plots_has(plots, plots->name[i]))
			(void)pvq_svg_tidy(
				plots->dir, plots->name[i]); /* it is right without, only larger */
	return ret;
}
