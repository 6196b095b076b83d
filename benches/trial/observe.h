/* observe.h: looks on while a strategy works: when each item began and ended, on which worker, and when its
 * result was delivered.
 *
 * The load is wrapped: run() stamps the clock around the task's own run() and puts the stamps, with the
 * thread's id, behind the result; they travel as a part of it, whatever way the strategy sends results. The
 * sink is wrapped: it stamps the delivery, takes the stamps off and hands the rest on to the sink that checks.
 * So this works with every strategy through impl.h and task.h alone. CLOCK_MONOTONIC is one clock in all
 * processes of a machine.
 *
 * It costs two clock readings and a system call an item, a fraction of a microsecond, and makes results
 * longer: times of such a trial tell how a map is divided up, and are never mixed with the sweep's.
 */
#ifndef PVQ_OBSERVE_H
#define PVQ_OBSERVE_H

#include "impl.h"
#include "trial/observed.h"
#include "trial/row.h"

struct pvq_observer {
	struct pvq_load load; /* give this to the strategy … */
	struct pvq_sink sink; /* … and this to map() */
	struct pvq_task task; /* what the wrapped load points to, hence no copies */
	const struct pvq_load *inner;
	struct pvq_sink *next;
	struct pvq_moment *moment; /* owned; the delivered items, in the order of their delivery */
	size_t count;
	char problem[PVQ_REASON_MAX]; /* why a result was refused; empty: nothing */
};

enum { PVQ_OBSERVE_MAX = 1 << 20 }; /* items of a load that can be observed */

/* NULL where this strategy can be observed with this load, else the reason in a few words. */
const char *pvq_observer_unsupported(const struct pvq_impl *, const struct pvq_load *);

/* Wraps both; they must outlive the observer, which must stay where it is. 0 or -errno. */
int pvq_observer_init(struct pvq_observer *, const struct pvq_load *, struct pvq_sink *next);
void pvq_observer_free(struct pvq_observer *);

/* After a map in which every item succeeded: makes the stamps relative to the map's start and numbers the
 * workers from 0 in the order in which they began. 0; -ERANGE where a stamp is out of its order (the clocks
 * of two CPUs disagree), -ENODATA where items are missing, -ENOMEM. */
int pvq_observer_finish(struct pvq_observer *, uint64_t map_began_ns, uint64_t map_ns);

#endif
