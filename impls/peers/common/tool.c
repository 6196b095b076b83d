/* tool.c: writes the scripts, runs the program, and reads the files. */
#include "tool.h"
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ERR_MAX = 1024, PATH_ROOM = 128 };

const char *pvq_tool_unsupported(const struct pvq_load *load, const struct pvq_opts *opts)
{
	(void)opts;
	return load->task->commands ? NULL : "runs commands only (task cmd)";
}

void pvq_tool_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	(void)load;
	opts->chunk = 1;
	opts->window = opts->workers;
}

/* Removes the folder when the trial's process closes its end of the pipe, or dies. Commands that are just being ended may
 * still write to it. */
static _Noreturn void sweep(const char *dir, int fd)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	char nothing;

	(void)signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, 0);
	while (read(fd, &nothing, 1) < 0 && errno == EINTR)
		;
	for (int tries = 0; tries < 150; tries++) {
		DIR *folder = opendir(dir);
		const struct dirent *entry;

		while (folder && (entry = readdir(folder)))
			unlinkat(dirfd(folder), entry->d_name, 0);
		if (folder)
			closedir(folder);
		if (rmdir(dir) == 0 || errno == ENOENT)
			break;
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

/* Starts the process that removes the folder. 0 or -errno. */
static int start_sweeper(struct pvq_tool *tool)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	tool->sweeper = pvq_child_fork();
	if (tool->sweeper == 0) {
		close(ends[1]);
		sweep(tool->dir, ends[0]);
	}
	close(ends[0]);
	tool->sweeper_fd = ends[1];
	if (tool->sweeper > 0)
		return 0;
	close(ends[1]);
	return (int)tool->sweeper;
}

int pvq_tool_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	const char *tmp = getenv("TMPDIR");
	struct pvq_tool *tool = malloc(sizeof(*tool));
	int ret;

	if (!tool)
		return pvq_fail(err, -ENOMEM, "cannot start");
	*tool = (struct pvq_tool){.load = load, .workers = opts->workers};
	if (!tmp || strlen(tmp) + 16 > sizeof(tool->dir) || strpbrk(tmp, " \t\n'\"\\$`&;()<>|*?[#~=%"))
		tmp = "/tmp"; /* the path stands in scripts */
	snprintf(tool->dir, sizeof(tool->dir), "%s/pvq-XXXXXX", tmp);
	ret = mkdtemp(tool->dir) ? start_sweeper(tool) : -errno;
	if (ret) {
		rmdir(tool->dir);
		free(tool);
		return pvq_fail(err, ret, "cannot make a folder in %s", tmp);
	}
	*self = tool;
	return 0;
}

int pvq_tool_stop(void *self, struct pvq_error *err)
{
	struct pvq_tool *tool = self;

	(void)err;
	close(tool->sweeper_fd);
	pvq_child_reap(tool->sweeper);
	free(tool);
	return 0;
}

static void path_of(const struct pvq_tool *tool, uint64_t id, const char *ending, char path[PATH_ROOM])
{
	snprintf(path, PATH_ROOM, "%s/%" PRIu64 "%s", tool->dir, id, ending);
}

/* ---- before ---- */

/* The script of an item. NULL: out of memory. */
static char *script_of(const struct pvq_tool *tool, uint64_t id)
{
	char *line = tool->load->task->commands->line(tool->load, id), *script;

	if (!line)
		return NULL;
	if (asprintf(&script,
		    "( %s\n) </dev/null >%s/%" PRIu64 " 2>%s/%" PRIu64 ".err; echo $? >%s/%" PRIu64
		    ".status",
		    line, tool->dir, id, tool->dir, id, tool->dir, id) < 0)
		script = NULL;
	free(line);
	return script;
}

static void free_scripts(char **scripts)
{
	for (size_t i = 0; scripts && scripts[i]; i++)
		free(scripts[i]);
	free(scripts);
}

/* Makes all scripts, and writes what the program reads into the file `input` of the folder. 0 or -errno. */
static int prepare(const struct pvq_tool *tool, const struct pvq_tool_kind *kind, char ***scripts)
{
	char path[PATH_ROOM];
	FILE *f;
	int ret = 0;

	*scripts = calloc(tool->load->n + 1, sizeof(**scripts));
	snprintf(path, sizeof(path), "%s/input", tool->dir);
	f = *scripts ? fopen(path, "we") : NULL;
	if (!f)
		return *scripts ? -errno : -ENOMEM;
	for (uint64_t id = 0; ret == 0 && id < tool->load->n; id++) {
		(*scripts)[id] = script_of(tool, id);
		ret = (*scripts)[id] ? kind->write(tool, f, id, (*scripts)[id]) : -ENOMEM;
	}
	if (fclose(f) && ret == 0)
		ret = -errno;
	return ret;
}

