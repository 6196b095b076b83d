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

/* Times are whole nanoseconds, except medians between two of them. What does not exist or is unknown is an empty field. */
static void csv_number(FILE *f, double x)
{
	fputc(',', f);
	if (!isnan(x))
		fprintf(f, "%.10g", x);
}

/* The hand-over at the level of the cell's figures; NAN: unknown. */
static double csv_level(const struct pvq_summary *s, const struct pvq_cell *cell)
{
	const struct pvq_state *state = pvq_states_of(&s->states, cell->key->cores);
	const struct pvq_met *met = pvq_states_met(&s->states, cell->key);

	if (!state || !met || met->all)
		return NAN;
	return state->levels.level[met->level == PVQ_LEVELS_NONE ? 0 : met->level].centre;
}

static void csv_cell(
	FILE *f, const struct pvq_summary *s, const struct pvq_work *work, const struct pvq_cell *cell)
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
	csv_number(f, work->unknown < work->turns ? (double)work->disturbed : NAN);
	fprintf(f, ",%zu", cell->aside);
	csv_number(f, csv_level(s, cell));
	fputc('\n', f);
}

void pvq_summary_write(FILE *f, const struct pvq_summary *s)
{
	fputs("impl,task,args,n,workers,cores,chunk,window,oversubscribed", f);
	for (int i = 0; i < PVQ_STATUSES; i++)
		fprintf(f, ",%s", pvq_status_name((enum pvq_status)i));
	for (int m = 0; m < PVQ_METRICS; m++)
		fprintf(f, ",%s,%s_lo,%s_hi", csv_metric[m], csv_metric[m], csv_metric[m]);
	fputs(",speedup,speedup_lo,speedup_hi,harness_share,disturbed_blocks,aside,handover_ns\n", f);
	for (size_t w = 0; w < s->works; w++)
		for (size_t c = 0; c < s->work[w].cells; c++)
			csv_cell(f, s, &s->work[w], &s->cell[s->work[w].first + c]);
}

void pvq_summary_write_levels(FILE *f, const struct pvq_summary *s)
{
	fputs("impl,task,args,n,workers,cores,chunk,window,level,handover_ns,trials,map_ns,map_ns_lo,map_ns_hi\n",
		f);
	for (size_t c = 0; c < s->cells; c++) {
		const struct pvq_row *key = s->cell[c].key;
		const struct pvq_state *state = pvq_states_of(&s->states, key->cores);

		for (size_t l = 0; state && l < state->levels.count; l++) {
			const struct pvq_estimate *e = &s->cell[c].level_ns[l];

			csv_text(f, key->impl);
			csv_text(f, key->task);
			csv_text(f, key->args);
			fprintf(f, "%llu,%u,%u,%u,%u,%zu", (unsigned long long)key->n, key->workers,
				key->cores, key->chunk, key->window, l + 1);
			csv_number(f, state->levels.level[l].centre);
			fprintf(f, ",%zu", e->n);
			csv_number(f, e->median);
			csv_number(f, e->lo);
			csv_number(f, e->hi);
			fputc('\n', f);
		}
	}
}
