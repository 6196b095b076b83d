/* part.h: the frame's own chapters, and the input of all chapters. An experiment's chapters are in its folder
 * (report/experiment.h). A chapter of the frame is a function here, with a line in report.c's table.
 */
#ifndef PVQ_REPORT_PART_H
#define PVQ_REPORT_PART_H

#include "base/rundir.h"
#include "draw/figures.h"
#include "results/contest.h"
#include "results/traits.h"
#include "trial/observed.h"

/* The input of a chapter; all borrowed. Chapters write Markdown to md. Its owner checks it for errors at the end. The page
 * (report.html) folds what follows a heading of the fourth level, up to the next heading: details that the chapter's first
 * readers do not ask for. */
struct pvq_report {
	FILE *md;
	const char *dir;
	const struct pvq_rows *rows; /* none if the folder holds no sweep */
	size_t unread;               /* rows of the other files that could not be read */
	const struct pvq_manifest *manifest;
	const struct pvq_summary *summary;
	/* The same rows, summarised at each level of the machine's state alone (results/state.h); none if there is one
	 * level only. */
	const struct pvq_summary *levels;
	size_t level_count;
	const struct pvq_plots *plots;
	const struct pvq_observations *observed; /* none if nothing was observed */
	const struct pvq_traits *traits;         /* the experiments' findings about strategies */
	/* What to take (report/verdict.h); made once, since it resamples all cells. NULL: there is no good row. */
	const struct pvq_verdict_of_run *verdict;
};

/* Each writes one chapter, or nothing if the run has nothing for it. 0 or -ENOMEM. */
int pvq_chapter_title(const struct pvq_report *);
int pvq_chapter_verdict(const struct pvq_report *);
int pvq_chapter_answer(const struct pvq_report *);
int pvq_chapter_scaling(const struct pvq_report *);
int pvq_chapter_workers(const struct pvq_report *);
int pvq_chapter_trust(const struct pvq_report *);
int pvq_chapter_failed(const struct pvq_report *);
int pvq_chapter_method(const struct pvq_report *);
int pvq_chapter_machine(const struct pvq_report *);

/* The verdict on each fact about the machine, the worst first; nothing without a manifest. */
void pvq_machine_verdicts(const struct pvq_report *);

/* The state of the machine: a sentence for the head of the answer; the verdict in each state; which states there were,
 * for the chapter on trust. Nothing where there was one state. */
void pvq_levels_headline(const struct pvq_report *);
int pvq_answer_levels(const struct pvq_report *);
void pvq_trust_states(const struct pvq_report *);

/* The name of the level that a work's figures are from, if there are several; else "". */
const char *pvq_levels_of_work(const struct pvq_summary *, const struct pvq_work *, unsigned cores);
/* The name of the level that most groups met; "" if there is one level. */
const char *pvq_levels_usual(const struct pvq_summary *, unsigned cores);

/* Parts of the chapter on trust: interference in a line; the tasks with and without disturbed blocks; outliers. 0 or
 * -ENOMEM. */
void pvq_trust_interference(const struct pvq_report *);
int pvq_trust_disturbed(const struct pvq_report *);
int pvq_trust_outliers(const struct pvq_report *);

/* Which tasks to run in parallel: the head of the chapter task by task. 0 or -ENOMEM. */
int pvq_advice_headline(const struct pvq_report *);

/* Writes "1.31 µs (1.24–1.38)", "at most 90 ns" or "more than 20 µs". */
void pvq_report_metg(const struct pvq_report *, const struct pvq_trait *);

/* Writes the answer's table at the largest core count: a line for each of the first `most` tasks. 0 or -ENOMEM. */
int pvq_answer_table(const struct pvq_report *, enum pvq_metric, size_t most);

/* Writes DIR/summary.md, the answer in some 40 lines at most, for a step of a CI job. 0, or -errno with one line on
 * stderr. */
int pvq_brief_write(const struct pvq_report *);

/* Writes what spoils the run, by the doctor's verdicts on the machine at its start; nothing if nothing does. */
void pvq_report_spoiled(const struct pvq_report *);

/* Writes how many rows could not be read, as a paragraph; nothing if all could. */
void pvq_report_unread(const struct pvq_report *);

/* Puts a picture (pvq_figure_name()) into the report if it was drawn. Returns whether it was. */
int pvq_report_figure(const struct pvq_report *, const char *kind, const struct pvq_work *, unsigned cores,
	const char *alt);

/* Whether a core count of a work has anything to compare. Serial alone at 1 core, with the others measured at more, has
 * not. */
int pvq_contest_is_shown(const struct pvq_contest *, const struct pvq_work *);

#endif
