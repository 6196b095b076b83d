/* chunks.c: the experiment's descriptor: what does the chunk size decide? */
#include "experiments/chunks/chunks.h"

#include <errno.h>
#include <stdlib.h>

/* pvq_chunks_read() has reported what is wrong with the files. */
static int chunks_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_chunks *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_chunks_read(d, folder->registry, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void chunks_release(void *data)
{
	pvq_chunks_free(data);
	free(data);
}

const struct pvq_experiment pvq_experiment_chunks = {
	.name = "chunks",
	.turn = 60,
	.seconds = {[PVQ_PEERS] = 100, [PVQ_PEERS_QUICK] = 15},
	.run = pvq_chunks_run,
	.read = chunks_read,
	.release = chunks_release,
	.tell = pvq_chunks_tell,
	.draw = pvq_chunks_draw,
	.chapter = {{PVQ_PLACE_CLAIMS, PVQ_REPORT_MANY, 0, pvq_chunks_chapter, "chunks", 0, NULL}},
};
