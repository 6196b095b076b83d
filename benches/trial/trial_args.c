/* trial_args.c: the options of a trial, written and read. */
#include "trial/trial_args.h"
#include "trial/twin.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static const struct option shared[] = {
	{"impl", required_argument, NULL, 'i'},
	{"task", required_argument, NULL, 't'},
	{"n", required_argument, NULL, 'n'},
	{"workers", required_argument, NULL, 'w'},
	{"chunk", required_argument, NULL, 'c'},
	{"window", required_argument, NULL, 'd'},
	{"seed", required_argument, NULL, 's'},
	{"print", no_argument, NULL, 'p'},
	{"retries", required_argument, NULL, 'R'},
	{"recycle", required_argument, NULL, 'y'},
	{"item-timeout", required_argument, NULL, 'I'},
	{"cell", required_argument, NULL, 'e'}, /* a number for the row, by which it is found again */
	{"observe", required_argument, NULL, 'O'},
	{"timeline", required_argument, NULL, 'L'},
};

static const struct option of_the_driver[] = {
	{"cpus", required_argument, NULL, 'C'},
	{"block", required_argument, NULL, 'b'},
	{"oracle", required_argument, NULL, 'o'},
	{0},
};

enum { SHARED = sizeof(shared) / sizeof(shared[0]), EXTRA_MAX = 8 };

/* The counts as the parser gives them, before they are put where they belong. */
struct reading {
	struct pvq_trial_args *args;
	const char *task;
};

static int parse_cpus(struct pvq_trial_args *a, const char *list)
{
	char *end;

	for (const char *at = list; a->trial.ncpu < PVQ_CPUS_MAX; at = end + 1) {
		a->cpu[a->trial.ncpu++] = (int)strtol(at, &end, 10);
		if (end == at || (*end && *end != ','))
			return -EINVAL;
		if (!*end)
			break;
	}
	a->trial.cpu = a->cpu;
	return 0;
}

int pvq_parse_seconds(const char *name, const char *text, int or_none, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	if (end != text && !*end && (*seconds > 0 || (or_none && *seconds == 0)) && *seconds <= 1e6)
		return 0;
	fprintf(stderr, "pvq: %s must be a number of seconds above 0, not '%s'\n", name, text);
	return -EINVAL;
}

/* A file that the trial will write; there is room for as long a name as can be opened. */
static int parse_path(const char *name, const char *text, const char **path)
{
	if (!*text || strlen(text) >= PATH_MAX) {
		fprintf(stderr, "pvq: %s needs the name of a file, of at most %d characters\n", name,
			PATH_MAX - 1);
		return -EINVAL;
	}
	*path = text;
	return 0;
}

static int parse_small(const char *name, uint64_t min, uint64_t max, unsigned *value)
{
	uint64_t number = 0;
	int ret = pvq_parse_count(name, optarg, min, max, &number);

	*value = (unsigned)number;
	return ret;
}

static int parse_care(struct pvq_care *care, int option)
{
	double seconds;
	int ret;

	switch (option) {
	case 'R':
		ret = parse_small("--retries", 0, 200, &care->attempts);
		care->attempts++;
		return ret;
	case 'y':
		return pvq_parse_count("--recycle", optarg, 0, UINT64_MAX, &care->recycle);
	default:
		if (pvq_parse_seconds("--item-timeout", optarg, 1, &seconds))
			return -EINVAL;
		care->item_timeout_ms = (uint64_t)ceil(seconds * 1000);
		return 0;
	}
}

static int parse_shared(struct reading *r, int option)
{
	struct pvq_trial *t = &r->args->trial;

	switch (option) {
	case 'i':
		t->impl = pvq_twin_find(optarg, &t->twin);
		return t->impl ? 0 : -EINVAL;
	case 't':
		r->task = optarg;
		return 0;
	case 'n':
		return pvq_parse_count("--n", optarg, 1, 1000000000000u, &t->n);
	case 'w':
		return parse_small("--workers", 1, PVQ_WORKERS_MAX, &t->workers);
	case 'c':
		return parse_small("--chunk", 0, PVQ_CHUNK_MAX, &t->chunk);
	case 'd':
		return parse_small("--window", 0, PVQ_WINDOW_MAX, &t->window);
	case 's':
		return pvq_parse_count("--seed", optarg, 0, UINT64_MAX, &t->seed);
	case 'p':
		t->print = 1;
		return 0;
	case 'e':
		return parse_small("--cell", 0, UINT32_MAX, &t->cell);
	case 'O':
		return parse_path("--observe", optarg, &t->observe);
	case 'L':
		return parse_path("--timeline", optarg, &t->timeline);
	case 'R':
	case 'y':
	case 'I':
		return parse_care(&t->care, option);
	default: /* getopt has said what */
		return -EINVAL;
	}
}

static int take_of_the_driver(int option, void *ctx)
{
	struct pvq_trial_args *a = ctx;

	switch (option) {
	case 'C':
		return parse_cpus(a, optarg);
	case 'b':
		return parse_small("--block", 0, UINT32_MAX, &a->trial.block);
	default:
		a->trial.oracle = optarg;
		return 0;
	}
}

static int is_shared(int option)
{
	for (size_t i = 0; i < SHARED; i++)
		if (shared[i].val == option)
			return 1;
	return option == '?';
}

static int parse_options(struct reading *r, int argc, char **argv, const struct option *extra,
	int (*take)(int option, void *ctx), void *ctx)
{
	struct option known[SHARED + EXTRA_MAX + 1] = {0};
	int option;

	memcpy(known, shared, sizeof(shared));
	for (size_t i = 0; i < EXTRA_MAX && extra[i].name; i++)
		known[SHARED + i] = extra[i];
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (is_shared(option) ? parse_shared(r, option) : take(option, ctx))
			return -EINVAL;
	if (optind == argc)
		return 0;
	fprintf(stderr, "pvq: unexpected argument '%s'\n", argv[optind]);
	return -EINVAL;
}

int pvq_trial_args_parse(struct pvq_trial_args *a, int argc, char **argv, const struct option *extra,
	int (*take)(int option, void *ctx), void *ctx)
{
	struct reading r = {.args = a};
	struct pvq_trial *t = &a->trial;

	*a = (struct pvq_trial_args){.trial = {.seed = 1, .oracle = ""}};
	argv[0] = (char *)"pvq"; /* the name that getopt's messages begin with */
	if (parse_options(&r, argc, argv, extra ? extra : of_the_driver, extra ? take : take_of_the_driver,
		    extra ? ctx : a))
		return -EINVAL;
	if (!t->impl || !r.task || !t->n) {
		fprintf(stderr, "pvq: %s is missing; see 'pvq help'\n",
			!t->impl  ? "--impl"
			: !r.task ? "--task"
				  : "--n");
		return -EINVAL;
	}
	t->spec = &a->spec;
	return pvq_spec_parse(&a->spec, r.task);
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
	w->used--; /* the list goes on with the word */
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
	if (t->print)
		add_word(w, "--print");
	if (t->observe)
		add_word(w, "--observe=%s", t->observe);
	if (t->timeline)
		add_word(w, "--timeline=%s", t->timeline);
	add_cpus(w, t);
	w->argv[w->argc] = NULL;
}
