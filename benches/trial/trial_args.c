/* trial_args.c: reads and writes the options of a trial. */
#include "trial/trial_args.h"
#include "base/parse.h"
#include "trial/twin.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static int take_cpus(void *into, const char *list)
{
	struct pvq_trial_args *a = into;
	char *end;

	for (const char *at = list; a->trial.ncpu < PVQ_CPUS_MAX; at = end + 1) {
		a->cpu[a->trial.ncpu++] = (int)strtol(at, &end, 10);
		if (end == at || (*end && *end != ',')) {
			fprintf(stderr, "pvq: --cpus takes numbers with commas between them, not '%s'\n",
				list);
			return -EINVAL;
		}
		if (!*end)
			break;
	}
	a->trial.cpu = a->cpu;
	return 0;
}

/* Takes the name of a file that the trial will write. Any name that can be opened fits. */
static int take_path(const char *name, const char *text, const char **path)
{
	if (!*text || strlen(text) >= PATH_MAX) {
		fprintf(stderr, "pvq: %s needs the name of a file, of at most %d characters\n", name,
			PATH_MAX - 1);
		return -EINVAL;
	}
	*path = text;
	return 0;
}

static int take_observe(void *into, const char *text)
{
	return take_path("--observe", text, &((struct pvq_trial_args *)into)->trial.observe);
}

static int take_timeline(void *into, const char *text)
{
	return take_path("--timeline", text, &((struct pvq_trial_args *)into)->trial.timeline);
}

static int take_deliveries(void *into, const char *text)
{
	return take_path("--deliveries", text, &((struct pvq_trial_args *)into)->trial.deliveries);
}

static int take_joblog(void *into, const char *text)
{
	return take_path("--joblog", text, &((struct pvq_trial_args *)into)->keep.joblog);
}

static int take_retries(void *into, const char *text)
{
	struct pvq_trial_args *a = into;
	uint64_t retries;
	int ret = pvq_parse_count("--retries", text, 0, 200, &retries);

	if (ret == 0)
		a->trial.care.attempts = a->keep.attempts = (unsigned)retries + 1;
	return ret;
}

static int take_item_timeout(void *into, const char *text)
{
	struct pvq_trial_args *a = into;
	double seconds;
	int ret = pvq_parse_seconds("--item-timeout", text, 1, &seconds);

	if (ret == 0)
		a->trial.care.item_timeout_ms = (uint64_t)ceil(seconds * 1000);
	return ret;
}

#define ARG(field) .at = offsetof(struct pvq_trial_args, field)
#define FLAG(field) .kind = PVQ_OPTION_FLAG, ARG(field)
#define TEXT(field) .kind = PVQ_OPTION_TEXT, ARG(field)
#define COUNT(field, least, most) .kind = PVQ_OPTION_COUNT, .min = (least), .max = (most), ARG(field)
#define UNSIGNED(field, least, most) .kind = PVQ_OPTION_UNSIGNED, .min = (least), .max = (most), ARG(field)
#define OWN(function) .kind = PVQ_OPTION_OWN, .take = (function)

const struct pvq_option pvq_trial_options[] = {
	{"impl", .letters = "i", .word = "NAME",
		.help = "the strategy; 'pvq list' names them; with 'pvq run' also A,B,..., all or peers",
		TEXT(impl), .required = 1},
	{"task", .letters = "t", .word = "TASK[:ARG=V,...]",
		.help = "the task, with its arguments; 'pvq list' names them", TEXT(task), .required = 1},
	{"n", .letters = "n", .word = "N",
		.help = "number of items; a task that reads a file has as many as the file by itself",
		COUNT(trial.n, 1, 1000000000000u)},
	{"workers", .letters = "wj", .word = "W", .help = "number of workers (one per core)",
		UNSIGNED(trial.workers, 1, PVQ_WORKERS_MAX)},
	{"chunk", .word = "C", .help = "items that a worker takes at a time; 0: automatic (0)",
		UNSIGNED(trial.chunk, 0, PVQ_CHUNK_MAX)},
	{"window", .word = "D", .help = "most items in flight; 0: automatic (0)",
		UNSIGNED(trial.window, 0, PVQ_WINDOW_MAX)},
	{"seed", .word = "S", .help = "seed of the task's draws (1)", COUNT(trial.seed, 0, UINT64_MAX)},
	{"retries", .word = "R",
		.help = "how often to retry an item whose worker died or whose command failed",
		OWN(take_retries)},
	{"recycle", .word = "N", .help = "replace a worker after N items; 0: never (0)",
		COUNT(trial.care.recycle, 0, UINT64_MAX)},
	{"item-timeout", .word = "TIME",
		.help = "give up an item that runs longer, in seconds or as 500ms; 0: never (0)",
		OWN(take_item_timeout)},
	{"joblog", .word = "FILE",
		.help = "append a line to FILE for every command that ended, as GNU parallel does",
		OWN(take_joblog)},
	{"resume", .help = "leave out the commands that succeeded, by the job log", FLAG(keep.resume)},
	{"print", .help = "print results as they arrive; of commands, their stdout", FLAG(trial.print)},
	{"observe", .word = "FILE",
		.help = "observe the trial; add a row to FILE that shows where the time went",
		OWN(take_observe)},
	{"timeline", .word = "FILE",
		.help = "observe the trial; write to FILE when each item began, ended and was delivered",
		OWN(take_timeline)},
	{"cell", .word = "NUMBER", .help = "mark the row with NUMBER (0)",
		UNSIGNED(trial.cell, 0, UINT32_MAX)},
	{0},
};

