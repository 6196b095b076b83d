/* claims.h: the tutorial's claims: which strategies each compares, and on which tasks. They are measured in extra
 * blocks, many more than a sweep of dozens of strategies has time for. The rows go into claims.csv, which has the
 * columns of raw.csv.
 *
 * A claim about a pool of CPython holds for its chunk size only. So each is made twice: for the default, and for the
 * best size on that task. A few blocks beforehand, in claims-chunks.csv, choose the best; their times enter no
 * comparison.
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

#define PVQ_CLAIMS_FILE "claims.csv"
#define PVQ_CLAIMS_CHUNKS_FILE "claims-chunks.csv"

/* Ends with a NULL question. */
extern const struct pvq_claim pvq_claims[];

int pvq_claim_has_task(const struct pvq_claim *, const char *task);

/* Measures the cells of the plan that any claim needs, on the most cores. Cells that the folder already has are not
 * measured again. As in report/experiment.h. */
int pvq_claims_run(const struct pvq_session *);

/* The contents of claims.csv, and of claims-chunks.csv: no rows if no best size was sought. Owned; freed with
 * pvq_claims_free(). */
struct pvq_claims_seen {
	struct pvq_rows rows, chunk_rows;
	struct pvq_summary summary, chunks;
};

/* The strategy's cell, on the load of that row and with as many workers. best: the one with the lowest median; otherwise
 * the one with the smallest chunk in force, which is the default. NULL: no good trial. */
const struct pvq_cell *pvq_claims_chunk(
	const struct pvq_summary *, const char *impl, const struct pvq_row *, int best);

/* Reads the folder. 0; -ENOENT: nothing was measured; -errno with one line on stderr. */
int pvq_claims_read(struct pvq_claims_seen *, const struct pvq_registry *, const char *dir);
void pvq_claims_free(struct pvq_claims_seen *);

/* The hook; its data is a struct pvq_claims_seen. */
int pvq_claims_chapter(const struct pvq_report *, const void *data);

#endif
