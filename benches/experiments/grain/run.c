/* run.c: sweeps over the length of an item. */
#include "base/rundir.h"
#include "experiments/grain/choice.h"
#include "experiments/grain/grain.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The range for a strategy, by its time per empty item if that was measured. */
static unsigned grain_range(const struct pvq_traits *traits, const struct pvq_impl *impl, unsigned cores)
{
	const struct pvq_trait *trait = pvq_traits_find(traits, impl->name);

	return pvq_metg_range(trait && trait->empty_ns.n ? trait->empty_ns.median : NAN, cores);
}

static int grain_uses(const struct pvq_plan *plan, const struct pvq_impl *impl)
{
	for (unsigned i = 0; i < plan->ncell; i++)
		if (plan->cell[i].impl == impl)
			return 1;
	return 0;
}

/* The input of planning. */
struct grain_wish {
	const struct pvq_plan *of;
	struct pvq_traits traits;
	unsigned cores;
};

/* Counts the run's strategies in the range. */
static unsigned grain_members(const struct grain_wish *w, unsigned range)
{
	const struct pvq_impl *impl;
	unsigned count = 0;

	for (size_t i = 0; (impl = pvq_registry_at(w->of->registry, i)); i++)
		count += grain_uses(w->of, impl) && !(impl->flags & PVQ_ONE_WORKER) &&
			 grain_range(&w->traits, impl, w->cores) == range;
	return count;
}

/* Adds cells for these strategies, and for serial, on the last task. */
static int grain_add_cells(struct pvq_plan *plan, const struct grain_wish *w, unsigned range)
{
	const struct pvq_impl *impl;

	for (size_t i = 0; (impl = pvq_registry_at(w->of->registry, i)); i++) {
		int baseline = (impl->flags & PVQ_BASELINE) != 0;

		if (!grain_uses(w->of, impl) || (!baseline && (impl->flags & PVQ_ONE_WORKER)) ||
			(!baseline && grain_range(&w->traits, impl, w->cores) != range))
			continue;
		if (pvq_plan_add_cell(plan, &(struct pvq_plan_cell){.impl = impl,
						    .spec = plan->spec[plan->nspec - 1],
						    .n = pvq_metg_items(range, w->cores),
						    .workers = baseline ? 1 : w->cores,
						    .cores = baseline ? 1 : w->cores}))
			return -ENOMEM;
	}
	return 0;
}

static int grain_add_range(struct pvq_plan *plan, const struct grain_wish *w, unsigned range)
{
	int ret = 0;

	for (unsigned g = 0; ret == 0 && g < PVQ_METG_GRAINS; g++) {
		char words[64];

		snprintf(words, sizeof(words), "spin:ns=%.0f", pvq_metg_length_ns(range, g, w->cores));
		ret = pvq_plan_add_spec(plan, words);
		if (ret == 0) {
			pvq_spec_settle(plan->spec[plan->nspec - 1]);
			ret = grain_add_cells(plan, w, range);
		}
	}
	return ret;
}

static int grain_plan(struct pvq_plan *plan, const struct pvq_plan *of, const char *dir)
{
	struct grain_wish w = {.of = of, .cores = pvq_plan_cores(of)};
	struct pvq_readings readings;
	/* An ordinary run has no traits: all strategies belong to the first range. */
	const struct pvq_folder folder = {.dir = dir, .registry = of->registry};
	int ret = pvq_experiments_read(&readings, &w.traits, &folder);

	*plan = pvq_plan_beside(of, PVQ_GRAIN_BLOCKS);
	for (unsigned range = 0; ret == 0 && range < PVQ_METG_RANGES; range++)
		if (grain_members(&w, range))
			ret = grain_add_range(plan, &w, range);
	pvq_experiments_release(&readings);
	pvq_traits_free(&w.traits);
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_grain_run(const struct pvq_session *session)
{
	struct pvq_grain_choice choice = {.turns = 0};
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = PVQ_GRAIN_FILE,
		.deadline_s = session->seconds,
		.choose = pvq_grain_choose,
		.choose_ctx = &choice};
	struct pvq_plan plan;
	int ret;

	if (pvq_rundir_has(session->dir, PVQ_GRAIN_FILE))
		return 0;
	ret = grain_plan(&plan, session->plan, session->dir);
	if (ret == 0)
		ret = pvq_grain_choice_make(&choice, &plan);
	if (ret == 0) {
		fprintf(stderr, "pvq: measuring how small a task may be\n");
		ret = pvq_sweep_into(&plan, &sweep);
	}
	pvq_grain_choice_free(&choice);
	pvq_plan_free(&plan);
	return ret;
}
