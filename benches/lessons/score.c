/* score.c: reads predictions, scores them by intervals, and writes figures. */
#include "lessons/score.h"
#include "base/parse.h"
#include "trial/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const score_name[] = {[PVQ_SCORE_OPEN] = "open",
	[PVQ_SCORE_RIGHT] = "right",
	[PVQ_SCORE_CLOSE] = "close",
	[PVQ_SCORE_OFF] = "off"};

const char *pvq_score_name(enum pvq_score score)
{
	return score_name[score];
}

/* ---- the prediction ---- */

static int parse_number(struct pvq_prediction *p, const struct pvq_lesson *lesson)
{
	enum pvq_lesson_unit unit = lesson->figure[0].unit;
	char bare[sizeof(p->text)];
	size_t len = strlen(p->text);

	memcpy(bare, p->text, len + 1);
	/* "12x" and "3 %" as the lesson itself writes them. */
	if (len && ((unit == PVQ_LESSON_RATIO && bare[len - 1] == 'x') ||
			   (unit == PVQ_LESSON_PERCENT && bare[len - 1] == '%')))
		bare[--len] = '\0';
	while (len && bare[len - 1] == ' ')
		bare[--len] = '\0';
	return pvq_parse_real("the answer", bare, unit == PVQ_LESSON_TIME ? PVQ_UNIT_NS : PVQ_UNIT_NONE,
		1e-6, 1e15, &p->number);
}

static int parse_choice(struct pvq_prediction *p)
{
	if (p->text[0] >= 'a' && p->text[0] < 'a' + PVQ_LESSON_CHOICES && !p->text[1]) {
		p->choice = p->text[0] - 'a';
		return 0;
	}
	fprintf(stderr, "pvq: the answer is one letter, a to %c, not '%s'\n", 'a' + PVQ_LESSON_CHOICES - 1,
		p->text);
	return -EINVAL;
}

static int parse_order(struct pvq_prediction *p, const struct pvq_lesson *lesson)
{
	unsigned count = 0, seen = 0;
	int wrong = 0;

	for (const char *at = p->text; *at; at++) {
		unsigned cell = (unsigned)(*at - 'a');

		if (strchr(" ,<", *at))
			continue;
		wrong |= cell >= lesson->ordered || seen & 1u << cell;
		if (wrong)
			break;
		seen |= 1u << cell;
		p->order[count++] = (unsigned char)cell;
	}
	if (!wrong && count == lesson->ordered)
		return 0;
	fprintf(stderr, "pvq: the answer is an order of all letters a to %c, the fastest first, not '%s'\n",
		'a' + (int)lesson->ordered - 1, p->text);
	return -EINVAL;
}

int pvq_prediction_parse(struct pvq_prediction *p, const struct pvq_lesson *lesson, const char *text)
{
	*p = (struct pvq_prediction){0};
	if (snprintf(p->text, sizeof(p->text), "%s", text) >= (int)sizeof(p->text)) {
		fprintf(stderr, "pvq: the answer is too long\n");
		return -EINVAL;
	}
	return lesson->ask == PVQ_ASK_NUMBER   ? parse_number(p, lesson)
	       : lesson->ask == PVQ_ASK_CHOICE ? parse_choice(p)
					       : parse_order(p, lesson);
}

/* ---- the score ---- */

void pvq_lesson_range(const struct pvq_lesson *lesson, int choice, double *lo, double *hi)
{
	*lo = choice == 0 ? 0 : lesson->bound[choice - 1];
	*hi = choice == PVQ_LESSON_CHOICES - 1 ? INFINITY : lesson->bound[choice];
}

struct pvq_accepted pvq_lesson_accepts(const struct pvq_lesson *lesson, const struct pvq_estimate *e)
{
	int first = 0, last = PVQ_LESSON_CHOICES - 1;
	struct pvq_accepted a;
	double ignored;

	if (lesson->ask == PVQ_ASK_NUMBER)
		return (struct pvq_accepted){e->lo / lesson->right, e->hi * lesson->right,
			e->lo / lesson->close, e->hi * lesson->close};
	while (first < last && e->lo >= lesson->bound[first])
		first++;
	while (last > first && e->hi < lesson->bound[last - 1])
		last--;
	pvq_lesson_range(lesson, first, &a.right_lo, &ignored);
	pvq_lesson_range(lesson, last, &ignored, &a.right_hi);
	pvq_lesson_range(lesson, first > 0 ? first - 1 : 0, &a.close_lo, &ignored);
	pvq_lesson_range(lesson, last < PVQ_LESSON_CHOICES - 1 ? last + 1 : last, &ignored, &a.close_hi);
	return a;
}

