/* score.h: points from paired times. A student loses points only where the blocks show it: by the end of the interval
 * that is best for the student. So an inconclusive comparison is never a loss.
 */
#ifndef PVQ_SCORE_H
#define PVQ_SCORE_H

#include "grade/grading.h"
#include "stats/stats.h"

/* Full points up to this ratio to the reference's time. */
#define PVQ_SCORE_WITHIN 1.2

/* The points for a ratio to the reference's time. */
uint64_t pvq_grade_points(double ratio);

/* Whether measuring may stop after n blocks: after 10, 15, … of them, where the whole interval gives full points. That
 * never takes a point away, because a strategy that is not settled is measured to the end. */
int pvq_grade_settled(const double *student, const double *reference, size_t n);

/* Fills in grade, points, blocks, ratios and the sentence from n blocks of times above 0. */
void pvq_grade_score(struct pvq_grading *, const double *student, const double *reference,
	const double *serial, size_t n);

#endif
