/* ordering.h: what keeping the order costs: compares every strategy that delivers in order with its sibling that
 * does not.
 *
 * Siblings move bytes the same way in and out, and their names share the first word ("pool_ordered",
 * "pool_unordered"). Of several, the sibling is the one with the longest common beginning of the name, then the
 * faster one. It must have no nearer sibling itself. So an engine is compared with itself, not with the fastest.
 */
#ifndef PVQ_ORDERING_H
#define PVQ_ORDERING_H

#include "results/summary.h"
#include "trial/observed.h"

/* A pair on one work, at its largest core count with one worker a core. */
struct pvq_ordering {
	const struct pvq_work *work;
	const struct pvq_cell *ordered, *unordered;
	struct pvq_comparison map; /* ordered / unordered; corrected for the number of the pair's works */
	size_t needs;              /* least number of blocks for which that interval exists */
};

/* How many characters of two strategies' names are the same from the beginning; 0 where not even the first word is:
 * they are of different families. */
size_t pvq_ordering_kinship(const char *a, const char *b);

/* The pairs of all works, by ordered strategy and then by work. Owned; freed with pvq_orderings_free(). */
struct pvq_orderings {
	struct pvq_ordering *pair;
	size_t pairs;
};

/* 0 or -ENOMEM. */
int pvq_orderings_make(struct pvq_orderings *, const struct pvq_summary *);
void pvq_orderings_free(struct pvq_orderings *);

/* What the consumer saw in a cell's observed trials (observed.h): median and range over the rounds. Times are in
 * nanoseconds, `blocked` is a share of the map, `waiting` is a number of results. stall.n: rounds; 0: not observed. */
struct pvq_deliveries {
	struct pvq_estimate stall, blocked, wait_p99, waiting;
};

/* 0 or -ENOMEM. */
int pvq_deliveries_make(
	struct pvq_deliveries *, const struct pvq_observations *, const struct pvq_row *key);

#endif
