/* tell.h: what a lesson says, in Markdown: the question, the explanation by the figures, and a page of all. */
#ifndef PVQ_LESSON_TELL_H
#define PVQ_LESSON_TELL_H

#include "lessons/picture.h"
#include "lessons/words.h"

/* The section that explains the outcome (words.h). */
const char *pvq_lesson_variant(const struct pvq_lesson_outcome *);

/* Writes title, situation and question. */
void pvq_lesson_tell_question(FILE *, const struct pvq_lesson_words *);

/* Writes the score, if there was a prediction, and the explanation. */
void pvq_lesson_tell_score(FILE *, const struct pvq_lesson_outcome *, const struct pvq_lesson_words *);
void pvq_lesson_tell_why(FILE *, const struct pvq_lesson_outcome *, const struct pvq_lesson_words *);

/* Writes DIR/NAME.LANGUAGE.md in every language, and the picture. command: as typed. 0, or -errno with one line on
 * stderr. */
int pvq_lesson_pages(const struct pvq_lesson_outcome *, const char *dir, const char *command);

#endif
