/* test_lessons.c: scores by intervals, and words for every outcome. */
#include "base/shuffle.h"
#include "lessons/tell.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum pvq_score score(const char *name, const char *answer, double lo, double hi)
{
	const struct pvq_lesson *lesson = pvq_lesson_find(name);
	struct pvq_lesson_data d = {.lesson = lesson};
	struct pvq_estimate figure = {.n = 20, .median = (lo + hi) / 2, .lo = lo, .hi = hi};
	struct pvq_prediction p;
	enum pvq_score s;

	assert_int_equal(pvq_prediction_parse(&p, lesson, answer), 0);
	assert_int_equal(pvq_score(&p, &d, &figure, &s), 0);
	return s;
}

static void test_number(void **state)
{
	(void)state;
	/* Within the interval widened by 2, or by 5. */
	assert_int_equal(score("wakeup", "1k", 900, 1100), PVQ_SCORE_RIGHT);
	assert_int_equal(score("wakeup", "451", 900, 1100), PVQ_SCORE_RIGHT);
	assert_int_equal(score("wakeup", "449", 900, 1100), PVQ_SCORE_CLOSE);
	assert_int_equal(score("wakeup", "5500", 900, 1100), PVQ_SCORE_CLOSE);
	assert_int_equal(score("wakeup", "5501", 900, 1100), PVQ_SCORE_OFF);
	assert_int_equal(score("wakeup", "1k", NAN, NAN), PVQ_SCORE_OPEN);
	/* A wide interval takes more. */
	assert_int_equal(score("wakeup", "5501", 900, 3000), PVQ_SCORE_RIGHT);
	/* Units. */
	assert_int_equal(score("grain", "3us", 2500, 3500), PVQ_SCORE_RIGHT);
	assert_int_equal(score("grain", "3ms", 2500, 3500), PVQ_SCORE_OFF);
	assert_int_equal(score("workers", "4x", 3.8, 3.9), PVQ_SCORE_RIGHT);
	assert_int_equal(score("workers", "4 x", 3.8, 3.9), PVQ_SCORE_RIGHT);
}

static void test_choice(void **state)
{
	(void)state;
	assert_int_equal(score("order", "b", 4, 9), PVQ_SCORE_RIGHT);
	assert_int_equal(score("order", "a", 4, 9), PVQ_SCORE_CLOSE);
	assert_int_equal(score("order", "c", 4, 9), PVQ_SCORE_CLOSE);
	assert_int_equal(score("order", "d", 4, 9), PVQ_SCORE_OFF);
	/* An interval over two ranges makes both right. */
	assert_int_equal(score("order", "a", 2, 9), PVQ_SCORE_RIGHT);
	assert_int_equal(score("order", "b", 2, 9), PVQ_SCORE_RIGHT);
	assert_int_equal(score("order", "d", 2, 9), PVQ_SCORE_OFF);
	/* The first range has no lower end. */
	assert_int_equal(score("order", "a", -5, 1), PVQ_SCORE_RIGHT);
	assert_int_equal(score("order", "d", 50, 90), PVQ_SCORE_RIGHT);
	assert_int_equal(score("order", "c", -5, 50), PVQ_SCORE_OPEN);
}

static enum pvq_score score_of_order(const char *answer, size_t blocks, double noise)
{
	const struct pvq_lesson *lesson = pvq_lesson_find("bytes");
	struct pvq_lesson_data d = {.lesson = lesson,
		.blocks = {.cells = 3, .blocks = blocks, .ns = calloc(3 * blocks, sizeof(double))}};
	struct pvq_prediction p;
	enum pvq_score s;

	assert_non_null(d.blocks.ns);
	/* a takes 300, b 200, c 100; every second block the other way round, if there is noise. */
	for (size_t cell = 0; cell < 3; cell++)
		for (size_t i = 0; i < blocks; i++)
			d.blocks.ns[cell * blocks + i] =
				300 - 100 * (double)cell + (i % 2 ? noise : 0) * ((double)cell - 1);
	assert_int_equal(pvq_prediction_parse(&p, lesson, answer), 0);
	assert_int_equal(pvq_score(&p, &d, NULL, &s), 0);
	pvq_lesson_data_free(&d);
	return s;
}

