/* trust.c: how far to trust the report: the precision of its figures, the differences that noise alone makes, and the
 * overhead of the harness. disturbed.c adds the interference.
 */
#include "report/part.h"

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
		return "precise enough";
	if (blocks && work->turns >= strtoul(blocks, NULL, 10))
		return "block limit reached";
	return pvq_manifest_get(r->manifest, "ended") ? "time used up" : "run cut off";
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
		fputs("too few blocks", r->md);
	else
		fprintf(r->md, "±%s", pvq_text_percent(width).s);
	fputs(" | ", r->md);
	pvq_text_md(r->md, r->summary->series[cell->series].name);
	fprintf(r->md, ", %u worker%s on %u core%s | %s |\n", cell->key->workers, s_if(cell->key->workers),
		cell->key->cores, s_if(cell->key->cores), trust_end(r, work, width));
}

static void trust_precision_words(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	double goal = trust_goal(r);
	size_t cells = 0, reached = 0;

	for (size_t c = 0; c < s->cells; c++) {
		cells += s->cell[c].ok > 0;
		reached += s->cell[c].ok && pvq_estimate_width(&s->cell[c].metric[PVQ_MAP_NS]) <= goal;
	}
	if (goal > 0)
		fprintf(r->md,
			"- **Precision**: the target is a 95 %% interval of the map time within ±%s. "
			"**%zu of %zu cells** reached it.\n",
			pvq_text_percent(goal).s, reached, cells);
}

static void trust_precision(const struct pvq_report *r)
{
	fputs("#### Precision\n\nA task was measured until all its cells had reached the target or "
	      "the time was used up, so most time went where the uncertainty is largest.\n\n"
	      "| Task | Blocks | Widest interval | Its cell | Stopped because "
	      "|\n|:--|--:|--:|:--|:--|\n",
		r->md);
	for (size_t w = 0; w < r->summary->works; w++)
		trust_precision_row(r, &r->summary->work[w]);
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

/* How many pairs there are, and how many of them were called different. */
static size_t trust_pairs(const struct pvq_summary *s, size_t *wrong)
{
	size_t pairs = 0;

	*wrong = 0;
	for (size_t t = 0; t < s->twins; t++)
		if (trust_is_same(&s->twin[t])) {
			enum pvq_verdict v =
				pvq_cells_compare(s->twin[t].cell, s->twin[t].of, PVQ_MAP_NS, PVQ_ALPHA)
					.verdict;

			pairs++;
			*wrong += v == PVQ_FASTER || v == PVQ_SLOWER;
		}
	return pairs;
}

static void trust_twins_words(const struct pvq_report *r)
{
	size_t wrong, pairs = trust_pairs(r->summary, &wrong);

	if (pairs)
		fprintf(r->md,
			"- **The same strategy twice**: **%zu of %zu** %s called different; by chance, one in twenty "
			"may be.\n",
			wrong, pairs, pairs == 1 ? "was" : "were");
}

static void trust_twins(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	size_t wrong;

	if (!trust_pairs(s, &wrong))
		return;
	fputs("#### The same strategy twice\n\nFor each task one strategy ran a second time under "
	      "another name, in the same blocks. Any difference is noise, and the intervals show how "
	      "small a difference could be seen.\n\n| Task | Strategy | Blocks | Second / first | Verdict "
	      "|\n|:--|:--|--:|--:|:--|\n",
		r->md);
	for (size_t t = 0; t < s->twins; t++)
		if (trust_is_same(&s->twin[t]))
			trust_twin_row(r, &s->twin[t]);
	fputs("\n", r->md);
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
			fputs("#### Overhead of the harness\n\nThe driver touches and digests every "
			      "result while map runs, for every strategy alike. Measured with a "
			      "strategy that does nothing else, this takes at most the time below. "
			      "Where that exceeds 1 % of a map time, the tables above mark it with "
			      "†.\n\n| Task | Per item | More than 1 % of the map time of "
			      "|\n|:--|--:|:--|\n",
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
	pvq_report_unread(r);
	trust_precision_words(r);
	trust_twins_words(r);
	pvq_trust_interference(r);
	fputs("\n", r->md);
	trust_precision(r);
	trust_twins(r);
	pvq_trust_states(r);
	ret = pvq_trust_disturbed(r);
	if (ret == 0)
		ret = pvq_trust_outliers(r);
	trust_harness(r);
	return ret;
}
