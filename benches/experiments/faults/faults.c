/* faults.c: the experiment's descriptor: what happens when a worker dies? */
#include "experiments/faults/faults.h"

#include <errno.h>
#include <stdlib.h>

/* pvq_faults_read() has reported what is wrong with the files. */
static int faults_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_faults *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_faults_read(d, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	if (d)
		free(d->fault);
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void faults_release(void *data)
{
	free(((struct pvq_faults *)data)->fault);
	free(data);
}

const struct pvq_experiment pvq_experiment_faults = {
	.name = "faults",
	.turn = 60,
	.seconds = {[PVQ_PEERS] = 150, [PVQ_PEERS_QUICK] = 150},
	.run = pvq_faults_run,
	.read = faults_read,
	.release = faults_release,
	.chapter = {{PVQ_PLACE_FAILURE, PVQ_REPORT_MANY, 0, pvq_faults_chapter, "faults", 0, NULL}},
};
