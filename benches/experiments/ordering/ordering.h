/* ordering.h: what keeping the order costs; and the observed trials (observe.h) of `pvq bench`.
 *
 * For every task it observes serial, and every strategy with one worker per core at the plan's largest core count, in
 * up to three rounds, each in a fresh random order. It writes DIR/observed.csv, and the fact observed_rounds into the
 * manifest. Of one task it also keeps a timeline (observed.h) of each strategy: of skew, whose items are uneven on
 * purpose, or of the plan's first task if skew is not in it.
 */
#ifndef PVQ_ORDERING_EXPERIMENT_H
#define PVQ_ORDERING_EXPERIMENT_H

#include "report/experiment.h"

/* Observes until the time is used up, which may allow fewer rounds, or less than one. Does nothing if the folder has
 * been observed to the end; begins again if an earlier session left it unfinished. A failed trial is reported in
 * trials.log, and enters no file. As in report/experiment.h. */
int pvq_observe_run(const struct pvq_session *);

enum { PVQ_TIMELINE_ITEMS = 100000 }; /* a task with more items has no timeline */

/* Writes the trials whose timelines the folder holds to the file `path` (results/trace.h). If the run's profile
 * observes no trials, it first observes those that have a timeline once. 0; -EINTR; other -errno with one line on
 * stderr. */
int pvq_observe_trace(const struct pvq_session *, const char *path);

/* The hooks. They need no data: the report itself has the observed trials. */
int pvq_ordering_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_ordering_chapter(const struct pvq_report *, const void *data);
int pvq_timeline_chapter(const struct pvq_report *, const void *data);

#endif
