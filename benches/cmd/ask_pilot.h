/* ask_pilot.h: the short measurements of `pvq ask`: prices, the user's own items, and whether a prediction holds. */
#ifndef PVQ_ASK_PILOT_H
#define PVQ_ASK_PILOT_H

#include "drive/host.h"
#include "model/advise.h"
#include "trial/spec.h"

/* Makes the rows, which pvq_rows_free() frees: runs the calibrating cells of every strategy that is linked in, round after round, for at most limit_s. 0, or -errno with
 * one line on stderr; -EINTR. */
int pvq_ask_calibrate(
	struct pvq_rows *, const struct pvq_registry *, const struct pvq_host *, double limit_s);

/* Measures a short price list, in a folder that goes again; only: the lines whose names match, NULL: all. 0, or -errno with one line on stderr; -EINTR. */
int pvq_ask_prices(struct pvq_prices *, const char *only);

/* How many items of a task whose items are commands its pilot runs, each of them once. */
enum { PVQ_ASK_COMMANDS = 16 };

/* Runs items of the task in a serial trial, for at most limit_s, and describes them: times and tail; job->n must be set. *items, if
 * it is not NULL then, is the caller's to free: the items one by one, which job borrows if they are uneven.
 * *lost: the share of the CPU's time that interference took, NAN if unknown. Where it took much, nobody can tell how uneven
 * the items are, and they stay equal. 0, or -errno with one line on stderr; -EINTR. */
int pvq_ask_items(struct pvq_model_job *, struct pvq_model_items **items, double *lost,
	const struct pvq_spec *, const struct pvq_registry *, const struct pvq_host *, double limit_s);

/* From this share on, interference hides what a pilot is to show. */
#define PVQ_ASK_BUSY 0.05

/* The median total time of a few trials of each setting, in turns; NAN where one failed. *lost: the largest share that
 * interference took of a trial; NAN if unknown. 0, or -errno likewise. */
int pvq_ask_measure(double *total_ns, double *lost, const struct pvq_model_offer *, size_t offers,
	const struct pvq_spec *, uint64_t n, const struct pvq_host *);

#endif
