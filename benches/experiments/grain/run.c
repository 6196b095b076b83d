/* run.c: a sweep over the length of an item. */
#include "base/grow.h"
#include "base/rundir.h"
#include "drive/sweep.h"
#include "experiments/grain/grain.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long items must be for a strategy to be efficient spans five decades, from a loop over threads to a process for
 * every item. So there are several ranges of lengths, each with serial in it; a strategy is measured in one of them. */
enum { RANGES = 3, RANGE_FACTOR = 20 };

/* The longest items of the range: what they must be for the slowest to be efficient grows with the workers that one
 * producer has to feed. */
static double grain_top_ns(unsigned range, unsigned cores)
{
	return 5000.0 * (cores > 2 ? cores : 2) * pow(RANGE_FACTOR, range);
}

/* Of the longest items as many as take serial 0.2 s, and enough for every worker. */
static uint64_t grain_items(unsigned range, unsigned cores)
{
	return (uint64_t)fmax(0.2e9 / grain_top_ns(range, cores), (range ? 100.0 : 50.0) * cores);
}

/* The range for a strategy: by its time per empty task, where that was measured. */
static unsigned grain_range(const struct pvq_traits *traits, const struct pvq_impl *impl, unsigned cores)
{
	const struct pvq_trait *trait = pvq_traits_find(traits, impl->name);
	unsigned range = 0;

	/* METG of what there is is up to four times the empty task's time on each core. */
	while (trait && trait->empty_ns.n && range + 1 < RANGES &&
		grain_top_ns(range, cores) < 4 * cores * trait->empty_ns.median)
		range++;
	return range;
}

static int grain_uses(const struct pvq_plan *plan, const struct pvq_impl *impl)
{
	for (unsigned i = 0; i < plan->ncell; i++)
		if (plan->cell[i].impl == impl)
			return 1;
	return 0;
}

/* What planning needs to know. */
struct grain_wish {
	const struct pvq_plan *of;
	struct pvq_traits traits;
	unsigned cores;
};

/* The strategies of the run that belong into the range. */
static unsigned grain_members(const struct grain_wish *w, unsigned range)
{
	const struct pvq_impl *impl;
	unsigned count = 0;

	for (size_t i = 0; (impl = pvq_registry_at(w->of->registry, i)); i++)
		count += grain_uses(w->of, impl) && !(impl->flags & PVQ_ONE_WORKER) &&
			 grain_range(&w->traits, impl, w->cores) == range;
	return count;
}

/* They, and serial, on the last task. */
static int grain_add_cells(struct pvq_plan *plan, const struct grain_wish *w, unsigned range)
{
	const struct pvq_impl *impl;

	for (size_t i = 0; (impl = pvq_registry_at(w->of->registry, i)); i++) {
		int baseline = (impl->flags & PVQ_BASELINE) != 0;
		struct pvq_plan_cell *cell;

		if (!grain_uses(w->of, impl) || (!baseline && (impl->flags & PVQ_ONE_WORKER)) ||
			(!baseline && grain_range(&w->traits, impl, w->cores) != range))
			continue;
		cell = pvq_grow(plan->cell, plan->ncell, sizeof(*cell));
		if (!cell)
			return -ENOMEM;
		plan->cell = cell;
		cell[plan->ncell++] = (struct pvq_plan_cell){.impl = impl,
			.spec = plan->spec[plan->nspec - 1],
			.n = grain_items(range, w->cores),
			.workers = baseline ? 1 : w->cores,
			.cores = baseline ? 1 : w->cores};
	}
	return 0;
}

static int grain_add_range(struct pvq_plan *plan, const struct grain_wish *w, unsigned range)
{
	static const double share[] = {0.003, 0.01, 0.03, 0.1, 0.3, 1};
	int ret = 0;

	for (size_t g = 0; ret == 0 && g < sizeof(share) / sizeof(share[0]); g++) {
		char words[64];

		snprintf(words, sizeof(words), "spin:ns=%.0f", share[g] * grain_top_ns(range, w->cores));
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
	struct grain_wish w = {.of = of, .cores = 1};
	struct pvq_readings readings;
	/* In an ordinary run nothing is known of them: all are of the first range. */
	const struct pvq_folder folder = {.dir = dir, .registry = of->registry};
	int ret = pvq_experiments_read(&readings, &w.traits, &folder);

	*plan = (struct pvq_plan){
		.profile = of->profile, .blocks = 40, .seed = of->seed, .timeout_s = of->timeout_s};
	for (unsigned i = 0; i < of->ncell; i++)
		w.cores = of->cell[i].cores > w.cores ? of->cell[i].cores : w.cores;
	for (unsigned range = 0; ret == 0 && range < RANGES; range++)
		if (grain_members(&w, range))
			ret = grain_add_range(plan, &w, range);
	pvq_experiments_release(&readings);
	pvq_traits_free(&w.traits);
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_grain_run(const struct pvq_session *session)
{
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = PVQ_GRAIN_FILE,
		.deadline_s = session->seconds};
	struct pvq_plan plan;
	int ret;

	if (pvq_rundir_has(session->dir, PVQ_GRAIN_FILE))
		return 0;
	ret = grain_plan(&plan, session->plan, session->dir);
	if (ret == 0) {
		fprintf(stderr, "pvq: measuring how small a task may be\n");
		ret = pvq_sweep_into(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return ret;
}
