/* compare.c: matches cells, takes their samples, and judges. */
#include "results/compare.h"
#include "base/grow.h"

#include "stats/relabel.h"
#include "stats/unpaired.h"
#include "trial/spec.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The bootstrap's seed is fixed, so that the same comparison gives the same figures. */
static const uint64_t compare_seed = 1;

/* A cell in every run of both sides, the before side first. */
struct place {
	const struct pvq_work *work;
	const struct pvq_cell *cell;
	const struct pvq_states *states; /* of the run */
	int level; /* the only one whose trials count; PVQ_LEVELS_NONE: that of the figures */
};

enum { RUNS_MOST = 2 * PVQ_RELABEL_MOST };

static size_t compare_runs(const struct pvq_comparison_table *t)
{
	return t->before.runs + t->after.runs;
}

static const struct pvq_run *compare_run(const struct pvq_comparison_table *t, size_t r)
{
	return r < t->before.runs ? &t->before.run[r] : &t->after.run[r - t->before.runs];
}

/* ---- matching ---- */

static struct place compare_find(const struct pvq_summary *s, const char *name)
{
	char other[PVQ_CELLNAME_MAX];

	for (size_t w = 0; w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++) {
			pvq_cellname(other, s, &s->work[w], &s->cell[c]);
			if (!s->cell[c].harness && strcmp(name, other) == 0)
				return (struct place){
					&s->work[w], &s->cell[c], &s->states, PVQ_LEVELS_NONE};
		}
	return (struct place){0};
}

static int compare_add_unmatched(struct pvq_comparison_table *t, const char *name, const char *dir)
{
	struct pvq_unmatched *grown = pvq_grow(t->unmatched, t->unmatched_count, sizeof(*t->unmatched));

	if (!grown)
		return -ENOMEM;
	t->unmatched = grown;
	snprintf(grown[t->unmatched_count].name, sizeof(grown->name), "%s", name);
	grown[t->unmatched_count++].dir = dir;
	return 0;
}

/* Finds the name in all runs. 1: every run has it; 0: a run lacks it; -ENOMEM. */
static int compare_places(struct pvq_comparison_table *t, const char *name, struct place place[RUNS_MOST])
{
	int everywhere = 1;

	for (size_t r = 0; r < compare_runs(t); r++) {
		place[r] = compare_find(&compare_run(t, r)->summary, name);
		if (place[r].cell)
			continue;
		everywhere = 0;
		if (compare_add_unmatched(t, name, compare_run(t, r)->dir))
			return -ENOMEM;
	}
	return everywhere;
}

/* Whether an earlier run has that cell, which means that it has been matched already. */
static int compare_is_known(const struct pvq_comparison_table *t, size_t run, const char *name)
{
	for (size_t r = 0; r < run; r++)
		if (compare_find(&compare_run(t, r)->summary, name).cell)
			return 1;
	return 0;
}

/* ---- whether a cell can be judged ---- */

static int compare_items_are_alike(const char *task)
{
	const struct pvq_task *known = pvq_tasks[pvq_task_rank(task)];

	return known && !known->uneven;
}

static int compare_same_work(const struct pvq_row *a, const struct pvq_row *b)
{
	if (strcmp(a->args, b->args) != 0)
		return 0;
	return compare_items_are_alike(a->task) || (a->n == b->n && a->seed == b->seed);
}

/* The last round, in which only some workers have an item, makes up as much as 1 / n of a time per item where each
 * worker has n items that are alike. */
enum { ITEMS_LEAST = 100 };

/* The most that a map's fixed cost may move a ratio of times per item: a third of what counts as equivalent. */
static const double fixed_most = 0.01;

/* What a cell's time holds however many items there are (compare.h); NAN: unknown. */
static double compare_fixed(const struct pvq_cell *cell, enum pvq_metric metric)
{
	double first = cell->metric[PVQ_FIRST_NS].median;
	double around = metric == PVQ_TOTAL_NS
				? cell->metric[PVQ_START_NS].median + cell->metric[PVQ_STOP_NS].median
				: 0;

	return first > 0 ? 2 * first + around : NAN;
}

