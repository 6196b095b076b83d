/* empty.h: the time per empty item: the map time of noop divided by its items. All programs that give it use this, so that
 * their figures agree.
 *
 * It is a trial like any other: a fresh process, one map, the harness's consumer. Each strategy gets as many items as
 * keep it busy for PVQ_EMPTY_MS, so that the start of a map does not count.
 */
#ifndef PVQ_EMPTY_H
#define PVQ_EMPTY_H

#include "trial/trial.h"

enum { PVQ_EMPTY_MS = 40, PVQ_EMPTY_ITEMS_MIN = 1000 };

#define PVQ_EMPTY_TASK "noop"

/* Finds the number of items for this trial of noop, by pilots with ever more items. If they fail, it is one a worker. 0;
 * -EINTR; -errno with one line on stderr. */
int pvq_empty_size(const struct pvq_trial *, double timeout_s, uint64_t *n);

/* The figure, from a good row or from its parts. */
double pvq_empty_ns(double map_ns, uint64_t n);

#endif
