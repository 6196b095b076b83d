/* run.c: runs a small sweep of the strategy "empty". */
#include "drive/plan.h"
#include "drive/sweep.h"
#include "experiments/harness/harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCKS = 7,
	FRACTION = 8
}; /* FRACTION: 1/8 of a load's items; all of them might not fit into memory */

static int harness_plan(struct pvq_plan *plan, const struct pvq_plan *of)
{
	const struct pvq_impl *harness = pvq_registry_flagged(of->registry, PVQ_HARNESS);
	int ret = 0;

	*plan = pvq_plan_beside(of, BLOCKS);
	plan->cell = calloc(of->nspec, sizeof(*plan->cell));
	if (!plan->cell || !harness)
		return plan->cell ? -ENOENT : -ENOMEM;
	for (unsigned i = 0; ret == 0 && i < of->ncell; i++) {
		const struct pvq_plan_cell *cell = &of->cell[i];
		char args[PVQ_ARGS_TEXT], words[PVQ_NAME_MAX + PVQ_ARGS_TEXT + 2];

		if (i && cell->spec == cell[-1].spec)
			continue;
		pvq_spec_args(cell->spec, args, sizeof(args));
		snprintf(words, sizeof(words), "%s%s%s", cell->spec->task->name, args[0] ? ":" : "", args);
		ret = pvq_plan_add_spec(plan, words);
		if (ret == 0)
			plan->cell[plan->ncell++] = (struct pvq_plan_cell){.impl = harness,
				.spec = plan->spec[plan->nspec - 1],
				.n = (cell->n + FRACTION - 1) / FRACTION,
				.workers = 1,
				.cores = 1};
	}
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_harness_run(const struct pvq_session *session)
{
	struct pvq_sweep sweep = {.host = session->host, .dir = session->dir, .file = PVQ_HARNESS_FILE};
	struct pvq_plan plan;
	int ret = harness_plan(&plan, session->plan);

	if (ret == 0)
		ret = pvq_sweep_run(&plan, &sweep);
	else
		fprintf(stderr, "pvq: cannot measure the harness itself: %s\n", strerror(-ret));
	pvq_plan_free(&plan);
	return ret;
}
