/* entry.c: compiles a strategy's file, and links it with the code of a trial and the conformance tests. */
#include "grade/entry.h"
#include "base/asset.h"
#include "base/quote.h"
#include "base/scratch.h"
#include "drive/launch.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLAGS "-O2 -g -std=gnu11 -D_GNU_SOURCE -ffp-contract=off -pthread -Ibenches -Iimpls -Wall -Wextra"

/* The numbers of users that a distribution gives to nobody but services that systemd starts for a while. */
enum { USER_FIRST = 61184, USERS = 4000 };

/* ---- the descriptor's name ---- */

/* Finds "pvq_impl_STEM =" in the text; the last one counts. */
static int find_stem(const char *text, char stem[PVQ_NAME_MAX])
{
	static const char head[] = "pvq_impl_";

	stem[0] = '\0';
	for (const char *at = strstr(text, head); at; at = strstr(at, head)) {
		size_t len = 0, blanks;

		at += strlen(head);
		while (isalnum((unsigned char)at[len]) || at[len] == '_')
			len++;
		blanks = strspn(at + len, " \t\n");
		if (len && len < PVQ_NAME_MAX && at[len + blanks] == '=')
			snprintf(stem, PVQ_NAME_MAX, "%.*s", (int)len, at);
	}
	return stem[0] ? 0 : -ENOENT;
}

enum { SOURCE_MAX = 1 << 20 };

/* 0; 1 with a sentence; -errno. */
static int read_stem(struct pvq_entry *e, struct pvq_grading *g)
{
	FILE *f = fopen(e->file, "re");
	int ret = f ? 0 : -errno;
	char *text = malloc(SOURCE_MAX + 1);
	size_t len = f && text ? fread(text, 1, SOURCE_MAX, f) : 0;

	if (ret == 0 && !text)
		ret = -ENOMEM;
	if (ret == 0 && ferror(f))
		ret = -EIO;
	if (ret == 0) {
		text[len] = '\0';
		if (find_stem(text, e->stem)) {
			pvq_grading_say(g,
				"has no descriptor: end the file with `const struct pvq_impl pvq_impl_NAME = {...};`, as `pvq new "
				"strategy NAME` writes it");
			ret = 1;
		}
	}
	if (f)
		fclose(f);
	free(text);
	return ret;
}

/* ---- compiling ---- */

static const char *compiler(void)
{
	const char *cc = getenv("CC");

	return cc && *cc ? cc : "cc";
}

/* Writes the program's main(). 0 or -errno. */
static int write_main(const struct pvq_entry *e)
{
	char path[PATH_MAX];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/main.c", e->dir);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	for (const char *at = pvq_asset("graded.c.in"); *at; at++)
		if (*at == '@')
			fputs(e->stem, f);
		else
			fputc(*at, f);
	ret = ferror(f) ? -EIO : 0;
	return fclose(f) && ret == 0 ? -errno : ret;
}

