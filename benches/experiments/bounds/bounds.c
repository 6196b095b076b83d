/* bounds.c: the experiment's descriptor: how far is each strategy from the ideal? It measures nothing itself: the sweep
 * and the observed trials hold all it needs. */
#include "experiments/bounds/bounds.h"

const struct pvq_experiment pvq_experiment_bounds = {
	.name = "bounds",
	.draw = pvq_bounds_draw,
	.chapter = {{PVQ_PLACE_LOSSES, PVQ_REPORT_SWEEP, 1, pvq_bounds_chapter, "losses", 0, NULL}},
};
