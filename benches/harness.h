/* harness.h: what the harness itself takes of a map time: the sink's work on every result. It is measured for
 * each task of a run, by the strategy "empty", whose map() does nothing but hand over results that exist already,
 * and it bounds the harness's share in the other strategies from above: theirs may overlap it with work.
 */
#ifndef PVQ_HARNESS_H
#define PVQ_HARNESS_H

#include "plan.h"
#include "summary.h"

/* A cell of which the harness takes more than this share is marked. */
#define PVQ_HARNESS_SHARE 0.01

/* Measures the tasks of the plan (some 10 ms each, several times) and writes dir/harness.csv, or goes on with it.
 * 0, or -errno with one line on stderr; -EINTR where the user interrupted. */
int pvq_harness_run(const struct pvq_plan *, const struct pvq_host *, const char *dir);

/* Fills harness_ns of the summary's works from dir/harness.csv; they stay NAN where it does not tell. 0 or
 * -errno; no such file is no error. */
int pvq_harness_apply(struct pvq_summary *, const char *dir);

/* The harness's share in the cell's median map time, from above; NAN where it is not known. */
double pvq_harness_share(const struct pvq_work *, const struct pvq_cell *);

#endif
