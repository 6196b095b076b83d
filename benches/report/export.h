/* export.h: writes a run in the formats of other tools: Google Benchmark's JSON, and Bencher's (BMF).
 *
 * Times are nanoseconds per item, since every run chooses its own numbers of items. Cells have the names of cellname.h.
 * A cell without a good trial is left out, since readers of these files would take its entry for a time.
 */
#ifndef PVQ_EXPORT_H
#define PVQ_EXPORT_H

#include "base/rundir.h"
#include "results/summary.h"

#include <jansson.h>

/* Writes DIR/benchmark.json and DIR/bmf.json. 0, or -errno with one line on stderr. */
int pvq_export_write(const char *dir, const struct pvq_summary *, const struct pvq_manifest *);

/* The contents of the two files. The caller owns them; NULL: out of memory. */
json_t *pvq_export_google(const struct pvq_summary *, const struct pvq_manifest *);
json_t *pvq_export_bencher(const struct pvq_summary *);

#endif
