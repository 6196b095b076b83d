/* picture.h: the prediction beside what was measured: on a terminal, and as a picture in a file. Labels are English. */
#ifndef PVQ_LESSON_PICTURE_H
#define PVQ_LESSON_PICTURE_H

#include "lessons/score.h"

#include <stdio.h>

/* What there is to show. */
struct pvq_lesson_outcome {
	const struct pvq_lesson_data *data;
	const struct pvq_estimate *figure, *cell; /* all figures, and all cells' values */
	const struct pvq_prediction *prediction;  /* NULL: none was asked for */
	enum pvq_score score;
};

void pvq_lesson_draw_text(FILE *, const struct pvq_lesson_outcome *);

/* Writes DIR/plots/NAME.svg and .png. *drawn: whether gnuplot drew it. 0, or -errno with one line on stderr. */
int pvq_lesson_draw(const struct pvq_lesson_outcome *, const char *dir, int *drawn);

#endif
