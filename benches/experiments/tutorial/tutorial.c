/* tutorial.c: the experiment's descriptor: how long does the tutorial's own job take? */
#include "experiments/tutorial/tutorial.h"

const struct pvq_experiment pvq_experiment_tutorial = {
	.name = "tutorial",
	.turn = 70,
	.seconds = {[PVQ_PEERS] = 75, [PVQ_PEERS_QUICK] = 15},
	.run = pvq_job_run,
	.read = pvq_job_read,
	.release = pvq_job_release,
	.chapter = {{PVQ_PLACE_CLAIMS, PVQ_REPORT_MANY, 0, pvq_job_chapter, "tutorial", 0, NULL}},
};
