/* grain.c: the experiment's descriptor: how small may a task be? */
#include "experiments/grain/grain.h"

#include <errno.h>
#include <stdlib.h>

/* pvq_grain_read() has reported what is wrong with the files. */
static int grain_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_grain *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_grain_read(d, folder->registry, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void grain_release(void *data)
{
	pvq_grain_free(data);
	free(data);
}

const struct pvq_experiment pvq_experiment_grain = {
	.name = "grain",
	.turn = 40, /* after the costs, by which it sizes its items */
	.seconds =
		{[PVQ_DEFAULT] = 30, [PVQ_FULL] = PVQ_NO_LIMIT, [PVQ_PEERS] = 300, [PVQ_PEERS_QUICK] = 40},
	.run = pvq_grain_run,
	.read = grain_read,
	.release = grain_release,
	.tell = pvq_grain_tell,
	.draw = pvq_grain_draw,
	.chapter = {{PVQ_PLACE_GRAIN, PVQ_REPORT_SWEEP, 0, pvq_grain_chapter, "grain", 0, NULL}},
};
