/* longest.c: the lesson about Amdahl's law: the longest item is a bound. */
#include "lessons/lesson.h"

enum { WAIT_SERIAL, WAIT, COMPUTE_SERIAL, COMPUTE };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, WAIT_SERIAL, WAIT, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_ratio(d, COMPUTE_SERIAL, COMPUTE, &figure[1]);
	if (ret == 0) {
		double share = 100.0 / d->cpus;

		figure[2] = figure[1];
		figure[2].median *= share;
		figure[2].lo *= share;
		figure[2].hi *= share;
	}
	return ret;
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].lo > 2.1 ? "more" : figure[0].hi < 1.9 ? "less" : "usual";
}

const struct pvq_lesson pvq_lesson_longest = {
	.name = "longest",
	.place = 9,
	.ask = PVQ_ASK_NUMBER,
	.guess = "4",
	.cell = {{.label = "21 waits, one after another",
			 .impl = "serial",
			 .task = "straggler:us=1000,times=20",
			 .n = 21},
		{.label = "21 waits, by four workers",
			.impl = "pool_unordered",
			.task = "straggler:us=1000,times=20",
			.n = 21,
			.workers = 4,
			.chunk = 1},
		{.label = "even computing, one after another",
			.impl = "serial",
			.task = "spin:ns=50000",
			.n = 1000},
		{.label = "even computing, a worker for each CPU",
			.impl = "pool_unordered",
			.task = "spin:ns=50000",
			.n = 1000}},
	.figure = {{"speedup", "speed-up of 21 waits by four workers", PVQ_LESSON_RATIO},
		{"computing", "speed-up of even computing on all CPUs", PVQ_LESSON_RATIO},
		{"share", "the same, as a share of the CPUs", PVQ_LESSON_PERCENT}},
	.right = 1.1,
	.close = 1.5,
	.conclude = conclude,
	.explain = explain,
};
