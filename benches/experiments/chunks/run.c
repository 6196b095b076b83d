/* run.c: sweeps the chunk size. */
#include "base/rundir.h"
#include "drive/sweep.h"
#include "experiments/chunks/chunks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_BLOCKS = 40 };

/* The number of items of a family. With as many as in the table, some ten blocks fit into the usual time; most of it goes
 * into starting interpreters. The numbers differ, so each family is a work of its own in the report. */
static uint64_t chunk_items(enum pvq_chunk_family family, double seconds)
{
	static const double usual[PVQ_CHUNK_FAMILIES] = {[PVQ_CHUNK_POOLS] = 16000,
		[PVQ_CHUNK_FUTURES] = 6000,
		[PVQ_CHUNK_JOBLIB] = 3000,
		[PVQ_CHUNK_COMPILED] = 100000};
	const double usual_s = 100, least = 0.25, most = 5;
	double share = seconds > 0 ? fmin(fmax(seconds / usual_s, least), most) : most;

	return (uint64_t)(usual[family] * share);
}

static const struct pvq_impl *chunk_impl(const struct pvq_plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->ncell; i++)
		if (strcmp(plan->cell[i].impl->name, name) == 0)
			return plan->cell[i].impl;
	return NULL;
}

/* The input of planning. */
struct chunk_wish {
	const struct pvq_plan *of;
	double seconds;
	unsigned cores;
};

/* Adds the cells of a way to the last work: one for every size, or a single one. */
static int chunk_add_way(struct pvq_plan *plan, const struct chunk_wish *w, const struct pvq_chunk_way *way,
	const struct pvq_impl *impl, uint64_t n)
{
	unsigned sizes = way->kind == PVQ_CHUNK_FIXED ? 1 : PVQ_CHUNK_SIZES;
	unsigned workers = impl->flags & PVQ_ONE_WORKER ? 1 : w->cores;
	int ret = 0;

	for (unsigned k = 0; ret == 0 && k < sizes; k++)
		ret = pvq_plan_add_cell(plan, &(struct pvq_plan_cell){.impl = impl,
						      .spec = plan->spec[plan->nspec - 1],
						      .n = n,
						      .workers = workers,
						      .cores = workers,
						      .chunk = pvq_chunk_size[k]});
	return ret;
}

static int chunk_has_pools(const struct pvq_plan *of, enum pvq_chunk_family family)
{
	for (const struct pvq_chunk_way *way = pvq_chunk_ways; way->impl; way++)
		if (way->family == family && way->kind == PVQ_CHUNK_CPYTHON && chunk_impl(of, way->impl))
			return 1;
	return 0;
}

/* Adds a family's work. All families have the same items, calibrated once. */
static int chunk_add_family(struct pvq_plan *plan, const struct chunk_wish *w, enum pvq_chunk_family family)
{
	const uint64_t n = chunk_items(family, w->seconds);
	char words[PVQ_ARGS_TEXT + 8] = "spin:ns=500";
	int ret, pools = chunk_has_pools(w->of, family);

	if (plan->nspec) {
		strcpy(words, "spin:");
		pvq_spec_args(plan->spec[0], words + strlen(words), PVQ_ARGS_TEXT);
	}
	ret = pvq_plan_add_spec(plan, words);
	if (ret == 0 && plan->nspec == 1)
		pvq_spec_settle(plan->spec[0]);
	for (int single = 1; single >= 0; single--) /* cells of one group stand together */
		for (const struct pvq_chunk_way *way = pvq_chunk_ways; ret == 0 && way->impl; way++) {
			const struct pvq_impl *impl = chunk_impl(w->of, way->impl);
			int reference = pools && strcmp(way->impl, pvq_chunk_reference) == 0;

			if (impl && (way->family == family || reference) &&
				single == ((impl->flags & PVQ_ONE_WORKER) != 0))
				ret = chunk_add_way(plan, w, way, impl, n);
		}
	return ret;
}

/* Plans the families; *pools: how many of them have some of CPython's pools. */
static int chunk_plan(struct pvq_plan *plan, const struct pvq_plan *of, double seconds, unsigned *pools)
{
	struct chunk_wish w = {.of = of, .seconds = seconds, .cores = pvq_plan_cores(of)};
	int ret = 0;

	*plan = pvq_plan_beside(of, CHUNK_BLOCKS);
	for (int family = 0; ret == 0 && family < PVQ_CHUNK_FAMILIES; family++) {
		*pools += (unsigned)chunk_has_pools(of, (enum pvq_chunk_family)family);
		ret = chunk_add_family(plan, &w, (enum pvq_chunk_family)family);
	}
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_chunks_run(const struct pvq_session *session)
{
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = PVQ_CHUNKS_FILE,
		.deadline_s = session->seconds};
	struct pvq_plan plan;
	unsigned pools = 0;
	int ret;

	if (pvq_rundir_has(session->dir, PVQ_CHUNKS_FILE))
		return 0;
	ret = chunk_plan(&plan, session->plan, session->seconds, &pools);
	if (ret == 0 && pools) {
		fprintf(stderr, "pvq: measuring what the chunk size decides\n");
		ret = pvq_sweep_into(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return ret;
}
