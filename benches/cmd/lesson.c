/* lesson.c: `pvq lesson`: asks for a prediction, measures, and explains what came out. */
#include "base/colour.h"
#include "base/outfile.h"
#include "base/parse.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "lessons/tell.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static const double budget_s = 20;

static struct lesson_args {
	const char *answer, *language, *out;
	double budget_s;
	uint64_t seed;
	int reveal, json;
} args;

static void init(void)
{
	args.budget_s = budget_s;
	args.seed = PVQ_SEED;
}

static int take_budget(void *into, const char *text)
{
	return pvq_parse_seconds("--budget", text, 0, &((struct lesson_args *)into)->budget_s);
}

#define AT(field) .at = offsetof(struct lesson_args, field)

static const struct pvq_option options[] = {
	{"answer", .word = "VALUE",
		.help = "the prediction: a number with its unit, a letter, or an order of letters (asked for)",
		.kind = PVQ_OPTION_TEXT, AT(answer)},
	{"reveal", .help = "ask for nothing: measure and explain at once", .kind = PVQ_OPTION_FLAG,
		AT(reveal)},
	{"lang", .word = "LANGUAGE", .help = "of the words: en, zh (that of LANG, or en)",
		.kind = PVQ_OPTION_TEXT, AT(language), .choices = "en zh"},
	{"out", .word = "DIR",
		.help = "also write the lesson as a page in every language, with its picture",
		.kind = PVQ_OPTION_TEXT, AT(out)},
	{"budget", .word = "TIME", .help = "how long to measure at most, in seconds or as 500ms (20)",
		.kind = PVQ_OPTION_OWN, .take = take_budget},
	{"seed", .word = "S", .help = "seed of the order and of the data (1)", .kind = PVQ_OPTION_COUNT,
		.max = UINT64_MAX, AT(seed)},
	{"json", .help = "print the outcome as JSON; asks for nothing", .kind = PVQ_OPTION_FLAG, AT(json)},
	{0},
};

/* ---- the list of lessons ---- */

static const char *const ask_name[] = {
	[PVQ_ASK_NUMBER] = "number", [PVQ_ASK_CHOICE] = "choice", [PVQ_ASK_ORDER] = "order"};

static json_t *figure_names(const struct pvq_lesson *lesson)
{
	json_t *list = json_array();

	for (size_t i = 0; lesson->figure[i].name; i++)
		list = pvq_json_append(list, json_string(lesson->figure[i].name));
	return list;
}

static int list_json(void)
{
	const struct pvq_lesson *lesson;
	json_t *list = json_array();

	for (size_t i = 0; (lesson = pvq_lesson_at(i)); i++) {
		struct pvq_lesson_words words;
		struct pvq_lesson_part title;

		if (pvq_lesson_words(&words, lesson, args.language)) {
			json_decref(list);
			return PVQ_EXIT_USAGE;
		}
		title = pvq_lesson_title(&words);
		list = pvq_json_append(
			list, json_pack("{s:s,s:s#,s:s,s:s,s:o}", "name", lesson->name, "title", title.at,
				      (int)title.len, "ask", ask_name[lesson->ask], "guess", lesson->guess,
				      "figures", figure_names(lesson)));
	}
	return pvq_json_print(list);
}

static int list(void)
{
	const struct pvq_lesson *lesson;
	struct pvq_lesson_words words = {0};

	for (size_t i = 0; (lesson = pvq_lesson_at(i)); i++) {
		struct pvq_lesson_part title;

		if (pvq_lesson_words(&words, lesson, args.language))
			return PVQ_EXIT_USAGE;
		title = pvq_lesson_title(&words);
		printf("  %-12s %.*s\n", lesson->name, (int)title.len, title.at);
	}
	if (words.frame) {
		struct pvq_lesson_part foot = pvq_lesson_frame(&words, "list");

		printf("\n%.*s\n", (int)foot.len, foot.at);
	}
	return pvq_cmd_flush();
}

/* ---- the prediction ---- */

/* Asks until there is an answer; only a terminal is asked twice. 0 or -EINVAL. */
static int ask(const struct pvq_lesson *lesson, const struct pvq_lesson_words *words,
	struct pvq_prediction *prediction)
{
	struct pvq_lesson_part prompt = pvq_lesson_frame(words, "answer");
	char line[128];

