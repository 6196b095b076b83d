/* bytes.c: the lesson about how 256 KiB reach another process. */
#include "lessons/lesson.h"

enum { PIPE, COPY, WORD };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, PIPE, COPY, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_ratio(d, PIPE, WORD, &figure[1]);
	for (size_t cell = PIPE; ret == 0 && cell <= WORD; cell++)
		ret = pvq_lesson_value(d, cell, &figure[2 + cell]);
	return ret;
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].lo > 1 && figure[1].lo > 10 ? "usual" : "other";
}

const struct pvq_lesson pvq_lesson_bytes = {
	.name = "bytes",
	.place = 6,
	.ask = PVQ_ASK_ORDER,
	.guess = "bac",
	.cell = {{.label = "256 KiB by a pipe", .micro = "pipe/stream/bytes:262144"},
		{.label = "copy 256 KiB", .micro = "memcpy/copy/bytes:262144"},
		{.label = "say where it is", .micro = "ring/item"}},
	.figure = {{"slower", "the pipe, as a multiple of a copy", PVQ_LESSON_RATIO},
		{"nothing", "the pipe, as a multiple of a word", PVQ_LESSON_RATIO},
		{"pipe", NULL, PVQ_LESSON_TIME}, {"copy", NULL, PVQ_LESSON_TIME},
		{"word", NULL, PVQ_LESSON_TIME}},
	.ordered = 3,
	.conclude = conclude,
	.explain = explain,
};
