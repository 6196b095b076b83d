/* harness.c: the experiment's descriptor: what does the harness itself cost? The chapter on trust shows it. */
#include "experiments/harness/harness.h"

const struct pvq_experiment pvq_experiment_harness = {
	.name = "harness",
	.turn = 10,
	.seconds = {[PVQ_DEFAULT] = 4, [PVQ_FULL] = PVQ_NO_LIMIT, [PVQ_PEERS] = 5, [PVQ_PEERS_QUICK] = 4},
	.run = pvq_harness_run,
	.read = pvq_harness_read,
	.release = pvq_harness_release,
	.annotate = pvq_harness_annotate,
};
