/* contest.c: ranks the candidates, compares each with each, and compares those left with the first. */
#include "results/contest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int contest_order(const void *x, const void *y)
{
	const struct pvq_rival *a = x, *b = y;

	return (a->median > b->median) - (a->median < b->median);
}

static enum pvq_outcome contest_judge(const struct pvq_contest *contest)
{
	int open = 0, few = 0;

	if (contest->rivals < 2)
		return contest->rivals ? PVQ_ALONE : PVQ_NOBODY;
	if (contest->level == 0)
		return PVQ_CLEAR;
	for (size_t i = 1; i < contest->rivals; i++) {
		const struct pvq_rival *rival = &contest->rival[i];

		if (rival->vs.n < contest->needs)
			few = 1;
		else if (!rival->beaten && rival->vs.verdict != PVQ_EQUIVALENT)
			open = 1;
	}
	return open ? PVQ_OPEN : few ? PVQ_TOO_FEW : PVQ_EQUAL;
}

/* Compares each with each, and marks as beaten every candidate that is slower than another. */
static void contest_beat(struct pvq_contest *contest, double alpha)
{
	for (size_t i = 0; i < contest->rivals; i++)
		for (size_t j = i + 1; j < contest->rivals; j++) {
			struct pvq_rival *a = &contest->rival[i], *b = &contest->rival[j];
			enum pvq_verdict verdict =
				pvq_cells_compare(a->cell, b->cell, contest->metric, alpha).verdict;

			a->beaten |= verdict == PVQ_SLOWER;
			b->beaten |= verdict == PVQ_FASTER;
		}
}

/* Moves the fastest of those left to the front; the others stay in the order of their medians. */
static void contest_lead(struct pvq_contest *contest)
{
	struct pvq_rival lead;
	size_t at = 0;

	while (at < contest->rivals && contest->rival[at].beaten)
		at++;
	if (at == 0 || at == contest->rivals) /* medians of ratios can form a circle; then all are beaten */
		return;
	lead = contest->rival[at];
	memmove(&contest->rival[1], contest->rival, at * sizeof(lead));
	contest->rival[0] = lead;
}

int pvq_contest_hold(struct pvq_contest *contest, const struct pvq_summary *s, const struct pvq_work *work,
	unsigned cores, enum pvq_metric metric)
{
	double alpha = PVQ_ALPHA;

	memset(contest, 0, sizeof(*contest));
	contest->cores = cores;
	contest->metric = metric;
	contest->speedup.ratio = contest->speedup.lo = contest->speedup.hi = NAN;
	contest->rival = calloc(work->cells, sizeof(*contest->rival));
	if (!contest->rival)
		return -ENOMEM;
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && pvq_cell_candidate(cell, cores))
			contest->rival[contest->rivals++] =
				(struct pvq_rival){.cell = cell, .median = cell->metric[metric].median};
	}
	qsort(contest->rival, contest->rivals, sizeof(*contest->rival), contest_order);
	if (contest->rivals > 1)
		alpha /= (double)(contest->rivals - 1);
	contest->needs = pvq_median_needs(alpha);
	contest_beat(contest, alpha);
	contest_lead(contest);
	for (size_t i = 1; i < contest->rivals; i++) {
		contest->rival[i].vs =
			pvq_cells_compare(contest->rival[i].cell, contest->rival[0].cell, metric, alpha);
		contest->level += !contest->rival[i].beaten;
	}
	contest->outcome = contest_judge(contest);
	if (contest->rivals && work->base)
		contest->speedup = pvq_cells_compare(work->base, contest->rival[0].cell, metric, PVQ_ALPHA);
	return 0;
}

void pvq_contest_free(struct pvq_contest *contest)
{
	free(contest->rival);
	memset(contest, 0, sizeof(*contest));
}

struct pvq_text pvq_contest_words(const struct pvq_contest *contest)
{
	static const char *const words[] = {
		"nothing finished", "only one measured", "fastest", "equivalent", "tie", "too few blocks"};
	const char *word = words[contest->outcome];
	struct pvq_text text;

	if (contest->outcome == PVQ_EQUAL || contest->outcome == PVQ_OPEN)
		snprintf(text.s, sizeof(text.s), "%zu %s", contest->level + 1, word);
	else
		snprintf(text.s, sizeof(text.s), "%s", word);
	return text;
}
