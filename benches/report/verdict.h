/* verdict.h: what to take: the report's first sentence, and what it follows from. report.md, summary.md and the terminal
 * say the same, from here.
 */
#ifndef PVQ_VERDICT_H
#define PVQ_VERDICT_H

#include "report/part.h"
#include "results/regret.h"

/* What parallel work brings a task at the largest core count. */
enum pvq_pays {
	PVQ_PAYS,       /* serial is slower than another */
	PVQ_PAYS_NOT,   /* serial is the fastest */
	PVQ_PAYS_MAYBE, /* serial may be the fastest */
	PVQ_PAYS_NONE,  /* serial was not measured, or nothing else was */
};
enum pvq_pays pvq_pays(const struct pvq_contest *);

/* How far the run can be trusted, by the interference during its trials. */
enum pvq_calm { PVQ_QUIET, PVQ_DISTURBED, PVQ_SPOILED, PVQ_CALM_UNKNOWN };

/* Owned; freed with pvq_verdict_free(). */
struct pvq_verdict_of_run {
	enum pvq_pays *pays;        /* by work */
	int by_medians;             /* 1: no work has an interval, so `pays` compares medians alone */
	struct pvq_regrets regrets; /* over the works where parallel pays */
	const struct pvq_regret
		*take; /* the choice: NULL: parallel pays nowhere, or nothing was compared */
	const struct pvq_trait *trait; /* of the choice; NULL: nothing is known */
	enum pvq_calm calm;
	size_t turns, disturbed, unknown; /* of the works; unknown: whether they were disturbed */
	size_t cells, precise;
};

/* 0 or -ENOMEM. */
int pvq_verdict_make(struct pvq_verdict_of_run *, const struct pvq_report *);
void pvq_verdict_free(struct pvq_verdict_of_run *);

/* Chooses among strategies by regret; of those at most 3 % worse than the least, the one in `usual`; then one that survives
 * a crash; then the one with the least code; then by regret. usual: the choice over all tasks, so that a row about some of
 * them names another only where that is worth it; NULL: none. want: which to consider; NULL: all. NULL: there is none. */
const struct pvq_regret *pvq_verdict_choose(const struct pvq_report *, const struct pvq_regrets *,
	const struct pvq_regret *usual, int (*want)(const struct pvq_impl *));

/* Writes both lines below as Markdown, as a quotation and a paragraph. */
void pvq_verdict_head(const struct pvq_report *);

/* Write the sentence that decides, and the line of trust: as Markdown (markup 1) or for a terminal (0). */
void pvq_verdict_sentence(FILE *, const struct pvq_report *, const struct pvq_verdict_of_run *, int markup);
void pvq_verdict_trust(FILE *, const struct pvq_report *, const struct pvq_verdict_of_run *, int markup);

#endif
