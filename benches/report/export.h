/* export.h: a run in the formats that other people's tools read: Google Benchmark's JSON, and Bencher's (BMF).
 *
 * Times are nanoseconds per item, since every run chooses its numbers of items anew; cells are called as in
 * cellname.h. A cell without a good trial is left out, since what reads these files takes an entry for a time.
 */
#ifndef PVQ_EXPORT_H
#define PVQ_EXPORT_H

#include "base/rundir.h"
#include "results/summary.h"

#include <jansson.h>

/* Writes DIR/benchmark.json and DIR/bmf.json. 0, or -errno with one line on stderr. */
int pvq_export_write(const char *dir, const struct pvq_summary *, const struct pvq_manifest *);

/* What the two hold, one file a format. The caller's; NULL: no memory. */
json_t *pvq_export_google(const struct pvq_summary *, const struct pvq_manifest *);
json_t *pvq_export_bencher(const struct pvq_summary *);

#endif
