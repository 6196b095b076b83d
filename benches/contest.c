/* contest.h: ranks the candidates and judges the distance of each from the first. */
#include "contest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int pvq_rival_is_level(const struct pvq_rival *rival)
{
	return rival->vs.verdict != PVQ_SLOWER;
}

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
		else if (pvq_rival_is_level(rival) && rival->vs.verdict != PVQ_EQUIVALENT)
			open = 1;
	}
	return open ? PVQ_OPEN : few ? PVQ_TOO_FEW : PVQ_EQUAL;
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
	for (size_t i = 1; i < contest->rivals; i++) {
		contest->rival[i].vs =
			pvq_cells_compare(contest->rival[i].cell, contest->rival[0].cell, metric, alpha);
		contest->level += (size_t)pvq_rival_is_level(&contest->rival[i]);
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

const char *pvq_outcome_words(enum pvq_outcome outcome)
{
	static const char *const words[] = {"nothing finished", "measured alone", "clearly fastest",
		"as good as equal", "no clear winner", "too few blocks"};

	return words[outcome];
}
