/* bounds.c: the experiment's descriptor: how far from the best that the cores could do? It measures nothing: the sweep and
 * the observed trials have it all. */
#include "experiments/bounds/bounds.h"

const struct pvq_experiment pvq_experiment_bounds = {
	.name = "bounds",
	.draw = pvq_bounds_draw,
	.chapter = {{PVQ_PLACE_LOSSES, PVQ_REPORT_SWEEP, 1, pvq_bounds_chapter}},
};
