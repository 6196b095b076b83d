/* check.c: runs conformance tests one by one, and turns each way to fail into one sentence. */
#include "grade/check.h"
#include "base/clock.h"
#include "child.h"
#include "drive/launch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 18, FAILURES_MAX = 3 };

void pvq_check_say_end(struct pvq_grading *g, const struct pvq_box *box, enum pvq_box_end end,
	unsigned processes, const char *what)
{
	const char *many = processes == 1 ? "" : "es";

	switch (end) {
	case PVQ_BOX_ENDED:
		break;
	case PVQ_BOX_LEFT:
		pvq_grading_say(g,
			"%s: %u process%s outlived stop(): end and reap every worker there, also one that left the process group",
			what, processes, many);
		break;
	case PVQ_BOX_FILES:
		pvq_grading_say(g,
			"%s: %u file%s or shared memory left behind: unlink what you create (shm_unlink(), mq_unlink()) as soon as "
			"all have opened it",
			what, processes, processes == 1 ? "" : "s");
		break;
	case PVQ_BOX_PROCESSES:
		pvq_grading_say(g,
			"%s: more than %u processes at once: fork only `workers` of them, and let each child leave by _exit(), "
			"or children fork as well",
			what, box->processes);
		break;
	case PVQ_BOX_MEMORY:
		pvq_grading_say(g,
			"%s: more than %u MiB of memory: allocate a buffer for each worker, not for each item, and free what "
			"map() took",
			what, box->memory_mb);
		break;
	case PVQ_BOX_FILLING:
		pvq_grading_say(g,
			"%s: more than %u MiB written to files: results go through pipes, sockets or shared memory, and are freed "
			"as they are put into the sink",
			what, box->file_mb);
		break;
	case PVQ_BOX_NETWORK:
		pvq_grading_say(g,
			"%s: it uses the network, and there is none: reach workers by pipes, shared memory or Unix sockets, which "
			"need no address",
			what);
		break;
	case PVQ_BOX_BUSY:
		pvq_grading_say(g,
			"%s: no end within %u s of CPU time: look for a loop whose condition never changes, such as a read() at the "
			"end of a file that is tried again",
			what, box->cpu_s);
		break;
	case PVQ_BOX_WRITING:
		pvq_grading_say(g,
			"%s: it stands still, with a process that waits in write() for a reader: pipes are full; read results "
			"while inputs are written and before waiting for a worker's end, and bound what is in flight",
			what);
		break;
	case PVQ_BOX_ASLEEP:
		pvq_grading_say(g,
			"%s: it stands still: %u process%s asleep: look for a wake-up that was lost, and for an end of a pipe that "
			"another process still holds open",
			what, processes, processes == 1 ? " is" : "es are");
		break;
	case PVQ_BOX_SLOW:
		pvq_grading_say(g,
			"%s: neither done nor stuck when the time was up: grade it again with a larger --budget, or on a quieter "
			"machine",
			what);
		break;
	case PVQ_BOX_BROKEN:
		pvq_grading_say(g, "%s: the box around it failed: %s; grade it again", what,
			strerror((int)processes));
		break;
	}
}

/* What a check's program wrote: its beginning, or its end, which holds the outcome. */
struct output {
	char text[OUTPUT_MAX];
};

/* The first line that is not one of the tests' own; NULL: there is none. */
static const char *find_print(const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + (strchr(line, '\n') != NULL))
		if (*line != '[' && *line != '\n')
			return line;
	return NULL;
}

/* Bytes of 0 would end the text. 0 or -errno. */
static int read_part(int fd, off_t from, struct output *o)
{
	ssize_t len = pread(fd, o->text, sizeof(o->text) - 1, from);

	for (ssize_t i = 0; i < len; i++)
		o->text[i] = o->text[i] ? o->text[i] : '?';
	o->text[len > 0 ? len : 0] = '\0';
	return len < 0 ? -errno : 0;
}

/* Its beginning; of more than fits, its end, unless the strategy itself prints. 0 or -errno. */
static int read_output(int fd, struct output *o)
{
	off_t size = lseek(fd, 0, SEEK_END);
	int ret = size < 0 ? -errno : read_part(fd, 0, o);

	if (ret == 0 && size >= OUTPUT_MAX && !find_print(o->text))
		ret = read_part(fd, size - OUTPUT_MAX + 1, o);
	return ret;
}

enum result { PASSED, SKIPPED, FAILED, OPEN };

static enum result judge(const struct output *o, int wstatus, const char *what, struct pvq_grading *g)
{
	static const char begins[] = "graded on "; /* the name in graded.c.in, and complain()'s words */
	const char *said = strstr(o->text, begins), *printed;
	char fate[64];

