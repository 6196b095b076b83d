/* grain.h: a sweep over the length of an item, and METG from it. */
#include "grain.h"
#include "metg.h"
#include "peer_costs.h"
#include "resample.h"
#include "rundir.h"
#include "sweep.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char grain_file[] = "grain.csv";

/* ---- measuring ---- */

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
static unsigned grain_range(const struct pvq_peer_costs *costs, const struct pvq_impl *impl, unsigned cores)
{
	const struct pvq_peer_cost *cost = pvq_peer_costs_find(costs, impl->name);
	unsigned range = 0;

	/* METG of what there is is up to four times the empty task's time on each core. */
	while (cost && cost->cost[PVQ_COST_DISPATCH].n && range + 1 < RANGES &&
		grain_top_ns(range, cores) < 4 * cores * cost->cost[PVQ_COST_DISPATCH].median)
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
	struct pvq_peer_costs costs;
	unsigned cores;
};

/* The strategies of the run that belong into the range. */
static unsigned grain_members(const struct grain_wish *w, unsigned range)
{
	unsigned count = 0;

	for (int i = 0; pvq_impls[i]; i++)
		count += grain_uses(w->of, pvq_impls[i]) && !(pvq_impls[i]->flags & PVQ_ONE_WORKER) &&
			 grain_range(&w->costs, pvq_impls[i], w->cores) == range;
	return count;
}

