/* disturbed.c: interference and whether it matters: the CPU time that others took, the answer with and without the
 * disturbed blocks, and the outliers.
 */
#include "report/part.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- interference ---- */

/* The rows of blocks that were not disturbed; owned by the caller, who frees .row. 0 or -ENOMEM. */
static int disturbed_undisturbed(const struct pvq_report *r, struct pvq_rows *rows)
{
	const struct pvq_summary *s = r->summary;

	*rows = (struct pvq_rows){.row = calloc(r->rows->count + 1, sizeof(*rows->row))};
	if (!rows->row)
		return -ENOMEM;
	for (size_t w = 0; w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++)
			for (size_t i = 0; i < s->cell[c].rows; i++)
				if (!pvq_row_disturbed(&s->work[w], s->cell[c].row[i]))
					rows->row[rows->count++] = *s->cell[c].row[i];
	return 0;
}

/* "pool_ordered (fastest), speed-up 1.9". */
static int disturbed_outcome(
	const struct pvq_report *r, const struct pvq_summary *s, const struct pvq_work *work)
{
	struct pvq_contest contest;
	int ret = pvq_contest_hold(&contest, s, work, r->summary->max_cores, PVQ_MAP_NS);

	if (ret == 0 && contest.rivals) {
		const struct pvq_comparison *up = &contest.speedup;

		pvq_text_md(r->md, contest.rival[0].cell->key->impl);
		fprintf(r->md, " (%s), speed-up %s", pvq_contest_words(&contest).s,
			pvq_text_ratio_interval(up->ratio, up->lo, up->hi).s);
	} else {
		fputs("nothing left", r->md);
	}
	pvq_contest_free(&contest);
	return ret;
}

/* With and without the disturbed blocks, for the tasks that have some. */
static int disturbed_with_and_without(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	struct pvq_summary calm = {0};
	struct pvq_rows rows;
	int ret = disturbed_undisturbed(r, &rows);

	if (ret == 0)
		ret = pvq_summarise(&calm, s->registry, &rows);
	fputs("#### With and without the disturbed blocks\n\n| Task | Disturbed | Fastest, all blocks | Fastest, undisturbed blocks "
	      "|\n|:--|--:|:--|:--|\n",
		r->md);
	for (size_t w = 0; ret == 0 && w < s->works; w++) {
		const struct pvq_work *work = &s->work[w], *same = pvq_summary_same_work(&calm, work);

		if (!work->disturbed)
			continue;
		fputs("| ", r->md);
		pvq_text_md(r->md, work->label);
		fprintf(r->md, " | %zu of %zu | ", work->disturbed, work->turns);
		ret = disturbed_outcome(r, s, work);
		fputs(" | ", r->md);
		if (ret == 0 && same)
			ret = disturbed_outcome(r, &calm, same);
		fputs(same ? " |\n" : "nothing left |\n", r->md);
	}
	fputs("\n", r->md);
	pvq_summary_free(&calm);
	free(rows.row);
	return ret;
}

void pvq_trust_interference(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	double cpu_ns = 0, stolen_ns = 0, foreign_ns = 0;
	size_t turns = 0, disturbed = 0, unknown = 0;

	for (size_t i = 0; i < r->rows->count; i++) {
		const struct pvq_row *row = &r->rows->row[i];

		if (isnan(pvq_row_lost(row)))
			continue;
		cpu_ns += (double)row->wall_ns * row->cores;
		stolen_ns += (double)row->stolen_ns;
		foreign_ns += (double)row->foreign_ns;
	}
	fputs("- **Interference**: ", r->md);
	if (cpu_ns <= 0) {
		fputs("**unknown**: no trial's row says how much of the CPUs' time others took. A "
		      "container may hide it.\n",
			r->md);
		return;
	}
	for (size_t w = 0; w < s->works; w++) {
		turns += s->work[w].turns;
		disturbed += s->work[w].disturbed;
		unknown += s->work[w].unknown;
	}
	fprintf(r->md,
		"the hypervisor took %s of the CPUs' time (*stolen*), other processes %s (*foreign*). "
		"**%zu of %zu turns** were disturbed: of a task's turn in a block, 5 %% or more was lost.",
		pvq_text_percent(stolen_ns / cpu_ns).s, pvq_text_percent(fmax(foreign_ns, 0) / cpu_ns).s,
		disturbed, turns - unknown);
	if (disturbed)
		fputs(" Their trials count in all figures like the others; the picture of the wall time shows "
		      "them as crosses.",
			r->md);
	if (unknown)
		fprintf(r->md, " Of %zu more turns it is **unknown**.", unknown);
	fputs("\n", r->md);
}