/* ---- the program ---- */

static _Noreturn void become(const struct pvq_tool *tool, const struct pvq_tool_kind *kind, char **scripts)
{
	char path[PATH_ROOM], workers[16];
	int fd;

	pvq_child_default_signals();
	snprintf(workers, sizeof(workers), "%u", tool->workers);
	snprintf(path, sizeof(path), "%s/input", tool->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* GNU parallel runs the user's shell; all others run sh. */
	if (fd >= 0 && dup2(fd, STDIN_FILENO) == 0 && setenv("PARALLEL_SHELL", "/bin/sh", 1) == 0)
		kind->exec(tool, workers, scripts);
	_exit(126);
}

/* ---- after ---- */

/* Reads at most cap bytes of a file. Returns how many, or -errno. */
static ssize_t read_file(
	const struct pvq_tool *tool, uint64_t id, const char *ending, char *to, size_t cap, off_t from)
{
	char path[PATH_ROOM];
	ssize_t got = 0, len = 0;
	int fd;

	path_of(tool, id, ending, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (from < 0 && lseek(fd, from, SEEK_END) < 0)
		lseek(fd, 0, SEEK_SET); /* it is shorter */
	while ((size_t)len < cap && (got = read(fd, to + len, cap - (size_t)len)) > 0)
		len += got;
	if (got < 0)
		len = -errno;
	close(fd);
	return len;
}

/* The status of a command, as from waitpid(): its shell's word for it. -1: it has none. */
static int status_of(const struct pvq_tool *tool, uint64_t id)
{
	char text[16];
	ssize_t len = read_file(tool, id, ".status", text, sizeof(text) - 1, 0);
	long code;

	if (len <= 0 || text[len - 1] != '\n')
		return -1;
	text[len] = '\0';
	code = strtol(text, NULL, 10);
	return code > 128 && code <= 128 + SIGRTMAX ? (int)code - 128 : (int)code << 8;
}

/* Puts an item's result. room: max_out bytes. 0, or what put() returned. */
static int put_item(
	const struct pvq_tool *tool, uint64_t id, char *room, char *result, struct pvq_sink *sink)
{
	const struct pvq_load *load = tool->load;
	int wstatus = status_of(tool, id);
	char err[ERR_MAX];
	ssize_t out_len, err_len, len;

	if (wstatus < 0)
		return sink->put(sink, id, NULL, 0, -EOWNERDEAD);
	out_len = read_file(tool, id, "", room, load->max_out, 0);
	err_len = read_file(tool, id, ".err", err, sizeof(err), -(off_t)sizeof(err));
	len = out_len < 0   ? out_len
	      : err_len < 0 ? err_len
			    : load->task->commands->result(load, wstatus,
				      (struct pvq_span){.ptr = room, .len = (size_t)out_len},
				      (struct pvq_span){.ptr = err, .len = (size_t)err_len}, result,
				      load->max_out);
	return len < 0 ? sink->put(sink, id, NULL, 0, (int)len)
		       : sink->put(sink, id, result, (size_t)len, 0);
}

static int put_all(const struct pvq_tool *tool, struct pvq_sink *sink, struct pvq_error *err)
{
	char *room = malloc(2 * tool->load->max_out + 1);
	int ret = 0;

	if (!room)
		return pvq_fail(err, -ENOMEM, "cannot hold a result");
	for (uint64_t id = 0; ret == 0 && id < tool->load->n; id++) {
		ret = put_item(tool, id, room, room + tool->load->max_out, sink);
		if (ret)
			pvq_fail(err, ret, "result of item %" PRIu64 " refused", id);
	}
	free(room);
	return ret;
}

int pvq_tool_map(void *self, const struct pvq_tool_kind *kind, struct pvq_sink *sink, struct pvq_error *err)
{
	const struct pvq_tool *tool = self;
	char **scripts = NULL;
	int ret, wstatus;
	pid_t pid;

	if (tool->load->n == 0)
		return 0;
	ret = prepare(tool, kind, &scripts);
	if (ret) {
		free_scripts(scripts);
		return pvq_fail(err, ret, "cannot write the commands");
	}
	pid = pvq_child_fork();
	if (pid == 0)
		become(tool, kind, scripts);
	free_scripts(scripts);
	if (pid < 0)
		return pvq_fail(err, (int)pid, "cannot fork");
	wstatus = pvq_child_reap(pid);
	/* Its exit status tells whether a command failed, which the files tell too; these two are ours and the kernel's. */
	if (WIFSIGNALED(wstatus) || (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 126))
		return pvq_fail(err, -ECHILD, "the program could not run the commands");
	return put_all(tool, sink, err);
}
