/* claims.c: the experiment's descriptor: the tutorial's claims. */
#include "experiments/claims/claims.h"

#include <errno.h>
#include <stdlib.h>

/* pvq_claims_read() has reported what is wrong with the files. */
static int claims_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_claims_seen *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_claims_read(d, folder->registry, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void claims_release(void *data)
{
	pvq_claims_free(data);
	free(data);
}

const struct pvq_experiment pvq_experiment_claims = {
	.name = "claims",
	.turn = 20,
	.seconds = {[PVQ_PEERS] = 400, [PVQ_PEERS_QUICK] = 40},
	.run = pvq_claims_run,
	.read = claims_read,
	.release = claims_release,
	.chapter = {{PVQ_PLACE_CLAIMS, PVQ_REPORT_MANY, 1, pvq_claims_chapter, "claims", 0, NULL}},
};
