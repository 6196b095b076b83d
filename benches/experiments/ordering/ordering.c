/* ordering.c: the experiment's descriptor: what does keeping the order cost? */
#include "experiments/ordering/ordering.h"

const struct pvq_experiment pvq_experiment_ordering = {
	.name = "ordering",
	.turn = 50,
	.seconds =
		{[PVQ_DEFAULT] = 12, [PVQ_FULL] = PVQ_NO_LIMIT, [PVQ_PEERS] = 60, [PVQ_PEERS_QUICK] = 12},
	.run = pvq_observe_run,
	.draw = pvq_ordering_draw,
	.chapter = {{PVQ_PLACE_ORDER, PVQ_REPORT_ALL, 1, pvq_ordering_chapter, "order", 0, NULL},
		{PVQ_PLACE_ORDER, PVQ_REPORT_ALL, 1, pvq_timeline_chapter, "timeline", 0, "timeline.js"}},
};
