/* contest.h: which strategy to take for a work at a core count, and how sure that is.
 *
 * The candidate with the smallest median is set against every other one. With k candidates each of
 * the k - 1 comparisons is made at alpha = 0.05 / (k - 1): then "the fastest" is wrong at most once in
 * twenty times although the data themselves chose whom to call so. (If j truly is the fastest, a wrong
 * claim needs one of the k - 1 comparisons of another strategy with j to err.)
 */
#ifndef PVQ_CONTEST_H
#define PVQ_CONTEST_H

#include "summary.h"

enum pvq_outcome {
	PVQ_NOBODY,  /* no candidate has a good row */
	PVQ_ALONE,   /* one candidate only */
	PVQ_CLEAR,   /* every other one is slower */
	PVQ_EQUAL,   /* some are not slower, and all of those are equivalent to the first */
	PVQ_OPEN,    /* some cannot be told from the first */
	PVQ_TOO_FEW, /* likewise, because there are too few blocks for any interval */
};

struct pvq_rival {
	const struct pvq_cell *cell;
	double median;            /* in the contest's metric */
	struct pvq_comparison vs; /* this one's time / the first one's; of the first: unused */
};

/* Owned; freed with pvq_contest_free(). */
struct pvq_contest {
	enum pvq_outcome outcome;
	unsigned cores;
	enum pvq_metric metric;
	struct pvq_rival *rival; /* by median; the first is the fastest */
	size_t rivals;
	size_t level;                  /* how many behind the first are not slower than it */
	size_t needs;                  /* blocks from which the intervals exist */
	struct pvq_comparison speedup; /* of the first over the work's serial baseline; NAN: none */
};

/* 0 or -ENOMEM. */
int pvq_contest_hold(struct pvq_contest *, const struct pvq_summary *, const struct pvq_work *,
	unsigned cores, enum pvq_metric);
void pvq_contest_free(struct pvq_contest *);

/* Whether a candidate (never the first) is as good as the first as far as one can tell. */
int pvq_rival_is_level(const struct pvq_rival *);

/* The outcome in a few words: "clearly fastest", "no clear winner", … */
const char *pvq_outcome_words(enum pvq_outcome);

#endif
