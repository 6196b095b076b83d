/* report_part.h: how far to trust the rest: how precise the figures are, what noise alone makes of a difference
 * that is none, which blocks were disturbed and whether that matters, and what the harness itself takes.
 */
#include "harness.h"
#include "report_part.h"
#include "sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *s_if(size_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- precision ---- */

static double trust_goal(const struct pvq_report *r)
{
	const char *goal = pvq_manifest_get(r->manifest, "goal");

	return goal ? strtod(goal, NULL) : 0;
}

/* The cell whose map time is known least well; NULL where none has a good trial. */
static const struct pvq_cell *trust_widest(const struct pvq_summary *s, const struct pvq_work *work)
{
	const struct pvq_cell *widest = NULL;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && (!widest || pvq_estimate_width(&cell->metric[PVQ_MAP_NS]) >
						    pvq_estimate_width(&widest->metric[PVQ_MAP_NS])))
			widest = cell;
	}
	return widest;
}

/* Why it was measured until then and no longer: what sweep.h decides, seen from the rows. */
static const char *trust_end(const struct pvq_report *r, const struct pvq_work *work, double width)
{
	const char *blocks = pvq_manifest_get(r->manifest, "blocks");

	if (trust_goal(r) > 0 && width <= trust_goal(r))
		return "it was precise enough";
	if (blocks && work->turns >= strtoul(blocks, NULL, 10))
		return "the most blocks were measured";
	return pvq_manifest_get(r->manifest, "ended") ? "the time was used up" : "the run was cut off";
}

static void trust_precision_row(const struct pvq_report *r, const struct pvq_work *work)
{
	const struct pvq_cell *cell = trust_widest(r->summary, work);
	double width;

	if (!cell)
		return;
	width = pvq_estimate_width(&cell->metric[PVQ_MAP_NS]);
	fputs("| ", r->md);
	pvq_text_md(r->md, work->label);
	fprintf(r->md, " | %zu | ", work->turns);
	if (isinf(width))
		fputs("too few blocks for any", r->md);
	else
		fprintf(r->md, "±%s", pvq_text_percent(width).s);
	fputs(" | ", r->md);
	pvq_text_md(r->md, r->summary->series[cell->series].name);
	fprintf(r->md, ", %u worker%s on %u core%s | %s |\n", cell->key->workers, s_if(cell->key->workers),
		cell->key->cores, s_if(cell->key->cores), trust_end(r, work, width));
}

static void trust_precision(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	double goal = trust_goal(r);
	size_t cells = 0, reached = 0;

	for (size_t c = 0; c < s->cells; c++) {
		cells += s->cell[c].ok > 0;
		reached += s->cell[c].ok && pvq_estimate_width(&s->cell[c].metric[PVQ_MAP_NS]) <= goal;
	}
	fputs("### Precision\n\n", r->md);
	if (goal > 0)
		fprintf(r->md,
			"Asked for: a 95 %% interval of the map time within ±%s. **%zu of %zu cells** have it. A task was "
			"measured until all its cells had, or for as long as there was time, so that the time went where the "
			"uncertainty is.\n\n",
			pvq_text_percent(goal).s, reached, cells);
	fputs("| Task | Blocks | Widest interval | of | Measured until |\n|:--|--:|--:|:--|:--|\n", r->md);
	for (size_t w = 0; w < s->works; w++)
		trust_precision_row(r, &s->work[w]);
	fputs("\n", r->md);
}

/* ---- the same strategy twice ---- */

static int trust_is_same(const struct pvq_twin *twin)
{
	return twin->percent == 0;
}

static void trust_twin_row(const struct pvq_report *r, const struct pvq_twin *twin)
{
	struct pvq_comparison vs = pvq_cells_compare(twin->cell, twin->of, PVQ_MAP_NS, PVQ_ALPHA);
	char label[PVQ_LABEL_MAX];

	pvq_text_task(label, twin->of->key->task, twin->of->key->args);
	fputs("| ", r->md);
	pvq_text_md(r->md, label);
	fputs(" | ", r->md);
	pvq_text_md(r->md, twin->of->key->impl);
	fprintf(r->md, " | %zu | %s | %s |\n", vs.n, pvq_text_ratio_interval(vs.ratio, vs.lo, vs.hi).s,
		vs.verdict == PVQ_FASTER || vs.verdict == PVQ_SLOWER ? "**called different**"
								     : pvq_verdict_name(vs.verdict));
}

