/* pool_ordered.c: Pool.imap: a process pool that puts results in the order of the items, each as soon
 * as it is next in order.
 *
 *	completed:   3 1 0 2            put:   0 1 2 3
 *
 * A result that is early waits in its slot; slots are bounded, so a long item at the head of the line
 * stops the feed once the window behind it is full, where CPython's imap would hoard without bound.
 * The engine is pool.c.
 */
#include "pool_strategy.h"

static int pool_ordered_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	return pvq_pool_strategy_start(self, load, opts, PVQ_ORDERED, PVQ_VIA_SHM, err);
}

const struct pvq_impl pvq_impl_pool_ordered = {
	.name = "pool_ordered",
	.summary = "a process pool, results in input order as soon as in order (Pool.imap)",
	.order = PVQ_ORDERED,
	.in_via = PVQ_VIA_SHM,
	.out_via = PVQ_VIA_SHM,
	.flags = PVQ_REUSABLE | PVQ_SURVIVES_CRASH | PVQ_STREAMS,
	.tune = pvq_pool_strategy_tune,
	.start = pool_ordered_start,
	.map = pvq_pool_strategy_map,
	.stop = pvq_pool_strategy_stop,
};
