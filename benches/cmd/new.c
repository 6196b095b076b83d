/* new.c: `pvq new KIND NAME`: writes a skeleton that compiles, from a template (templates/). */
#include "base/asset.h"
#include "base/flush.h"
#include "base/parse.h"
#include "cmd/cmd.h"
#include "report/experiment.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The templates' placeholder for the name, and the mark at the end of lines for peers only. */
static const char placeholder[] = "skeleton", of_peers[] = "@peer";

struct kind {
	const char *name, *template;
	const char *folder;
	int has_folder;   /* the file lies in a folder of the same name */
	const char *next; /* the next steps; @ stands for the name */
};

static const struct kind kinds[] = {
	{"strategy", "strategy.c.in", "impls", 0,
		"  make\n  build/pvq run --impl @ --task noop --n 1000\n"
		"  make build-tests && build/tests/trial/test_conformance '@_*'\n"},
	{"task", "task.c.in", "benches/tasks", 0,
		"  make\n  build/pvq run --impl serial --task @ --n 1000\n"
		"  make build-tests && build/tests/trial/test_conformance '*_x_@'\n"},
	{"peer", "strategy.c.in", "impls/peers", 0,
		"  make peers-built\n  build/pvq run --impl @ --task noop --n 1000\n"
		"  make peers-tests && build/tests/peers/@\n"},
	{"experiment", "experiment.c.in", "benches/experiments", 1,
		"  make\n  build/pvq bench --profile quick --blocks 1 --tasks noop --impls serial --out /tmp/@\n"
		"  the chapter is in /tmp/@/report.md\n"},
	{"plugin", "plugin.c.in", ".", 0,
		"  cc -O2 -shared -fPIC -o @.so @.c\n  seq 1000 >@.txt\n"
		"  pvq run --impl all --task so:file=@.so,function=@,items=@.txt\n"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *find_kind(const char *name)
{
	const char *names[KINDS + 1] = {0}, *near;

	for (unsigned i = 0; i < KINDS; i++) {
		names[i] = kinds[i].name;
		if (strcmp(name, names[i]) == 0)
			return &kinds[i];
	}
	near = pvq_nearest(name, names);
	fprintf(stderr, "pvq: unknown kind '%s'; %s%s%sone of: strategy, task, peer, experiment, plugin\n",
		name, near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
	return NULL;
}

static int needs_no_checkout(const struct kind *kind)
{
	return strcmp(kind->folder, ".") == 0;
}

/* Whether file names, C, CSV and command lines all take the name. */
static int is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz",
			  rest[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	return name[0] && strchr(letters, name[0]) && strspn(name, rest) == strlen(name) &&
	       strlen(name) < PVQ_NAME_MAX;
}

/* Whether this program, or the checkout, has something of that kind and name. */
static int is_taken(const struct pvq_call *call, const struct kind *kind, const char *name)
{
	static const char *const endings[] = {".c", ".cc", ".go", ".rs"};
	char path[PATH_MAX];

	if (needs_no_checkout(kind))
		return 0; /* a file that exists is not overwritten */
	if (strcmp(kind->name, "task") == 0) {
		for (size_t i = 0; pvq_tasks[i]; i++)
			if (strcmp(pvq_tasks[i]->name, name) == 0)
				return 1;
	} else if (kind->has_folder) {
		for (size_t i = 0; pvq_experiments[i]; i++)
			if (strcmp(pvq_experiments[i]->name, name) == 0)
				return 1;
	} else { /* strategies and peers share one name space; --impl takes "all" and "peers" too */
		if (pvq_registry_get(call->registry, name) || strcmp(name, "peers") == 0 ||
			strcmp(name, "all") == 0)
			return 1;
		for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
			snprintf(path, sizeof(path), "impls/peers/%s%s", name, endings[i]);
			if (access(path, F_OK) == 0)
				return 1;
		}
		snprintf(path, sizeof(path), "impls/%s.c", name);
		return access(path, F_OK) == 0;
	}
	return 0;
}

static int check(const struct pvq_call *call, const struct kind *kind, const char *name)
{
	if (!needs_no_checkout(kind) && access("impls/impl.h", F_OK)) {
		fprintf(stderr,
			"pvq: new writes into a checkout of pvq: there is no impls/impl.h in this folder\n");
		return -EINVAL;
	}
	if (!is_name(name)) {
		fprintf(stderr,
			"pvq: '%s' is not a valid name: use a lower-case letter, then lower-case letters, digits and _, at most %d in all\n",
			name, PVQ_NAME_MAX - 1);
		return -EINVAL;
	}
	if (is_taken(call, kind, name)) {
		fprintf(stderr, "pvq: the name %s is taken; choose another\n", name);
		return -EINVAL;
	}
	return 0;
}

/* Writes one line of the template, without its mark. */
static void write_line(FILE *f, const char *line, size_t len, const char *name, int peer)
{
	const char *end = line + len, *mark = memmem(line, len, of_peers, strlen(of_peers));

	if (mark && !peer)
		return;
	if (mark)
		end = mark - 1; /* and the blank before it */
	while (line < end) {
		const char *at = memmem(line, (size_t)(end - line), placeholder, strlen(placeholder));

		if (!at)
			at = end;
		fwrite(line, 1, (size_t)(at - line), f);
		line = at;
		if (at < end) {
			fputs(name, f);
			line += strlen(placeholder);
		}
	}
	fputc('\n', f);
}

static void write_template(FILE *f, const struct kind *kind, const char *name)
{
	int peer = strcmp(kind->name, "peer") == 0;

	for (const char *line = pvq_asset(kind->template); *line;) {
		size_t len = strcspn(line, "\n");

		write_line(f, line, len, name, peer);
		line += len + 1;
	}
}

/* Writes the file, which must not exist yet. 0 or -errno. */
static int write_file(const char *path, const struct kind *kind, const char *name)
{
	FILE *f = fopen(path, "wxe");
	int ret;

	if (!f)
		return -errno;
	write_template(f, kind, name);
	ret = pvq_flush(f);
	if (fclose(f) && ret == 0)
		ret = -errno;
	if (ret)
		unlink(path);
	return ret;
}

static int run(const struct pvq_call *call)
{
	const struct kind *kind = find_kind(call->given.word[0]);
	const char *name = call->given.word[1];
	char file[2 * PVQ_NAME_MAX + 8], path[PATH_MAX];
	int ret;

	if (!kind || check(call, kind, name))
		return PVQ_EXIT_USAGE;
	snprintf(path, sizeof(path), "%s/%s", kind->folder, name);
	ret = kind->has_folder && mkdir(path, 0777) && errno != EEXIST ? -errno : 0;
	snprintf(file, sizeof(file), kind->has_folder ? "%s/%s.c" : "%s%s.c", kind->has_folder ? name : "",
		name);
	snprintf(path, sizeof(path), "%s/%s", kind->folder, file);
	if (ret == 0)
		ret = write_file(path, kind, name);
	if (ret) {
		fprintf(stderr, "pvq: cannot write %s: %s\n", path, strerror(-ret));
		return PVQ_EXIT_USAGE;
	}
	printf("Wrote %s. It works as it is. Replace each TODO, then:\n", path);
	for (const char *at = kind->next; *at;)
		if (*at == '@') {
			fputs(name, stdout);
			at++;
		} else {
			putchar(*at++);
		}
	return pvq_cmd_flush();
}

const struct pvq_command pvq_command_new = {
	.syntax = {.name = "pvq new",
		.summary =
			"Write the skeleton of a strategy, task, peer or experiment into this checkout, or of a plugin.",
		.words = "KIND NAME",
		.choices = "strategy task peer experiment plugin",
		.words_help =
			"new takes a kind (strategy, task, peer, experiment or plugin) and a name: pvq new strategy my_pool",
		.least = 2,
		.most = 2},
	.run = run,
};
