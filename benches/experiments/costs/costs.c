/* costs.c: the experiment's descriptor: what do dozens of strategies cost before they do any work? */
#include "experiments/costs/costs.h"

#include <errno.h>
#include <stdlib.h>

/* pvq_costs_read() has reported what is wrong with the files. */
static int costs_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_costs *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_costs_read(d, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void costs_release(void *data)
{
	free(((struct pvq_costs *)data)->of);
	free(data);
}

const struct pvq_experiment pvq_experiment_costs = {
	.name = "costs",
	.turn = 30,
	.seconds = {[PVQ_PEERS] = 200, [PVQ_PEERS_QUICK] = 90},
	.run = pvq_costs_run,
	.read = costs_read,
	.release = costs_release,
	.tell = pvq_costs_tell,
	.draw = pvq_costs_draw,
	.chapter = {{PVQ_PLACE_RIVALS, PVQ_REPORT_MANY, 0, pvq_costs_chapter, "rivals", 0, NULL},
		{PVQ_PLACE_RIVALS, PVQ_REPORT_MANY, 1, pvq_costs_time_chapter, "rivals-time", 0, NULL}},
};
