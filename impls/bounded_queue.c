/* bounded_queue.c: a ring guarded by one mutex, with a condition variable for each end.
 *
 * Signalling a condition that nobody waits on still costs time; signalling a sleeper costs a system call. So the
 * queue counts its sleepers: push and pop signal only if somebody sleeps, and wake at most one thread per entry.
 */
#include "bounded_queue.h"

#include <errno.h>
#include <stdlib.h>

int pvq_bounded_queue_init(struct pvq_bounded_queue *q, size_t cap)
{
	*q = (struct pvq_bounded_queue){.cap = cap};
	q->slot = calloc(cap, sizeof(*q->slot));
	if (!q->slot)
		return -ENOMEM;
	/* With default attributes these cannot fail on Linux: they only initialise the structure. */
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->not_empty, NULL);
	pthread_cond_init(&q->not_full, NULL);
	return 0;
}

void pvq_bounded_queue_destroy(struct pvq_bounded_queue *q)
{
	pthread_cond_destroy(&q->not_full);
	pthread_cond_destroy(&q->not_empty);
	pthread_mutex_destroy(&q->lock);
	free(q->slot);
}

/* Wakes as many sleepers as have work: one per entry pushed or slot freed. Call it with the lock held. */
static void wake(pthread_cond_t *cond, unsigned sleepers, size_t work)
{
	if (work >= sleepers && sleepers > 1)
		pthread_cond_broadcast(cond);
	else
		for (size_t i = 0; i < work && i < sleepers; i++)
			pthread_cond_signal(cond);
}

int pvq_bounded_queue_push(struct pvq_bounded_queue *q, void *const entry[], size_t n)
{
	int ret = 0;

	pthread_mutex_lock(&q->lock);
	for (size_t i = 0; i < n && !ret;) {
		size_t added = 0;

		while (q->count == q->cap && !q->closed) {
			q->pushers++;
			pthread_cond_wait(&q->not_full, &q->lock);
			q->pushers--;
		}
		for (; i < n && q->count < q->cap && !q->closed; i++, added++)
			q->slot[(q->head + q->count++) % q->cap] = entry[i];
		wake(&q->not_empty, q->poppers, added);
		ret = q->closed ? -EPIPE : 0;
	}
	pthread_mutex_unlock(&q->lock);
	return ret;
}

size_t pvq_bounded_queue_pop(struct pvq_bounded_queue *q, void *entry[], size_t max)
{
	size_t taken = 0;

	pthread_mutex_lock(&q->lock);
	while (q->count == 0 && !q->closed) {
		q->poppers++;
		pthread_cond_wait(&q->not_empty, &q->lock);
		q->poppers--;
	}
	for (; taken < max && q->count > 0; taken++, q->count--) {
		entry[taken] = q->slot[q->head];
		q->head = (q->head + 1) % q->cap;
	}
	wake(&q->not_full, q->pushers, taken);
	pthread_mutex_unlock(&q->lock);
	return taken;
}

void pvq_bounded_queue_close(struct pvq_bounded_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = 1;
	pthread_cond_broadcast(&q->not_empty);
	pthread_cond_broadcast(&q->not_full);
	pthread_mutex_unlock(&q->lock);
}
