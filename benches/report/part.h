/* part.h: the frame's own chapters, and what all chapters are made from. Chapters of an experiment are in its folder
 * (report/experiment.h); one of the frame's is a function here and a line in report.c's table.
 */
#ifndef PVQ_REPORT_PART_H
#define PVQ_REPORT_PART_H

#include "base/rundir.h"
#include "draw/figures.h"
#include "results/contest.h"
#include "results/traits.h"
#include "trial/observed.h"

/* All borrowed. Chapters write Markdown to md, whose errors are checked at the end by its owner. */
struct pvq_report {
	FILE *md;
	const char *dir;
	const struct pvq_rows *rows; /* none where the folder holds no sweep */
	const struct pvq_manifest *manifest;
	const struct pvq_summary *summary;
	const struct pvq_plots *plots;
	const struct pvq_observations *observed; /* none where nothing was observed */
	const struct pvq_traits *traits;         /* what experiments know of strategies */
};

/* Each writes one chapter, or nothing where the run has nothing for it. 0 or -ENOMEM. */
int pvq_chapter_title(const struct pvq_report *);
int pvq_chapter_answer(const struct pvq_report *);
int pvq_chapter_time(const struct pvq_report *);
int pvq_chapter_speedup(const struct pvq_report *);
int pvq_chapter_scaling(const struct pvq_report *);
int pvq_chapter_over(const struct pvq_report *);
int pvq_chapter_trust(const struct pvq_report *);
int pvq_chapter_failed(const struct pvq_report *);
int pvq_chapter_method(const struct pvq_report *);
int pvq_chapter_machine(const struct pvq_report *);

/* Parts of the chapter of trust. 0 or -ENOMEM. */
int pvq_trust_disturbed(const struct pvq_report *);
int pvq_trust_outliers(const struct pvq_report *);

/* The first page's advice, parts of the answer: which tasks to run in parallel; how small they may be; with how many
 * workers. 0 or -ENOMEM. */
void pvq_advice_grain(const struct pvq_report *);
int pvq_advice_headline(const struct pvq_report *);
int pvq_advice_workers(const struct pvq_report *);

/* "1.31 µs (1.24–1.38)", "at most 90 ns", "more than 20 µs". */
void pvq_report_metg(const struct pvq_report *, const struct pvq_trait *);

/* The answer's table at the largest core count: a line for each of the first `most` tasks. 0 or -ENOMEM. */
int pvq_answer_table(const struct pvq_report *, enum pvq_metric, size_t most);

/* Writes DIR/summary.md, the answer in at most some 40 lines, for a step of a CI job. 0, or -errno with one line
 * on stderr. */
int pvq_brief_write(const struct pvq_report *);

/* Writes a picture (pvq_figure_name()) into the report where it was drawn. Returns whether it was. */
int pvq_report_figure(const struct pvq_report *, const char *kind, const struct pvq_work *, unsigned cores,
	const char *alt);

/* Whether a core count of a work has anything to compare: serial alone at 1 core, where the others
 * were measured at more, has not. */
int pvq_contest_is_shown(const struct pvq_contest *, const struct pvq_work *);

#endif
