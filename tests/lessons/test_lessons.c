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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_wrapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
