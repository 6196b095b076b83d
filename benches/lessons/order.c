/* order.c: the lesson about what keeping the order costs. */
#include "lessons/lesson.h"

enum { UNORDERED, ORDERED };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, ORDERED, UNORDERED, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_value(d, ORDERED, &figure[1]);
	if (ret == 0)
		ret = pvq_lesson_value(d, UNORDERED, &figure[2]);
	if (ret == 0) {
		/* As a share that is added. */
		figure[0].median = 100 * (figure[0].median - 1);
		figure[0].lo = 100 * (figure[0].lo - 1);
		figure[0].hi = 100 * (figure[0].hi - 1);
	}
	return ret;
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].hi < 10 ? "usual" : figure[0].lo > 10 ? "other" : "between";
}

const struct pvq_lesson pvq_lesson_order = {
	.name = "order",
	.place = 4,
	.ask = PVQ_ASK_CHOICE,
	.guess = "c",
	.cell = {{.label = "as they complete (pool_unordered)",
			 .impl = "pool_unordered",
			 .task = "skew:ns=20000,alpha=1.5",
			 .n = 4000},
		{.label = "in the order of the input (pool_ordered)",
			.impl = "pool_ordered",
			.task = "skew:ns=20000,alpha=1.5",
			.n = 4000}},
	.figure = {{"extra", "extra time for the order", PVQ_LESSON_PERCENT},
		{"ordered", NULL, PVQ_LESSON_TIME}, {"unordered", NULL, PVQ_LESSON_TIME}},
	.bound = {3, 10, 30},
	.conclude = conclude,
	.explain = explain,
};
