/* run.c: measures for a self-test: hundreds of trials of twins, and a profile twice. */
#include "drive/launch.h"
#include "drive/plan.h"
#include "drive/sweep.h"
#include "experiments/selftest/selftest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Items of the first three tasks last 1 ms or more: slow-downs must be found there. The others represent kinds of tasks
 * on which false differences might appear. */
static const char tasks[] =
	"sleep:us=1000,spin:ns=1000000,skew:ns=1000000,spin:ns=1000,noop,echo:in=65536,out=65536,"
	"stream,mandelbrot,deflate";
enum { SLOWED = 3 };

static void add_twins(struct pvq_plan *plan, const struct pvq_plan_cell *cell, unsigned spec)
{
	unsigned twins = spec < SLOWED ? 2 + PVQ_SELFTEST_SLOWER : 2;

	for (unsigned i = 0; i < twins; i++) {
		plan->cell[plan->ncell] = *cell;
		plan->cell[plan->ncell++].twin = i == 0 ? 0 : i == 1 ? 1 : 1 + pvq_selftest_percent[i - 2];
	}
}

static int can_have_twins(const struct pvq_plan_cell *cell, const struct pvq_spec *spec, unsigned cores)
{
	return cell->spec == spec && !cell->twin && !(cell->impl->flags & PVQ_BASELINE) &&
	       cell->cores == cores && cell->workers == cores;
}

/* The plan's cell of that task that gets twins, on all cores with one worker a core. Strategies take turns. */
static const struct pvq_plan_cell *choose(
	const struct pvq_plan_cell *cell, unsigned ncell, const struct pvq_spec *spec, unsigned turn)
{
	unsigned n = 0, cores = 0;

	for (unsigned i = 0; i < ncell; i++)
		cores = cell[i].cores > cores ? cell[i].cores : cores;
	for (unsigned i = 0; i < ncell; i++)
		n += can_have_twins(&cell[i], spec, cores);
	turn = n ? turn % n : 0;
	for (unsigned i = 0; n && i < ncell; i++)
		if (can_have_twins(&cell[i], spec, cores) && turn-- == 0)
			return &cell[i];
	return NULL;
}

static int plan_twins(
	struct pvq_plan *plan, const struct pvq_selftest_wish *wish, const struct pvq_host *host)
{
	struct pvq_wish all = {.profile = "default",
		.tasks = tasks,
		.seed = wish->seed,
		.blocks = wish->blocks,
		.reserve_s = 66};
	struct pvq_plan_cell *cell;
	unsigned ncell;
	int ret = pvq_plan_make(plan, wish->registry, &all, host);

	if (ret)
		return ret;
	cell = plan->cell;
	ncell = plan->ncell;
	plan->ncell = 0;
	plan->cell = calloc((size_t)plan->nspec * (2 + PVQ_SELFTEST_SLOWER), sizeof(*plan->cell));
	for (unsigned s = 0; plan->cell && s < plan->nspec; s++) {
		const struct pvq_plan_cell *chosen = choose(cell, ncell, plan->spec[s], s);

		if (chosen)
			add_twins(plan, chosen, s);
	}
	free(cell);
	if (!plan->cell) {
		fprintf(stderr, "pvq: cannot plan the self-test: %s\n", strerror(ENOMEM));
		return -ENOMEM;
	}
	pvq_plan_number_groups(plan);
	return 0;
}

/* Whether the file exists, and is therefore kept as it is. It cannot be continued, since pilots of that time sized its
 * loads, but it can be judged. */
static int is_there(const char *dir, const char *file)
{
	if (!pvq_rundir_has(dir, file))
		return 0;
	fprintf(stderr, "pvq: self-test: %s/%s already exists\n", dir, file);
	return 1;
}

static int run_twins(const struct pvq_selftest_wish *wish, const struct pvq_host *host, const char *dir)
{
	struct pvq_sweep sweep = {.host = host, .dir = dir, .file = "selftest-twins.csv"};
	struct pvq_plan plan;
	int ret;

	if (is_there(dir, sweep.file))
		return 0;
	ret = plan_twins(&plan, wish, host);
	if (ret == 0) {
		fprintf(stderr,
			"pvq: self-test: %u cells of strategies and their twins, %u blocks, about %.0f s\n",
			plan.ncell, plan.blocks, pvq_plan_block_s(&plan) * plan.blocks);
		ret = pvq_sweep_run(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return ret;
}

/* Runs the profile's sweep only, without its experiments. */
static int run_profile(
	const struct pvq_selftest_wish *wish, const struct pvq_host *host, const char *dir, int second)
{
	const struct pvq_profile *profile = pvq_profile_find(wish->profile);
	struct pvq_wish all = {.profile = wish->profile,
		.seed = wish->seed,
		.reserve_s = profile ? profile->report_s + pvq_experiments_seconds(profile->scale) : 0};
	struct pvq_sweep sweep = {
		.host = host, .dir = dir, .file = second ? "selftest-run2.csv" : "selftest-run1.csv"};
	struct pvq_plan plan;
	int ret;

	if (is_there(dir, sweep.file))
		return 0;
	ret = pvq_plan_make(&plan, wish->registry, &all, host);
	if (ret == 0) {
		const struct pvq_profile *p = plan.profile;

		fprintf(stderr, "pvq: self-test: %s run of profile %s\n", second ? "second" : "first",
			p->name);
		sweep.deadline_s = p->budget_s > 0 ? p->budget_s - plan.reserve_s : 0;
		ret = pvq_sweep_run(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return ret;
}

int pvq_selftest_run(const struct pvq_selftest_wish *wish, const struct pvq_host *host, const char *dir)
{
	int ret = wish->blocks ? run_twins(wish, host, dir) : 0;

	for (int second = 0; ret == 0 && wish->profile && second < 2; second++)
		ret = run_profile(wish, host, dir, second);
	return ret;
}