/* Whether times per item can be compared although the numbers of items differ. */
static int compare_per_item(const struct pvq_cell *a, const struct pvq_cell *b, enum pvq_metric metric)
{
	const struct pvq_cell *less = a->key->n < b->key->n ? a : b, *more = less == a ? b : a;
	double fixed_a = compare_fixed(a, metric), fixed_b = compare_fixed(b, metric);
	double fixed = fixed_a > fixed_b ? fixed_a : fixed_b;
	double moved =
		fixed / less->metric[metric].median * (1 - (double)less->key->n / (double)more->key->n);

	return less->key->n / less->key->workers >= ITEMS_LEAST && !isnan(fixed_a) && !isnan(fixed_b) &&
	       moved <= fixed_most;
}

static int compare_is_noise(const struct pvq_work *work)
{
	return 2 * work->disturbed > work->turns;
}

static void compare_count_failed(
	struct pvq_compared *c, const struct place *place, size_t before, size_t runs)
{
	for (size_t r = 0; r < runs; r++) {
		const struct pvq_cell *cell = place[r].cell;

		*(r < before ? &c->trials_before : &c->trials_after) += cell->rows;
		*(r < before ? &c->failed_before : &c->failed_after) += pvq_cell_failed(cell);
	}
}

static const char *compare_reason(const struct pvq_cell *cell)
{
	int status = PVQ_OK + 1;

	while (status < PVQ_UNAVAILABLE && !cell->status[status])
		status++;
	return pvq_cell_reason(cell, (enum pvq_status)status);
}

static void compare_find_basis(struct pvq_compared *c, const struct place *place, size_t before,
	size_t runs, enum pvq_metric metric)
{
	c->basis = PVQ_JUDGED;
	for (size_t r = 0; r < runs; r++) {
		const struct pvq_row *key = place[r].cell->key;
		int unlike = key->n != c->cell->key->n;

		if (!place[r].cell->status[PVQ_OK] && r < before) {
			c->basis = PVQ_FAILED_BEFORE;
			return;
		}
		if (!place[r].cell->status[PVQ_OK]) {
			c->basis = PVQ_BROKEN;
			c->reason = compare_reason(place[r].cell);
			return;
		}
		if (!compare_same_work(c->cell->key, key)) {
			c->basis = PVQ_OTHER_WORK;
		} else if (unlike && !compare_per_item(c->cell, place[r].cell, metric) &&
			   c->basis != PVQ_OTHER_WORK) {
			c->basis = PVQ_NOT_COMPARABLE;
			c->unlike_n[0] = c->cell->key->n;
			c->unlike_n[1] = key->n;
		} else if (runs == 2 && compare_is_noise(place[r].work) && c->basis == PVQ_JUDGED) {
			c->basis = PVQ_MOSTLY_NOISE;
		}
		c->per_item |= unlike;
	}
}

/* ---- samples ---- */

/* Whether a good trial counts. One of a disturbed block does only if most are disturbed, one at another level never. */
static int compare_takes(const struct place *place, const struct pvq_row *row)
{
	const struct pvq_standing *standing = pvq_states_standing(place->states, row);

	if (pvq_row_disturbed(place->work, row) && !compare_is_noise(place->work))
		return 0;
	if (place->level == PVQ_LEVELS_NONE)
		return standing->in;
	return standing->level == place->level || standing->level == PVQ_LEVELS_NONE;
}

/* Takes the cell's times in one run. x: room for all its good trials. */
static size_t compare_sample(const struct place *place, enum pvq_metric metric, int per_item, double *x)
{
	size_t n = 0;

	for (size_t i = 0; i < place->cell->status[PVQ_OK]; i++) {
		const struct pvq_row *row = place->cell->row[i];

		if (compare_takes(place, row))
			x[n++] = fmax(pvq_row_metric(row, metric), 1) / (per_item ? (double)row->n : 1);
	}
	return n;
}

/* ---- the level to compare at ---- */

static int compare_same_host(const struct pvq_comparison_table *t)
{
	static const char *const key[] = {"host_cpu_model", "host_cpus"};

	for (size_t k = 0; k < sizeof(key) / sizeof(key[0]); k++) {
		const char *first = pvq_manifest_get(&compare_run(t, 0)->manifest, key[k]);

		for (size_t r = 0; r < compare_runs(t); r++) {
			const char *other = pvq_manifest_get(&compare_run(t, r)->manifest, key[k]);

			if (!first || !other || strcmp(first, other) != 0)
				return 0;
		}
	}
	return 1;
}

