/* advice.c: what to run in parallel, and with how many workers. Like every claim of the report it follows from verdicts
 * alone.
 */
#include "report/verdict.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int advice_list(const struct pvq_report *r, enum pvq_pays wanted, const char *head)
{
	const struct pvq_summary *s = r->summary;
	size_t listed = 0;
	int ret = 0;

	for (size_t w = 0; ret == 0 && w < s->works; w++) {
		struct pvq_contest contest;

		ret = pvq_contest_hold(&contest, s, &s->work[w], s->max_cores, PVQ_MAP_NS);
		if (ret == 0 && pvq_pays(&contest) == wanted) {
			fputs(listed++ ? ", " : head, r->md);
			pvq_text_md(r->md, s->work[w].label);
		}
		pvq_contest_free(&contest);
	}
	fputs(listed ? ".\n" : "", r->md);
	return ret;
}

int pvq_advice_headline(const struct pvq_report *r)
{
	static const char *const head[] = {
		[PVQ_PAYS] = "- **Run in parallel**; serial is slower: ",
		[PVQ_PAYS_NOT] = "- **Keep serial**, the fastest: ",
		[PVQ_PAYS_MAYBE] = "- **Inconclusive against serial**: ",
		[PVQ_PAYS_NONE] = "- **Nothing to compare**: ",
	};
	int ret = 0;

	fprintf(r->md, "On **%u core%s**, one worker per core:\n\n", r->summary->max_cores,
		r->summary->max_cores == 1 ? "" : "s");
	for (int advice = PVQ_PAYS; ret == 0 && advice <= PVQ_PAYS_NONE; advice++)
		ret = advice_list(r, (enum pvq_pays)advice, head[advice]);
	fputs("\n", r->md);
	return ret;
}

/* ---- how many workers ---- */

/* A strategy with more workers than cores, against itself with one worker per core. */
struct more {
	const struct pvq_cell *cell;
	struct pvq_comparison vs; /* time with more workers / time with one per core */
};

static const struct pvq_cell *one_a_core(
	const struct pvq_summary *s, const struct pvq_work *work, const struct pvq_cell *more)
{
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && cell->series == more->series && cell->key->cores == more->key->cores &&
			cell->key->workers == cell->key->cores)
			return cell;
	}
	return NULL;
}

/* Collects a work's comparisons at the largest core count; all of them hold together at 95 %. */
static size_t collect(const struct pvq_summary *s, const struct pvq_work *work, struct more *more)
{
	size_t n = 0;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && pvq_cell_oversubscribed(cell) && cell->key->cores == s->max_cores &&
			one_a_core(s, work, cell))
			more[n++].cell = cell;
	}
	for (size_t i = 0; i < n; i++)
		more[i].vs = pvq_cells_compare(
			more[i].cell, one_a_core(s, work, more[i].cell), PVQ_MAP_NS, PVQ_ALPHA / (double)n);
	return n;
}

/* "faster with pool_ordered (3.85x), …", or nothing. known: of the comparisons that have an interval. Returns whether it
 * wrote. */
static int list_verdict(const struct pvq_report *r, const struct more *more, size_t n, unsigned workers,
	enum pvq_verdict verdict, int known, const char *separator)
{
	int listed = 0;

	for (size_t i = 0; i < n; i++) {
		if (more[i].cell->key->workers != workers || more[i].vs.verdict != verdict ||
			isnan(more[i].vs.lo) == known)
			continue;
		if (!listed)
			fprintf(r->md, "%s%s with ", separator, pvq_comparison_words(&more[i].vs));
		fputs(listed++ ? ", " : "", r->md);
		pvq_text_md(r->md, r->summary->series[more[i].cell->series].name);
		if (verdict == PVQ_FASTER || verdict == PVQ_SLOWER)
			fprintf(r->md, " (%sx)",
				pvq_text_number(
					verdict == PVQ_FASTER ? 1 / more[i].vs.ratio : more[i].vs.ratio)
					.s);
	}
	return listed > 0;
}

/* One line for a task and a number of workers. */
static void list_workers(const struct pvq_report *r, const struct pvq_work *work, const struct more *more,
	size_t n, unsigned workers)
{
	static const enum pvq_verdict order[] = {PVQ_FASTER, PVQ_SLOWER, PVQ_EQUIVALENT, PVQ_INCONCLUSIVE};
	const char *separator = "";

	fputs("- **", r->md);
	pvq_text_md(r->md, work->label);
	fprintf(r->md, "**, %u workers instead of %u: ", workers, r->summary->max_cores);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (list_verdict(r, more, n, workers, order[i], 1, separator))
			separator = "; ";
	list_verdict(r, more, n, workers, PVQ_INCONCLUSIVE, 0, separator);
	fputs(".\n", r->md);
}

static void workers_head(const struct pvq_report *r)
{
	fputs("## How many workers?\n\nMore workers than cores, each strategy compared with itself at one worker per "
	      "core, by map time.\n\n",
		r->md);
}

int pvq_chapter_workers(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	struct more *more = calloc(s->cells + 1, sizeof(*more));
	int head = 0;

	if (!more)
		return -ENOMEM;
	for (size_t w = 0; w < s->works; w++) {
		size_t n = collect(s, &s->work[w], more);
		unsigned last = 0;

		if (n && !head++)
			workers_head(r);
		/* Cells of a work stand in the order of their workers. */
		for (size_t i = 0; i < n; i++)
			if (more[i].cell->key->workers != last) {
				last = more[i].cell->key->workers;
				list_workers(r, &s->work[w], more, n, last);
			}
	}
	fputs(head ? "\n" : "", r->md);
	free(more);
	if (!head && pvq_plots_has(r->plots, "over")) /* on fewer cores alone */
		workers_head(r);
	if (pvq_report_figure(
		    r, "over", NULL, 0, "Time relative to one worker per core, one panel per task"))
		fputs("\n", r->md);
	return 0;
}
