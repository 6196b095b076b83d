/* workers.c: the lesson about more workers than CPUs. */
#include "lessons/lesson.h"

enum { COMPUTE, COMPUTE_MORE, WAIT, WAIT_MORE };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, WAIT, WAIT_MORE, &figure[0]);

	return ret ? ret : pvq_lesson_ratio(d, COMPUTE, COMPUTE_MORE, &figure[1]);
}

static const char *explain(const struct pvq_estimate *figure)
{
	if (figure[0].lo <= 2)
		return "other";
	return figure[1].lo > 1.1 ? "both" : figure[1].hi < 0.95 ? "worse" : "usual";
}

const struct pvq_lesson pvq_lesson_workers = {
	.name = "workers",
	.place = 5,
	.ask = PVQ_ASK_NUMBER,
	.guess = "1",
	.cell = {{.label = "computing, a worker for each CPU",
			 .impl = "pool_unordered",
			 .task = "spin:ns=50000",
			 .n = 1000,
			 .chunk = 1},
		{.label = "computing, four for each CPU",
			.impl = "pool_unordered",
			.task = "spin:ns=50000",
			.n = 1000,
			.per_cpu = 4,
			.chunk = 1},
		{.label = "waiting, a worker for each CPU",
			.impl = "pool_unordered",
			.task = "sleep:us=1000",
			.n = 200,
			.chunk = 1},
		{.label = "waiting, four for each CPU",
			.impl = "pool_unordered",
			.task = "sleep:us=1000",
			.n = 200,
			.per_cpu = 4,
			.chunk = 1}},
	.figure = {{"waiting", "gain of four workers for each CPU: waiting", PVQ_LESSON_RATIO},
		{"computing", "gain of four workers for each CPU: computing", PVQ_LESSON_RATIO}},
	.right = 1.25,
	.close = 2,
	.conclude = conclude,
	.explain = explain,
};
