/* data.c: reads grain.csv, and computes METG from it. */
#include "experiments/grain/grain.h"
#include "impl.h"
#include "results/blocks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The cells of a series at every grain, and serial's. */
struct ramp {
	const struct pvq_cell *base[PVQ_METG_GRAINS_MAX], *own[PVQ_METG_GRAINS_MAX];
	size_t points;
};

static int grain_find(struct ramp *ramp, const struct pvq_summary *s, size_t series, unsigned cores)
{
	ramp->points = 0;
	for (size_t w = 0; w < s->works; w++) {
		const struct pvq_work *work = &s->work[w];
		const struct pvq_cell *own = grain_cell(s, work, series, cores);

		if (!own || !work->base)
			continue;
		if (ramp->points == PVQ_METG_GRAINS_MAX) {
			fprintf(stderr, "pvq: %s: %s has more than %d item lengths\n", PVQ_GRAIN_FILE,
				own->key->impl, PVQ_METG_GRAINS_MAX);
			return -E2BIG;
		}
		ramp->base[ramp->points] = work->base;
		ramp->own[ramp->points++] = own;
	}
	return 0;
}

static double grain_granularity(const struct ramp *ramp, size_t point, const struct pvq_metg_ramp *fit)
{
	return pvq_metg_granularity(ramp->own[point]->metric[PVQ_MAP_NS].median, fit);
}

/* Keeps the points whose cells have enough blocks for an interval; all of them if there is none. A strategy has more blocks at
 * the lengths beside its METG than elsewhere (choice.h). */
static void grain_keep(struct ramp *ramp)
{
	size_t needs = pvq_median_needs(PVQ_ALPHA), kept = 0;

	for (size_t i = 0; i < ramp->points; i++) {
		if (ramp->base[i]->ok < needs || ramp->own[i]->ok < needs)
			continue;
		ramp->base[kept] = ramp->base[i];
		ramp->own[kept++] = ramp->own[i];
	}
	ramp->points = kept ? kept : ramp->points;
}

static int grain_is_length(const struct pvq_cell *a, const struct pvq_cell *b)
{
	return strcmp(a->key->args, b->key->args) == 0;
}

/* Forgets a crossing beyond these points, where the strategy has more that way, with too few blocks. */
static void grain_forget(
	struct pvq_estimate *e, double first_ns, const struct ramp *ramp, const struct pvq_grain_line *line)
{
	int has_first = grain_is_length(ramp->own[0], line->point[0].cell);
	int has_last = grain_is_length(ramp->own[ramp->points - 1], line->point[line->points - 1].cell);

	if ((e->median <= first_ns && !has_first) || (isinf(e->median) && !has_last))
		*e = (struct pvq_estimate){.median = NAN, .lo = NAN, .hi = NAN};
}

/* The figures of a line at one level. The ramp has at least one point. */
static int grain_metg(struct pvq_grain_level *level, const struct pvq_grain_line *line,
	const struct ramp *whole, unsigned cores, uint64_t seed)
{
	const struct pvq_cell *cell[2 * PVQ_METG_GRAINS_MAX]; /* serial at every grain, then the strategy */
	struct pvq_metg_ramp fit = {.cores = cores, .n = (double)whole->own[0]->key->n};
	struct ramp ramp = *whole;
	struct pvq_blocks blocks;
	int ret;

	grain_keep(&ramp);
	fit.grains = ramp.points;
	memcpy(cell, ramp.base, ramp.points * sizeof(struct pvq_cell *));
	memcpy(cell + ramp.points, ramp.own, ramp.points * sizeof(struct pvq_cell *));
	level->first_ns = grain_granularity(&ramp, 0, &fit);
	level->last_ns = grain_granularity(&ramp, ramp.points - 1, &fit);
	ret = pvq_blocks_make(&blocks, cell, 2 * ramp.points);
	if (ret == 0)
		ret = pvq_metg_estimate(&blocks, &fit, seed, &level->metg_ns, &level->even_ns);
	if (ret == 0) {
		grain_forget(&level->metg_ns, level->first_ns, &ramp, line);
		grain_forget(&level->even_ns, level->first_ns / cores, &ramp, line);
	}
	pvq_blocks_free(&blocks);
	return ret;
}

static int grain_fill(struct pvq_grain *grain, struct pvq_grain_line *line, uint64_t seed)
{
	struct pvq_metg_ramp fit = {.cores = grain->cores};
	struct ramp ramp;
	int ret = grain_find(&ramp, &grain->summary, line->series, grain->cores);

	if (ret || ramp.points == 0)
		return ret;
	fit.n = (double)ramp.own[0]->key->n; /* equal at every grain of its range */
	for (size_t i = 0; i < ramp.points; i++)
		line->point[i] = (struct pvq_grain_point){.cell = ramp.own[i],
			.granularity_ns = grain_granularity(&ramp, i, &fit),
			.versus = pvq_cells_compare(ramp.base[i], ramp.own[i], PVQ_MAP_NS, PVQ_ALPHA)};
	line->points = ramp.points;
	return grain_metg(&line->all, line, &ramp, grain->cores, seed);
}