static void trust_twins(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	size_t pairs = 0, wrong = 0;

	for (size_t t = 0; t < s->twins; t++)
		if (trust_is_same(&s->twin[t])) {
			enum pvq_verdict v =
				pvq_cells_compare(s->twin[t].cell, s->twin[t].of, PVQ_MAP_NS, PVQ_ALPHA)
					.verdict;

			pairs++;
			wrong += v == PVQ_FASTER || v == PVQ_SLOWER;
		}
	if (!pairs)
		return;
	fprintf(r->md,
		"### The same strategy twice\n\nOne strategy a task ran a second time under another name, in the same "
		"blocks. What differs is noise, and the intervals show how small a difference could be seen. **%zu of %zu** "
		"%s called different; one in twenty may be, by chance.\n\n"
		"| Task | Strategy | Blocks | Its twin's time / its own | Verdict |\n|:--|:--|--:|--:|:--|\n",
		wrong, pairs, pairs == 1 ? "was" : "were");
	for (size_t t = 0; t < s->twins; t++)
		if (trust_is_same(&s->twin[t]))
			trust_twin_row(r, &s->twin[t]);
	fputs("\n", r->md);
}

/* ---- what others did meanwhile ---- */

/* The rows of blocks that were not disturbed; owned by the caller, who frees .row. 0 or -ENOMEM. */
static int trust_undisturbed(const struct pvq_report *r, struct pvq_rows *rows)
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

/* "pool_ordered, clearly fastest (speed-up 1.9)". */
static int trust_outcome(
	const struct pvq_report *r, const struct pvq_summary *s, const struct pvq_work *work)
{
	struct pvq_contest contest;
	int ret = pvq_contest_hold(&contest, s, work, r->summary->max_cores, PVQ_MAP_NS);

	if (ret == 0 && contest.rivals) {
		const struct pvq_comparison *up = &contest.speedup;

		pvq_text_md(r->md, contest.rival[0].cell->key->impl);
		fprintf(r->md, ": %s, speed-up %s", pvq_outcome_words(contest.outcome),
			pvq_text_ratio_interval(up->ratio, up->lo, up->hi).s);
	} else {
		fputs("nothing is left", r->md);
	}
	pvq_contest_free(&contest);
	return ret;
}

static const struct pvq_work *trust_same_work(const struct pvq_summary *s, const struct pvq_work *work)
{
	for (size_t w = 0; w < s->works; w++) {
		const struct pvq_row *key = s->work[w].key;

		if (strcmp(key->task, work->key->task) == 0 && strcmp(key->args, work->key->args) == 0 &&
			key->n == work->key->n)
			return &s->work[w];
	}
	return NULL;
}

/* With and without the disturbed blocks, for the tasks that have some. */
static int trust_with_and_without(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	struct pvq_summary calm = {0};
	struct pvq_rows rows;
	int ret = trust_undisturbed(r, &rows);

	if (ret == 0)
		ret = pvq_summarise(&calm, &rows);
	fputs("| Task | Disturbed | Fastest by all blocks | Without the disturbed ones |\n|:--|--:|:--|:--|\n",
		r->md);
	for (size_t w = 0; ret == 0 && w < s->works; w++) {
		const struct pvq_work *work = &s->work[w], *same = trust_same_work(&calm, work);

		if (!work->disturbed)
			continue;
		fputs("| ", r->md);
		pvq_text_md(r->md, work->label);
		fprintf(r->md, " | %zu of %zu | ", work->disturbed, work->turns);
		ret = trust_outcome(r, s, work);
		fputs(" | ", r->md);
		if (ret == 0 && same)
			ret = trust_outcome(r, &calm, same);
		fputs(same ? " |\n" : "nothing is left |\n", r->md);
	}
	fputs("\n", r->md);
	pvq_summary_free(&calm);
	free(rows.row);
	return ret;
}

static int trust_disturbed(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	double cpu_ns = 0, stolen_ns = 0, foreign_ns = 0;
	size_t turns = 0, disturbed = 0;

	for (size_t i = 0; i < r->rows->count; i++) {
		const struct pvq_row *row = &r->rows->row[i];

		cpu_ns += (double)row->wall_ns * row->cores;
		stolen_ns += (double)row->stolen_ns;
		foreign_ns += (double)row->foreign_ns;
	}
	if (cpu_ns <= 0)
		return 0; /* rows of a peer, or of before these columns were there */
	for (size_t w = 0; w < s->works; w++) {
		turns += s->work[w].turns;
		disturbed += s->work[w].disturbed;
	}
	fprintf(r->md,
		"### What others did meanwhile\n\nOf the CPUs' time during the trials the hypervisor took %s for others, and "
		"foreign processes %s. A task's turn in a block counts as disturbed where that is 5 %% or more, and 60 ms or "
		"more, since the kernel counts in ticks. **%zu of %zu turns** were; their trials are crosses in the pictures "
		"of the wall time, and in all figures like the others.\n\n",
		pvq_text_percent(stolen_ns / cpu_ns).s, pvq_text_percent(fmax(foreign_ns, 0) / cpu_ns).s,
		disturbed, turns);
	return disturbed ? trust_with_and_without(r) : 0;
}

/* ---- outliers ---- */

enum { OUTLIERS_NAMED = 8 };

