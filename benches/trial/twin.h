/* twin.h: a strategy that enters a run once more under another name, to test the measurement itself. "pool_ordered~0"
 * is pool_ordered again: any difference between the two is noise (A/A). "pool_ordered~5" is made 5 % slower on
 * purpose: the measurement must find that difference. The driver waits at the end of map() for that share of map()'s
 * time; the strategy does not know.
 *
 * A twin is stored as a number: 0 for the strategy itself, 1 + percent for a twin.
 */
#ifndef PVQ_TWIN_H
#define PVQ_TWIN_H

#include "trial/registry.h"
#include "trial/row.h"

enum { PVQ_TWIN_PERCENT_MAX = 100 };

/* The strategy of a name with or without a twin's ending; NULL with one line on stderr. */
const struct pvq_impl *pvq_twin_find(const struct pvq_registry *, const char *name, unsigned *twin);

void pvq_twin_name(char name[PVQ_NAME_MAX], const struct pvq_impl *, unsigned twin);

/* The length of the strategy's own name within a name; the whole length if that is not a twin's. */
size_t pvq_twin_stem(const char *name);

#endif
