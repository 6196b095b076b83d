/* selftest.h: can the measurement be trusted? It must not report differences that do not exist, it must find injected
 * ones, and a second run must not contradict the first.
 *
 * - Twins (twin.h): each task has one strategy and copies of it: one unchanged (A/A) and, for tasks with items of at
 *   least 1 ms, others made 1, 2, 5 and 10 % slower. Many blocks of these are cut into experiments. Each takes as many
 *   blocks as the default profile would (sweep.h: looks, precision), and the next one starts where it ended.
 *   An A/A experiment is judged at the 5 % level, an injected slow-down at the stricter level of a report that compares
 *   five strategies, so that each test is at least as strict as the report.
 * - Runs: the same profile twice, one after the other, each with new pilots. In every pair of strategies between which
 *   the first run finds a difference, the second run must find the same order (Kendall's tau over these pairs: agreeing
 *   minus disagreeing, over all), and must not reach the opposite verdict.
 * - Two or three states: a simulated machine whose CPUs change their distance (twostate.h). On rows
 *   whose truth is known, figures, comparisons and verdicts must keep what they promise.
 */
#ifndef PVQ_SELFTEST_H
#define PVQ_SELFTEST_H

#include "experiments/selftest/twostate.h"
#include "report/experiment.h"

enum { PVQ_SELFTEST_SLOWER = 4 }; /* how many slow-downs are injected */
extern const unsigned pvq_selftest_percent[PVQ_SELFTEST_SLOWER];

/* How often each verdict was given; indexed by enum pvq_verdict. */
struct pvq_tally {
	size_t verdict[PVQ_EQUIVALENT + 1], experiments;
};

struct pvq_selftest_task {
	char label[PVQ_LABEL_MAX], impl[PVQ_NAME_MAX];
	double blocks; /* of an experiment, on average */
	struct pvq_tally same, slower[PVQ_SELFTEST_SLOWER];
};

struct pvq_selftest {
	/* From selftest-twins.csv; owned. */
	struct pvq_selftest_task *task;
	size_t tasks;
	struct pvq_tally same, slower[PVQ_SELFTEST_SLOWER]; /* over all tasks */
	/* From selftest-run1.csv and selftest-run2.csv. */
	int runs; /* both were measured */
	size_t clear, agree,
		contradicted; /* pairs that differ in the first; in the same order in the second; opposed */
	size_t equal, unequal; /* pairs equivalent in the first; of these, different in the second */
	size_t clear_tasks, same_winner; /* contests with a fastest strategy in both; with the same one */
	struct pvq_twostate twostate, threestate;
};

/* The limits to pass. */
#define PVQ_SELFTEST_FALSE_MOST 0.05 /* share of A/A experiments called different */
#define PVQ_SELFTEST_FOUND_LEAST 0.9 /* share of 5 % slow-downs called slower */
#define PVQ_SELFTEST_TAU_LEAST 0.95

/* Blocks of twins that give the shares precisely enough; they take five minutes. */
enum { PVQ_SELFTEST_BLOCKS = 220 };

/* Pairs of runs on each such machine; they take two seconds. */
enum { PVQ_SELFTEST_PAIRS = 150 };

struct pvq_selftest_wish {
	const struct pvq_registry *registry;
	unsigned blocks;     /* of the twins; 0: none */
	const char *profile; /* of the two runs; NULL: none */
	uint64_t seed;
};

/* Measures what dir does not have yet. 0; -EINTR; -errno with one line on stderr. */
int pvq_selftest_run(const struct pvq_selftest_wish *, const struct pvq_host *, const char *dir);

/* Judges the results in dir. 0; -ENOENT: there are none; -errno with one line on stderr. Freed with
 * pvq_selftest_free(). */
int pvq_selftest_read(struct pvq_selftest *, const struct pvq_registry *, const char *dir);
void pvq_selftest_free(struct pvq_selftest *);

/* Judge rows: of twins by the rule of the default profile; of two runs. 0 or -ENOMEM. */
int pvq_selftest_judge_twins(struct pvq_selftest *, const struct pvq_registry *, const struct pvq_rows *);
int pvq_selftest_judge_runs(struct pvq_selftest *, const struct pvq_registry *,
	const struct pvq_rows *first, const struct pvq_rows *second);

/* The agreement of the two runs, -1 to 1; NAN if the first finds no difference. */
double pvq_selftest_tau(const struct pvq_selftest *);

/* Writes text and tables, as Markdown. */
void pvq_selftest_write(FILE *, const struct pvq_selftest *);

/* Whether anything was measured, and all of it and what was simulated keeps the limits. */
int pvq_selftest_passed(const struct pvq_selftest *);

/* The hook; its data is a struct pvq_selftest. */
int pvq_selftest_chapter(const struct pvq_report *, const void *data);

#endif
