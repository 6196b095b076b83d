/* fork.c: the lesson about what a process costs against a thread. */
#include "lessons/lesson.h"

enum { THREAD, SMALL, LARGE };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, LARGE, THREAD, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_ratio(d, SMALL, THREAD, &figure[1]);
	if (ret == 0)
		ret = pvq_lesson_ratio(d, LARGE, SMALL, &figure[2]);
	if (ret == 0)
		ret = pvq_lesson_value(d, THREAD, &figure[3]);
	return ret ? ret : pvq_lesson_value(d, LARGE, &figure[4]);
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[2].lo > 2 ? "usual" : "other";
}

const struct pvq_lesson pvq_lesson_fork = {
	.name = "fork",
	.place = 1,
	.ask = PVQ_ASK_NUMBER,
	.guess = "10",
	.cell = {{.label = "create and join a thread", .micro = "thread/create_join"},
		{.label = "fork and wait, 1 MiB in memory", .micro = "fork/untouched/mib:1"},
		{.label = "fork and wait, 64 MiB in memory", .micro = "fork/untouched/mib:64"}},
	.figure = {{"large", "a process of 64 MiB, as a multiple of a thread", PVQ_LESSON_RATIO},
		{"small", "a process of 1 MiB, as a multiple of a thread", PVQ_LESSON_RATIO},
		{"growth", "64 MiB as a multiple of 1 MiB", PVQ_LESSON_RATIO},
		{"thread", NULL, PVQ_LESSON_TIME}, {"process", NULL, PVQ_LESSON_TIME}},
	.right = 2,
	.close = 5,
	.conclude = conclude,
	.explain = explain,
};
