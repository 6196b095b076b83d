/* grain.c: the lesson about how small a task may be. */
#include "lessons/lesson.h"

#include <math.h>

/* Serial and pool by turns, for work of these lengths. */
enum { LENGTHS = 4 };

static const double length_ns[LENGTHS] = {100, 1000, 10000, 100000};

#define LENGTH(words, task_words, items)                                                                   \
	{.label = words " each, one after another", .impl = "serial", .task = (task_words), .n = (items)}, \
	{                                                                                                  \
		.label = words " each, by processes and pipes", .impl = "fork_pipe_queue",                 \
		.task = (task_words), .n = (items), .chunk = 1                                             \
	}

/* The length at which the processes begin to win: where the logarithm of their speed-up crosses 0, on a line between two
 * lengths. The first length: they always win, or from there on; the last: they never do. */
static double break_even(const double *median, void *ctx)
{
	double before = log(median[0] / median[1]);

	(void)ctx;
	if (before >= 0)
		return length_ns[0];
	for (size_t i = 1; i < LENGTHS; i++) {
		double gain = log(median[2 * i] / median[2 * i + 1]);

		if (isnan(gain) || isnan(before))
			return NAN;
		if (gain >= 0)
			return length_ns[i - 1] *
			       pow(length_ns[i] / length_ns[i - 1], -before / (gain - before));
		before = gain;
	}
	return length_ns[LENGTHS - 1];
}

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_resample(&d->blocks, break_even, NULL, PVQ_ALPHA, d->seed, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_ratio(d, 0, 1, &figure[1]);
	return ret ? ret : pvq_lesson_ratio(d, 6, 7, &figure[2]);
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].hi >= length_ns[LENGTHS - 1] ? "never"
	       : figure[0].lo <= length_ns[0]         ? "other"
						      : "usual";
}

const struct pvq_lesson pvq_lesson_grain = {
	.name = "grain",
	.place = 3,
	.ask = PVQ_ASK_NUMBER,
	.guess = "1us",
	.cell = {LENGTH("0.1 us", "spin:ns=100", 40000), LENGTH("1 us", "spin:ns=1000", 20000),
		LENGTH("10 us", "spin:ns=10000", 4000), LENGTH("100 us", "spin:ns=100000", 600)},
	.figure = {{"even", "length at which the processes begin to win", PVQ_LESSON_TIME},
		{"short", "speed-up with 0.1 us each", PVQ_LESSON_RATIO},
		{"long", "speed-up with 100 us each", PVQ_LESSON_RATIO}},
	.right = 2,
	.close = 5,
	.conclude = conclude,
	.explain = explain,
};
