/* contest.c: ranks the candidates, compares each with each, and checks that medians and pairs agree on the first. */
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
	for (size_t i = 1; i < contest->rivals; i++)
		if (contest->rival[i].contradicts)
			return PVQ_NOISY;
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

/* Whether a, whose median is not below b's, is faster than b by the pairs (vs: a / b). */
static int contest_contradicts(const struct pvq_comparison *vs, double a, double b)
{
	double apart = log(fmax(a, 1) / fmax(b, 1)) - log(vs->ratio);

	return vs->ratio < 1 && (vs->verdict == PVQ_FASTER || apart > log(PVQ_EQUIVALENT_RATIO));
}

/* Compares every candidate, and serial by the speed-up, with the first. */
static void contest_face_first(struct pvq_contest *contest, const struct pvq_cell *base, double alpha)
{
	const struct pvq_rival *first = contest->rival;

	for (size_t i = 1; i < contest->rivals; i++) {
		struct pvq_rival *rival = &contest->rival[i];

		rival->vs = pvq_cells_compare(rival->cell, first->cell, contest->metric, alpha);
		rival->contradicts = contest_contradicts(&rival->vs, rival->median, first->median);
		if (rival->cell == base)
			rival->contradicts |=
				contest_contradicts(&contest->speedup, rival->median, first->median);
		contest->level += !rival->beaten;
	}
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
	if (contest->rivals && work->base)
		contest->speedup = pvq_cells_compare(work->base, contest->rival[0].cell, metric, PVQ_ALPHA);
	contest_face_first(contest, work->base, alpha);
	contest->outcome = contest_judge(contest);
	return 0;
}

void pvq_contest_free(struct pvq_contest *contest)
{
	free(contest->rival);
	memset(contest, 0, sizeof(*contest));
}

struct pvq_text pvq_contest_words(const struct pvq_contest *contest)
{
	static const char *const words[] = {"nothing finished", "only one measured", "fastest",
		"equivalent", "tie", "too few blocks", "too noisy to rank"};
	const char *word = words[contest->outcome];
	struct pvq_text text;

	if (contest->outcome == PVQ_EQUAL || contest->outcome == PVQ_OPEN)
		snprintf(text.s, sizeof(text.s), "%zu %s", contest->level + 1, word);
	else
		snprintf(text.s, sizeof(text.s), "%s", word);
	return text;
}
