/* summary.c: sorts rows into cells, cells into works and series, and describes each cell. */
#include "results/summary.h"

#include "results/series.h"
#include "trial/registry.h"
#include "trial/spec.h"
#include "trial/twin.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int summary_is_baseline(const struct pvq_registry *registry, const struct pvq_row *row)
{
	const struct pvq_impl *impl = pvq_registry_get(registry, row->impl);

	return impl ? (impl->flags & PVQ_BASELINE) != 0 : strcmp(row->impl, "serial") == 0;
}

static int summary_is_harness(const struct pvq_registry *registry, const struct pvq_row *row)
{
	const struct pvq_impl *impl = pvq_registry_get(registry, row->impl);

	return impl && impl->flags & PVQ_HARNESS;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int summary_order_work(const struct pvq_row *a, const struct pvq_row *b)
{
	int order = ORDER(pvq_task_rank(a->task), pvq_task_rank(b->task));

	if (!order)
		order = strcmp(a->task, b->task);
	if (!order)
		order = strverscmp(a->args, b->args); /* ns=1000 before ns=100000 */
	return order ? order : ORDER(a->n, b->n);
}

static int summary_order_impl(const struct pvq_registry *registry, const char *a, const char *b)
{
	int order = ORDER(pvq_registry_rank(registry, a), pvq_registry_rank(registry, b));

	return order ? order : strcmp(a, b);
}

/* The order of cells, apart from chunk and window. */
static int summary_order_place(
	const struct pvq_registry *registry, const struct pvq_row *a, const struct pvq_row *b)
{
	int order = summary_order_work(a, b);

	if (!order)
		order = ORDER(a->cores, b->cores);
	if (!order)
		order = ORDER(a->workers, b->workers);
	return order ? order : summary_order_impl(registry, a->impl, b->impl);
}

static int summary_order_cell(
	const struct pvq_registry *registry, const struct pvq_row *a, const struct pvq_row *b)
{
	int order = summary_order_place(registry, a, b);

	if (!order)
		order = ORDER(a->chunk, b->chunk);
	return order ? order : ORDER(a->window, b->window);
}

static int summary_is_twin(const struct pvq_row *row)
{
	return row->impl[pvq_twin_stem(row->impl)] != '\0';
}

/* 0: it enters figures; 1: it is good, and set aside; 2: it failed. */
static int summary_rank(const struct pvq_summary *s, const struct pvq_row *row)
{
	return row->status != PVQ_OK ? 2 : !pvq_states_standing(&s->states, row)->in;
}

/* Within a cell: rows that enter figures first, then other good ones; each by block. */
static int summary_order_within(const void *x, const void *y, void *summary)
{
	const struct pvq_row *a = *(const struct pvq_row *const *)x;
	const struct pvq_row *b = *(const struct pvq_row *const *)y;
	int order = ORDER(summary_rank(summary, a), summary_rank(summary, b));

	return order ? order : ORDER(a->block, b->block);
}

static int summary_order_row(const void *x, const void *y, void *summary)
{
	const struct pvq_row *a = *(const struct pvq_row *const *)x;
	const struct pvq_row *b = *(const struct pvq_row *const *)y;
	const struct pvq_registry *registry = ((const struct pvq_summary *)summary)->registry;
	int order = ORDER(summary_is_twin(a), summary_is_twin(b)); /* twins come last */

	if (!order)
		order = summary_order_cell(registry, a, b);
	return order ? order : summary_order_within(x, y, summary);
}

static void summary_describe_levels(const struct pvq_summary *s, struct pvq_cell *cell, double *scratch)
{
	for (int level = 0; level < PVQ_LEVELS_MAX; level++) {
		size_t n = 0;

		for (size_t i = 0; i < cell->ok + cell->aside; i++)
			if (pvq_states_standing(&s->states, cell->row[i])->level == level)
				scratch[n++] = pvq_row_metric(cell->row[i], PVQ_MAP_NS);
		cell->level_ns[level] = pvq_estimate(scratch, n, PVQ_ALPHA);
	}
}

static void summary_describe(struct pvq_cell *cell, double *scratch)
{
	for (int m = 0; m < PVQ_METRICS; m++) {
		size_t known = 0;

		for (size_t i = 0; i < cell->ok; i++) {
			scratch[known] = pvq_row_metric(cell->row[i], (enum pvq_metric)m);
			known += !isnan(scratch[known]);
		}
		cell->metric[m] = pvq_estimate(scratch, known, PVQ_ALPHA);
	}
}

/* A trial that died before its chunk and window were fixed has 0 in their place. Its row belongs to the cell that has
 * them, which sorts behind it and has the same number in the plan. */
static int summary_is_stray(const struct pvq_cell *cell)
{
	if (cell->key->chunk && cell->key->window)
		return 0;
	for (size_t i = 0; i < cell->rows; i++)
		if (cell->row[i]->status == PVQ_OK)
			return 0;
	return 1;
}

/* Cuts sorted rows into cells; returns their number. */
static size_t summary_cut_cells(
	const struct pvq_registry *registry, struct pvq_cell *cell, const struct pvq_row **row, size_t rows)
{
	struct pvq_cell *last = NULL;
	size_t cells = 0;

	for (size_t i = 0; i < rows; i++) {
		if (last && summary_order_cell(registry, last->key, row[i]) == 0) {
			last->rows++;
		} else if (last && summary_is_stray(last) && last->key->cell == row[i]->cell &&
			   summary_order_place(registry, last->key, row[i]) == 0) {
			last->key = row[i];
			last->rows++;
		} else {
			last = &cell[cells++];
			last->key = row[i];
			last->row = &row[i];
			last->rows = 1;
		}
	}
	return cells;
}

static void summary_count(struct pvq_summary *s, struct pvq_cell *cell)
{
	qsort_r(cell->row, cell->rows, sizeof(struct pvq_row *), summary_order_within, s);
	cell->baseline = summary_is_baseline(s->registry, cell->key);
	cell->harness = summary_is_harness(s->registry, cell->key);
	for (size_t i = 0; i < cell->rows; i++) {
		cell->status[cell->row[i]->status]++;
		cell->ok += summary_rank(s, cell->row[i]) == 0;
	}
	cell->aside = cell->status[PVQ_OK] - cell->ok;
}

static int summary_make_cells(struct pvq_summary *s, const struct pvq_rows *rows)
{
	double *scratch = calloc(rows->count + 1, sizeof(*scratch));
	size_t own = 0, count = 0;

	s->row = calloc(rows->count + 1, sizeof(struct pvq_row *));
	s->cell = calloc(rows->count + 1, sizeof(*s->cell));
	s->twin_cell = calloc(rows->count + 1, sizeof(*s->twin_cell));
	if (!scratch || !s->row || !s->cell || !s->twin_cell) {
		free(scratch);
		return -ENOMEM;
	}
	for (size_t i = 0; i < rows->count; i++) {
		if (pvq_states_standing(&s->states, &rows->row[i])->superseded)
			continue;
		s->row[count++] = &rows->row[i];
		own += !summary_is_twin(&rows->row[i]);
	}
	qsort_r(s->row, count, sizeof(struct pvq_row *), summary_order_row, s);
	s->cells = summary_cut_cells(s->registry, s->cell, s->row, own);
	s->twin_cells = summary_cut_cells(s->registry, s->twin_cell, s->row + own, count - own);
	for (size_t c = 0; c < s->cells + s->twin_cells; c++) {
		struct pvq_cell *cell = c < s->cells ? &s->cell[c] : &s->twin_cell[c - s->cells];

		summary_count(s, cell);
		summary_describe(cell, scratch);
		summary_describe_levels(s, cell, scratch);
		if (cell->ok && cell->key->cores > s->max_cores)
			s->max_cores = cell->key->cores;
	}
	for (size_t i = 0; i < rows->count; i++)
		scratch[i] = rows->row[i].block;
	pvq_sort(scratch, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		s->blocks += i == 0 || scratch[i] > scratch[i - 1];
	free(scratch);
	return 0;
}

/* The cell that the twin repeats: the same setting, under the strategy's own name. */
static const struct pvq_cell *summary_other_half(const struct pvq_summary *s, const struct pvq_row *twin)
{
	size_t stem = pvq_twin_stem(twin->impl);

	for (size_t c = 0; c < s->cells; c++) {
		const struct pvq_row *key = s->cell[c].key;

		if (strlen(key->impl) == stem && strncmp(key->impl, twin->impl, stem) == 0 &&
			summary_order_work(key, twin) == 0 && key->cores == twin->cores &&
			key->workers == twin->workers && key->chunk == twin->chunk &&
			key->window == twin->window)
			return &s->cell[c];
	}
	return NULL;
}

static int summary_pair_twins(struct pvq_summary *s)
{
	if (s->twin_cells == 0)
		return 0;
	s->twin = calloc(s->twin_cells, sizeof(*s->twin));
	if (!s->twin)
		return -ENOMEM;
	for (size_t t = 0; t < s->twin_cells; t++) {
		const struct pvq_cell *cell = &s->twin_cell[t];
		const char *impl = cell->key->impl;
		struct pvq_twin twin = {.cell = cell, .of = summary_other_half(s, cell->key)};

		twin.percent = (unsigned)strtoul(impl + pvq_twin_stem(impl) + 1, NULL, 10);
		if (twin.of && twin.of->ok && cell->ok)
			s->twin[s->twins++] = twin;
	}
	return 0;
}

static int summary_has_label(const struct pvq_summary *s, const struct pvq_work *work)
{
	for (const struct pvq_work *w = s->work; w < work; w++)
		if (strcmp(w->label, work->label) == 0)
			return 1;
	return 0;
}

/* Two works with one label differ in n, or in what the label leaves out: n or a number tells them apart. */
static void summary_name_work(const struct pvq_summary *s, struct pvq_work *work)
{
	size_t twins = 0, used;

	pvq_text_task(work->label, work->key->task, work->key->args);
	pvq_text_slug(work->slug, sizeof(work->slug) - 8, work->label);
	used = strlen(work->slug);
	for (const struct pvq_work *w = s->work; w < work; w++) {
		char label[PVQ_LABEL_MAX];

		pvq_text_task(label, w->key->task, w->key->args);
		twins += strcmp(label, work->label) == 0;
	}
	if (twins) {
		snprintf(work->slug + used, sizeof(work->slug) - used, "-%zu", twins + 1);
		used = strlen(work->label);
		snprintf(work->label + used, sizeof(work->label) - used, " (n=%llu)",
			(unsigned long long)work->key->n);
		if (summary_has_label(s, work))
			snprintf(work->label + used, sizeof(work->label) - used, " (n=%llu, %zu)",
				(unsigned long long)work->key->n, twins + 1);
	}
}

static void summary_find_base(const struct pvq_summary *s, struct pvq_work *work)
{
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->baseline && cell->ok &&
			(!work->base ||
				cell->metric[PVQ_MAP_NS].median < work->base->metric[PVQ_MAP_NS].median))
			work->base = cell;
	}
}

