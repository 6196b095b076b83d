/* harness.h: what the harness itself takes of a map time: the sink's work on every result. It is measured for
 * each task of a run, by the strategy "empty", whose map() does nothing but hand over results that exist already,
 * and it bounds the harness's share in the other strategies from above: theirs may overlap it with work.
 */
#ifndef PVQ_HARNESS_H
#define PVQ_HARNESS_H

#include "report/experiment.h"

#define PVQ_HARNESS_FILE "harness.csv"

/* Measures the tasks of the plan (some 10 ms each, several times), or goes on with it. As in report/experiment.h. */
int pvq_harness_run(const struct pvq_session *);

/* Fills harness_ns of the summary's works; they stay NAN where the file does not tell. */
void pvq_harness_read(void **data, const struct pvq_folder *);
void pvq_harness_release(void *data);
int pvq_harness_annotate(const void *data, struct pvq_summary *);

#endif
