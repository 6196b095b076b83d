/* noise.c: the lesson about a program that is compared with itself. */
#include "lessons/lesson.h"

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_apart(d, 0, 1, &figure[0]);

	if (ret == 0) {
		figure[1] = figure[0];
		figure[1].median = figure[0].max;
		figure[1].lo = figure[1].hi = figure[0].lo >= 0 ? figure[0].max : figure[0].lo;
		ret = pvq_lesson_ratio(d, 0, 1, &figure[2]);
	}
	return ret;
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[2].lo <= 1 && figure[2].hi >= 1 ? "usual" : "other";
}

const struct pvq_lesson pvq_lesson_noise = {
	.name = "noise",
	.place = 10,
	.ask = PVQ_ASK_CHOICE,
	.guess = "a",
	.cell = {{.label = "a program", .impl = "pool_unordered", .task = "spin:ns=10000", .n = 4000},
		{.label = "the same program",
			.impl = "pool_unordered~0",
			.task = "spin:ns=10000",
			.n = 4000}},
	.figure = {{"apart", "how far two runs of one program are apart", PVQ_LESSON_PERCENT},
		{"largest", "the largest such difference", PVQ_LESSON_PERCENT},
		{"ratio", "the first of them, as a multiple of the other", PVQ_LESSON_RATIO}},
	.bound = {1, 3, 10},
	.conclude = conclude,
	.explain = explain,
};
