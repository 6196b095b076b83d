/* selftest.c: the experiment's descriptor: can the measurement be trusted, on this machine and today? */
#include "experiments/selftest/selftest.h"
#include "drive/plan.h"

#include <errno.h>
#include <stdlib.h>

static int selftest_run(const struct pvq_session *session)
{
	const struct pvq_selftest_wish wish = {.registry = session->plan->registry,
		.blocks = PVQ_SELFTEST_BLOCKS,
		.profile = "default",
		.seed = session->plan->seed};

	return pvq_selftest_run(&wish, session->host, session->dir);
}

/* pvq_selftest_read() has reported what is wrong with the files. */
static int selftest_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_selftest *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_selftest_read(d, folder->registry, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void selftest_release(void *data)
{
	pvq_selftest_free(data);
	free(data);
}

const struct pvq_experiment pvq_experiment_selftest = {
	.name = "selftest",
	.turn = 90,
	.seconds = {[PVQ_FULL] = PVQ_NO_LIMIT},
	.run = selftest_run,
	.read = selftest_read,
	.release = selftest_release,
	.chapter = {{PVQ_PLACE_PROOF, PVQ_REPORT_SWEEP, 1, pvq_selftest_chapter, "selftest", 0, NULL}},
};
