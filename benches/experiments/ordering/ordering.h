/* ordering.h: what keeping the order costs, and the part of `pvq bench` that observes: observed trials (observe.h) of
 * what a plan holds.
 *
 * Of every task, serial and every strategy with one worker per core at the plan's largest core count, in up to
 * three rounds, each in a fresh random order. Writes DIR/observed.csv; of the skew task, whose items are uneven
 * on purpose, a timeline (observed.h) of those that have a relative (ordering.h) beside them; and the fact
 * observed_rounds into the manifest.
 */
#ifndef PVQ_ORDERING_EXPERIMENT_H
#define PVQ_ORDERING_EXPERIMENT_H

#include "report/experiment.h"

/* Observes until the time is used up: where it is short there are fewer rounds, or less than one. Does nothing where the
 * folder has been observed to the end; what an earlier session left unfinished is begun again. A trial that fails is
 * said in trials.log, and is in no file. As in report/experiment.h. */
int pvq_observe_run(const struct pvq_session *);

/* The hooks; they have no data: what was observed is every report's. */
int pvq_ordering_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_ordering_chapter(const struct pvq_report *, const void *data);

#endif