static int summary_list_cores(const struct pvq_summary *s, struct pvq_work *work)
{
	work->cores = calloc(work->cells, sizeof(*work->cores));
	if (!work->cores)
		return -ENOMEM;
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		unsigned cores = s->cell[c].key->cores; /* ascending: cells are sorted by it */

		if (s->cell[c].ok && (!work->core_counts || work->cores[work->core_counts - 1] != cores))
			work->cores[work->core_counts++] = cores;
	}
	return 0;
}

static const double disturbing_share = 0.05, disturbing_ns = 60e6;

static int summary_order_turn(const void *x, const void *y)
{
	const struct pvq_turn *a = x, *b = y;

	return ORDER(a->block, b->block);
}

/* Merges the turns of the same block, which stand together, into one. */
static void summary_merge_turns(struct pvq_work *work, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		struct pvq_turn *last = work->turns ? &work->turn[work->turns - 1] : NULL;

		if (last && last->block == work->turn[i].block) {
			last->cpu_ns += work->turn[i].cpu_ns;
			last->lost_ns += work->turn[i].lost_ns;
		} else {
			work->turn[work->turns++] = work->turn[i];
		}
	}
}

static int summary_find_disturbed(const struct pvq_summary *s, struct pvq_work *work)
{
	const struct pvq_cell *cell = &s->cell[work->first];
	size_t rows = 0, n = 0;

	for (size_t c = 0; c < work->cells; c++)
		rows += cell[c].rows;
	work->turn = calloc(rows + 1, sizeof(*work->turn));
	if (!work->turn)
		return -ENOMEM;
	for (size_t c = 0; c < work->cells; c++)
		for (size_t i = 0; i < cell[c].rows; i++) {
			const struct pvq_row *row = cell[c].row[i];

			work->turn[n++] = (struct pvq_turn){.block = row->block,
				.cpu_ns = (double)row->wall_ns * row->cores,
				.lost_ns = row->wall_ns ? pvq_row_lost(row) : 0};
		}
	qsort(work->turn, n, sizeof(*work->turn), summary_order_turn);
	summary_merge_turns(work, n);
	for (size_t i = 0; i < work->turns; i++) {
		struct pvq_turn *turn = &work->turn[i];

		if (turn->cpu_ns <= 0)
			turn->lost_ns = NAN; /* the driver saw none of its trials */
		work->unknown += isnan(turn->lost_ns) != 0;
		turn->disturbed =
			turn->lost_ns >= disturbing_ns && turn->lost_ns >= disturbing_share * turn->cpu_ns;
		work->disturbed += (size_t)turn->disturbed;
	}
	return 0;
}

