/* harness.h: the harness's part of a map time: the sink's work on every result. The strategy "empty" measures it for
 * each task of a run: its map() only hands over results that exist already. It is an upper bound of the harness's share
 * in other strategies, which may overlap it with work.
 */
#ifndef PVQ_HARNESS_H
#define PVQ_HARNESS_H

#include "report/experiment.h"

#define PVQ_HARNESS_FILE "harness.csv"

/* Measures the tasks of the plan (some 10 ms each, several times), or resumes that. As in report/experiment.h. */
int pvq_harness_run(const struct pvq_session *);

/* Fills in harness_ns of the summary's works. Where the file lacks a work, it stays NAN. */
int pvq_harness_read(void **data, const struct pvq_folder *);
void pvq_harness_release(void *data);
int pvq_harness_annotate(const void *data, struct pvq_summary *);

#endif