int pvq_trust_disturbed(const struct pvq_report *r)
{
	size_t disturbed = 0;

	for (size_t w = 0; w < r->summary->works; w++)
		disturbed += r->summary->work[w].disturbed;
	return disturbed ? disturbed_with_and_without(r) : 0;
}

/* ---- outliers ---- */

enum { OUTLIERS_NAMED = 8 };

struct outlier {
	const struct pvq_work *work;
	const struct pvq_row *row;
	double factor; /* of its cell's median */
};

/* Adds the cell's outliers. scratch: room for its good rows. Returns how many there are now. */
static size_t disturbed_find_outliers(const struct pvq_work *work, const struct pvq_cell *cell,
	struct outlier *outlier, size_t count, double *scratch)
{
	double lo, hi;

	for (size_t i = 0; i < cell->ok; i++)
		scratch[i] = fmax((double)cell->row[i]->map_ns, 1);
	pvq_sort(scratch, cell->ok);
	pvq_far_out(scratch, cell->ok, &lo, &hi);
	for (size_t i = 0; i < cell->ok; i++) {
		double ns = fmax((double)cell->row[i]->map_ns, 1);

		if (ns < lo || ns > hi)
			outlier[count++] =
				(struct outlier){work, cell->row[i], ns / cell->metric[PVQ_MAP_NS].median};
	}
	return count;
}

/* The farthest first. */
static int disturbed_order_outliers(const void *x, const void *y)
{
	double a = fabs(log(((const struct outlier *)x)->factor)),
	       b = fabs(log(((const struct outlier *)y)->factor));

	return (a < b) - (a > b);
}

static void disturbed_outlier_row(const struct pvq_report *r, const struct outlier *o)
{
	const struct pvq_row *row = o->row;

	fputs("| ", r->md);
	pvq_text_md(r->md, o->work->label);
	fputs(" | ", r->md);
	pvq_text_md(r->md, row->impl);
	fprintf(r->md, " | %u | %u | %u | %s | %sx | %s |\n", row->workers, row->cores, row->block,
		pvq_text_ns((double)row->map_ns).s, pvq_text_number(o->factor).s,
		pvq_row_disturbed(o->work, row) ? "yes" : "no");
}

static void disturbed_name_outliers(
	const struct pvq_report *r, struct outlier *outlier, size_t count, size_t good)
{
	size_t disturbed = 0;

	for (size_t i = 0; i < count; i++)
		disturbed += (size_t)pvq_row_disturbed(outlier[i].work, outlier[i].row);
	qsort(outlier, count, sizeof(*outlier), disturbed_order_outliers);
	fprintf(r->md,
		"#### Outliers\n\n**%zu of %zu trials** are outliers: they lie beyond the quartiles of "
		"their cell by more than three times the interquartile range. %zu of these are in "
		"disturbed blocks. All figures and pictures include them; medians hardly move with "
		"them.%s\n\n",
		count, good, disturbed, count > OUTLIERS_NAMED ? " The farthest:" : "");
	if (count)
		fputs("| Task | Strategy | Workers | Cores | Block | Map time | Relative to the median | Disturbed |\n"
		      "|:--|:--|--:|--:|--:|--:|--:|:--|\n",
			r->md);
	for (size_t i = 0; i < count && i < OUTLIERS_NAMED; i++)
		disturbed_outlier_row(r, &outlier[i]);
	fputs(count ? "\n" : "", r->md);
}

int pvq_trust_outliers(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	struct outlier *outlier = calloc(r->rows->count + 1, sizeof(*outlier));
	double *scratch = calloc(r->rows->count + 1, sizeof(*scratch));
	size_t count = 0, good = 0;
	int ret = outlier && scratch ? 0 : -ENOMEM;

	for (size_t w = 0; ret == 0 && w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++) {
			count = disturbed_find_outliers(&s->work[w], &s->cell[c], outlier, count, scratch);
			good += s->cell[c].ok;
		}
	if (ret == 0)
		disturbed_name_outliers(r, outlier, count, good);
	free(scratch);
	free(outlier);
	return ret;
}
