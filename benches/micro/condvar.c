/* condvar.c: two threads that wake each other through a mutex and a condition variable each way. */
#include "link.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct condvar_way {
	pthread_mutex_t lock; /* guards here */
	pthread_cond_t come;  /* signalled when here is set */
	int here;
};

static int condvar_open(struct pvq_link *link)
{
	struct condvar_way *way = calloc(PVQ_WAYS, sizeof(*way));

	if (!way)
		return -ENOMEM;
	for (int i = 0; i < PVQ_WAYS; i++) {
		pthread_mutex_init(&way[i].lock, NULL);
		pthread_cond_init(&way[i].come, NULL);
	}
	link->priv = way;
	return 0;
}

static int condvar_send(struct pvq_link *link, int which)
{
	struct condvar_way *way = (struct condvar_way *)link->priv + which;

	pthread_mutex_lock(&way->lock);
	way->here = 1;
	pthread_cond_signal(&way->come);
	pthread_mutex_unlock(&way->lock);
	return 0;
}

static int condvar_receive(struct pvq_link *link, int which)
{
	struct condvar_way *way = (struct condvar_way *)link->priv + which;

	pthread_mutex_lock(&way->lock);
	while (!way->here)
		pthread_cond_wait(&way->come, &way->lock);
	way->here = 0;
	pthread_mutex_unlock(&way->lock);
	return 0;
}

static void condvar_close(struct pvq_link *link)
{
	struct condvar_way *way = link->priv;

	for (int i = 0; way && i < PVQ_WAYS; i++) {
		pthread_cond_destroy(&way[i].come);
		pthread_mutex_destroy(&way[i].lock);
	}
	free(way);
}

static const struct pvq_link_kind condvar_kind = {
	.open = condvar_open,
	.send = condvar_send,
	.receive = condvar_receive,
	.close = condvar_close,
	.threads = 1,
};

static const struct pvq_micro_case condvar_cases[] = {
	{.name = "condvar/round_trip",
		.op = "signal a waiting thread, wait, be signalled",
		.run = pvq_link_round_trips,
		.data = &condvar_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 1,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_condvar = {.name = "condvar", .cases = condvar_cases};
