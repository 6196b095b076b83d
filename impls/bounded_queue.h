/* bounded_queue.h: the textbook bounded queue of pointers, one mutex and two condition variables.
 *
 * Any number of threads may push and pop. Pushing to a full queue and popping from an empty one
 * sleep; close() wakes everyone, after which what is left can still be popped.
 */
#ifndef PVQ_BOUNDED_QUEUE_H
#define PVQ_BOUNDED_QUEUE_H

#include <pthread.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pvq_bounded_queue {
	pthread_mutex_t lock;     /* guards everything below */
	pthread_cond_t not_empty; /* count > 0 or closed */
	pthread_cond_t not_full;  /* count < cap or closed */
	void **slot;              /* ring; the oldest stands at head */
	size_t head, count, cap;
	unsigned poppers, pushers; /* threads asleep on not_empty, on not_full */
	int closed;
};

/* cap >= 1 entries. 0 or -errno. destroy() only when no thread uses the queue any more. */
int pvq_bounded_queue_init(struct pvq_bounded_queue *, size_t cap);
void pvq_bounded_queue_destroy(struct pvq_bounded_queue *);

/* Appends all n entries in order, sleeping while the queue is full. 0, or -EPIPE once closed. */
int pvq_bounded_queue_push(struct pvq_bounded_queue *, void *const entry[], size_t n);

/* Takes what is there, at least one entry and at most max; sleeps while the queue is empty. Returns
 * how many; 0: closed and empty. */
size_t pvq_bounded_queue_pop(struct pvq_bounded_queue *, void *entry[], size_t max);

/* No more entries will be pushed. */
void pvq_bounded_queue_close(struct pvq_bounded_queue *);

#ifdef __cplusplus
}
#endif
#endif
