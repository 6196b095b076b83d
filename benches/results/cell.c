/* cell.c: queries on rows, cells and works. */
#include "results/cell.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double cell_sum(uint64_t a, uint64_t b)
{
	return a == PVQ_UNKNOWN_U64 || b == PVQ_UNKNOWN_U64 ? NAN : (double)a + (double)b;
}

double pvq_row_metric(const struct pvq_row *row, enum pvq_metric metric)
{
	switch (metric) {
	case PVQ_START_NS:
		return (double)row->start_ns;
	case PVQ_FIRST_NS:
		return row->first_ns ? (double)row->first_ns : NAN;
	case PVQ_MAP_NS:
		return (double)row->map_ns;
	case PVQ_STOP_NS:
		return (double)row->stop_ns;
	case PVQ_TOTAL_NS:
		return (double)row->total_ns;
	case PVQ_CPU_NS:
		return cell_sum(row->user_ns, row->sys_ns);
	case PVQ_RSS_KB:
		return row->max_rss_kb ? (double)row->max_rss_kb : NAN;
	case PVQ_SWITCHES:
		return cell_sum(row->nvcsw, row->nivcsw);
	case PVQ_METRICS:
		break;
	}
	return NAN;
}

double pvq_row_lost(const struct pvq_row *row)
{
	return row->stolen_ns == PVQ_UNKNOWN_U64 ? NAN : (double)row->stolen_ns + (double)row->foreign_ns;
}

int pvq_row_disturbed(const struct pvq_work *work, const struct pvq_row *row)
{
	for (size_t i = 0; i < work->turns && work->turn[i].block <= row->block; i++)
		if (work->turn[i].block == row->block)
			return work->turn[i].disturbed;
	return 0;
}

size_t pvq_cell_failed(const struct pvq_cell *cell)
{
	return cell->rows - cell->ok - cell->aside;
}

const char *pvq_cell_reason(const struct pvq_cell *cell, enum pvq_status status)
{
	for (size_t i = cell->ok + cell->aside; i < cell->rows; i++)
		if (cell->row[i]->status == status && cell->row[i]->reason[0])
			return cell->row[i]->reason;
	return "no reason was given";
}

int pvq_cell_oversubscribed(const struct pvq_cell *cell)
{
	return cell->key->oversubscribed || cell->key->workers > cell->key->cores;
}

int pvq_cell_candidate(const struct pvq_cell *cell, unsigned cores)
{
	return !cell->harness && !pvq_cell_oversubscribed(cell) &&
	       (cell->baseline || cell->key->cores == cores);
}

int pvq_cell_even(const struct pvq_cell *cell, unsigned cores)
{
	return pvq_cell_candidate(cell, cores) && !cell->baseline && cell->key->workers == cores;
}

const struct pvq_work *pvq_summary_same_work(const struct pvq_summary *s, const struct pvq_work *work)
{
	for (size_t w = 0; w < s->works; w++) {
		const struct pvq_row *key = s->work[w].key;

		if (strcmp(key->task, work->key->task) == 0 && strcmp(key->args, work->key->args) == 0 &&
			key->n == work->key->n)
			return &s->work[w];
	}
	return NULL;
}

struct pvq_comparison pvq_cells_compare(
	const struct pvq_cell *a, const struct pvq_cell *b, enum pvq_metric metric, double alpha)
{
	size_t room = a->ok < b->ok ? a->ok : b->ok, n = 0;
	double *x = calloc(2 * room + 1, sizeof(*x)), *y;
	struct pvq_comparison c = {.ratio = NAN, .lo = NAN, .hi = NAN};

	if (!x)
		return c; /* inconclusive without figures, which claims nothing */
	y = x + room;
	for (size_t i = 0, j = 0; i < a->ok && j < b->ok;) {
		unsigned mine = a->row[i]->block, theirs = b->row[j]->block;

		double p = pvq_row_metric(a->row[i], metric), q = pvq_row_metric(b->row[j], metric);

		if (mine == theirs && !isnan(p) && !isnan(q)) {
			/* The clock may read 0 for an empty phase; the logarithm must exist. */
			x[n] = fmax(p, 1);
			y[n++] = fmax(q, 1);
		}
		i += mine <= theirs;
		j += mine >= theirs;
	}
	c = pvq_compare(x, y, n, alpha);
	free(x);
	return c;
}

double pvq_harness_share(const struct pvq_work *work, const struct pvq_cell *cell)
{
	return work->harness_ns * (double)cell->key->n / cell->metric[PVQ_MAP_NS].median;
}
