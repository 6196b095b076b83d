/* observe_run.h: the part of `pvq bench` that looks on: observed trials (observe.h) of what a plan holds.
 *
 * Of every task, serial and every strategy with one worker a core at the plan's largest core count, in up to
 * three rounds, each in a fresh random order. Writes DIR/observed.csv; of the skew task, whose items are uneven
 * on purpose, a timeline (observed.h) of those that have a relative (ordering.h) beside them; and the fact
 * observed_rounds into the manifest.
 */
#ifndef PVQ_OBSERVE_RUN_H
#define PVQ_OBSERVE_RUN_H

#include "plan.h"

/* Observes, for about budget_s seconds at most (0: as long as it takes): where they are short there are fewer
 * rounds, or less than one. Does nothing where DIR has been observed to the end; what an earlier session left
 * unfinished is begun again. A trial that fails is said in DIR/trials.log, and is in no file. 0; -EINTR where
 * the user interrupted; other -errno with one line on stderr. Call pvq_launch_signals() before. */
int pvq_observe_run(const struct pvq_plan *, const struct pvq_host *, const char *dir, double budget_s);

#endif