struct outlier {
	const struct pvq_work *work;
	const struct pvq_row *row;
	double factor; /* of its cell's median */
};

/* Adds the cell's outliers. scratch: room for its good rows. Returns how many there are now. */
static size_t trust_find_outliers(const struct pvq_work *work, const struct pvq_cell *cell,
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
static int trust_order_outliers(const void *x, const void *y)
{
	double a = fabs(log(((const struct outlier *)x)->factor)),
	       b = fabs(log(((const struct outlier *)y)->factor));

	return (a < b) - (a > b);
}

static void trust_outlier_row(const struct pvq_report *r, const struct outlier *o)
{
	const struct pvq_row *row = o->row;

	fputs("| ", r->md);
	pvq_text_md(r->md, o->work->label);
	fputs(" | ", r->md);
	pvq_text_md(r->md, row->impl);
	fprintf(r->md, " | %u | %u | %u | %s | %s times | %s |\n", row->workers, row->cores, row->block,
		pvq_text_ns((double)row->map_ns).s, pvq_text_number(o->factor).s,
		pvq_row_disturbed(o->work, row) ? "yes" : "no");
}

static void trust_name_outliers(
	const struct pvq_report *r, struct outlier *outlier, size_t count, size_t good)
{
	size_t disturbed = 0;

	for (size_t i = 0; i < count; i++)
		disturbed += (size_t)pvq_row_disturbed(outlier[i].work, outlier[i].row);
	qsort(outlier, count, sizeof(*outlier), trust_order_outliers);
	fprintf(r->md,
		"### Outliers\n\n**%zu of %zu trials** lie far out: beyond the quartiles of their cell by more than three "
		"times their distance; %zu of these in disturbed blocks. They are in every figure and picture, like all "
		"others: medians bear them.%s\n\n",
		count, good, disturbed, count > OUTLIERS_NAMED ? " The farthest:" : "");
	if (count)
		fputs("| Task | Strategy | Workers | Cores | Block | Map | Of its median | Disturbed |\n"
		      "|:--|:--|--:|--:|--:|--:|--:|:--|\n",
			r->md);
	for (size_t i = 0; i < count && i < OUTLIERS_NAMED; i++)
		trust_outlier_row(r, &outlier[i]);
	fputs(count ? "\n" : "", r->md);
}

static int trust_outliers(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	struct outlier *outlier = calloc(r->rows->count + 1, sizeof(*outlier));
	double *scratch = calloc(r->rows->count + 1, sizeof(*scratch));
	size_t count = 0, good = 0;
	int ret = outlier && scratch ? 0 : -ENOMEM;

	for (size_t w = 0; ret == 0 && w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++) {
			count = trust_find_outliers(&s->work[w], &s->cell[c], outlier, count, scratch);
			good += s->cell[c].ok;
		}
	if (ret == 0)
		trust_name_outliers(r, outlier, count, good);
	free(scratch);
	free(outlier);
	return ret;
}

/* ---- the harness itself ---- */

/* The strategies of the largest core count in whose map the harness has more than its share. */
static void trust_marked(const struct pvq_report *r, const struct pvq_work *work)
{
	const struct pvq_summary *s = r->summary;
	int any = 0;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];
		double share = cell->ok ? pvq_harness_share(work, cell) : NAN;

		if (!pvq_cell_candidate(cell, s->max_cores) || !(share > PVQ_HARNESS_SHARE))
			continue;
		fputs(any++ ? ", " : "", r->md);
		pvq_text_md(r->md, s->series[cell->series].name);
		fprintf(r->md, " %s", pvq_text_percent(share).s);
	}
	fputs(any ? " |\n" : "none |\n", r->md);
}

static void trust_harness(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	int head = 0;

	for (size_t w = 0; w < s->works; w++) {
		if (isnan(s->work[w].harness_ns))
			continue;
		if (!head++)
			fputs("### What the harness itself takes\n\nThe driver touches and digests every result while "
			      "map runs, for every strategy alike. Measured with a strategy that does nothing else, it is at "
			      "most this much of a map time; more than 1 % is marked with † in the tables above.\n\n"
			      "| Task | An item | More than 1 % of the map time of |\n|:--|--:|:--|\n",
				r->md);
		fputs("| ", r->md);
		pvq_text_md(r->md, s->work[w].label);
		fprintf(r->md, " | %s | ", pvq_text_ns(s->work[w].harness_ns).s);
		trust_marked(r, &s->work[w]);
	}
	fputs(head ? "\n" : "", r->md);
}

int pvq_chapter_trust(const struct pvq_report *r)
{
	int ret;

	if (r->summary->max_cores == 0)
		return 0;
	fputs("## How far to trust it\n\n", r->md);
	trust_precision(r);
	trust_twins(r);
	ret = trust_disturbed(r);
	if (ret == 0)
		ret = trust_outliers(r);
	trust_harness(r);
	return ret;
}
