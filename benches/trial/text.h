/* text.h: formats figures and names for readers, and escapes them as each kind of file needs. */
#ifndef PVQ_TEXT_H
#define PVQ_TEXT_H

#include "trial/row.h"

#include <stdio.h>

enum { PVQ_TEXT_MAX = 48, PVQ_LABEL_MAX = 160 };

/* A short text by value, for use within one expression: printf("%s", pvq_text_ns(t).s). */
struct pvq_text {
	char s[PVQ_TEXT_MAX];
};

/* Three significant digits, without an exponent if possible: "1.23 ms", "0.987", "1240". */
struct pvq_text pvq_text_ns(double ns);
struct pvq_text pvq_text_tic(double ns); /* for an axis: "1 ms", without trailing zeros */
struct pvq_text pvq_text_number(double x);
struct pvq_text pvq_text_percent(double share);

/* "12.3 ms (11.9–12.8)": a median with its interval, both in the median's unit; lo NAN: no interval. */
struct pvq_text pvq_text_ns_interval(double ns, double lo, double hi);

/* "1.85 (1.80–1.91)": the same for a ratio. */
struct pvq_text pvq_text_ratio_interval(double x, double lo, double hi);

/* Writes "spin:ns=1000": the task as on the command line, without arguments that only calibrate, and with long paths
 * cut to their ends. */
void pvq_text_task(char label[PVQ_LABEL_MAX], const char *task, const char *args);

/* Writes "64 KiB in, 64 KiB out": an item of the task in plain words (task.h); as pvq_text_task() where there are none. */
void pvq_text_plain(char label[PVQ_LABEL_MAX], const char *task, const char *args);

/* Writes text into Markdown, with all markup escaped; control bytes become spaces. */
void pvq_text_md(FILE *, const char *text);

/* Copies text for use in a file name: letters, digits, '-', '_' and '.' stay, others become '-'. */
void pvq_text_slug(char *slug, size_t cap, const char *text);

#endif
