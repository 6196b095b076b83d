/* pool_inherit.c: pool_unordered, whose workers find their parameters in memory that they inherited.
 *
 *	caller   ─> the item's number ─>   worker: input(number), run() ─> its slot ─>   put()
 *
 * A process shares what it inherits: fork() copies no page before somebody writes to it. So parameters that exist when the
 * pool starts need not travel at all. What is made later must: hence a peer, not the pool's usual way.
 *
 * needs: libc6-dev
 */
#include "pool_strategy.h"

static int pool_inherit_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	return pvq_pool_strategy_start(self, load, opts, PVQ_UNORDERED, PVQ_VIA_INHERIT, err);
}

const struct pvq_impl pvq_impl_pool_inherit = {
	.name = "pool_inherit",
	.summary = "pvq's pool, with parameters in memory that its workers inherited",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_INHERIT,
	.out_via = PVQ_VIA_SHM,
	.flags = PVQ_REUSABLE | PVQ_SURVIVES_CRASH | PVQ_STREAMS,
	.tune = pvq_pool_strategy_tune_inherit,
	.start = pool_inherit_start,
	.map = pvq_pool_strategy_map,
	.stop = pvq_pool_strategy_stop,
	.version = PVQ_PEER_VERSION,
};