/* The level whose centre is nearest to ns. */
static int compare_nearest(const struct pvq_levels *levels, double ns)
{
	int nearest = 0;

	for (size_t i = 1; i < levels->count; i++)
		if (fabs(log(levels->level[i].centre / ns)) < fabs(log(levels->level[nearest].centre / ns)))
			nearest = (int)i;
	return nearest;
}

static const struct pvq_state *compare_state(const struct place *place)
{
	return pvq_states_of(place->states, place->cell->key->cores);
}

/* Sets the levels of all places to the one that is the first run's at that index. Returns the fewest trials that a run
 * has there; 0: some run did not meet it. */
static size_t compare_try_level(struct place *place, size_t runs, int index)
{
	double centre = compare_state(&place[0])->levels.level[index].centre, low = centre, high = centre;
	size_t least = SIZE_MAX;

	for (size_t r = 0; r < runs; r++) {
		const struct pvq_levels *levels = &compare_state(&place[r])->levels;
		size_t n = 0;

		place[r].level = compare_nearest(levels, centre);
		low = fmin(low, levels->level[place[r].level].centre);
		high = fmax(high, levels->level[place[r].level].centre);
		for (size_t i = 0; i < place[r].cell->status[PVQ_OK]; i++)
			n += (size_t)compare_takes(&place[r], place[r].cell->row[i]);
		least = n < least ? n : least;
	}
	return high <= PVQ_LEVELS_SAME * low ? least : 0;
}

static const char *compare_level_name(const struct place *place, size_t runs)
{
	const char *name = "";

	for (size_t r = 0; r < runs && !*name; r++)
		name = pvq_state_name(compare_state(&place[r]), place[r].level);
	return name;
}

/* Chooses the level of all places: of those that all runs met, the one at which the fewest trials of a run are most. */
static void compare_choose_level(
	const struct pvq_comparison_table *t, struct pvq_compared *c, struct place *place)
{
	size_t runs = compare_runs(t), most = 0;
	int known = compare_same_host(t), best = PVQ_LEVELS_NONE;

	for (size_t r = 0; known && r < runs; r++)
		known = compare_state(&place[r]) != NULL;
	for (int i = 0; known && i < (int)compare_state(&place[0])->levels.count; i++) {
		size_t least = compare_try_level(place, runs, i);

		if (least > most) {
			most = least;
			best = i;
		}
	}
	if (best != PVQ_LEVELS_NONE) {
		compare_try_level(place, runs, best);
		c->level = compare_level_name(place, runs);
		return;
	}
	for (size_t r = 0; r < runs; r++) {
		place[r].level = PVQ_LEVELS_NONE;
		if (c->basis == PVQ_JUDGED && known)
			c->basis = PVQ_OTHER_DISTANCE;
		else if (c->basis == PVQ_JUDGED && !place[r].cell->ok)
			c->basis = PVQ_TOO_FEW_BLOCKS;
	}
}

/* ---- one comparison ---- */

/* One run a side. x: room for the trials of both. */
static void compare_two(
	struct pvq_compared *c, const struct place *place, enum pvq_metric metric, double *x)
{
	size_t before = compare_sample(&place[0], metric, c->per_item, x);
	double *y = x + before;
	size_t after = compare_sample(&place[1], metric, c->per_item, y);
	struct pvq_unpaired u = pvq_compare_unpaired(y, after, x, before, PVQ_ALPHA, compare_seed);

	/* The samples are sorted by now. */
	c->before_ns = pvq_quantile(x, before, 0.5);
	c->after_ns = pvq_quantile(y, after, 0.5);
	if (c->basis == PVQ_NOT_COMPARABLE)
		return;
	c->ratio = u.ratio;
	c->lo = u.lo;
	c->hi = u.hi;
	if (c->basis == PVQ_JUDGED && isnan(u.lo))
		c->basis = PVQ_TOO_FEW_BLOCKS;
	if (c->basis == PVQ_JUDGED) {
		c->p = u.p;
		c->verdict = u.verdict;
	}
}

