/* summary.h: sorts rows into cells, cells into works and series, and describes each cell. */
#include "summary.h"

#include "impl.h"
#include "series.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t pvq_impl_rank(const char *impl)
{
	size_t i = 0;

	while (pvq_impls[i] && strcmp(pvq_impls[i]->name, impl) != 0)
		i++;
	return i;
}

static size_t summary_task_rank(const char *task)
{
	size_t i = 0;

	while (pvq_tasks[i] && strcmp(pvq_tasks[i]->name, task) != 0)
		i++;
	return i;
}

static int summary_is_baseline(const struct pvq_row *row)
{
	const struct pvq_impl *impl = pvq_impls[pvq_impl_rank(row->impl)];

	return impl ? (impl->flags & PVQ_BASELINE) != 0 : strcmp(row->impl, "serial") == 0;
}

double pvq_row_metric(const struct pvq_row *row, enum pvq_metric metric)
{
	switch (metric) {
	case PVQ_START_NS:
		return (double)row->start_ns;
	case PVQ_FIRST_NS:
		return (double)row->first_ns;
	case PVQ_MAP_NS:
		return (double)row->map_ns;
	case PVQ_STOP_NS:
		return (double)row->stop_ns;
	case PVQ_TOTAL_NS:
		return (double)row->total_ns;
	case PVQ_CPU_NS:
		return (double)(row->user_ns + row->sys_ns);
	case PVQ_RSS_KB:
		return (double)row->max_rss_kb;
	case PVQ_SWITCHES:
		return (double)(row->nvcsw + row->nivcsw);
	case PVQ_METRICS:
		break;
	}
	return NAN;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int summary_order_work(const struct pvq_row *a, const struct pvq_row *b)
{
	int order = ORDER(summary_task_rank(a->task), summary_task_rank(b->task));

	if (!order)
		order = strcmp(a->task, b->task);
	if (!order)
		order = strverscmp(a->args, b->args); /* ns=1000 before ns=100000 */
	return order ? order : ORDER(a->n, b->n);
}

static int summary_order_impl(const char *a, const char *b)
{
	int order = ORDER(pvq_impl_rank(a), pvq_impl_rank(b));

	return order ? order : strcmp(a, b);
}

/* Order of cells but for chunk and window. */
static int summary_order_place(const struct pvq_row *a, const struct pvq_row *b)
{
	int order = summary_order_work(a, b);

	if (!order)
		order = ORDER(a->cores, b->cores);
	if (!order)
		order = ORDER(a->workers, b->workers);
	return order ? order : summary_order_impl(a->impl, b->impl);
}

static int summary_order_cell(const struct pvq_row *a, const struct pvq_row *b)
{
	int order = summary_order_place(a, b);

	if (!order)
		order = ORDER(a->chunk, b->chunk);
	return order ? order : ORDER(a->window, b->window);
}

/* Within a cell: good rows first, then by block. */
static int summary_order_within(const void *x, const void *y)
{
	const struct pvq_row *a = *(const struct pvq_row *const *)x;
	const struct pvq_row *b = *(const struct pvq_row *const *)y;
	int order = ORDER(a->status != PVQ_OK, b->status != PVQ_OK);

	return order ? order : ORDER(a->block, b->block);
}

static int summary_order_row(const void *x, const void *y)
{
	int order =
		summary_order_cell(*(const struct pvq_row *const *)x, *(const struct pvq_row *const *)y);

	return order ? order : summary_order_within(x, y);
}

static void summary_describe(struct pvq_cell *cell, double *scratch)
{
	for (int m = 0; m < PVQ_METRICS; m++) {
		for (size_t i = 0; i < cell->ok; i++)
			scratch[i] = pvq_row_metric(cell->row[i], (enum pvq_metric)m);
		cell->metric[m] = pvq_estimate(scratch, cell->ok, PVQ_ALPHA);
	}
}

/* A row that died before its chunk and window were fixed carries 0 there; it belongs to the cell that
 * has them. Such cells sort right before it. */
static int summary_is_stray(const struct pvq_cell *cell)
{
	if (cell->key->chunk && cell->key->window)
		return 0;
	for (size_t i = 0; i < cell->rows; i++)
		if (cell->row[i]->status == PVQ_OK)
			return 0;
	return 1;
}

static void summary_cut_cells(struct pvq_summary *s, size_t rows)
{
	struct pvq_cell *last = NULL;

	for (size_t i = 0; i < rows; i++) {
		if (last && summary_order_cell(last->key, s->row[i]) == 0) {
			last->rows++;
		} else if (last && summary_is_stray(last) &&
			   summary_order_place(last->key, s->row[i]) == 0) {
			last->key = s->row[i];
			last->rows++;
		} else {
			last = &s->cell[s->cells++];
			last->key = s->row[i];
			last->row = &s->row[i];
			last->rows = 1;
		}
	}
}

static void summary_count(struct pvq_cell *cell)
{
	qsort(cell->row, cell->rows, sizeof(struct pvq_row *), summary_order_within);
	cell->baseline = summary_is_baseline(cell->key);
	for (size_t i = 0; i < cell->rows; i++)
		cell->status[cell->row[i]->status]++;
	cell->ok = cell->status[PVQ_OK];
}

static int summary_make_cells(struct pvq_summary *s, const struct pvq_rows *rows)
{
	double *scratch = calloc(rows->count + 1, sizeof(*scratch));

	s->row = calloc(rows->count + 1, sizeof(struct pvq_row *));
	s->cell = calloc(rows->count + 1, sizeof(*s->cell));
	if (!scratch || !s->row || !s->cell) {
		free(scratch);
		return -ENOMEM;
	}
	for (size_t i = 0; i < rows->count; i++)
		s->row[i] = &rows->row[i];
	qsort(s->row, rows->count, sizeof(struct pvq_row *), summary_order_row);
	summary_cut_cells(s, rows->count);
	for (size_t c = 0; c < s->cells; c++) {
		summary_count(&s->cell[c]);
		summary_describe(&s->cell[c], scratch);
		if (s->cell[c].ok && s->cell[c].key->cores > s->max_cores)
			s->max_cores = s->cell[c].key->cores;
	}
	for (size_t i = 0; i < rows->count; i++)
		scratch[i] = rows->row[i].block;
	pvq_sort(scratch, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		s->blocks += i == 0 || scratch[i] > scratch[i - 1];
	free(scratch);
	return 0;
}

/* Two works with one label differ in n or in what the label leaves out; then n or a number helps. */
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
		summary_name_work(s, &s->work[w]);
		summary_find_base(s, &s->work[w]);
		if (summary_list_cores(s, &s->work[w]))
			return -ENOMEM;
	}
	return 0;
}

