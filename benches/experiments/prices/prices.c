/* prices.c: the experiment's descriptor: what does each part of a strategy cost? */
#include "experiments/prices/picture.h"
#include "experiments/prices/run.h"

#include <errno.h>
#include <stdlib.h>

/* pvq_prices_read() has reported what is wrong with the files. */
static int prices_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_prices *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_prices_read(d, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void prices_release(void *data)
{
	pvq_prices_free(data);
	free(data);
}

const struct pvq_experiment pvq_experiment_prices = {
	.name = "prices",
	.turn = 30,
	.seconds = {[PVQ_DEFAULT] = 10, [PVQ_FULL] = PVQ_NO_LIMIT},
	.run = pvq_prices_run,
	.read = prices_read,
	.release = prices_release,
	.draw = pvq_prices_draw,
	.chapter = {{PVQ_PLACE_PARTS, PVQ_REPORT_SWEEP, 0, pvq_prices_chapter, "prices", 1, NULL}},
};