	if (wstatus && strstr(o->text, "LeakSanitizer has encountered a fatal error"))
		return SKIPPED; /* it may not look into processes here */
	if (said && wstatus) {
		said += strlen("graded ");
		pvq_grading_say(g, "%.*s", (int)strcspn(said, "\n"), said);
		return FAILED;
	}
	if (wstatus || !strstr(o->text, "[  PASSED  ]")) {
		pvq_grading_say(g,
			"%s: the program around it came to a wrong end (%s): a strategy returns from start(), map() and stop(), "
			"and touches no process but its own workers",
			what,
			wstatus ? pvq_child_fate(wstatus, fate, sizeof(fate)) : "exit status 0 too early");
		return FAILED;
	}
	if (strstr(o->text, "[  SKIPPED ]") || !strstr(o->text, "[       OK ]"))
		return SKIPPED;
	printed = find_print(o->text);
	if (printed) {
		pvq_grading_say(g,
			"%s: it prints (\"%.*s\"): a strategy puts results into the sink, and writes nothing else",
			what, (int)(strcspn(printed, "\n") < 40 ? strcspn(printed, "\n") : 40), printed);
		return FAILED;
	}
	return PASSED;
}

/* Runs one check. The result, or -errno. *over: the next ones would end the same way. */
static int run_check(const struct pvq_entry *e, const struct pvq_check_limits *limits, const char *name,
	double left_s, int *over, struct pvq_grading *g)
{
	static struct output out; /* large */
	struct pvq_box box = {.cpu_s = limits->cpu_s,
		.file_mb = 256,
		.memory_mb = 1024,
		.processes = 256,
		.limit_ms = (unsigned)(left_s * 1000),
		.look_ms = 50};
	char script[PATH_MAX], pattern[PVQ_NAME_MAX + 16], what[PVQ_NAME_MAX + 16];
	char *argv[] = {script, pattern, NULL};
	int fd = memfd_create("check", MFD_CLOEXEC), wstatus = 0, ret;
	const struct pvq_launch_io io = {.out_fd = fd, .err_fd = fd};
	int leaks = strcmp(name, "leaks") == 0;
	enum pvq_box_end end;
	unsigned processes;

	/* Leaks are looked for on a task whose results need memory. */
	snprintf(pattern, sizeof(pattern), "graded_%s", leaks ? "x_echo" : name);
	snprintf(what, sizeof(what), "check %s", name);
	ret = fd < 0 ? -errno : pvq_entry_box(e, "check", leaks ? "leaks" : "program", &box, script);
	if (ret == 0)
		ret = pvq_launch_command(argv, ".", left_s + 10, &io, &wstatus);
	if (ret == 0)
		ret = read_output(fd, &out);
	if (ret == 0) {
		end = pvq_box_ended(&box, &processes);
		*over = end >= PVQ_BOX_PROCESSES;
		if (end != PVQ_BOX_ENDED)
			pvq_check_say_end(g, &box, end, processes, what);
		if (end == PVQ_BOX_ENDED)
			ret = (int)judge(&out, wstatus, what, g);
		else
			ret = end == PVQ_BOX_SLOW || end == PVQ_BOX_BROKEN ? OPEN : FAILED;
	}
	if (fd >= 0)
		close(fd);
	return ret == -ENOENT && leaks ? SKIPPED : ret;
}

/* The name of the i-th check: the plainest task first; NULL: there are no more. */
static const char *name_at(size_t i, char name[PVQ_NAME_MAX])
{
	static const char *const more[] = {"transport", "ready", "death", "leaks"};
	size_t tasks = 0;

	while (pvq_tasks[tasks])
		tasks++;
	if (i > tasks + sizeof(more) / sizeof(more[0]))
		return NULL;
	if (i == 0)
		snprintf(name, PVQ_NAME_MAX, "x_noop");
	else if (i <= tasks)
		snprintf(name, PVQ_NAME_MAX, "x_%s", pvq_tasks[i - 1]->name);
	else
		snprintf(name, PVQ_NAME_MAX, "%s", more[i - tasks - 1]);
	return name;
}

/* Takes in how a check ended; the sentence of the first that failed stays. */
static void note_result(
	struct pvq_grading *g, enum result result, const struct pvq_grading *now, const char *name)
{
	g->checks += result != SKIPPED;
	g->passed += result == PASSED;
	if (g->grade != PVQ_GRADE_FULL || result == PASSED || result == SKIPPED)
		return;
	g->grade = result == OPEN ? PVQ_GRADE_OPEN : PVQ_GRADE_WRONG;
	g->points = result == OPEN ? PVQ_UNKNOWN_U64 : 0;
	snprintf(g->failed, sizeof(g->failed), "%s", name);
	memcpy(g->sentence, now->sentence, sizeof(g->sentence));
}

int pvq_checks_run(const struct pvq_entry *e, const struct pvq_check_limits *limits, pvq_check_told *told,
	struct pvq_grading *g)
{
	uint64_t began = pvq_clock_ns();
	char name[PVQ_NAME_MAX];
	int over = 0, ret = 0;

	for (size_t i = 0; !over && g->checks < g->passed + FAILURES_MAX && name_at(i, name); i++) {
		double left = limits->left_s - (double)(pvq_clock_ns() - began) / 1e9;
		struct pvq_grading now = {0};

		if (i > 0 && strcmp(name, "x_noop") == 0)
			continue;
		told(name);
		/* A check without time ends as one whose time was too short. */
		ret = run_check(e, limits, name, left > 0.1 ? left : 0.1, &over, &now);
		if (ret < 0)
			break;
		note_result(g, (enum result)ret, &now, name);
	}
	if (ret < 0 && ret != -EINTR)
		fprintf(stderr, "pvq: cannot run a check: %s\n", strerror(-ret));
	return ret < 0 ? ret : 0;
}