/* The METG of every line at one level, where the grains beside it have enough blocks there. */
static int grain_fill_level(struct pvq_grain *grain, const struct pvq_summary *at, int level, uint64_t seed)
{
	struct ramp ramp;
	int ret = 0;

	for (size_t l = 0; ret == 0 && l < grain->lines; l++) {
		struct pvq_grain_line *line = &grain->line[l];

		ret = grain_find(&ramp, at, line->series, grain->cores);
		if (ret == 0 && ramp.points)
			ret = grain_metg(&line->level[level], line, &ramp, grain->cores, seed);
	}
	return ret;
}

static int grain_fill_levels(struct pvq_grain *grain, uint64_t seed)
{
	struct pvq_summary at[PVQ_LEVELS_MAX];
	size_t levels;
	int ret = pvq_summarise_levels(at, &levels, &grain->summary, &grain->rows);

	for (size_t i = 0; i < levels; i++) {
		if (ret == 0)
			ret = grain_fill_level(grain, &at[i], (int)i, seed);
		pvq_summary_free(&at[i]);
	}
	return ret;
}

static int grain_order(const void *x, const void *y)
{
	double a = ((const struct pvq_grain_line *)x)->all.metg_ns.median;
	double b = ((const struct pvq_grain_line *)y)->all.metg_ns.median;

	return (a > b) - (a < b);
}

static int grain_make(struct pvq_grain *grain, const struct pvq_registry *registry)
{
	int ret = pvq_summarise(&grain->summary, registry, &grain->rows);
	const struct pvq_summary *s = &grain->summary;

	grain->cores = s->max_cores;
	grain->n = s->works ? s->work[0].key->n : 0;
	grain->line = calloc(s->series_count + 1, sizeof(*grain->line));
	if (!grain->line)
		ret = -ENOMEM;
	for (size_t i = 0; ret == 0 && i < s->series_count; i++) {
		struct pvq_grain_line *line = &grain->line[grain->lines];
		const struct pvq_impl *impl = pvq_registry_get(registry, s->series[i].impl);

		if (impl && impl->flags & PVQ_BASELINE)
			continue;
		line->series = i;
		ret = grain_fill(grain, line, grain->rows.row[0].seed);
		grain->lines += line->points > 0;
	}
	if (ret == 0)
		ret = grain_fill_levels(grain, grain->rows.row[0].seed);
	if (ret == 0)
		qsort(grain->line, grain->lines, sizeof(*grain->line), grain_order);
	return ret;
}

void pvq_grain_free(struct pvq_grain *grain)
{
	free(grain->line);
	pvq_summary_free(&grain->summary);
	pvq_rows_free(&grain->rows);
	*grain = (struct pvq_grain){0};
}

int pvq_grain_read(struct pvq_grain *grain, const struct pvq_registry *registry, const char *dir)
{
	int ret;

	*grain = (struct pvq_grain){0};
	ret = pvq_rows_read_file(dir, PVQ_GRAIN_FILE, &grain->rows);
	if (ret == 0 && grain->rows.count)
		ret = grain_make(grain, registry);
	if (ret == 0 && grain->lines == 0)
		ret = -ENOENT;
	if (ret)
		pvq_grain_free(grain);
	return ret;
}

static const struct pvq_row *grain_nearest(const struct pvq_grain_line *line, double ns)
{
	const struct pvq_row *row = NULL;
	double least = INFINITY;

	for (size_t i = 0; i < line->points; i++) {
		double far = fabs(log(line->point[i].granularity_ns / ns));

		if (far < least) {
			least = far;
			row = line->point[i].cell->key;
		}
	}
	return row;
}

int pvq_grain_tell(const void *data, struct pvq_traits *traits)
{
	const struct pvq_grain *grain = data;

	traits->metg_cores = grain->cores;
	traits->metg_items = UINT64_MAX;
	for (size_t w = 0; w < grain->summary.works; w++)
		if (grain->summary.work[w].key->n < traits->metg_items)
			traits->metg_items = grain->summary.work[w].key->n;
	for (size_t l = 0; l < grain->lines; l++) {
		const struct pvq_grain_line *line = &grain->line[l];
		struct pvq_trait *trait = pvq_traits_of(traits, grain->summary.series[line->series].impl);

		if (!trait)
			return -ENOMEM;
		trait->metg_ns = line->all.metg_ns;
		trait->metg_row = grain_nearest(line, line->all.metg_ns.median);
		trait->even_ns = line->all.even_ns;
		trait->first_ns = line->all.first_ns;
		trait->last_ns = line->all.last_ns;
		trait->metg_place = l + 1;
	}
	return 0;
}
