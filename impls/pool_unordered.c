/* pool_unordered.c: Pool.imap_unordered: a process pool that puts results as they complete.
 *
 *	completed:   3 1 0 2            put:   3 1 0 2
 *
 * Nothing waits for anything but its own turn, so this is the one to take where order does not
 * matter. The engine is pool.c.
 */
#include "pool_strategy.h"

static int pool_unordered_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	return pvq_pool_strategy_start(self, load, opts, PVQ_UNORDERED, PVQ_VIA_SHM, err);
}

const struct pvq_impl pvq_impl_pool_unordered = {
	.name = "pool_unordered",
	.summary = "a process pool, results as they complete (Pool.imap_unordered)",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_SHM,
	.out_via = PVQ_VIA_SHM,
	.flags = PVQ_REUSABLE | PVQ_SURVIVES_CRASH | PVQ_STREAMS,
	.tune = pvq_pool_strategy_tune,
	.start = pool_unordered_start,
	.map = pvq_pool_strategy_map,
	.stop = pvq_pool_strategy_stop,
};
