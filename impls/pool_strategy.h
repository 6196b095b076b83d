/* pool_strategy.h: the pool engine dressed as a strategy; pool_ordered and pool_unordered differ in
 * one field of it.
 */
#ifndef PVQ_POOL_STRATEGY_H
#define PVQ_POOL_STRATEGY_H

#include "impl.h"

int pvq_pool_strategy_start(
	void **self, const struct pvq_load *, const struct pvq_opts *, enum pvq_order, struct pvq_error *);
int pvq_pool_strategy_map(void *self, struct pvq_sink *, struct pvq_error *);
int pvq_pool_strategy_stop(void *self, struct pvq_error *);
void pvq_pool_strategy_tune(const struct pvq_load *, struct pvq_opts *);

#endif
