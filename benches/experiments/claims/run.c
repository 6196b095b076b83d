/* run.c: sweeps the cells that the claims need. Most come from the run's own plan, hence with the same loads; a few are
 * extra. Then come CPython's pools with the best chunk size, which a short sweep finds beforehand. */
#include "base/rundir.h"
#include "drive/plan.h"
#include "drive/sweep.h"
#include "experiments/claims/claims.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CLAIM_BLOCKS = 40, CHUNK_BLOCKS = 3 };

/* The part of the time that goes into finding the best chunk sizes. */
#define CHUNK_SHARE (1.0 / 6)

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

/* Adds a cell of the run's plan, with the default chunk. Where the plan has several chunks, it adds one of the cells. */
static int claims_add_planned(struct pvq_plan *plan, const struct pvq_plan_cell *cell)
{
	struct pvq_plan_cell by_default = *cell;

	for (unsigned i = 0; i < plan->ncell; i++)
		if (plan->cell[i].impl == cell->impl && plan->cell[i].spec == cell->spec &&
			plan->cell[i].workers == cell->workers) {
			plan->cell[i].skip &= cell->skip; /* one of them may be a repetition */
			return 0;
		}
	by_default.chunk = 0;
	by_default.known = 0;
	return pvq_plan_add_cell(plan, &by_default);
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
			ret = pvq_plan_add_cell(plan, &(struct pvq_plan_cell){.impl = like->impl,
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
	unsigned cores = pvq_plan_cores(of);
	int ret = 0;

	*plan = pvq_plan_beside(of, CLAIM_BLOCKS);
	for (unsigned i = 0; ret == 0 && i < of->ncell; i++)
		if (of->cell[i].cores == cores && of->cell[i].twin == 0 && is_needed(&of->cell[i]))
			ret = claims_add_planned(plan, &of->cell[i]);
	for (const struct pvq_claim *claim = pvq_claims; claim->question && ret == 0; claim++)
		if (claim->load)
			ret = claims_add_load(plan, of, claim, cores);
	pvq_plan_number_groups(plan);
	return ret;
}

/* ---- the best chunk size ---- */

/* Whether claims about the cell are made for its best chunk size too: it is CPython's, and has one worker per core. */
static int is_of_cpython(const struct pvq_plan_cell *cell)
{
	return strncmp(cell->impl->name, "python_", 7) == 0 && cell->workers == cell->cores;
}

/* Plans the search: every size that leaves a chunk for each worker, after the default. */
static int chunks_plan(struct pvq_plan *search, const struct pvq_plan *plan)
{
	static const unsigned size[] = {0, 1, 10, 100, 1000};
	int ret = 0;

	*search = *plan;
	search->cell = NULL;
	search->ncell = 0;
	search->blocks = CHUNK_BLOCKS;
	for (unsigned i = 0; i < plan->ncell; i++)
		for (size_t k = 0;
			ret == 0 && is_of_cpython(&plan->cell[i]) && k < sizeof(size) / sizeof(size[0]);
			k++) {
			struct pvq_plan_cell cell = plan->cell[i];

			cell.chunk = size[k];
			if ((uint64_t)cell.chunk * cell.workers <= cell.n)
				ret = pvq_plan_add_cell(search, &cell);
		}
	pvq_plan_number_groups(search);
	return ret;
}

/* Finds the best sizes. 0; *rows: what was measured, maybe nothing. */
static int chunks_search(
	const struct pvq_plan *plan, const struct pvq_session *session, struct pvq_rows *rows)
{
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = PVQ_CLAIMS_CHUNKS_FILE,
		.deadline_s = session->seconds * CHUNK_SHARE};
	struct pvq_plan search;
	int ret = chunks_plan(&search, plan);

	*rows = (struct pvq_rows){0};
	if (ret == 0 && search.ncell) {
		fprintf(stderr, "pvq: finding the best chunk sizes\n");
		ret = pvq_sweep_into(&search, &sweep);
		if (ret == 0)
			ret = pvq_rows_read_file(session->dir, PVQ_CLAIMS_CHUNKS_FILE, rows);
	}
	free(search.cell); /* the rest is the plan's */
	return ret;
}

/* Adds the cell with its best chunk size, if that is not the default. */
static int chunks_add_best(struct pvq_plan *plan, const struct pvq_summary *found,
	const struct pvq_plan_cell *cell, const struct pvq_host *host)
{
	const struct pvq_plan one = {
		.seed = plan->seed, .cell = (struct pvq_plan_cell[]){*cell}, .ncell = 1};
	const struct pvq_trial t = pvq_plan_trial(&one, 0, 0, host);
	const struct pvq_cell *best, *by_default;
	struct pvq_plan_cell more = *cell;
	struct pvq_row key;

	if (!is_of_cpython(cell))
		return 0;
	pvq_trial_identify(&t, &key);
	best = pvq_claims_chunk(found, cell->impl->name, &key, 1);
	by_default = pvq_claims_chunk(found, cell->impl->name, &key, 0);
	if (best == by_default)
		return 0;
	more.chunk = best->key->chunk;
	return pvq_plan_add_cell(plan, &more);
}

/* Puts each best cell into the group of its default one. */
static int claims_add_best(struct pvq_plan *plan, const struct pvq_session *session)
{
	struct pvq_plan_cell *cell = plan->cell;
	unsigned ncell = plan->ncell;
	struct pvq_summary found = {0};
	struct pvq_rows rows;
	int ret = chunks_search(plan, session, &rows);

	if (ret == 0)
		ret = pvq_summarise(&found, session->plan->registry, &rows);
	if (ret == 0) {
		plan->cell = NULL;
		plan->ncell = 0;
		for (unsigned i = 0; ret == 0 && i < ncell; i++) {
			ret = pvq_plan_add_cell(plan, &cell[i]);
			if (ret == 0)
				ret = chunks_add_best(plan, &found, &cell[i], session->host);
		}
		pvq_plan_number_groups(plan);
		free(cell);
	}
	pvq_summary_free(&found);
	pvq_rows_free(&rows);
	return ret;
}

int pvq_claims_run(const struct pvq_session *session)
{
	const struct pvq_sweep sweep = {.host = session->host,
		.dir = session->dir,
		.file = PVQ_CLAIMS_FILE,
		.deadline_s = session->seconds * (1 - CHUNK_SHARE)};
	struct pvq_plan plan;
	int ret;

	if (pvq_rundir_has(session->dir, sweep.file))
		return 0;
	ret = claims_plan(&plan, session->plan);
	if (ret == 0 && plan.ncell) {
		ret = claims_add_best(&plan, session);
		if (ret == 0) {
			fprintf(stderr, "pvq: testing the tutorial's claims\n");
			ret = pvq_sweep_into(&plan, &sweep);
		}
	}
	pvq_plan_free(&plan);
	return ret;
}