static enum pvq_score score_range(
	const struct pvq_prediction *p, const struct pvq_lesson *lesson, const struct pvq_estimate *e)
{
	struct pvq_accepted a = pvq_lesson_accepts(lesson, e);
	double lo = p->number, hi = p->number;

	if (isnan(e->lo))
		return PVQ_SCORE_OPEN;
	if (lesson->ask == PVQ_ASK_CHOICE)
		pvq_lesson_range(lesson, p->choice, &lo, &hi);
	if (a.right_lo <= 0 && isinf(a.right_hi)) /* any choice would be right */
		return PVQ_SCORE_OPEN;
	if (lo >= a.right_lo && hi <= a.right_hi)
		return PVQ_SCORE_RIGHT;
	return lo >= a.close_lo && hi <= a.close_hi ? PVQ_SCORE_CLOSE : PVQ_SCORE_OFF;
}

static int score_order(
	const struct pvq_prediction *p, const struct pvq_lesson_data *d, enum pvq_score *score)
{
	unsigned cells = d->lesson->ordered, against = 0;
	double alpha = PVQ_ALPHA / (cells * (cells - 1) / 2.0);

	*score = PVQ_SCORE_OPEN;
	for (unsigned i = 0; i < cells; i++)
		for (unsigned k = i + 1; k < cells; k++) {
			struct pvq_comparison c;
			int ret = pvq_lesson_compare(d, p->order[i], p->order[k], alpha, &c);

			if (ret)
				return ret;
			if (isnan(c.lo))
				return 0;
			against += c.verdict == PVQ_SLOWER;
		}
	*score = against == 0 ? PVQ_SCORE_RIGHT : against == 1 ? PVQ_SCORE_CLOSE : PVQ_SCORE_OFF;
	return 0;
}

int pvq_score(const struct pvq_prediction *p, const struct pvq_lesson_data *d,
	const struct pvq_estimate *figure, enum pvq_score *score)
{
	if (d->lesson->ask == PVQ_ASK_ORDER)
		return score_order(p, d, score);
	*score = score_range(p, d->lesson, figure);
	return 0;
}

/* ---- figures as text ---- */

static const char *suffix_of(enum pvq_lesson_unit unit)
{
	return unit == PVQ_LESSON_RATIO ? "x" : unit == PVQ_LESSON_PERCENT ? " %" : "";
}

/* Three significant digits, also of large numbers. */
static struct pvq_text number_text(double x)
{
	double unit = fabs(x) < 1000 ? 1 : pow(10, floor(log10(fabs(x))) - 2);

	return pvq_text_number(isinf(x) ? x : unit > 1 ? round(x / unit) * unit : x);
}

void pvq_lesson_value_text(char text[PVQ_FIGURE_TEXT], enum pvq_lesson_unit unit, double value)
{
	if (unit == PVQ_LESSON_TIME || isnan(value))
		snprintf(text, PVQ_FIGURE_TEXT, "%s", pvq_text_ns(value).s);
	else if (unit == PVQ_LESSON_COUNT && value == floor(value))
		snprintf(text, PVQ_FIGURE_TEXT, "%.0f", value);
	else
		snprintf(text, PVQ_FIGURE_TEXT, "%s%s", number_text(value).s, suffix_of(unit));
}

void pvq_lesson_figure_text(
	char text[PVQ_FIGURE_TEXT], enum pvq_lesson_unit unit, const struct pvq_estimate *e)
{
	char median[PVQ_FIGURE_TEXT];

	pvq_lesson_value_text(median, unit, e->median);
	if (unit == PVQ_LESSON_TIME)
		snprintf(text, PVQ_FIGURE_TEXT, "%s", pvq_text_ns_interval(e->median, e->lo, e->hi).s);
	else if (isnan(e->lo) || e->lo == e->hi)
		snprintf(text, PVQ_FIGURE_TEXT, "%.30s", median);
	else
		snprintf(text, PVQ_FIGURE_TEXT, "%.20s (%.20s–%.20s)", median, number_text(e->lo).s,
			number_text(e->hi).s);
}