static void test_order(void **state)
{
	(void)state;
	assert_int_equal(score_of_order("cba", 12, 0), PVQ_SCORE_RIGHT);
	assert_int_equal(score_of_order("c, b, a", 12, 0), PVQ_SCORE_RIGHT);
	assert_int_equal(score_of_order("c<a<b", 12, 0), PVQ_SCORE_CLOSE);
	assert_int_equal(score_of_order("abc", 12, 0), PVQ_SCORE_OFF);
	assert_int_equal(score_of_order("cba", 4, 0), PVQ_SCORE_OPEN);
	/* What differs by chance alone contradicts no order. */
	assert_int_equal(score_of_order("abc", 12, 150), PVQ_SCORE_RIGHT);
}

/* Whatever is measured, there are words for it in every language, and no name in them stays unfilled. */
static void test_outcomes(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (size_t l = 0; pvq_lessons[l]; l++)
		for (int round = 0; round < 2000; round++) {
			struct pvq_lesson_data d = {.lesson = pvq_lessons[l], .cpus = 2};
			struct pvq_estimate figure[PVQ_LESSON_FIGURES_MAX];
			struct pvq_lesson_outcome o = {.data = &d, .figure = figure};
			char language[16];

			for (size_t i = 0; i < PVQ_LESSON_FIGURES_MAX; i++) {
				double x = exp2((double)(pvq_random_next(&random) % 400) / 10 - 10);

				figure[i] = (struct pvq_estimate){.n = 12,
					.median = x,
					.lo = round % 50 ? x / 1.01 : NAN,
					.hi = round % 50 ? x * 1.01 : NAN};
			}
			for (size_t i = 0; pvq_lesson_language(pvq_lessons[l], i, language); i++) {
				struct pvq_lesson_words words;
				char *text = NULL;
				size_t len;
				FILE *f = open_memstream(&text, &len);

				assert_non_null(f);
				assert_int_equal(pvq_lesson_words(&words, pvq_lessons[l], language), 0);
				pvq_lesson_tell_why(f, &o, &words);
				assert_int_equal(fclose(f), 0);
				if (len < 100 || strchr(text, '{'))
					fail_msg("%s, %s, %s: %s", pvq_lessons[l]->name, language,
						pvq_lesson_variant(&o), text);
				free(text);
			}
		}
}

static void printed_is(const char *markdown, const char *lines)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	pvq_lesson_print(f, markdown);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text, lines);
	free(text);
}

static void test_wrapping(void **state)
{
	(void)state;
	printed_is("one\ntwo\n\n- a: x\n- b: y\n", "one two\n\n- a: x\n- b: y\n");
	printed_is("123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 end\n",
		"123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789\nend\n");
	/* Wide characters take two columns, join over the end of a line, and are not parted from a full stop. */
	printed_is("一二三四五六七八九十一二三四五六七八九十\n一二三四五六七八九十一二三四五六七八九十。\n",
		"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九\n十。\n");
	printed_is("一二 3 四\n", "一二 3 四\n");
}

/* ---- the picture on a terminal ---- */

