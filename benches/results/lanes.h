/* lanes.h: an observed trial as lanes: one for each worker, and one for the caller. Each is divided into slices of time
 * that follow each other without a gap, from the start of the map to its end.
 *
 * A worker's slices are the parts of observed.h. The caller's lane is divided at the deliveries, since they are all that
 * is known of it.
 */
#ifndef PVQ_LANES_H
#define PVQ_LANES_H

#include "trial/observed.h"

enum pvq_slice_kind {
	PVQ_SLICE_RAMP,
	PVQ_SLICE_ITEM,
	PVQ_SLICE_DISPATCH,
	PVQ_SLICE_IMBALANCE,
	PVQ_SLICE_DELIVERY,
	PVQ_SLICE_RESULT, /* the caller's: ends with a delivery */
	PVQ_SLICE_END,    /* the caller's: after the last delivery */
};

struct pvq_slice {
	enum pvq_slice_kind kind;
	const struct pvq_moment *moment; /* of an item or a result, else NULL; borrowed */
	uint64_t begin_ns, end_ns;       /* never empty, except items and results */
};

/* Lane l holds slice[first[l]] .. slice[first[l + 1] - 1], in the order of time. Owned; freed with pvq_lanes_free(). */
struct pvq_lanes {
	struct pvq_slice *slice;
	size_t *first;
	unsigned workers; /* lanes 0 .. workers - 1 are theirs; the next one, the last, is the caller's */
};

/* Divides a trial, whose moments are in the order of delivery and must outlive the lanes. o: its figures. 0; -ENOMEM;
 * -ERANGE: the moments are not those of a map that took o->map_ns, or two items of a worker overlap. */
int pvq_lanes_make(struct pvq_lanes *, const struct pvq_observed *o, const struct pvq_moment *, size_t n);
void pvq_lanes_free(struct pvq_lanes *);

#endif
