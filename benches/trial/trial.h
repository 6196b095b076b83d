/* trial.h: one measurement. A trial builds the load, starts the strategy, maps, stops, verifies, and fills one row. It
 * needs a process to itself (launch.h gives it one).
 */
#ifndef PVQ_TRIAL_H
#define PVQ_TRIAL_H

#include "base/process.h"
#include "trial/row.h"
#include "trial/spec.h"

/* What to measure. Borrowed: the strings outlive the trial. */
struct pvq_trial {
	const struct pvq_impl *impl;
	unsigned twin; /* twin.h; 0: the strategy itself */
	const struct pvq_spec *spec;
	uint64_t n, seed;
	unsigned workers, chunk, window; /* chunk, window: 0 is automatic */
	struct pvq_care care;
	const int *cpu; /* the ncpu CPUs to which it is confined; ncpu 0: unchanged */
	unsigned ncpu;
	unsigned block, cell;
	const char *oracle; /* the right digest if it is known already, else "" */
	int print;
	/* An observed trial (observe.h): files that get its row of observed.csv, and its items; NULL: none. */
	const char *observe, *timeline;
	const char *deliveries; /* a file that records each delivery (delivery.h); NULL: none */
};

/* Fills in all of a row that is known before anything runs; the status is "planned". */
void pvq_trial_identify(const struct pvq_trial *, struct pvq_row *);

/* Runs the trial in this process. If ready is not NULL, it is called with the row once chunk and window are fixed, and
 * before the first worker exists: that row stands for the trial if it dies. */
void pvq_trial_run(const struct pvq_trial *, struct pvq_row *,
	void (*ready)(const struct pvq_row *, void *ctx), void *ctx);

/* See pvq_peer_add_usage(). */
void pvq_trial_add_usage(const struct pvq_usage *, uint64_t peak_kb);

#endif