/* They, and serial, on the last task. */
static int grain_add_cells(struct pvq_plan *plan, const struct grain_wish *w, unsigned range)
{
	for (int i = 0; pvq_impls[i]; i++) {
		int baseline = (pvq_impls[i]->flags & PVQ_BASELINE) != 0;
		struct pvq_plan_cell *cell;

		if (!grain_uses(w->of, pvq_impls[i]) ||
			(!baseline && (pvq_impls[i]->flags & PVQ_ONE_WORKER)) ||
			(!baseline && grain_range(&w->costs, pvq_impls[i], w->cores) != range))
			continue;
		cell = realloc(plan->cell, (plan->ncell + 1) * sizeof(*cell));
		if (!cell)
			return -ENOMEM;
		plan->cell = cell;
		cell[plan->ncell++] = (struct pvq_plan_cell){.impl = pvq_impls[i],
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
	int ret = pvq_peer_costs_read(&w.costs, dir);

	ret = ret == -ENOENT ? 0 : ret; /* an ordinary run: all are of the first range */
	*plan = (struct pvq_plan){
		.profile = of->profile, .blocks = 40, .seed = of->seed, .timeout_s = of->timeout_s};
	for (unsigned i = 0; i < of->ncell; i++)
		w.cores = of->cell[i].cores > w.cores ? of->cell[i].cores : w.cores;
	for (unsigned range = 0; ret == 0 && range < RANGES; range++)
		if (grain_members(&w, range))
			ret = grain_add_range(plan, &w, range);
	free(w.costs.of);
	pvq_plan_number_groups(plan);
	return ret;
}

int pvq_grain_run(const struct pvq_plan *of, const struct pvq_host *host, const char *dir, double budget_s)
{
	struct pvq_partial part;
	struct pvq_sweep sweep = {.host = host, .dir = dir, .file = part.file, .deadline_s = budget_s};
	struct pvq_plan plan;
	int ret = pvq_partial_begin(&part, dir, grain_file);

	if (ret)
		return ret < 0 ? ret : 0;
	ret = grain_plan(&plan, of, dir);
	if (ret == 0) {
		fprintf(stderr, "pvq: how small a task may be\n");
		ret = pvq_sweep_run(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return pvq_partial_end(&part, ret == 0 && sweep.end == PVQ_SWEEP_INTERRUPTED ? -EINTR : ret);
}

/* ---- reading ---- */

/* What METG is computed from: medians of serial's map at every grain, then of the strategy's. */
struct setting {
	size_t grains;
	double cores, n;
};

static double metg_from(const double *median, void *ctx)
{
	const struct setting *s = ctx;
	double granularity[PVQ_GRAINS_MAX], efficiency[PVQ_GRAINS_MAX];

	for (size_t g = 0; g < s->grains; g++) {
		double map_ns = median[s->grains + g];

		granularity[g] = map_ns * s->cores / s->n;
		efficiency[g] = median[g] / (s->cores * map_ns);
	}
	return pvq_metg(granularity, efficiency, s->grains, 0.5);
}

/* The cell of a series at the work's largest core count; NULL: it has no good trial. */
static const struct pvq_cell *grain_cell(
	const struct pvq_summary *s, const struct pvq_work *work, size_t series, unsigned cores)
{
	for (size_t c = work->first; c < work->first + work->cells; c++)
		if (s->cell[c].ok && s->cell[c].series == series &&
			(s->cell[c].baseline || s->cell[c].key->cores == cores))
			return &s->cell[c];
	return NULL;
}

static int grain_fill(struct pvq_grain *grain, struct pvq_grain_line *line, uint64_t seed)
{
	const struct pvq_cell *own_cell[PVQ_GRAINS_MAX],
		*cell[2 * PVQ_GRAINS_MAX]; /* cell: serial at every grain, then the strategy */
	struct setting setting = {.cores = grain->cores};
	struct pvq_blocks blocks;
	size_t points = 0;
	int ret;

	for (size_t w = 0; w < grain->summary.works && points < PVQ_GRAINS_MAX; w++) {
		const struct pvq_work *work = &grain->summary.work[w];
		const struct pvq_cell *own = grain_cell(&grain->summary, work, line->series, grain->cores);

		if (!own || !work->base)
			continue;
		setting.n = (double)own->key->n; /* the same at every grain of its range */
		cell[points] = work->base;
		own_cell[points] = own;
		line->point[points++] = (struct pvq_grain_point){
			.granularity_ns = own->metric[PVQ_MAP_NS].median * setting.cores / setting.n,
			.versus = pvq_cells_compare(work->base, own, PVQ_MAP_NS, PVQ_ALPHA)};
	}
	line->points = setting.grains = points;
	if (points == 0)
		return 0;
	line->first_ns = line->point[0].granularity_ns;
	for (size_t i = 0; i < points; i++)
		cell[points + i] = own_cell[i];
	ret = pvq_blocks_make(&blocks, cell, 2 * points);
	if (ret == 0)
		ret = pvq_resample(&blocks, metg_from, &setting, PVQ_ALPHA, seed, &line->metg_ns);
	pvq_blocks_free(&blocks);
	return ret;
}

static int grain_order(const void *x, const void *y)
{
	double a = ((const struct pvq_grain_line *)x)->metg_ns.median;
	double b = ((const struct pvq_grain_line *)y)->metg_ns.median;

	return (a > b) - (a < b);
}

static int grain_make(struct pvq_grain *grain)
{
	int ret = pvq_summarise(&grain->summary, &grain->rows);
	const struct pvq_summary *s = &grain->summary;

	grain->cores = s->max_cores;
	grain->n = s->works ? s->work[0].key->n : 0;
	grain->line = calloc(s->series_count + 1, sizeof(*grain->line));
	if (!grain->line)
		ret = -ENOMEM;
	for (size_t i = 0; ret == 0 && i < s->series_count; i++) {
		struct pvq_grain_line *line = &grain->line[grain->lines];
		const struct pvq_impl *impl = pvq_impls[pvq_impl_rank(s->series[i].impl)];

		if (impl && impl->flags & PVQ_BASELINE)
			continue;
		line->series = i;
		ret = grain_fill(grain, line, grain->rows.row[0].seed);
		grain->lines += line->points > 0;
	}
	if (ret == 0)
		qsort(grain->line, grain->lines, sizeof(*grain->line), grain_order);
	return ret;
}

int pvq_grain_read(struct pvq_grain *grain, const char *dir)
{
	FILE *f;
	int ret;

	*grain = (struct pvq_grain){0};
	if (!pvq_rundir_has(dir, grain_file))
		return -ENOENT;
	f = pvq_rundir_open(dir, grain_file, "re");
	if (!f)
		return -EIO;
	ret = pvq_rows_read(&grain->rows, f);
	fclose(f);
	if (ret)
		fprintf(stderr, "pvq: %s/%s: %s\n", dir, grain_file, grain->rows.problem);
	if (ret == 0 && grain->rows.count)
		ret = grain_make(grain);
	if (ret == 0 && grain->lines == 0)
		ret = -ENOENT;
	if (ret)
		pvq_grain_free(grain);
	return ret;
}

void pvq_grain_free(struct pvq_grain *grain)
{
	free(grain->line);
	pvq_summary_free(&grain->summary);
	pvq_rows_free(&grain->rows);
	*grain = (struct pvq_grain){0};
}
