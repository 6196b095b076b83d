/* run.c: sweeps over the length of an item. */
#include "base/grow.h"
#include "base/rundir.h"
#include "drive/sweep.h"
#include "experiments/grain/grain.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The item length at which a strategy becomes efficient spans five decades, from a loop over threads to a process per
 * item. So there are several ranges of lengths. Each has serial in it; a strategy is measured in one of them. */
enum { RANGES = 3, RANGE_FACTOR = 20 };

/* The longest items of the range. One producer feeds all workers, so the length at which the slowest strategies become
 * efficient grows with the number of workers. */
static double grain_top_ns(unsigned range, unsigned cores)
{
	return 5000.0 * (cores > 2 ? cores : 2) * pow(RANGE_FACTOR, range);
}

/* The number of items: the longest take serial 0.2 s, and there are enough for every worker. */
static uint64_t grain_items(unsigned range, unsigned cores)
{
	return (uint64_t)fmax(0.2e9 / grain_top_ns(range, cores), (range ? 100.0 : 50.0) * cores);
}

/* The range for a strategy, by its time per empty task if that was measured. */
static unsigned grain_range(const struct pvq_traits *traits, const struct pvq_impl *impl, unsigned cores)
{
	const struct pvq_trait *trait = pvq_traits_find(traits, impl->name);
	unsigned range = 0;

	/* Known strategies' METG is at most four times their time per empty task, on each core. */
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
	/* An ordinary run has no traits: all strategies belong to the first range. */
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
