/* batch.h: keeps the results of a batch of items side by side in an array, for runtimes that run a loop and return when it
 * is done: OpenMP, oneTBB, pthreadpool. Their users write it as out[i] = f(in[i]).
 *
 * A batch is the whole load, or as many items as fit into 8 MiB of slots, but at least two for each worker. init() maps
 * and touches the slots once, and every batch reuses them: page faults would cost more than the items.
 */
#ifndef PVQ_BATCH_H
#define PVQ_BATCH_H

#include "impl.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pvq_batch {
	const struct pvq_load *load;
	uint64_t first; /* id of its first item */
	uint64_t count; /* of its items; 0: the load is done */
	uint64_t most;
	size_t stride; /* bytes from one slot to the next: whole cache lines, so that no two threads write to one */
	size_t bytes; /* of all slots */
	char *slot;   /* each slot: the result's length or -errno, padded to 16 bytes; then the result */
};

/* 0 or -ENOMEM with *err filled. */
int pvq_batch_init(struct pvq_batch *, const struct pvq_load *, unsigned workers, struct pvq_error *err);
void pvq_batch_free(struct pvq_batch *);

/* Starts again at the load's first items. */
void pvq_batch_rewind(struct pvq_batch *);

/* Runs item i of the batch, 0 .. count-1. Call it from any thread, once for each i. */
void pvq_batch_run(struct pvq_batch *, uint64_t i);

/* Puts all results in order and moves on to the next items. 0, or what put() returned with *err filled. */
int pvq_batch_put(struct pvq_batch *, struct pvq_sink *, struct pvq_error *err);

#ifdef __cplusplus
}
#endif
#endif
