/* bounded_queue.h: the textbook bounded queue of pointers: one mutex, two condition variables.
 *
 * Any number of threads may push and pop. A push to a full queue sleeps; so does a pop from an empty one. close()
 * wakes all sleepers. After it, pushes fail, and pops still return the entries that are left.
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
	void **slot;              /* ring; the oldest entry is at head */
	size_t head, count, cap;
	unsigned poppers, pushers; /* threads asleep on not_empty, on not_full */
	int closed;
};

/* init() makes room for cap >= 1 entries and returns 0 or -errno. Call destroy() when no thread uses the queue. */
int pvq_bounded_queue_init(struct pvq_bounded_queue *, size_t cap);
void pvq_bounded_queue_destroy(struct pvq_bounded_queue *);

/* Appends all n entries in order, sleeping while the queue is full. 0, or -EPIPE once closed. */
int pvq_bounded_queue_push(struct pvq_bounded_queue *, void *const entry[], size_t n);

/* Takes between 1 and max entries, as many as are queued; sleeps while the queue is empty. Returns their number;
 * 0 means closed and empty. */
size_t pvq_bounded_queue_pop(struct pvq_bounded_queue *, void *entry[], size_t max);

/* Closes the queue: no entry can be pushed any more. Wakes all sleepers. */
void pvq_bounded_queue_close(struct pvq_bounded_queue *);

#ifdef __cplusplus
}
#endif
#endif