int pvq_summarise(struct pvq_summary *s, const struct pvq_rows *rows)
{
	int ret;

	*s = (struct pvq_summary){0};
	if (rows->count == 0)
		return 0;
	ret = summary_make_cells(s, rows);
	if (ret == 0)
		ret = summary_make_works(s);
	if (ret == 0)
		ret = pvq_series_make(s);
	if (ret)
		pvq_summary_free(s);
	return ret;
}

void pvq_summary_free(struct pvq_summary *s)
{
	for (size_t w = 0; w < s->works; w++)
		free(s->work[w].cores);
	free(s->work);
	free(s->series);
	free(s->cell);
	free(s->row);
	memset(s, 0, sizeof(*s));
}

int pvq_cell_oversubscribed(const struct pvq_cell *cell)
{
	return cell->key->oversubscribed || cell->key->workers > cell->key->cores;
}

int pvq_cell_candidate(const struct pvq_cell *cell, unsigned cores)
{
	return !pvq_cell_oversubscribed(cell) && (cell->baseline || cell->key->cores == cores);
}

struct pvq_comparison pvq_cells_compare(
	const struct pvq_cell *a, const struct pvq_cell *b, enum pvq_metric metric, double alpha)
{
	size_t room = a->ok < b->ok ? a->ok : b->ok, n = 0;
	double *x = calloc(2 * room + 1, sizeof(*x)), *y;
	struct pvq_comparison c = {.ratio = NAN, .lo = NAN, .hi = NAN};

	if (!x)
		return c; /* inconclusive without figures: nothing wrong is said */
	y = x + room;
	for (size_t i = 0, j = 0; i < a->ok && j < b->ok;) {
		int order = ORDER(a->row[i]->block, b->row[j]->block);

		if (order == 0) {
			/* A clock may read 0 for nothing at all; its logarithm must exist. */
			x[n] = fmax(pvq_row_metric(a->row[i], metric), 1);
			y[n++] = fmax(pvq_row_metric(b->row[j], metric), 1);
		}
		i += order <= 0;
		j += order >= 0;
	}
	c = pvq_compare(x, y, n, alpha);
	free(x);
	return c;
}
