/* regret.c: collects the cells of all candidates on all tasks, and resamples them together. */
#include "results/regret.h"
#include "results/blocks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The candidates' cells: cell[work * count + candidate]. */
struct field {
	const struct pvq_cell **cell;
	size_t works, count;
};

static const struct pvq_cell *cell_of(
	const struct pvq_summary *s, const struct pvq_work *work, size_t series, unsigned cores)
{
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && cell->series == series &&
			(pvq_cell_even(cell, cores) || cell == work->base))
			return cell;
	}
	return NULL;
}

/* The candidate's time on a work, as a multiple of the fastest one's. */
static double ratio_at(const struct field *f, const double *median, size_t work, size_t candidate)
{
	const double *m = &median[work * f->count];
	double least = INFINITY;

	for (size_t i = 0; i < f->count; i++)
		least = fmin(least, m[i]);
	return m[candidate] / least;
}

/* The index of the work where the candidate is worst. */
static size_t worst_of(const struct field *f, const double *median, size_t candidate)
{
	size_t worst = 0;

	for (size_t w = 1; w < f->works; w++)
		if (ratio_at(f, median, w, candidate) > ratio_at(f, median, worst, candidate))
			worst = w;
	return worst;
}

static double regret_of(const struct field *f, const double *median, size_t candidate)
{
	double most = 1;

	for (size_t w = 0; w < f->works; w++) {
		double ratio = ratio_at(f, median, w, candidate);

		if (isnan(ratio))
			return NAN;
		most = fmax(most, ratio);
	}
	return most - 1;
}

static void regrets_from(const double *median, void *ctx, double *regret)
{
	const struct field *f = ctx;

	for (size_t i = 0; i < f->count; i++)
		regret[i] = regret_of(f, median, i);
}

static int order_regret(const void *x, const void *y)
{
	double a = ((const struct pvq_regret *)x)->cost.median,
	       b = ((const struct pvq_regret *)y)->cost.median;

	return (a > b) - (a < b);
}

/* median: of every cell, over all its trials. */
static int resample(
	struct pvq_regrets *r, struct field *f, const struct pvq_work *const *work, const double *median)
{
	struct pvq_estimate *cost = calloc(f->count + 1, sizeof(*cost));
	uint64_t seed = f->works ? f->cell[0]->key->seed : 0;
	struct pvq_blocks blocks = {0};
	int ret = cost ? pvq_blocks_make(&blocks, f->cell, f->works * f->count) : -ENOMEM;

	if (ret == 0)
		ret = pvq_resample_all(&blocks, regrets_from, f, f->count, PVQ_ALPHA, seed, cost);
	for (size_t i = 0; ret == 0 && i < f->count; i++) {
		r->of[i].at = work[worst_of(f, median, i)];
		r->of[i].cost = cost[i];
		/* Exists with too few blocks for an interval, too. */
		r->of[i].cost.median = regret_of(f, median, i);
	}
	pvq_blocks_free(&blocks);
	free(cost);
	return ret;
}

/* Whether the series was measured on all of the works. */
static int is_everywhere(const struct pvq_summary *s, const struct pvq_work *const *work, size_t works,
	size_t series, unsigned cores)
{
	for (size_t w = 0; w < works; w++)
		if (!cell_of(s, work[w], series, cores))
			return 0;
	return works > 0;
}

int pvq_regrets_find(
	struct pvq_regrets *r, const struct pvq_summary *s, const unsigned char *take, unsigned cores)
{
	const struct pvq_work **work = calloc(s->works + 1, sizeof(struct pvq_work *));
	double *median = calloc(s->works * s->series_count + 1, sizeof(*median));
	struct field f = {0};
	int ret = 0;

	*r = (struct pvq_regrets){.cores = cores};
	r->of = calloc(s->series_count + 1, sizeof(*r->of));
	f.cell = calloc(s->works * s->series_count + 1, sizeof(struct pvq_cell *));
	if (!work || !median || !r->of || !f.cell)
		ret = -ENOMEM;
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		if (take[w])
			work[f.works++] = &s->work[w];
	for (size_t i = 0; ret == 0 && i < s->series_count; i++)
		if (is_everywhere(s, work, f.works, i, cores))
			r->of[r->count++].series = i;
	f.count = r->count;
	r->works = f.works;
	for (size_t w = 0; ret == 0 && w < f.works; w++)
		for (size_t i = 0; i < f.count; i++) {
			f.cell[w * f.count + i] = cell_of(s, work[w], r->of[i].series, cores);
			median[w * f.count + i] = f.cell[w * f.count + i]->metric[PVQ_MAP_NS].median;
		}
	if (ret == 0 && f.count)
		ret = resample(r, &f, work, median);
	if (ret == 0)
		qsort(r->of, r->count, sizeof(*r->of), order_regret);
	free(work);
	free(median);
	free(f.cell);
	if (ret)
		pvq_regrets_free(r);
	return ret;
}

void pvq_regrets_free(struct pvq_regrets *r)
{
	free(r->of);
	memset(r, 0, sizeof(*r));
}

const struct pvq_regret *pvq_regrets_of(const struct pvq_regrets *r, size_t series)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->of[i].series == series)
			return &r->of[i];
	return NULL;
}
