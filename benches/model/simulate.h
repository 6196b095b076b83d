/* simulate.h: a map as a discrete-event simulation, for what the formula has no closed form of: uneven items, and the start and
 * the end of a map with many workers. Pure functions: no clock; what is drawn depends on a seed alone.
 *
 * The caller hands items out one at a time and takes results one at a time. A free worker takes the item that has waited longest.
 * Where more of them compute than there are cores, all share the cores equally.
 */
#ifndef PVQ_SIMULATE_H
#define PVQ_SIMULATE_H

#include "model/model.h"

#include <stddef.h>

struct pvq_simulation {
	const double *compute_ns; /* a worker's computing for item i, overhead included */
	const double *wait_ns;    /* its waiting; NULL: none */
	size_t n;
	double put_ns, get_ns;   /* the caller's time to hand an item out, and to take its result */
	unsigned workers, cores; /* of the cores, the caller uses a share too */
	size_t window;           /* most items between put and get; 0: no limit */
};

/* Sets *map_ns to the time until the caller has taken the last result. 0 or -ENOMEM. */
int pvq_simulate(double *map_ns, const struct pvq_simulation *);

/* Whether a simulation says more than the formula: items are uneven and known one by one or by their tail, or workers are many. */
int pvq_model_needs_simulation(const struct pvq_model_job *, const struct pvq_model_setting *);

/* Sets at->beyond_ns: how much longer the map takes than n T, by simulation. Jobs of very many items are simulated by fewer
 * of them, as what lies beyond n T happens at a map's start and end. 0 or -ENOMEM. */
int pvq_model_simulate(struct pvq_model_setting *at, const double *price, const struct pvq_model_kind *,
	const struct pvq_model_job *);

#endif
