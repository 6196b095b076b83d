/* sink.h: the consumer of a trial: it counts, digests and checks results as they arrive.
 *
 * It does the same work for every strategy: it reads every byte of every result once, and its memory stays flat. The
 * comparison with the oracle follows after the clock has stopped.
 */
#ifndef PVQ_SINK_H
#define PVQ_SINK_H

#include "impl.h"
#include "trial/digest.h"
#include "trial/row.h"

struct pvq_check {
	struct pvq_sink sink; /* hand &check.sink to map() */
	uint64_t n;           /* items of the load */
	uint64_t *
		seen; /* a mark per id, 0: not seen yet; NULL above PVQ_CHECK_IDS items that are no commands */
	uint64_t next; /* the id whose turn it is, if results come in order */
	/* The digest so far. Its halves are apart: side by side, gcc would add them as a vector, which takes longer. */
	uint64_t sum_low;
	int ordered, print;
	uint64_t sum_high;
	const struct pvq_load *load;
	FILE *deliveries; /* gets a line per item (delivery.h); NULL: none. Set before the first result; borrowed */
	uint64_t item_errors;
	uint64_t lost;        /* of item_errors: lost, but the strategy continued */
	uint64_t first_ns;    /* CLOCK_MONOTONIC at the first put(); 0: none yet */
	uint64_t first_error; /* lowest id that failed or was lost; UINT64_MAX: none */
	int first_errno;
	char first_why[PVQ_REASON_MAX /
		       2]; /* why that item failed, in its command's words; empty: first_errno says it */
	enum pvq_cause first_cause;
	char problem[PVQ_REASON_MAX]; /* why a result was refused or is wrong; empty: nothing */
};

enum { PVQ_CHECK_IDS = 1 << 20 };

/* Prepares the sink. ordered: it refuses results that are not in the order of their ids. print: it writes
 * "id<TAB>result" lines to stdout as results arrive; of commands, what they wrote, and a line to stderr for each that
 * failed. 0 or -errno. */
int pvq_check_init(struct pvq_check *, const struct pvq_load *, int ordered, int print);
void pvq_check_free(struct pvq_check *);

/* Compares the results with the right ones. known: the right digest as 32 hex digits if an earlier trial of the same
 * load has found it, else "". right: receives it (33 bytes). `problem` names a wrong item. */
enum pvq_verified pvq_check_verify(struct pvq_check *, const char *known, char right[33]);

/* Computes the digest of the right results of a whole load, by the task's oracle, or by running the task if it has
 * none. 0 or -ENOMEM. */
int pvq_right_digest(const struct pvq_load *, char right[33]);

#endif
