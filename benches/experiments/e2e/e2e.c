/* e2e.c: the experiment's descriptor: whole runs seen from outside, by hyperfine. */
#include "experiments/e2e/e2e.h"
#include "drive/plan.h"
#include "experiments/e2e/run.h"

#include <stdlib.h>

/* The strategies of the plan, "a,b,…". */
static void list_impls(const struct pvq_plan *plan, char *list, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; pvq_impls[i] && len < cap; i++)
		for (size_t c = 0; c < plan->ncell; c++)
			if (plan->cell[c].impl == pvq_impls[i]) {
				len += (size_t)snprintf(
					list + len, cap - len, "%s%s", len ? "," : "", pvq_impls[i]->name);
				break;
			}
}

static int e2e_run(const struct pvq_session *session)
{
	char impls[1024] = "";
	const struct pvq_e2e_wish wish = {
		.brief = session->seconds > 0, .impls = impls, .command = session->command};

	if (session->resumed && pvq_e2e_is_there(session->dir))
		return 0;
	list_impls(session->plan, impls, sizeof(impls));
	return pvq_e2e_run(&wish, session->host, session->dir);
}

/* What is wrong with the files has been said. */
static void e2e_read(void **data, const char *dir)
{
	struct pvq_e2e *d = calloc(1, sizeof(*d));

	if (d && pvq_e2e_read(d, dir) == 0) {
		*data = d;
		return;
	}
	free(d);
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
	.seconds = {[PVQ_DEFAULT] = 15, [PVQ_FULL] = PVQ_NO_LIMIT},
	.run = e2e_run,
	.read = e2e_read,
	.release = e2e_release,
	.draw = pvq_e2e_draw,
	.chapter = {{PVQ_PLACE_OUTSIDE, PVQ_REPORT_SWEEP, 0, pvq_e2e_chapter}},
};