/* Several runs a side: stores the logarithm of each run's median in ln[run]. x: room for the trials of a run. */
static void compare_medians(const struct pvq_comparison_table *t, struct pvq_compared *c,
	const struct place *place, double *ln, double *x)
{
	double median[RUNS_MOST];
	size_t before = t->before.runs, runs = compare_runs(t);

	for (size_t r = 0; r < runs; r++) {
		size_t n = compare_sample(&place[r], t->metric, c->per_item, x);

		pvq_sort(x, n);
		median[r] = pvq_quantile(x, n, 0.5);
		ln[r] = log(median[r]);
	}
	pvq_sort(median, before);
	pvq_sort(median + before, runs - before);
	c->before_ns = pvq_quantile(median, before, 0.5);
	c->after_ns = pvq_quantile(median + before, runs - before, 0.5);
	if (c->basis != PVQ_NOT_COMPARABLE)
		c->ratio = c->after_ns / c->before_ns;
}

/* ---- verdicts ---- */

static int compare_order_p(const void *a, const void *b)
{
	double x = (*(struct pvq_compared *const *)a)->p, y = (*(struct pvq_compared *const *)b)->p;

	return (x > y) - (x < y);
}

/* Holm's step-down: multiplies the smallest p by the number of cells, the next by one less, and so on; no adjusted p
 * is smaller than the one before it. */
static int compare_holm(struct pvq_comparison_table *t)
{
	struct pvq_compared **by_p = calloc(t->cells + 1, sizeof(struct pvq_compared *));
	size_t n = 0;
	double least = 0;

	if (!by_p)
		return -ENOMEM;
	for (size_t i = 0; i < t->cells; i++)
		if (t->cell[i].basis == PVQ_JUDGED)
			by_p[n++] = &t->cell[i];
	qsort(by_p, n, sizeof(struct pvq_compared *), compare_order_p);
	for (size_t i = 0; i < n; i++) {
		struct pvq_compared *c = by_p[i];

		least = c->p = fmax(least, fmin(1, c->p * (double)(n - i)));
		if (c->p > PVQ_ALPHA && c->verdict != PVQ_EQUIVALENT)
			c->verdict = PVQ_INCONCLUSIVE;
	}
	free(by_p);
	return 0;
}

static void compare_relabelled(struct pvq_compared *c, const struct pvq_relabelled *r)
{
	c->p = fmin(r->p_larger, r->p_smaller);
	c->lo = exp(r->lo);
	c->hi = exp(r->hi);
	if (c->lo >= 1 / PVQ_EQUIVALENT_RATIO && c->hi <= PVQ_EQUIVALENT_RATIO)
		c->verdict = PVQ_EQUIVALENT;
	else if (c->p <= PVQ_ALPHA && c->lo > 1)
		c->verdict = PVQ_SLOWER;
	else if (c->p <= PVQ_ALPHA && c->hi < 1)
		c->verdict = PVQ_FASTER;
}

/* ln: the runs of each judged cell, cell after cell. */
static int compare_many(struct pvq_comparison_table *t, const double *ln)
{
	struct pvq_relabelled *result = calloc(t->judged + 1, sizeof(*result));
	int ret = result ? pvq_relabel(ln, t->judged, t->before.runs, t->after.runs, result) : -ENOMEM;
	size_t n = 0;

	for (size_t i = 0; ret == 0 && i < t->cells; i++)
		if (t->cell[i].basis == PVQ_JUDGED)
			compare_relabelled(&t->cell[i], &result[n++]);
	free(result);
	return ret;
}

/* ---- the whole table ---- */

/* Room for the trials of the two largest cells, and for a value per run of every cell. */
struct scratch {
	double *x, *ln;
};

/* Whether every run of the before side that has the cell has a good trial of it. */
static int compare_is_good_before(const struct pvq_comparison_table *t, const struct place *place)
{
	for (size_t r = 0; r < t->before.runs; r++)
		if (place[r].cell && !place[r].cell->status[PVQ_OK])
			return 0;
	return 1;
}

/* Adds a cell that is first met in that run. */
static int compare_add(
	struct pvq_comparison_table *t, size_t run, const char *name, struct scratch *scratch)
{
	struct place place[RUNS_MOST];
	struct pvq_compared *c = &t->cell[t->cells];
	size_t runs = compare_runs(t);
	int ret = compare_places(t, name, place);

