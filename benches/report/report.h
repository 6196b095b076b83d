/* report.h: makes a run's report from its folder. Everything comes from raw.csv; the manifest, if there is one, adds
 * facts that rows do not hold.
 */
#ifndef PVQ_REPORT_H
#define PVQ_REPORT_H

#include <stdio.h>

struct pvq_registry;

/* Writes DIR/summary.csv, report.md, report.html, plots/, summary.md, and the formats of export.h. Adds the run's peers
 * to the registry. 0, or -errno with one line on stderr. -EBADMSG: rows of raw.csv are damaged (the report is made from
 * the others), or it is not a raw.csv of pvq (nothing is written). Without gnuplot the report has no
 * pictures, and a line on stderr says so. */
int pvq_report_make(struct pvq_registry *, const char *dir);

/* Prints a table of at most 80 columns: the fastest strategy per task and core count. 0, or -errno with one line on
 * stderr. */
int pvq_report_print_short(struct pvq_registry *, FILE *f, const char *dir);

#endif