static const struct pvq_option of_the_driver[] = {
	{"cpus", .word = "LIST", .help = "the CPUs to run on", OWN(take_cpus)},
	{"block", .word = "NUMBER", .help = "the block of the sweep", UNSIGNED(trial.block, 0, UINT32_MAX)},
	{"oracle", .word = "DIGEST", .help = "the digest of the right results, if known",
		TEXT(trial.oracle)},
	{"deliveries", .word = "FILE", .help = "write each delivery to FILE", OWN(take_deliveries)},
	{0},
};

static const struct pvq_syntax syntax = {.name = "pvq trial",
	.summary = "One trial, for pvq's own use; see 'pvq run'.",
	.own = pvq_trial_options,
	.shared = of_the_driver};

void pvq_trial_args_init(struct pvq_trial_args *a)
{
	*a = (struct pvq_trial_args){.trial = {.seed = 1, .oracle = ""}};
}

int pvq_trial_args_find(struct pvq_trial_args *a, const struct pvq_registry *registry)
{
	a->trial.impl = pvq_twin_find(registry, a->impl, &a->trial.twin);
	return a->trial.impl ? pvq_trial_args_task(a) : -EINVAL;
}

int pvq_trial_args_task(struct pvq_trial_args *a)
{
	a->trial.spec = &a->spec;
	if (pvq_spec_parse(&a->spec, a->task))
		return -EINVAL;
	a->spec.keep = a->keep;
	return 0;
}

int pvq_trial_args_parse(struct pvq_trial_args *a, int argc, char **argv)
{
	pvq_trial_args_init(a);
	return pvq_options_parse(&syntax, argc, argv, a, NULL);
}

/* ---- writing ---- */

static void __attribute__((format(printf, 2, 3))) add_word(struct pvq_words *w, const char *format, ...)
{
	size_t room = sizeof(w->text) - w->used;
	va_list args;

	va_start(args, format);
	w->argv[w->argc++] = w->text + w->used;
	w->used += (size_t)vsnprintf(w->text + w->used, room, format, args) + 1;
	va_end(args);
}

static void add_cpus(struct pvq_words *w, const struct pvq_trial *t)
{
	if (t->ncpu == 0)
		return;
	add_word(w, "--cpus=");
	w->used--; /* append the list to the same word */
	for (unsigned i = 0; i < t->ncpu && w->used + 16 < sizeof(w->text); i++)
		w->used += (size_t)sprintf(w->text + w->used, "%s%d", i ? "," : "", t->cpu[i]);
	w->used++;
}

void pvq_trial_args_words(struct pvq_words *w, const struct pvq_trial *t)
{
	char args[PVQ_ARGS_TEXT], name[PVQ_NAME_MAX];

	w->argc = 0;
	w->used = 0;
	pvq_spec_args(t->spec, args, sizeof(args));
	pvq_twin_name(name, t->impl, t->twin);
	add_word(w, "pvq");
	add_word(w, "trial");
	add_word(w, "--impl=%s", name);
	add_word(w, "--task=%s%s%s", t->spec->task->name, args[0] ? ":" : "", args);
	add_word(w, "--n=%" PRIu64, t->n);
	add_word(w, "--seed=%" PRIu64, t->seed);
	add_word(w, "--workers=%u", t->workers);
	add_word(w, "--chunk=%u", t->chunk);
	add_word(w, "--window=%u", t->window);
	add_word(w, "--block=%u", t->block);
	add_word(w, "--cell=%u", t->cell);
	add_word(w, "--oracle=%s", t->oracle);
	if (t->care.attempts)
		add_word(w, "--retries=%u", t->care.attempts - 1);
	add_word(w, "--recycle=%" PRIu64, t->care.recycle);
	add_word(w, "--item-timeout=%g", (double)t->care.item_timeout_ms / 1000);
	if (t->spec->keep.joblog)
		add_word(w, "--joblog=%s", t->spec->keep.joblog);
	if (t->spec->keep.resume)
		add_word(w, "--resume");
	if (t->print)
		add_word(w, "--print");
	if (t->observe)
		add_word(w, "--observe=%s", t->observe);
	if (t->timeline)
		add_word(w, "--timeline=%s", t->timeline);
	if (t->deliveries)
		add_word(w, "--deliveries=%s", t->deliveries);
	add_cpus(w, t);
	w->argv[w->argc] = NULL;
}