static int summary_make_works(struct pvq_summary *s)
{
	struct pvq_work *work = NULL;

	s->work = calloc(s->cells + 1, sizeof(*s->work));
	if (!s->work)
		return -ENOMEM;
	for (size_t c = 0; c < s->cells; c++) {
		if (!work || summary_order_work(work->key, s->cell[c].key) != 0) {
			work = &s->work[s->works++];
			work->key = s->cell[c].key;
			work->first = c;
		}
		work->cells++;
	}
	for (size_t w = 0; w < s->works; w++) {
		s->work[w].harness_ns = NAN;
		summary_name_work(s, &s->work[w]);
		summary_find_base(s, &s->work[w]);
		if (summary_list_cores(s, &s->work[w]) || summary_find_disturbed(s, &s->work[w]))
			return -ENOMEM;
	}
	return 0;
}

int pvq_summarise_at(
	struct pvq_summary *s, const struct pvq_registry *registry, const struct pvq_rows *rows, int level)
{
	int ret;

	*s = (struct pvq_summary){.registry = registry};
	if (rows->count == 0)
		return 0;
	ret = pvq_states_make(&s->states, rows, level);
	if (ret == 0)
		ret = summary_make_cells(s, rows);
	if (ret == 0)
		ret = summary_pair_twins(s);
	if (ret == 0)
		ret = summary_make_works(s);
	if (ret == 0)
		ret = pvq_series_make(s);
	if (ret)
		pvq_summary_free(s);
	return ret;
}

int pvq_summarise(struct pvq_summary *s, const struct pvq_registry *registry, const struct pvq_rows *rows)
{
	return pvq_summarise_at(s, registry, rows, PVQ_LEVELS_NONE);
}

int pvq_summarise_levels(struct pvq_summary at[PVQ_LEVELS_MAX], size_t *levels, const struct pvq_summary *s,
	const struct pvq_rows *rows)
{
	size_t most = pvq_states_levels(&s->states);
	int ret = 0;

	for (*levels = 0; most > 1 && *levels < most; ++*levels) {
		ret = pvq_summarise_at(&at[*levels], s->registry, rows, (int)*levels);
		if (ret)
			break;
	}
	return ret;
}

void pvq_summary_free(struct pvq_summary *s)
{
	for (size_t w = 0; s->work && w < s->works; w++) {
		free(s->work[w].cores);
		free(s->work[w].turn);
	}
	free(s->work);
	free(s->series);
	free(s->cell);
	free(s->twin);
	free(s->twin_cell);
	free(s->row);
	pvq_states_free(&s->states);
	memset(s, 0, sizeof(*s));
}