	for (;;) {
		printf("\n%.*s: ", (int)prompt.len, prompt.at);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin)) {
			fprintf(stderr,
				"pvq: there is no answer; give one with --answer, or use --reveal\n");
			return -EINVAL;
		}
		line[strcspn(line, "\n")] = '\0';
		if (pvq_prediction_parse(prediction, lesson, line) == 0)
			return 0;
		if (!isatty(STDIN_FILENO))
			return -EINVAL;
	}
}

/* ---- the outcome ---- */

/* What one of the functions below writes, as a text. NULL: out of memory. The caller frees it. */
typedef void telling(FILE *, const struct pvq_lesson_outcome *, const struct pvq_lesson_words *);

static char *told(telling *tell, const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	tell(f, o, w);
	if (ferror(f) | fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static void tell_question(FILE *f, const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	(void)o;
	pvq_lesson_tell_question(f, w);
}

/* 0, or -ENOMEM with a line on stderr. */
static int print(telling *tell, const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	char *text = told(tell, o, w);
	int ret = text ? 0 : -ENOMEM;

	if (text)
		pvq_lesson_print(stdout, text);
	else
		fprintf(stderr, "pvq: out of memory\n");
	free(text);
	return ret;
}

static enum pvq_lesson_unit cell_unit(const struct pvq_lesson *lesson)
{
	return lesson->value ? PVQ_LESSON_COUNT : PVQ_LESSON_TIME;
}

/* Returns the exit code. */
static int print_outcome(const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	char text[PVQ_FIGURE_TEXT];
	int ret = 0;

	putchar('\n');
	pvq_lesson_draw_text(stdout, o);
	putchar('\n');
	for (size_t i = 0; lesson->cell[i].label; i++) {
		pvq_lesson_figure_text(text, cell_unit(lesson), &o->cell[i]);
		printf("  %-46s %s\n", lesson->cell[i].label, text);
	}
	for (size_t i = 0; lesson->figure[i].name; i++) {
		if (!lesson->figure[i].label)
			continue;
		pvq_lesson_figure_text(text, lesson->figure[i].unit, &o->figure[i]);
		printf("  %-46s %s\n", lesson->figure[i].label, text);
	}
	putchar('\n');
	if (o->prediction) {
		ret = print(pvq_lesson_tell_score, o, w);
		putchar('\n');
	}
	if (ret == 0)
		ret = print(pvq_lesson_tell_why, o, w);
	return ret ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

static json_t *json_estimate(const char *name, const char *unit, const struct pvq_estimate *e)
{
	return json_pack("{s:s,s:o,s:I,s:o,s:o,s:o}", "name", name, "unit", pvq_json_text(unit), "n",
		(json_int_t)e->n, "median", pvq_json_real(e->median), "lo", pvq_json_real(e->lo), "hi",
		pvq_json_real(e->hi));
}

static const char *const unit_name[] = {[PVQ_LESSON_TIME] = "ns",
	[PVQ_LESSON_RATIO] = "ratio",
	[PVQ_LESSON_PERCENT] = "percent",
	[PVQ_LESSON_COUNT] = "count"};

static int print_json(const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	json_t *cells = json_array(), *figures = json_array();
	struct pvq_lesson_part title = pvq_lesson_title(w);
	char *why = told(pvq_lesson_tell_why, o, w);
	json_t *value;

	for (size_t i = 0; lesson->cell[i].label; i++)
		cells = pvq_json_append(cells,
			json_estimate(lesson->cell[i].label, unit_name[cell_unit(lesson)], &o->cell[i]));
	for (size_t i = 0; lesson->figure[i].name; i++)
		figures =
			pvq_json_append(figures, json_estimate(lesson->figure[i].name,
							 unit_name[lesson->figure[i].unit], &o->figure[i]));
	value = json_pack("{s:s,s:s#,s:s,s:s,s:o,s:o,s:s,s:o,s:o,s:o,s:I,s:i,s:I,s:I}", "lesson",
		lesson->name, "title", title.at, (int)title.len, "language", w->language, "ask",
		ask_name[lesson->ask], "answer", pvq_json_text(o->prediction ? o->prediction->text : NULL),
		"score", pvq_json_text(o->prediction ? pvq_score_name(o->score) : NULL), "explained_as",
		pvq_lesson_variant(o), "explanation", why ? pvq_json_text(why) : NULL, "figures", figures,
		"cells", cells, "seed", (json_int_t)o->data->seed, "cpus", (int)o->data->cpus, "trials",
		(json_int_t)o->data->trials, "failed", (json_int_t)o->data->failed);
	free(why);
	return pvq_json_print(value);
}

/* Computes figures and score. 0 or -ENOMEM. */
static int conclude(struct pvq_lesson_outcome *o, struct pvq_estimate *figure, struct pvq_estimate *cell)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	int ret = lesson->conclude(o->data, figure);

	for (size_t i = 0; ret == 0 && lesson->cell[i].label; i++)
		ret = pvq_lesson_value(o->data, i, &cell[i]);
	o->figure = figure;
	o->cell = cell;
	return ret == 0 && o->prediction ? pvq_score(o->prediction, o->data, figure, &o->score) : ret;
}

/* Says what was wrong with the measurement. Returns the exit code. */
static int judge(const struct pvq_lesson_outcome *o)
{
	const struct pvq_lesson_data *d = o->data;

	if (d->failed) {
		fprintf(stderr, "pvq: %zu of %zu trials failed: %s\n", d->failed, d->trials, d->trouble);
		return PVQ_EXIT_FAILED;
	}
	if (strcmp(pvq_lesson_variant(o), PVQ_LESSON_OPEN) != 0)
		return PVQ_EXIT_DONE;
	if (d->trouble[0])
		fprintf(stderr, "pvq: not measured: %s\n", d->trouble);
	else
		fprintf(stderr, "pvq: the blocks are too few for an interval; give a larger --budget\n");
	return PVQ_EXIT_OPEN;
}

/* Measures, and tells what came out. Returns the exit code. */
static int teach(const struct pvq_lesson_words *words, const struct pvq_lesson *lesson,
	const struct pvq_prediction *prediction, const struct pvq_call *call)
{
	struct pvq_estimate figure[PVQ_LESSON_FIGURES_MAX] = {0}, cell[PVQ_LESSON_CELLS_MAX] = {0};
	struct pvq_lesson_data data;
	struct pvq_lesson_outcome outcome = {.data = &data, .prediction = prediction};
	int code = PVQ_EXIT_FAILED, ret;

	pvq_launch_signals();
	ret = pvq_lesson_measure(&data, lesson, call->registry, args.budget_s, args.seed);
	if (ret == 0)
		ret = conclude(&outcome, figure, cell);
	if (ret == -ENOMEM)
		fprintf(stderr, "pvq: out of memory\n");
	else if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted\n");
	if (ret == 0) {
		code = args.json ? print_json(&outcome, words) : print_outcome(&outcome, words);
		if (args.out && pvq_lesson_pages(&outcome, args.out, call->typed))
			code = PVQ_EXIT_FAILED;
		if (pvq_cmd_flush())
			code = PVQ_EXIT_FAILED;
		if (code == PVQ_EXIT_DONE)
			code = judge(&outcome);
	}
	pvq_lesson_data_free(&data);
	return code;
}

static int run(const struct pvq_call *call)
{
	const struct pvq_lesson *lesson;
	struct pvq_prediction prediction = {0};
	struct pvq_lesson_words words;
	int asks = !args.reveal && !args.json && !args.answer;

	if (call->given.words == 0) {
		if (args.answer || args.reveal || args.out) {
			fprintf(stderr, "pvq: name a lesson; 'pvq lesson' lists them\n");
			return PVQ_EXIT_USAGE;
		}
		return args.json ? list_json() : list();
	}
	lesson = pvq_lesson_find(call->given.word[0]);
	if (!lesson || pvq_lesson_words(&words, lesson, args.language))
		return PVQ_EXIT_USAGE;
	if (args.answer && args.reveal) {
		fprintf(stderr, "pvq: --reveal asks for no prediction; leave --answer or --reveal out\n");
		return PVQ_EXIT_USAGE;
	}
	if (args.answer && pvq_prediction_parse(&prediction, lesson, args.answer))
		return PVQ_EXIT_USAGE;
	if (!args.json && print(tell_question, NULL, &words))
		return PVQ_EXIT_FAILED;
	if (asks && ask(lesson, &words, &prediction))
		return PVQ_EXIT_USAGE;
	return teach(&words, lesson, asks || args.answer ? &prediction : NULL, call);
}

const struct pvq_command pvq_command_lesson = {
	.syntax = {.name = "pvq lesson",
		.summary =
			"Predict, measure, and read why: short lessons about processes, threads and queues.",
		.words = "[NAME]",
		.words_help = "lesson takes one name; without one it lists the lessons",
		.most = 1,
		.own = options},
	.into = &args,
	.init = init,
	.run = run,
};
