/* tell.c: puts a lesson's words and figures together. */
#include "lessons/tell.h"
#include "base/asset.h"
#include "base/outfile.h"
#include "trial/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

struct filling {
	const struct pvq_lesson_outcome *outcome;
	const char *command; /* NULL: none */
};

static int is_named(struct pvq_lesson_part name, const char *word)
{
	return strlen(word) == name.len && memcmp(name.at, word, name.len) == 0;
}

/* A range of the first figure: "10 to 40", or one open end. */
static void write_range(FILE *f, const struct pvq_lesson *lesson, double lo, double hi)
{
	char a[PVQ_FIGURE_TEXT], b[PVQ_FIGURE_TEXT];

	pvq_lesson_value_text(a, lesson->figure[0].unit, lo);
	pvq_lesson_value_text(b, lesson->figure[0].unit, hi);
	if (isinf(hi))
		fprintf(f, "≥ %s", a);
	else if (lo <= 0)
		fprintf(f, "< %s", b);
	else
		fprintf(f, "%s – %s", a, b);
}

static int fill_accepted(FILE *f, const struct pvq_lesson_outcome *o, struct pvq_lesson_part name)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	struct pvq_accepted a;

	if (lesson->ask == PVQ_ASK_ORDER || isnan(o->figure[0].lo))
		return 0;
	a = pvq_lesson_accepts(lesson, &o->figure[0]);
	if (is_named(name, "right"))
		write_range(f, lesson, a.right_lo, a.right_hi);
	else if (is_named(name, "close"))
		write_range(f, lesson, a.close_lo, a.close_hi);
	else
		return 0;
	return 1;
}

static int fill(FILE *f, void *ctx, struct pvq_lesson_part name)
{
	const struct filling *filling = ctx;
	const struct pvq_lesson_outcome *o = filling->outcome;
	const struct pvq_lesson *lesson = o->data->lesson;
	char text[PVQ_FIGURE_TEXT];

	for (size_t i = 0; lesson->figure[i].name; i++)
		if (is_named(name, lesson->figure[i].name)) {
			pvq_lesson_figure_text(text, lesson->figure[i].unit, &o->figure[i]);
			fputs(text, f);
			return 1;
		}
	if (is_named(name, "cpus"))
		fprintf(f, "%u", o->data->cpus);
	else if (is_named(name, "blocks"))
		fprintf(f, "%zu", o->figure[0].n);
	else if (is_named(name, "answer") && o->prediction)
		fputs(o->prediction->text, f);
	else if (is_named(name, "command") && filling->command)
		fputs(filling->command, f);
	else if (is_named(name, "version"))
		fputs(pvq_revision, f);
	else
		return fill_accepted(f, o, name);
	return 1;
}

const char *pvq_lesson_variant(const struct pvq_lesson_outcome *o)
{
	const struct pvq_lesson *lesson = o->data->lesson;

	for (size_t i = 0; lesson->figure[i].name; i++)
		if (isnan(o->figure[i].lo))
			return PVQ_LESSON_OPEN;
	return lesson->explain(o->figure);
}

void pvq_lesson_tell_question(FILE *f, const struct pvq_lesson_words *w)
{
	struct pvq_lesson_part title = pvq_lesson_title(w), situation = pvq_lesson_section(w, "situation"),
			       question = pvq_lesson_section(w, "question");

	fprintf(f, "# %.*s\n\n%.*s\n\n%.*s\n", (int)title.len, title.at, (int)situation.len, situation.at,
		(int)question.len, question.at);
}

void pvq_lesson_tell_score(FILE *f, const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	struct filling filling = {.outcome = o};
	char keyword[32];

	if (!o->prediction)
		return;
	snprintf(keyword, sizeof(keyword), "%s%s",
		o->score != PVQ_SCORE_OPEN && o->data->lesson->ask == PVQ_ASK_ORDER ? "order_" : "score_",
		pvq_score_name(o->score));
	pvq_lesson_write(f, pvq_lesson_frame(w, keyword), fill, &filling);
	fputc('\n', f);
}

void pvq_lesson_tell_why(FILE *f, const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	struct filling filling = {.outcome = o};
	const char *variant = pvq_lesson_variant(o);

	pvq_lesson_write(f,
		strcmp(variant, PVQ_LESSON_OPEN) == 0 ? pvq_lesson_frame(w, variant)
						      : pvq_lesson_section(w, variant),
		fill, &filling);
	fputc('\n', f);
}

/* ---- the page ---- */

static void page_table(FILE *f, const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	struct pvq_lesson_part head = pvq_lesson_frame(w, "table");
	char text[PVQ_FIGURE_TEXT];

	fprintf(f, "| %.*s |\n|:--|--:|\n", (int)head.len, head.at);
	for (size_t i = 0; lesson->cell[i].label; i++) {
		pvq_lesson_figure_text(
			text, lesson->value ? PVQ_LESSON_COUNT : PVQ_LESSON_TIME, &o->cell[i]);
		fprintf(f, "| %s | %s |\n", lesson->cell[i].label, text);
	}
	for (size_t i = 0; lesson->figure[i].name; i++) {
		if (!lesson->figure[i].label)
			continue;
		pvq_lesson_figure_text(text, lesson->figure[i].unit, &o->figure[i]);
		fprintf(f, "| *%s* | %s |\n", lesson->figure[i].label, text);
	}
}

static int page_write(const struct pvq_lesson_outcome *o, const struct pvq_lesson_words *w, const char *dir,
	const char *command, int drawn)
{
	struct filling filling = {.outcome = o, .command = command};
	const struct pvq_lesson *lesson = o->data->lesson;
	struct pvq_outfile page;
	char name[96];
	int ret = pvq_outfile_begin(&page);

	if (ret)
		return ret;
	pvq_lesson_tell_question(page.f, w);
	fputc('\n', page.f);
	if (o->prediction) {
		pvq_lesson_tell_score(page.f, o, w);
		fputc('\n', page.f);
	}
	if (drawn)
		fprintf(page.f, "![%s](plots/%s.svg)\n\n", lesson->figure[0].label, lesson->name);
	page_table(page.f, o, w);
	fputc('\n', page.f);
	pvq_lesson_tell_why(page.f, o, w);
	fputc('\n', page.f);
	pvq_lesson_write(page.f, pvq_lesson_frame(w, "made"), fill, &filling);
	fputc('\n', page.f);
	snprintf(name, sizeof(name), "%s.%s.md", lesson->name, w->language);
	ret = pvq_outfile_write(&page, dir, name);
	pvq_outfile_free(&page);
	return ret;
}

int pvq_lesson_pages(const struct pvq_lesson_outcome *o, const char *dir, const char *command)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	char language[16];
	int ret, drawn;

	if (mkdir(dir, 0777) && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot make %s: %s\n", dir, strerror(-ret));
		return ret;
	}
	ret = pvq_lesson_draw(o, dir, &drawn);
	for (size_t i = 0; ret == 0 && pvq_lesson_language(lesson, i, language); i++) {
		struct pvq_lesson_words words;

		ret = pvq_lesson_words(&words, lesson, language);
		if (ret == 0)
			ret = page_write(o, &words, dir, command, drawn);
	}
	return ret;
}
