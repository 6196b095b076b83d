/* observe.h: observes a trial: when each item began and ended, on which worker, and when its result was delivered.
 *
 * The load is wrapped: run() reads the clock around the task's own run(), and appends the stamps and the thread's id to
 * the result. They travel with it, however the strategy sends results. The sink is wrapped: it stamps the delivery,
 * takes the stamps off, and hands the rest to the checking sink. So every strategy can be observed through impl.h and
 * task.h alone. CLOCK_MONOTONIC is the same clock in all processes of a machine.
 *
 * It costs two clock readings and a system call per item, a fraction of a microsecond, and makes results longer. Times
 * of an observed trial show how a map is divided, and are never mixed with the sweep's.
 */
#ifndef PVQ_OBSERVE_H
#define PVQ_OBSERVE_H

#include "impl.h"
#include "trial/observed.h"
#include "trial/row.h"

struct pvq_observer {
	struct pvq_load load; /* give this to the strategy … */
	struct pvq_sink sink; /* … and this to map() */
	struct pvq_task task; /* the wrapped load points to it, so an observer must not be copied */
	const struct pvq_load *inner;
	struct pvq_sink *next;
	struct pvq_moment *moment; /* owned; the delivered items, in the order of delivery */
	size_t count;
	char problem[PVQ_REASON_MAX]; /* why a result was refused; empty: none was */
};

enum { PVQ_OBSERVE_MAX = 1 << 20 }; /* most items of a load that can be observed */

/* NULL if this strategy can be observed with this load, else the reason in a few words. */
const char *pvq_observer_unsupported(const struct pvq_impl *, const struct pvq_load *);

/* Wraps both. They must outlive the observer, which must not move. 0 or -errno. */
int pvq_observer_init(struct pvq_observer *, const struct pvq_load *, struct pvq_sink *next);
void pvq_observer_free(struct pvq_observer *);

/* Call it after a map in which every item succeeded. Makes the stamps relative to the map's start, and numbers the
 * workers from 0 in the order in which they began. 0; -ERANGE: stamps are out of order (the clocks of two CPUs
 * disagree); -ENODATA: items are missing; -ENOMEM. */
int pvq_observer_finish(struct pvq_observer *, uint64_t map_began_ns, uint64_t map_ns);

#endif
