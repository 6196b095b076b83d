/* rivals.h: processes that do the same as the timed side, at the same time, until it has ended. */
#ifndef PVQ_RIVALS_H
#define PVQ_RIVALS_H

#include "micro.h"

struct pvq_rivals; /* owned; ended and freed with pvq_rivals_end() */

/* Starts that many processes. Each calls act(ctx, its number from 0 on) again and again; cpu: where all of them run, -1: anywhere.
 * Returns once each has done so once. NULL: could not, with the case skipped. */
struct pvq_rivals *pvq_rivals_start(
	struct gb_state *, unsigned count, int cpu, void (*act)(void *ctx, unsigned number), void *ctx);

/* Ends them. */
void pvq_rivals_end(struct gb_state *, struct pvq_rivals *);

#endif
