/* death.c: the lesson about a worker that is killed. */
#include "lessons/lesson.h"

#include <math.h>

enum { POOL, PIPES, THREADS };

/* How many results are missing. A run that ended at the death, or died itself, has none that count; one that ended for
 * another reason tells nothing about deaths. */
static double missing(const struct pvq_row *row)
{
	if (row->status == PVQ_OK)
		return 0;
	if (row->cause != PVQ_CAUSE_WORKER_DIED && row->cause != PVQ_CAUSE_TRIAL_DIED)
		return NAN;
	return row->item_errors ? (double)row->item_errors : (double)row->n;
}

static int conclude(const struct pvq_lesson_data *d, struct pvq_estimate *figure)
{
	int ret = pvq_lesson_value(d, POOL, &figure[0]);

	if (ret == 0)
		ret = pvq_lesson_value(d, PIPES, &figure[1]);
	return ret ? ret : pvq_lesson_value(d, THREADS, &figure[2]);
}

static const char *explain(const struct pvq_estimate *figure)
{
	return figure[0].lo == 1 && figure[0].hi == 1 && figure[2].lo > 1 ? "usual" : "other";
}

const struct pvq_lesson pvq_lesson_death = {
	.name = "death",
	.place = 7,
	.ask = PVQ_ASK_CHOICE,
	.guess = "c",
	.cell = {{.label = "the pool (pool_unordered)",
			 .impl = "pool_unordered",
			 .task = "fault:kind=kill,at=300",
			 .n = 800},
		{.label = "processes and pipes (fork_pipe_queue)",
			.impl = "fork_pipe_queue",
			.task = "fault:kind=kill,at=300",
			.n = 800},
		{.label = "threads (pthread_queue)",
			.impl = "pthread_queue",
			.task = "fault:kind=kill,at=300",
			.n = 800}},
	.figure = {{"pool", "results that the pool lost", PVQ_LESSON_COUNT},
		{"pipes", NULL, PVQ_LESSON_COUNT}, {"threads", NULL, PVQ_LESSON_COUNT}},
	.bound = {0.5, 1.5, 799},
	.value = missing,
	.conclude = conclude,
	.explain = explain,
};
