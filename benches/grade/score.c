/* score.c: the paired comparisons of a grading, and the points they give. */
#include "grade/score.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PAIRS_MAX = 64, LOOK_FIRST = 10, LOOK_EACH = 5 };

static void number(char text[16], double value)
{
	text[0] = '\0';
	if (isfinite(value))
		snprintf(text, 16, "%.3f", value);
}

static struct pvq_comparison compare(
	struct pvq_grade_ratio *to, const double *student, const double *other, size_t n)
{
	double copy[PAIRS_MAX];
	struct pvq_comparison c;

	memcpy(copy, student, n * sizeof(*copy));
	c = pvq_compare(copy, other, n, PVQ_ALPHA);
	number(to->ratio, c.ratio);
	number(to->lo, c.lo);
	number(to->hi, c.hi);
	snprintf(to->words, sizeof(to->words), "%s", pvq_comparison_words(&c));
	return c;
}

int pvq_grade_settled(const double *student, const double *reference, size_t n)
{
	struct pvq_grade_ratio unused;

	if (n < LOOK_FIRST || n % LOOK_EACH || n > PAIRS_MAX)
		return 0;
	return compare(&unused, student, reference, n).hi <= PVQ_SCORE_WITHIN;
}

uint64_t pvq_grade_points(double ratio)
{
	return ratio <= PVQ_SCORE_WITHIN ? PVQ_POINTS_FULL
					 : (uint64_t)(PVQ_POINTS_FULL * PVQ_SCORE_WITHIN / ratio);
}

void pvq_grade_score(struct pvq_grading *g, const double *student, const double *reference,
	const double *serial, size_t n)
{
	struct pvq_comparison c;

	n = n < PAIRS_MAX ? n : PAIRS_MAX;
	g->blocks = (unsigned)n;
	c = compare(&g->reference_ratio, student, reference, n);
	(void)compare(&g->serial_ratio, student, serial, n);
	if (!isfinite(c.lo)) {
		g->grade = PVQ_GRADE_OPEN;
		g->points = PVQ_UNKNOWN_U64;
		pvq_grading_say(g, "too few blocks for an interval: grade it again with a larger --budget");
	} else if (c.lo <= PVQ_SCORE_WITHIN) {
		g->grade = PVQ_GRADE_FULL;
		g->points = PVQ_POINTS_FULL;
		pvq_grading_say(g, "right, and %s 20 %% of %s",
			c.hi <= PVQ_SCORE_WITHIN ? "within" : "not shown to be beyond", g->reference);
	} else {
		g->grade = PVQ_GRADE_SLOWER;
		g->points = pvq_grade_points(c.lo);
		pvq_grading_say(g,
			"right, but %.2fx slower than %s: look at what an item costs beside its work, such as a wake-up, a "
			"fork, a copy, or a worker without work",
			c.ratio, g->reference);
	}
}
