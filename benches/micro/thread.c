/* thread.c: creates a thread and joins it. */
#include "micro.h"

#include <errno.h>
#include <pthread.h>

static void *thread_nothing(void *arg)
{
	return arg;
}

static void thread_create_join(struct gb_state *state, const struct pvq_micro_run *run)
{
	pthread_t thread;
	int error = 0;

	(void)run;
	while (error == 0 && gb_keep_running(state)) {
		error = pthread_create(&thread, NULL, thread_nothing, NULL);
		if (error == 0)
			error = pthread_join(thread, NULL);
	}
	if (error)
		pvq_micro_fail(state, "pthread_create and join", error);
}

static const struct pvq_micro_case thread_cases[] = {
	{.name = "thread/create_join",
		.op = "create a thread that ends at once, join it",
		.run = thread_create_join},
	{0},
};

const struct pvq_micro pvq_micro_thread = {.name = "thread", .cases = thread_cases};
