/* contest.h: which strategies to take for a work at a core count, and how sure that is.
 *
 * With k candidates each is set against each other one, every comparison at alpha = 0.05 / (k - 1), and those that are
 * slower than any other are beaten. At least nineteen times in twenty the strategy that truly is the fastest is among
 * the rest: for it to be beaten, one of its own k - 1 comparisons has to err. So if just one is left it is the
 * fastest, although the data themselves chose which; and one bad block of the strategy in front does not keep those
 * in the contest that others beat in every block.
 */
#ifndef PVQ_CONTEST_H
#define PVQ_CONTEST_H

#include "results/summary.h"
#include "trial/text.h"

enum pvq_outcome {
	PVQ_NOBODY,  /* no candidate has a good row */
	PVQ_ALONE,   /* one candidate only */
	PVQ_CLEAR,   /* every other one is beaten */
	PVQ_EQUAL,   /* some are not beaten, and all of those are equivalent to the first */
	PVQ_OPEN,    /* some are inconclusive against the first */
	PVQ_TOO_FEW, /* likewise, because there are too few blocks for any interval */
};

struct pvq_rival {
	const struct pvq_cell *cell;
	double median;            /* in the contest's metric */
	struct pvq_comparison vs; /* this one's time / the first one's; of the first: unused */
	int beaten;               /* some candidate is faster */
};

/* Owned; freed with pvq_contest_free(). */
struct pvq_contest {
	enum pvq_outcome outcome;
	unsigned cores;
	enum pvq_metric metric;
	struct pvq_rival *rival; /* by median, but the first is the fastest of those not beaten */
	size_t rivals;
	size_t level;                  /* how many behind the first are not beaten */
	size_t needs;                  /* blocks from which the intervals exist */
	struct pvq_comparison speedup; /* of the first over the work's serial baseline; NAN: none */
};

/* 0 or -ENOMEM. */
int pvq_contest_hold(struct pvq_contest *, const struct pvq_summary *, const struct pvq_work *,
	unsigned cores, enum pvq_metric);
void pvq_contest_free(struct pvq_contest *);

/* The outcome in a few words: "fastest", "4 tie", "3 equivalent", "too few blocks", … */
struct pvq_text pvq_contest_words(const struct pvq_contest *);

#endif