/* Draws the first figure, or the cells, beside the answer; NULL: none was asked for. */
static char *drawn(const char *name, const char *answer, const struct pvq_estimate *e)
{
	struct pvq_lesson_data d = {.lesson = pvq_lesson_find(name), .cpus = 2};
	struct pvq_lesson_outcome o = {.data = &d, .figure = e, .cell = e};
	struct pvq_prediction p;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	if (answer) {
		assert_int_equal(pvq_prediction_parse(&p, d.lesson, answer), 0);
		o.prediction = &p;
	}
	pvq_lesson_draw_text(f, &o);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* The column of a mark in the row of that label, from 0 on; -1: it has none. */
static int mark_of(const char *text, const char *label, char mark)
{
	const char *row = strstr(text, label), *bar = strchr(row ? row : text, '|'), *at;

	if (!row || !bar)
		fail_msg("no row '%s' with a bar", label);
	else if ((at = memchr(bar + 1, mark, strcspn(bar + 1, "\n"))))
		return (int)(at - bar - 1);
	return -1;
}

static struct pvq_estimate estimate(double median, double lo, double hi)
{
	return (struct pvq_estimate){
		.n = 20, .median = median, .lo = lo, .hi = hi, .min = median / 2, .max = median * 2};
}

static void test_picture_of_a_number(void **state)
{
	struct pvq_estimate e = estimate(1000, 900, 1100);
	char *text = drawn("wakeup", "1k", &e);

	(void)state;
	/* Near each other: an axis from 0 on; the answer stands where it was measured. */
	assert_int_equal(mark_of(text, "prediction", 'x'), mark_of(text, "measured", 'o'));
	assert_true(mark_of(text, "measured", '|') < mark_of(text, "measured", 'o'));
	free(text);
	/* A thousand times as much: on a logarithmic axis both are seen. */
	text = drawn("wakeup", "1000000", &e);
	assert_true(mark_of(text, "prediction", 'x') > 2 * mark_of(text, "measured", 'o'));
	free(text);
	/* As far below. */
	text = drawn("wakeup", "1", &e);
	assert_true(mark_of(text, "prediction", 'x') < mark_of(text, "measured", 'o'));
	free(text);
	/* No answer was asked for. */
	text = drawn("wakeup", NULL, &e);
	assert_null(strstr(text, "prediction"));
	assert_true(mark_of(text, "measured", 'o') > 0);
	free(text);
	/* Too few blocks for an interval: the bar is the range of what was measured. */
	e.lo = e.hi = NAN;
	text = drawn("wakeup", "1k", &e);
	assert_true(mark_of(text, "measured", '|') < mark_of(text, "measured", 'o') / 2 + 2);
	free(text);
	/* Nothing was measured: the answer alone. */
	e.median = e.min = e.max = NAN;
	text = drawn("wakeup", "1k", &e);
	assert_true(mark_of(text, "prediction", 'x') > 0);
	assert_int_equal(mark_of(text, "measured", 'o'), -1);
	assert_int_equal(mark_of(text, "measured", '-'), -1);
	free(text);
	/* And not even that. */
	text = drawn("wakeup", NULL, &e);
	assert_int_equal(mark_of(text, "measured", 'o'), -1);
	free(text);
}

/* The answer is a bar over its range; the first one begins at the axis, the last one ends with it. */
static void test_picture_of_a_choice(void **state)
{
	struct pvq_estimate e = estimate(6, 4, 9);
	int from = -1;

	(void)state;
	for (int letter = 'a'; letter <= 'd'; letter++) {
		char answer[2] = {(char)letter}, *text = drawn("order", answer, &e);
		int begin = mark_of(text, "prediction", '['), end = mark_of(text, "prediction", ']');

		assert_int_equal(mark_of(text, "prediction", 'x'), -1);
		assert_true(end > begin);
		if (letter == 'a')
			assert_int_equal(begin, 0);
		else if (letter != 'd') /* one range begins where the other has ended */
			assert_in_range(begin, from - 1, from + 1);
		from = end;
		if (letter == 'b') {
			assert_true(begin < mark_of(text, "measured", 'o'));
			assert_true(mark_of(text, "measured", 'o') < end);
		}
		free(text);
	}
}

static void test_picture_of_an_order(void **state)
{
	const struct pvq_estimate e[PVQ_LESSON_CELLS_MAX] = {
		estimate(3e6, 2.9e6, 3.1e6), estimate(2e6, 1.9e6, 2.1e6), estimate(1e6, 0.9e6, 1.1e6)};
	char *text = drawn("bytes", "cba", &e[0]);
	const char *a = strstr(text, "a: "), *b = strstr(text, "b: "), *c = strstr(text, "c: ");

	(void)state;
	assert_true(c && b && a && c < b && b < a); /* as was said */
	assert_true(mark_of(text, "c: ", 'o') < mark_of(text, "b: ", 'o'));
	assert_true(mark_of(text, "b: ", 'o') < mark_of(text, "a: ", 'o'));
	free(text);
	text = drawn("bytes", NULL, &e[0]);
	a = strstr(text, "a: ");
	b = strstr(text, "b: ");
	assert_true(a && b && a < b); /* as they stand */
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_wrapping),
		cmocka_unit_test(test_picture_of_a_number),
		cmocka_unit_test(test_picture_of_a_choice),
		cmocka_unit_test(test_picture_of_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
