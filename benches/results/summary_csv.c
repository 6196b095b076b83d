/* summary_csv.c: writes summary.csv, for further work on the medians. */
#include "results/summary.h"

#include <csv.h>
#include <math.h>
#include <string.h>

static const char *const csv_metric[PVQ_METRICS] = {
	"start_ns", "first_ns", "map_ns", "stop_ns", "total_ns", "cpu_ns", "max_rss_kb", "switches"};

static void csv_text(FILE *f, const char *text)
{
	csv_fwrite(f, text, strlen(text));
	fputc(',', f);
}

/* Times are whole nanoseconds, except medians between two of them. An interval that does not exist is an empty field. */
static void csv_number(FILE *f, double x)
{
	fputc(',', f);
	if (!isnan(x))
		fprintf(f, "%.10g", x);
}

static void csv_cell(FILE *f, const struct pvq_work *work, const struct pvq_cell *cell)
{
	const struct pvq_row *key = cell->key;
	struct pvq_comparison up = {.ratio = NAN, .lo = NAN, .hi = NAN};

	csv_text(f, key->impl);
	csv_text(f, key->task);
	csv_text(f, key->args);
	fprintf(f, "%llu,%u,%u,%u,%u,%d", (unsigned long long)key->n, key->workers, key->cores, key->chunk,
		key->window, pvq_cell_oversubscribed(cell));
	for (int i = 0; i < PVQ_STATUSES; i++)
		fprintf(f, ",%zu", cell->status[i]);
	for (int m = 0; m < PVQ_METRICS; m++) {
		csv_number(f, cell->metric[m].median);
		csv_number(f, cell->metric[m].lo);
		csv_number(f, cell->metric[m].hi);
	}
	if (work->base && cell->ok)
		up = pvq_cells_compare(work->base, cell, PVQ_MAP_NS, PVQ_ALPHA);
	csv_number(f, up.ratio);
	csv_number(f, up.lo);
	csv_number(f, up.hi);
	csv_number(f, cell->ok ? pvq_harness_share(work, cell) : NAN);
	fprintf(f, ",%zu\n", work->disturbed);
}

void pvq_summary_write(FILE *f, const struct pvq_summary *s)
{
	fputs("impl,task,args,n,workers,cores,chunk,window,oversubscribed", f);
	for (int i = 0; i < PVQ_STATUSES; i++)
		fprintf(f, ",%s", pvq_status_name((enum pvq_status)i));
	for (int m = 0; m < PVQ_METRICS; m++)
		fprintf(f, ",%s,%s_lo,%s_hi", csv_metric[m], csv_metric[m], csv_metric[m]);
	fputs(",speedup,speedup_lo,speedup_hi,harness_share,disturbed_blocks\n", f);
	for (size_t w = 0; w < s->works; w++)
		for (size_t c = 0; c < s->work[w].cells; c++)
			csv_cell(f, &s->work[w], &s->cell[s->work[w].first + c]);
}
