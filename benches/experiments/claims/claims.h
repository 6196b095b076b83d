/* claims.h: the tutorial's claims: which strategies each sets against one another, on which tasks. What decides them is
 * measured in blocks of its own, many more than the sweep of dozens of strategies has time for; in a file of its own,
 * claims.csv, of the same columns as raw.csv.
 */
#ifndef PVQ_CLAIMS_H
#define PVQ_CLAIMS_H

#include "report/experiment.h"

/* Two ways that a claim sets against each other. */
struct pvq_claim_pair {
	const char *a, *b; /* strategies; a's time is divided by b's */
};

/* What a claim may have at most; the build checks it where the claims are. */
enum { PVQ_CLAIM_LINES_MAX = 24, PVQ_CLAIM_STRATEGIES_MAX = 16 };

/* A question, and what answers it. */
struct pvq_claim {
	const char *question, *about;
	const struct pvq_claim_pair *pair; /* ends with a NULL; NULL where there is … */
	const char *const *
		more_workers; /* … this, ending with NULL: strategies, each against itself with one worker per core */
	enum pvq_metric metric[3];
	size_t metrics, said;    /* how many; the first of them are put in words, the table has all */
	const char *const *task; /* only these; NULL: all */
	const char *load;        /* a task of its own beside the sweep's; NULL: none */
	int blocked;             /* whether to tell how long the head of the line blocked each of a pair */
	int per_item;            /* whether to tell a's time for an item beyond b's */
};

/* Ends with a NULL question. */
extern const struct pvq_claim pvq_claims[];

int pvq_claim_has_task(const struct pvq_claim *, const char *task);

/* Measures the cells of the plan that some claim needs, on the most cores. What is in the folder already is not measured
 * again. As in report/experiment.h. */
int pvq_claims_run(const struct pvq_session *);

/* Owned; freed with pvq_claims_free(). */
struct pvq_claims_seen {
	struct pvq_rows rows;
	struct pvq_summary summary;
};

/* 0; -ENOENT where nothing was measured; -errno with one line on stderr. */
int pvq_claims_read(struct pvq_claims_seen *, const struct pvq_registry *, const char *dir);
void pvq_claims_free(struct pvq_claims_seen *);

/* The hook; its data is a struct pvq_claims_seen. */
int pvq_claims_chapter(const struct pvq_report *, const void *data);

#endif
