/* contest.h: finds the fastest strategies for a work at a core count, and how sure that is.
 *
 * Each of k candidates is compared with each other one, at alpha = 0.05 / (k - 1). A candidate that is slower than any
 * other is beaten. The truly fastest strategy is beaten only if one of its k - 1 comparisons errs, so it is among
 * those left at least nineteen times in twenty. If one is left, it is the fastest, although the data chose it. And
 * one bad block of the leader does not keep a candidate in the contest that another beats in every block.
 *
 * The report shows medians beside the outcome of paired comparisons. Where the machine changes between blocks the two
 * may contradict each other: by the pairs a candidate is faster than the first, whose median is lower. If the paired
 * verdict is faster, or the ratio of the medians and that of the pairs are more than 3 % apart, the contest is too noisy
 * to rank, whatever the intervals say. Serial must agree by the speed-up too, since reports show it.
 */
#ifndef PVQ_CONTEST_H
#define PVQ_CONTEST_H

#include "results/summary.h"
#include "trial/text.h"

enum pvq_outcome {
	PVQ_NOBODY,  /* no candidate has a good row */
	PVQ_ALONE,   /* only one candidate was measured */
	PVQ_CLEAR,   /* the first has beaten every other */
	PVQ_EQUAL,   /* several are left, all equivalent to the first */
	PVQ_OPEN,    /* several are left, some inconclusive against the first */
	PVQ_TOO_FEW, /* several are left, for lack of blocks for any interval */
	PVQ_NOISY,   /* by the pairs some candidate is faster than the first, whose median is lower */
};

struct pvq_rival {
	const struct pvq_cell *cell;
	double median;            /* in the contest's metric */
	struct pvq_comparison vs; /* this one's time / the first one's; unused for the first */
	int beaten;               /* some candidate is faster */
	int contradicts; /* by the pairs it is faster than the first, although its median is higher */
};

/* Owned; freed with pvq_contest_free(). */
struct pvq_contest {
	enum pvq_outcome outcome;
	unsigned cores;
	enum pvq_metric metric;
	struct pvq_rival *rival; /* by median; unless the contest is noisy, the first is not beaten */
	size_t rivals;
	size_t level;                  /* how many are left beside the first */
	size_t needs;                  /* least number of blocks for which intervals exist */
	struct pvq_comparison speedup; /* of the first over the work's serial baseline; NAN: none */
};

/* 0 or -ENOMEM. */
int pvq_contest_hold(struct pvq_contest *, const struct pvq_summary *, const struct pvq_work *,
	unsigned cores, enum pvq_metric);
void pvq_contest_free(struct pvq_contest *);

/* The outcome in a few words: "fastest", "4 tie", "3 equivalent", "too noisy to rank", … */
struct pvq_text pvq_contest_words(const struct pvq_contest *);

#endif
