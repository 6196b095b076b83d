/* score.h: a prediction, and its score by the measured interval. */
#ifndef PVQ_LESSON_SCORE_H
#define PVQ_LESSON_SCORE_H

#include "lessons/lesson.h"

struct pvq_prediction {
	char text[64];                             /* as given */
	double number;                             /* of PVQ_ASK_NUMBER */
	int choice;                                /* of PVQ_ASK_CHOICE, from 0 on */
	unsigned char order[PVQ_LESSON_CELLS_MAX]; /* of PVQ_ASK_ORDER: cells, the fastest first */
};

/* Reads an answer to the lesson's question. 0, or -EINVAL with one line on stderr that says what it takes. */
int pvq_prediction_parse(struct pvq_prediction *, const struct pvq_lesson *, const char *text);

enum pvq_score {
	PVQ_SCORE_OPEN, /* there is no interval, or it allows every answer */
	PVQ_SCORE_RIGHT,
	PVQ_SCORE_CLOSE,
	PVQ_SCORE_OFF,
};

const char *pvq_score_name(enum pvq_score);

/* What counts as right and as close, as ranges of the first figure. For a choice, `close` reaches over the ranges beside
 * the right ones. Not for an order. */
struct pvq_accepted {
	double right_lo, right_hi, close_lo, close_hi;
};

struct pvq_accepted pvq_lesson_accepts(const struct pvq_lesson *, const struct pvq_estimate *figure);

/* The range of a choice. */
void pvq_lesson_range(const struct pvq_lesson *, int choice, double *lo, double *hi);

/* Scores it.
 *
 * - A number is right within the interval widened by the lesson's factor `right`, and close within `close`.
 * - A choice is right if its range and the interval overlap, and close if it is beside such a one; if every
 *   range overlaps it, the score is open.
 * - An order is right if no pair of cells was measured the other way round, and close if one pair was. Only a pair that
 *   is "faster" or "slower" counts, at an error of 5 % for all pairs together.
 *
 * 0 or -ENOMEM. */
int pvq_score(const struct pvq_prediction *, const struct pvq_lesson_data *,
	const struct pvq_estimate *figure, enum pvq_score *);

/* Writes the figure with its interval: "12.3 us (11.9–12.8)". */
enum { PVQ_FIGURE_TEXT = 80 };
void pvq_lesson_figure_text(
	char text[PVQ_FIGURE_TEXT], enum pvq_lesson_unit, const struct pvq_estimate *figure);

/* The same for one value: "12.3 us". */
void pvq_lesson_value_text(char text[PVQ_FIGURE_TEXT], enum pvq_lesson_unit, double value);

#endif
