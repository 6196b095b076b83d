/* figures.c: computes the figures of lessons, and finds lessons and their parts. */
#include "base/parse.h"
#include "lessons/lesson.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct pvq_lesson *pvq_lesson_at(size_t i)
{
	for (size_t l = 0; pvq_lessons[l]; l++) {
		size_t before = 0;

		for (size_t k = 0; pvq_lessons[k]; k++)
			before += pvq_lessons[k]->place < pvq_lessons[l]->place;
		if (before == i)
			return pvq_lessons[l];
	}
	return NULL;
}

static const char *name_at(const void *ctx, size_t i)
{
	const struct pvq_lesson *lesson = pvq_lesson_at(i);

	(void)ctx;
	return lesson ? lesson->name : NULL;
}

const struct pvq_lesson *pvq_lesson_find(const char *name)
{
	for (size_t l = 0; pvq_lessons[l]; l++)
		if (strcmp(pvq_lessons[l]->name, name) == 0)
			return pvq_lessons[l];
	pvq_unknown("lesson", name, name_at, NULL, NULL);
	return NULL;
}

size_t pvq_lesson_cells(const struct pvq_lesson *lesson)
{
	size_t n = 0;

	while (lesson->cell[n].label)
		n++;
	return n;
}

void pvq_lesson_data_free(struct pvq_lesson_data *d)
{
	pvq_blocks_free(&d->blocks);
}

/* Collects the cell's values, and those of `to` in the same blocks; to == cell: its own alone. Returns their number, or
 * -ENOMEM. The caller frees *a, whose second half *b is. */
static long collect(const struct pvq_lesson_data *d, size_t cell, size_t to, double **a, double **b)
{
	const struct pvq_blocks *blocks = &d->blocks;
	long n = 0;

	*a = calloc(2 * blocks->blocks + 1, sizeof(**a));
	if (!*a)
		return -ENOMEM;
	*b = *a + blocks->blocks;
	for (size_t i = 0; i < blocks->blocks; i++) {
		double x = blocks->ns[cell * blocks->blocks + i], y = blocks->ns[to * blocks->blocks + i];

		if (isnan(x) || isnan(y))
			continue;
		(*a)[n] = x;
		(*b)[n++] = y;
	}
	return n;
}

int pvq_lesson_value(const struct pvq_lesson_data *d, size_t cell, struct pvq_estimate *e)
{
	double *a, *b;
	long n = collect(d, cell, cell, &a, &b);

	if (n < 0)
		return (int)n;
	*e = pvq_estimate(a, (size_t)n, PVQ_ALPHA);
	free(a);
	return 0;
}

int pvq_lesson_compare(
	const struct pvq_lesson_data *d, size_t cell, size_t to, double alpha, struct pvq_comparison *c)
{
	double *a, *b;
	long n = collect(d, cell, to, &a, &b);

	if (n < 0)
		return (int)n;
	*c = pvq_compare(a, b, (size_t)n, alpha);
	free(a);
	return 0;
}

int pvq_lesson_ratio(const struct pvq_lesson_data *d, size_t cell, size_t to, struct pvq_estimate *e)
{
	struct pvq_comparison c;
	int ret = pvq_lesson_compare(d, cell, to, PVQ_ALPHA, &c);

	if (ret == 0)
		*e = (struct pvq_estimate){
			.n = c.n, .median = c.ratio, .lo = c.lo, .hi = c.hi, .min = NAN, .max = NAN};
	return ret;
}

int pvq_lesson_apart(const struct pvq_lesson_data *d, size_t cell, size_t to, struct pvq_estimate *e)
{
	double *a, *b;
	long n = collect(d, cell, to, &a, &b);

	if (n < 0)
		return (int)n;
	for (long i = 0; i < n; i++)
		a[i] = 100 * (fmax(a[i], b[i]) / fmin(a[i], b[i]) - 1);
	*e = pvq_estimate(a, (size_t)n, PVQ_ALPHA);
	free(a);
	return 0;
}
