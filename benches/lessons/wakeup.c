/* wakeup.c: the lesson about the price of waking somebody. */
#include "lessons/lesson.h"

enum { ADD, WAKE };

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_ratio(d, WAKE, ADD, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_value(d, WAKE, &figure[1]);
	return ret ? ret : pvq_lesson_value(d, ADD, &figure[2]);
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].hi < 100 ? "other" : "usual";
}

const struct pvq_lesson pvq_lesson_wakeup = {
	.name = "wakeup",
	.place = 2,
	.ask = PVQ_ASK_NUMBER,
	.guess = "30",
	.cell = {{.label = "an atomic addition", .micro = "atomic/add_alone"},
		{.label = "wake a thread, be woken: condition variable",
			.micro = "condvar/round_trip/cores:1"},
		{.label = "wake a process, be woken: futex", .micro = "futex/round_trip/cores:1"}},
	.figure = {{"additions", "atomic additions in one round of waking", PVQ_LESSON_COUNT},
		{"wake", NULL, PVQ_LESSON_TIME}, {"add", NULL, PVQ_LESSON_TIME}},
	.right = 2,
	.close = 5,
	.conclude = conclude,
	.explain = explain,
};
