/* command_runners.c: programs that run commands in parallel: xargs -P, GNU parallel, moreutils' parallel, make -j.
 *
 *	caller ─a script an item─> the program ─> sh ─> command ─> a file ─> put()
 *
 * A script redirects its command's output to a file, as their users do. Results are put when the program has ended. Each
 * strategy is unavailable where its program is not installed.
 *
 * needs: findutils make parallel moreutils
 */
#include "common/tool.h"
#include "trial/peer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- xargs, GNU parallel: they read the scripts, with a NUL behind each ---- */

static int write_with_nul(const struct pvq_tool *tool, FILE *input, uint64_t id, const char *script)
{
	(void)tool, (void)id;
	return fwrite(script, 1, strlen(script) + 1, input) == strlen(script) + 1 ? 0 : -errno;
}

static void xargs_exec(const struct pvq_tool *tool, const char *workers, char **scripts)
{
	(void)tool, (void)scripts;
	execlp("xargs", "xargs", "-0", "-n", "1", "-P", workers, "sh", "-c", (char *)NULL);
}

static void gnu_parallel_exec(const struct pvq_tool *tool, const char *workers, char **scripts)
{
	(void)tool, (void)scripts;
	execlp("parallel", "parallel", "--will-cite", "-0", "-j", workers, (char *)NULL);
}

static int xargs_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	static const struct pvq_tool_kind kind = {.write = write_with_nul, .exec = xargs_exec};

	return pvq_tool_map(self, &kind, sink, err);
}

static int gnu_parallel_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	static const struct pvq_tool_kind kind = {.write = write_with_nul, .exec = gnu_parallel_exec};

	return pvq_tool_map(self, &kind, sink, err);
}

/* ---- moreutils: the scripts are its arguments ---- */

static int write_nothing(const struct pvq_tool *tool, FILE *input, uint64_t id, const char *script)
{
	(void)tool, (void)input, (void)id, (void)script;
	return 0;
}

static void moreutils_parallel_exec(const struct pvq_tool *tool, const char *workers, char **scripts)
{
	const char *const begin[] = {"parallel.moreutils", "-j", workers, "--"};
	size_t words = sizeof(begin) / sizeof(begin[0]);
	char **argv = calloc(words + tool->load->n + 1, sizeof(*argv));

	if (!argv)
		return;
	memcpy(argv, begin, sizeof(begin));
	memcpy(argv + words, scripts, tool->load->n * sizeof(*argv));
	execvp(begin[0], argv);
	free(argv);
}

static int moreutils_parallel_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	static const struct pvq_tool_kind kind = {.write = write_nothing, .exec = moreutils_parallel_exec};

	return pvq_tool_map(self, &kind, sink, err);
}

/* ---- make: a target an item; its script is a file, since a recipe has rules of its own ---- */

static int make_j_write(const struct pvq_tool *tool, FILE *input, uint64_t id, const char *script)
{
	char path[128];
	FILE *f;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/%" PRIu64 ".sh", tool->dir, id);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	if (fputs(script, f) < 0)
		ret = -errno;
	if (fclose(f) && ret == 0)
		ret = -errno;
	fprintf(input, "all: %" PRIu64 "\n%" PRIu64 ":\n\t@sh %s\n.PHONY: %" PRIu64 "\n", id, id, path, id);
	return ret;
}

static void make_j_exec(const struct pvq_tool *tool, const char *workers, char **scripts)
{
	(void)tool, (void)scripts;
	unsetenv("MAKEFLAGS"); /* of a make that runs the benchmark */
	unsetenv("MAKELEVEL");
	execlp("make", "make", "-s", "-k", "-r", "-R", "-j", workers, "-f", "-", (char *)NULL);
}

static int make_j_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	static const struct pvq_tool_kind kind = {.write = make_j_write, .exec = make_j_exec};

	return pvq_tool_map(self, &kind, sink, err);
}

/* ---- the strategies ---- */

/* A strategy, and what it needs: a program, and the package that brings it. */
struct runner {
	struct pvq_impl impl;
	const char *program, *missing;
};

#define RUNNER(stem, what)                                 \
	.impl = {.name = #stem,                            \
		.summary = (what),                         \
		.order = PVQ_ORDERED,                      \
		.in_via = PVQ_VIA_INHERIT,                 \
		.out_via = PVQ_VIA_PIPE,                   \
		.flags = PVQ_REUSABLE | PVQ_COMMANDS_ONLY, \
		.unsupported = pvq_tool_unsupported,       \
		.tune = pvq_tool_tune,                     \
		.start = pvq_tool_start,                   \
		.map = stem##_map,                         \
		.stop = pvq_tool_stop,                     \
		.version = PVQ_PEER_VERSION}

static struct runner runners[] = {
	{RUNNER(xargs, "xargs -P: a shell and a command for every item"), "xargs", "install findutils"},
	{RUNNER(gnu_parallel, "GNU parallel: a shell and a command for every item"), "parcat",
		"install parallel"},
	{RUNNER(moreutils_parallel, "moreutils' parallel: a shell and a command for every item"),
		"parallel.moreutils", "install parallel and moreutils"},
	{RUNNER(make_j, "make -j: a target, a shell and a command for every item"), "make", "install make"},
};

enum { RUNNERS = sizeof(runners) / sizeof(runners[0]) };

static int is_installed(const char *program)
{
	const char *path = getenv("PATH");
	char file[512];

	for (const char *at = path ? path : "/usr/bin:/bin"; *at;
		at += strcspn(at, ":"), at += *at == ':') {
		snprintf(file, sizeof(file), "%.*s/%s", (int)strcspn(at, ":"), at, program);
		if (access(file, X_OK) == 0)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct pvq_impl *impls[RUNNERS + 1] = {0};

	for (int i = 0; i < RUNNERS; i++) {
		if (!is_installed(runners[i].program))
			runners[i].impl.unavailable = runners[i].missing;
		impls[i] = &runners[i].impl;
	}
	return pvq_peer_main(argc, argv, impls);
}
