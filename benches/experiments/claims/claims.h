/* claims.h: the tutorial's claims: which strategies each compares, and on which tasks. They are measured in extra
 * blocks, many more than a sweep of dozens of strategies has time for. The rows go into claims.csv, which has the
 * columns of raw.csv.
 */
#ifndef PVQ_CLAIMS_H
#define PVQ_CLAIMS_H

#include "report/experiment.h"

/* Two strategies that a claim compares. */
struct pvq_claim_pair {
	const char *a, *b; /* the ratio is a's time / b's */
};

/* Upper limits of a claim; the build checks them in data.c. */
enum { PVQ_CLAIM_LINES_MAX = 24, PVQ_CLAIM_STRATEGIES_MAX = 16 };

/* A question, and what answers it. */
struct pvq_claim {
	const char *question, *about;
	const struct pvq_claim_pair *pair; /* ends with a NULL; NULL: compare … */
	const char *const *
		more_workers; /* … these strategies (a NULL ends them), each with itself at one worker per core */
	enum pvq_metric metric[3];
	size_t metrics, said;    /* how many the table has; the text gives the first `said` of them */
	const char *const *task; /* only these; NULL: all */
	const char *load;        /* an extra task beside the sweep's; NULL: none */
	int blocked;             /* show how long each of a pair was blocked by the next result in line */
	int per_item;            /* show a's time per item beyond b's */
};

/* Ends with a NULL question. */
extern const struct pvq_claim pvq_claims[];

int pvq_claim_has_task(const struct pvq_claim *, const char *task);

/* Measures the cells of the plan that any claim needs, on the most cores. Cells that the folder already has are not
 * measured again. As in report/experiment.h. */
int pvq_claims_run(const struct pvq_session *);

/* Owned; freed with pvq_claims_free(). */
struct pvq_claims_seen {
	struct pvq_rows rows;
	struct pvq_summary summary;
};

/* Reads the folder. 0; -ENOENT: nothing was measured; -errno with one line on stderr. */
int pvq_claims_read(struct pvq_claims_seen *, const struct pvq_registry *, const char *dir);
void pvq_claims_free(struct pvq_claims_seen *);

/* The hook; its data is a struct pvq_claims_seen. */
int pvq_claims_chapter(const struct pvq_report *, const void *data);

#endif
