/* e2e.c: the experiment's descriptor: whole runs timed from outside, by hyperfine. */
#include "experiments/e2e/e2e.h"
#include "drive/plan.h"
#include "experiments/e2e/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int is_in_plan(const struct pvq_plan *plan, const struct pvq_impl *impl)
{
	for (size_t c = 0; c < plan->ncell; c++)
		if (plan->cell[c].impl == impl)
			return 1;
	return 0;
}

/* The strategies of the plan as "a,b,…", which the caller frees; NULL: out of memory. */
static char *list_impls(const struct pvq_plan *plan)
{
	const struct pvq_impl *impl;
	char *list = NULL;
	size_t len;
	FILE *f = open_memstream(&list, &len);

	if (!f)
		return NULL;
	for (size_t i = 0; (impl = pvq_registry_at(plan->registry, i)); i++)
		if (is_in_plan(plan, impl))
			fprintf(f, "%s%s", ftell(f) ? "," : "", impl->name);
	if (fclose(f) == 0)
		return list;
	free(list);
	return NULL;
}

static int e2e_run(const struct pvq_session *session)
{
	struct pvq_e2e_wish wish = {.registry = session->plan->registry,
		.brief = session->seconds > 0,
		.command = session->command};
	char *impls;
	int ret;

	wish.impls = impls = list_impls(session->plan);
	ret = impls ? pvq_e2e_run(&wish, session->host, session->dir) : -ENOMEM;
	free(impls);
	return ret == -EEXIST ? 0 : ret;
}

/* pvq_e2e_read() has reported what is wrong with the files. */
static int e2e_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_e2e *d = calloc(1, sizeof(*d));
	int ret = d ? pvq_e2e_read(d, folder->registry, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = d;
		return 0;
	}
	free(d);
	return ret == -ENOMEM ? ret : 0;
}

static void e2e_release(void *data)
{
	pvq_e2e_free(data);
	free(data);
}

const struct pvq_experiment pvq_experiment_e2e = {
	.name = "e2e",
	.file = "e2e.json",
	.turn = 60,
	.seconds = {[PVQ_DEFAULT] = 13, [PVQ_FULL] = PVQ_NO_LIMIT},
	.run = e2e_run,
	.read = e2e_read,
	.release = e2e_release,
	.draw = pvq_e2e_draw,
	.chapter = {{PVQ_PLACE_OUTSIDE, PVQ_REPORT_SWEEP, 0, pvq_e2e_chapter, "outside", 1, NULL}},
};
