/* harness.h: a small sweep of the strategy "empty", and its rows applied to those of the run. */
#include "harness.h"
#include "rundir.h"
#include "sweep.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char harness_file[] = "harness.csv";

enum { BLOCKS = 7, FRACTION = 8 }; /* FRACTION: of a load's items; all of them might not fit into memory */

static const struct pvq_impl *harness_impl(void)
{
	for (int i = 0; pvq_impls[i]; i++)
		if (pvq_impls[i]->flags & PVQ_HARNESS)
			return pvq_impls[i];
	return NULL;
}

static int harness_plan(struct pvq_plan *plan, const struct pvq_plan *of)
{
	int ret = 0;

	*plan = (struct pvq_plan){
		.profile = of->profile, .blocks = BLOCKS, .seed = of->seed, .timeout_s = of->timeout_s};
	plan->cell = calloc(of->nspec, sizeof(*plan->cell));
	if (!plan->cell || !harness_impl())
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
			plan->cell[plan->ncell++] = (struct pvq_plan_cell){.impl = harness_impl(),
				.spec = plan->spec[plan->nspec - 1],
				.n = (cell->n + FRACTION - 1) / FRACTION,
				.workers = 1,
				.cores = 1};
	}
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_harness_run(const struct pvq_plan *of, const struct pvq_host *host, const char *dir)
{
	struct pvq_sweep sweep = {.host = host, .dir = dir, .file = harness_file};
	struct pvq_plan plan;
	int ret = harness_plan(&plan, of);

	if (ret == 0)
		ret = pvq_sweep_run(&plan, &sweep);
	else
		fprintf(stderr, "pvq: cannot measure the harness itself: %s\n", strerror(-ret));
	pvq_plan_free(&plan);
	return ret == 0 && sweep.end == PVQ_SWEEP_INTERRUPTED ? -EINTR : ret;
}

static double harness_item_ns(const struct pvq_summary *harness, const struct pvq_work *work)
{
	for (size_t c = 0; c < harness->cells; c++) {
		const struct pvq_cell *cell = &harness->cell[c];

		if (cell->ok && strcmp(cell->key->task, work->key->task) == 0 &&
			strcmp(cell->key->args, work->key->args) == 0)
			return cell->metric[PVQ_MAP_NS].median / (double)cell->key->n;
	}
	return NAN;
}

int pvq_harness_apply(struct pvq_summary *s, const char *dir)
{
	struct pvq_summary harness;
	struct pvq_rows rows = {0};
	char path[PATH_MAX];
	FILE *f;
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", dir, harness_file) >= (int)sizeof(path) ||
		access(path, F_OK))
		return 0;
	f = pvq_rundir_open(dir, harness_file, "re");
	if (!f)
		return -EIO;
	ret = pvq_rows_read(&rows, f);
	fclose(f);
	if (ret)
		fprintf(stderr, "pvq: %s: %s\n", path, rows.problem);
	if (pvq_summarise(&harness, &rows) == 0) {
		for (size_t w = 0; w < s->works; w++)
			s->work[w].harness_ns = harness_item_ns(&harness, &s->work[w]);
		pvq_summary_free(&harness);
	}
	pvq_rows_free(&rows);
	return ret;
}

double pvq_harness_share(const struct pvq_work *work, const struct pvq_cell *cell)
{
	return work->harness_ns * (double)cell->key->n / cell->metric[PVQ_MAP_NS].median;
}