	if (ret < 0)
		return ret;
	t->expected += run < t->before.runs && compare_is_good_before(t, place);
	if (ret == 0)
		return 0;
	*c = (struct pvq_compared){.work = place[0].work,
		.cell = place[0].cell,
		.work_after = place[runs - 1].work,
		.cell_after = place[runs - 1].cell,
		.before_ns = NAN,
		.after_ns = NAN,
		.ratio = NAN,
		.lo = NAN,
		.hi = NAN,
		.p = NAN,
		.level = ""};
	snprintf(c->name, sizeof(c->name), "%s", name);
	compare_count_failed(c, place, t->before.runs, runs);
	compare_find_basis(c, place, t->before.runs, runs, t->metric);
	t->cells++;
	if (c->basis == PVQ_BROKEN || c->basis == PVQ_FAILED_BEFORE)
		return 0;
	compare_choose_level(t, c, place);
	if (runs == 2)
		compare_two(c, place, t->metric, scratch->x);
	else
		compare_medians(t, c, place, scratch->ln + t->judged * runs, scratch->x);
	t->judged += c->basis == PVQ_JUDGED;
	return 0;
}

static int compare_add_run(struct pvq_comparison_table *t, size_t r, struct scratch *scratch)
{
	const struct pvq_summary *s = &compare_run(t, r)->summary;
	char name[PVQ_CELLNAME_MAX];
	int ret = 0;

	for (size_t w = 0; ret == 0 && w < s->works; w++)
		for (size_t c = s->work[w].first; ret == 0 && c < s->work[w].first + s->work[w].cells;
			c++) {
			pvq_cellname(name, s, &s->work[w], &s->cell[c]);
			if (!s->cell[c].harness && !compare_is_known(t, r, name))
				ret = compare_add(t, r, name, scratch);
		}
	return ret;
}

static int compare_order_unmatched(const void *a, const void *b)
{
	const struct pvq_unmatched *x = a, *y = b;
	int order = strcmp(x->dir, y->dir);

	return order ? order : strcmp(x->name, y->name);
}

int pvq_compare_sides(struct pvq_comparison_table *t, struct pvq_side before, struct pvq_side after,
	enum pvq_metric metric)
{
	struct scratch scratch;
	size_t cells = 1, rows = 1;
	int ret = 0;

	*t = (struct pvq_comparison_table){.before = before, .after = after, .metric = metric};
	for (size_t r = 0; r < compare_runs(t); r++) {
		cells += compare_run(t, r)->summary.cells;
		rows += compare_run(t, r)->rows.count;
		t->bad += compare_run(t, r)->rows.bad;
	}
	t->cell = calloc(cells, sizeof(*t->cell));
	scratch.x = calloc(rows, sizeof(double));
	scratch.ln = calloc(cells * compare_runs(t) + 1, sizeof(double));
	if (!t->cell || !scratch.x || !scratch.ln)
		ret = -ENOMEM;
	for (size_t r = 0; ret == 0 && r < compare_runs(t); r++)
		ret = compare_add_run(t, r, &scratch);
	if (ret == 0)
		ret = compare_runs(t) == 2 ? compare_holm(t) : compare_many(t, scratch.ln);
	if (t->unmatched_count)
		qsort(t->unmatched, t->unmatched_count, sizeof(*t->unmatched), compare_order_unmatched);
	free(scratch.x);
	free(scratch.ln);
	if (ret)
		pvq_compare_free(t);
	return ret;
}

void pvq_compare_free(struct pvq_comparison_table *t)
{
	free(t->cell);
	free(t->unmatched);
	memset(t, 0, sizeof(*t));
}

int pvq_compared_fails(const struct pvq_compared *c, double above)
{
	return c->basis == PVQ_BROKEN || (c->verdict == PVQ_SLOWER && c->lo > 1 + above);
}

int pvq_compare_is_sound(const struct pvq_comparison_table *t)
{
	return t->judged > 0 && 2 * t->judged >= t->expected && t->bad == 0;
}

const char *pvq_compared_words(const struct pvq_compared *c)
{
	switch (c->basis) {
	case PVQ_OTHER_WORK:
		return "other work";
	case PVQ_NOT_COMPARABLE:
		return "not comparable";
	case PVQ_MOSTLY_NOISE:
		return "disturbed";
	case PVQ_OTHER_DISTANCE:
		return "other distance";
	case PVQ_TOO_FEW_BLOCKS:
		return "too few blocks";
	case PVQ_BROKEN:
		return "broken";
	case PVQ_FAILED_BEFORE:
		return "failed before";
	case PVQ_JUDGED:
		break;
	}
	return pvq_verdict_name(c->verdict);
}
