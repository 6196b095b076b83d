/* run.c: sweeps the cells that the claims need. Most come from the run's own plan, hence with the same loads; a few are
 * extra. */
#include "base/grow.h"
#include "base/rundir.h"
#include "drive/plan.h"
#include "drive/sweep.h"
#include "experiments/claims/claims.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CLAIM_BLOCKS = 40 };

static int is_among(const char *const *list, const char *name)
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

static int claim_needs(const struct pvq_claim *claim, const struct pvq_plan_cell *cell)
{
	const char *name = cell->impl->name;

	if (!pvq_claim_has_task(claim, cell->spec->task->name))
		return 0;
	if (!claim->pair)
		return is_among(claim->more_workers, name);
	if (cell->workers > cell->cores)
		return 0;
	for (const struct pvq_claim_pair *pair = claim->pair; pair->a; pair++)
		if (strcmp(pair->a, name) == 0 || strcmp(pair->b, name) == 0)
			return 1;
	return 0;
}

static int is_needed(const struct pvq_plan_cell *cell)
{
	for (const struct pvq_claim *claim = pvq_claims; claim->question; claim++)
		if (claim_needs(claim, cell))
			return 1;
	return 0;
}

static int is_in_pairs(const struct pvq_claim *claim, const char *name)
{
	const struct pvq_claim_pair *pair = claim->pair;

	while (pair && pair->a && strcmp(pair->a, name) != 0 && strcmp(pair->b, name) != 0)
		pair++;
	return pair && pair->a;
}

static int claims_add_cell(struct pvq_plan *plan, const struct pvq_plan_cell *cell)
{
	struct pvq_plan_cell *more = pvq_grow(plan->cell, plan->ncell, sizeof(*more));

	if (!more)
		return -ENOMEM;
	plan->cell = more;
	more[plan->ncell++] = *cell;
	return 0;
}

/* Adds the claim's extra load, for those of its strategies that the run has. It has enough items to keep the other
 * workers busy while one item takes long. */
static int claims_add_load(
	struct pvq_plan *plan, const struct pvq_plan *of, const struct pvq_claim *claim, unsigned cores)
{
	const unsigned first = plan->ncell;
	int ret = pvq_plan_add_spec(plan, claim->load);

	for (unsigned i = 0; ret == 0 && i < of->ncell; i++) {
		const struct pvq_plan_cell *like = &of->cell[i];
		unsigned known = first;

		if (like->cores != cores || like->workers != cores || like->twin ||
			!is_in_pairs(claim, like->impl->name))
			continue;
		while (known < plan->ncell && plan->cell[known].impl != like->impl)
			known++;
		if (known == plan->ncell)
			ret = claims_add_cell(plan, &(struct pvq_plan_cell){.impl = like->impl,
							    .spec = plan->spec[plan->nspec - 1],
							    .n = 20 * (uint64_t)cores,
							    .workers = cores,
							    .cores = cores});
	}
	return ret;
}

/* Plans the cells. They are copies, and share their tasks with the cells of the run's plan. */
static int claims_plan(struct pvq_plan *plan, const struct pvq_plan *of)
{
	unsigned cores = 1;
	int ret = 0;

	*plan = (struct pvq_plan){.profile = of->profile,
		.blocks = CLAIM_BLOCKS,
		.seed = of->seed,
		.timeout_s = of->timeout_s};
	for (unsigned i = 0; i < of->ncell; i++)
		cores = of->cell[i].cores > cores ? of->cell[i].cores : cores;
	for (unsigned i = 0; ret == 0 && i < of->ncell; i++)
		if (of->cell[i].cores == cores && of->cell[i].twin == 0 && is_needed(&of->cell[i]))
			ret = claims_add_cell(plan, &of->cell[i]);
	for (const struct pvq_claim *claim = pvq_claims; claim->question && ret == 0; claim++)
		if (claim->load)
			ret = claims_add_load(plan, of, claim, cores);
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_claims_run(const struct pvq_session *session)
{
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = "claims.csv",
		.deadline_s = session->seconds};
	struct pvq_plan plan;
	int ret;

	if (pvq_rundir_has(session->dir, sweep.file))
		return 0;
	ret = claims_plan(&plan, session->plan);
	if (ret == 0 && plan.ncell) {
		fprintf(stderr, "pvq: testing the tutorial's claims\n");
		ret = pvq_sweep_into(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return ret;
}