/* The folder of this build. 0 or -errno. */
static int find_build(char build[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", build, PATH_MAX - 1);
	char *slash;

	if (len <= 0)
		return -errno;
	build[len] = '\0';
	slash = strrchr(build, '/');
	*slash = '\0';
	return 0;
}

/* The option of the sanitizer that this binary is built with, whose archives need it, behind a blank; "": none. */
static const char *sanitizer(void)
{
	static char option[128];
	const char *at = strstr(pvq_cflags, " -fsanitize=");

	if (at)
		snprintf(option, sizeof(option), "%.*s", (int)strcspn(at + 1, " ") + 1, at);
	return option;
}

/* Links the strategy with the tests. options: behind a blank, or "". */
static void write_link(FILE *f, const struct pvq_entry *e, const char *options, const char *program)
{
	fprintf(f,
		"%s " FLAGS
		" %s %s %s/main.c %s/student.o %s/tests.o \"$b\"/gen/tasks.c \"$b\"/gen/contract.c "
		"\"$b\"/rooms/{trial,tasks,impls,stats,base,assets}.a -lcmocka -lcsv -lz -lxxhash -lm -o %s/%s",
		compiler(), sanitizer(), options, e->dir, e->dir, e->dir, e->dir, program);
}

/* The commands as a script: the first line compiles the file, the others are the same for every file. 0 or -errno. */
static int write_commands(struct pvq_entry *e)
{
	char path[PATH_MAX], build[PATH_MAX];
	char *line = NULL;
	size_t len;
	FILE *f, *l = open_memstream(&line, &len);
	int ret = l ? find_build(build) : -ENOMEM;

	if (l) {
		fprintf(l, "%s " FLAGS "%s -c ", compiler(), sanitizer());
		pvq_quote_word(l, e->file);
		fprintf(l, " -o %s/student.o", e->dir);
		if (fclose(l))
			ret = -ENOMEM;
	}
	snprintf(path, sizeof(path), "%s/build", e->dir);
	f = ret ? NULL : fopen(path, "we");
	if (f) {
		snprintf(e->line, sizeof(e->line), "%s", line);
		fprintf(f,
			"#!/bin/bash\nset -e\n%s\n%s " FLAGS
			"%s -O0 -Dmain=conformance_main -c tests/trial/test_conformance.c -o %s/tests.o\nb=",
			line, compiler(), sanitizer(), e->dir);
		pvq_quote_word(f, build);
		fputc('\n', f);
		write_link(f, e, "", "program");
		fputc('\n', f);
		write_link(f, e, " -fsanitize=leak", "leaks");
		fputs(" 2>/dev/null || :\n", f); /* not every compiler brings it */
		ret = ferror(f) ? -EIO : 0;
		if (fclose(f) && ret == 0)
			ret = -errno;
		if (ret == 0 && chmod(path, 0755))
			ret = -errno;
	} else if (ret == 0) {
		ret = -errno;
	}
	free(line);
	return ret;
}

/* Takes the first error out of what the compiler said. */
static void say_error(struct pvq_grading *g, const char *errors)
{
	static const char *const marks[] = {
		"error: ", "undefined reference", "multiple definition", "ld: "};
	const char *line = NULL;

	for (size_t i = 0; !line && i < sizeof(marks) / sizeof(marks[0]); i++)
		line = strstr(errors, marks[i]);
	while (line && line > errors && line[-1] != '\n')
		line--;
	line = line ? line : errors;
	pvq_grading_say(g, "does not compile: %.*s", (int)strcspn(line, "\n"), line);
}

/* 0; 1: an error of the compiler; -errno. */
static int run_commands(struct pvq_entry *e, double timeout_s, struct pvq_grading *g)
{
	struct pvq_box box = {.cpu_s = 30,
		.file_mb = 256,
		.memory_mb = 2048,
		.processes = 64,
		.limit_ms = (unsigned)(timeout_s * 1000),
		.look_ms = 50,
		.roomy = *sanitizer() != '\0'};
	char path[PATH_MAX], script[PATH_MAX];
	char *argv[] = {script, NULL};
	int fd = memfd_create("errors", MFD_CLOEXEC), wstatus = 0, ret;
	const struct pvq_launch_io io = {.out_fd = fd, .err_fd = fd};
	enum pvq_box_end end;
	unsigned processes;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/build", e->dir);
	snprintf(script, sizeof(script), "%s/build.box", e->dir);
	snprintf(box.end, sizeof(box.end), "%s/build.end", e->dir);
	ret = fd < 0 ? -errno : pvq_box_script(script, &box, path);
	if (ret == 0)
		ret = pvq_launch_command(argv, ".", timeout_s + 5, &io, &wstatus);
	len = ret ? 0 : pread(fd, e->errors, sizeof(e->errors) - 1, 0);
	if (len < 0)
		ret = -errno;
	e->errors[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
	if (ret)
		return ret;
	end = pvq_box_ended(&box, &processes);
	if (end == PVQ_BOX_BROKEN)
		return -(int)processes;
	if (end != PVQ_BOX_ENDED || WIFSIGNALED(wstatus))
		pvq_grading_say(g, "does not compile: the compiler came to no end within its limits");
	else if (wstatus)
		say_error(g, e->errors);
	return wstatus ? 1 : 0;
}

int pvq_entry_build(struct pvq_entry *e, const char *file, double timeout_s, struct pvq_grading *g)
{
	int ret;

	*e = (struct pvq_entry){.file = file};
	ret = pvq_scratch_make(e->dir, sizeof(e->dir), "grade");
	if (ret == 0) {
		unsigned user = USER_FIRST + (unsigned)getpid() % USERS;

		ret = chmod(e->dir, 0755) ? -errno : read_stem(e, g);
		e->offer = pvq_box_offer(user, e->dir);
		e->as_user = e->offer.own_user ? user : 0;
	}
	if (ret == 0)
		ret = write_main(e);
	if (ret == 0)
		ret = write_commands(e);
	if (ret == 0)
		ret = run_commands(e, timeout_s, g);
	if (ret < 0 && ret != -EINTR)
		fprintf(stderr, "pvq: cannot build %s: %s\n", file, strerror(-ret));
	return ret;
}

int pvq_entry_box(const struct pvq_entry *e, const char *name, const char *program, struct pvq_box *box,
	char path[PATH_MAX])
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/%s", e->dir, program);
	if (access(file, X_OK))
		return -errno;
	box->as_user = e->as_user;
	box->roomy = strcmp(program, "leaks") == 0 || *sanitizer() != '\0';
	snprintf(path, PATH_MAX, "%s/%s", e->dir, name);
	snprintf(box->end, sizeof(box->end), "%s/%s.end", e->dir, name);
	return pvq_box_script(path, box, file);
}

void pvq_entry_free(struct pvq_entry *e)
{
	pvq_scratch_remove(e->dir);
}
