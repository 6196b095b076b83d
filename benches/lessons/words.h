/* words.h: the words of a lesson, in a language.
 *
 * NAME.LANGUAGE.md is Markdown: a title, then sections. Each section's heading is a keyword, the same in every language:
 *   situation   at most 120 words
 *   question    what to predict; for a choice or an order with the answers as a list, "- a: …"
 *   usual, other, … explanations, one for each outcome; they name the figures as {name}
 * frame.LANGUAGE.md has the words around them, one section each.
 */
#ifndef PVQ_LESSON_WORDS_H
#define PVQ_LESSON_WORDS_H

#include "lessons/lesson.h"

#include <stdio.h>

/* What explains an outcome without an interval, in every lesson: a section of the frame. */
#define PVQ_LESSON_OPEN "open"

/* The words of a lesson. Borrowed from the assets. */
struct pvq_lesson_words {
	char language[16];
	const char *text, *frame;
};

/* Finds the words. language: such as "zh"; NULL: that of LC_ALL, LC_MESSAGES or LANG where there are such words, else
 * English. 0, or -EINVAL with one line on stderr. */
int pvq_lesson_words(struct pvq_lesson_words *, const struct pvq_lesson *, const char *language);

/* The i-th language in which the lesson has words; 0: there are no more. */
int pvq_lesson_language(const struct pvq_lesson *, size_t i, char language[16]);

/* A part of a text. */
struct pvq_lesson_part {
	const char *at;
	size_t len;
};

struct pvq_lesson_part pvq_lesson_title(const struct pvq_lesson_words *);
/* A section of the lesson, or of the frame; empty if there is none. */
struct pvq_lesson_part pvq_lesson_section(const struct pvq_lesson_words *, const char *keyword);
struct pvq_lesson_part pvq_lesson_frame(const struct pvq_lesson_words *, const char *keyword);

/* Writes the part with each {name} replaced by value(ctx, name). A name without a value stays as it is. */
typedef int pvq_lesson_fill(FILE *, void *ctx, struct pvq_lesson_part name);
void pvq_lesson_write(FILE *f, struct pvq_lesson_part part, pvq_lesson_fill *fill, void *ctx);

/* Prints Markdown for a terminal: its paragraphs and lists, wrapped. */
void pvq_lesson_print(FILE *, const char *markdown);

#endif
