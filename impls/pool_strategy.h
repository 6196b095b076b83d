/* pool_strategy.h: the pool engine dressed as a strategy; pool_ordered, pool_unordered and pool_inherit differ in their order,
 * or in how inputs travel.
 */
#ifndef PVQ_POOL_STRATEGY_H
#define PVQ_POOL_STRATEGY_H

#include "impl.h"

/* PVQ_VIA_SHM: inputs are copied into slots. PVQ_VIA_INHERIT: items are numbers, and workers find the inputs in the load. */
int pvq_pool_strategy_start(void **self, const struct pvq_load *, const struct pvq_opts *, enum pvq_order,
	enum pvq_via, struct pvq_error *);
int pvq_pool_strategy_map(void *self, struct pvq_sink *, struct pvq_error *);
int pvq_pool_strategy_stop(void *self, struct pvq_error *);
void pvq_pool_strategy_tune(const struct pvq_load *, struct pvq_opts *);
void pvq_pool_strategy_tune_inherit(const struct pvq_load *, struct pvq_opts *);

#endif
