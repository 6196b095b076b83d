/* chunk.c: the lesson about handing over many items at once. */
#include "lessons/lesson.h"

enum { PIPE_ONE, PIPE_MANY, POOL_ONE, POOL_MANY };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, PIPE_ONE, PIPE_MANY, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_ratio(d, POOL_ONE, POOL_MANY, &figure[1]);
	if (ret == 0)
		ret = pvq_lesson_value(d, PIPE_ONE, &figure[2]);
	return ret ? ret : pvq_lesson_value(d, PIPE_MANY, &figure[3]);
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].lo > 1.5 ? "usual" : "other";
}

const struct pvq_lesson pvq_lesson_chunk = {
	.name = "chunk",
	.place = 8,
	.ask = PVQ_ASK_NUMBER,
	.guess = "1000",
	.cell = {{.label = "pipes, one item at a time",
			 .impl = "fork_pipe_queue",
			 .task = "noop",
			 .n = 50000,
			 .chunk = 1,
			 .per_item = 1},
		{.label = "pipes, 1000 at a time",
			.impl = "fork_pipe_queue",
			.task = "noop",
			.n = 50000,
			.chunk = 1000,
			.per_item = 1},
		{.label = "the pool, one item at a time",
			.impl = "pool_unordered",
			.task = "noop",
			.n = 50000,
			.chunk = 1,
			.per_item = 1},
		{.label = "the pool, 1000 at a time",
			.impl = "pool_unordered",
			.task = "noop",
			.n = 50000,
			.chunk = 1000,
			.per_item = 1}},
	.figure = {{"gain", "gain of 1000 at a time: pipes", PVQ_LESSON_RATIO},
		{"pool", "gain of 1000 at a time: the pool", PVQ_LESSON_RATIO},
		{"one", NULL, PVQ_LESSON_TIME}, {"many", NULL, PVQ_LESSON_TIME}},
	.right = 1.5,
	.close = 3,
	.conclude = conclude,
	.explain = explain,
};
