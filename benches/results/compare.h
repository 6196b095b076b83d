/* compare.h: compares two sides, before and after, cell by cell; each side has one or more runs.
 *
 * Cells are matched by their names (cellname.h). A cell is judged only where both sides did the same work: the same
 * number of the same items. Other items, or a calibration that came out differently, are other work: the cell is shown,
 * but not judged. (`pvq bench --like DIR` measures the work of DIR again.)
 *
 * Where a task's items are alike, their numbers may differ, and times per item are compared, unless what a map costs
 * however many items it has can move the ratio by more than 1 %. This fixed cost is taken as twice the median time to
 * the first result (the workers are idle at the end of a map as at its beginning), the larger of both sides; with the
 * metric total, start and stop count too. Its part of the time per item is fixed / time, where n is smaller; the other
 * side has n_smaller / n_larger of it, so the ratio moves by fixed / time x (1 - n_smaller / n_larger). Each worker must
 * have 100 items at least, too, for the last round, in which only some have one. Otherwise, and where the time to the
 * first result is unknown, the cell is not comparable: shown, without a ratio, and not judged.
 *
 * The CPUs of a machine may be near each other at some times and far at others (state.h). Runs of one host are compared
 * within a level of the hand-over: one that all runs met, with centres within a factor of 1.25 of each other. If they
 * met several, it is the one at which the fewest trials of a run are most. The choice looks at no time. If they have no
 * level in common, the cell is shown, with each run's own figures, and not judged. Where the hosts differ, or the
 * hand-over is unknown in some run, as on one core, each run's own figures are compared.
 *
 * Trials from disturbed blocks (cell.h) do not count, unless most blocks of the run are disturbed.
 *
 * One run a side: Mann and Whitney's test on the trials, and a bootstrap interval of the ratio of medians (unpaired.h).
 * The verdict is slower or faster where both agree and Holm's step-down over the table (S. Holm, A Simple Sequentially
 * Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6, 1979) leaves p at or below 5 %. This covers
 * noise within runs. Two runs say nothing about noise from run to run. Therefore a cell is not judged if most of its
 * blocks were disturbed in one of them.
 *
 * Several runs a side: each run gives one value, its median, to relabel.h, which assumes nothing about how runs differ.
 *
 * Either way, at most 5 % of comparisons of two equal sides call anything slower. With one run a side this holds only
 * on a machine that did not change in between.
 */
#ifndef PVQ_COMPARE_H
#define PVQ_COMPARE_H

#include "results/cellname.h"
#include "results/run.h"

struct pvq_side {
	const struct pvq_run *run;
	size_t runs; /* 1, or PVQ_RELABEL_LEAST to PVQ_RELABEL_MOST */
};

/* Whether a cell that both sides have can be judged, and if not, why. */
enum pvq_basis {
	PVQ_JUDGED,
	PVQ_OTHER_WORK,     /* shown, not judged: the sides did different work */
	PVQ_NOT_COMPARABLE, /* shown, not judged: unlike numbers of items, and a fixed cost that matters */
	PVQ_MOSTLY_NOISE,   /* shown, not judged: most blocks of a run were disturbed */
	PVQ_OTHER_DISTANCE, /* shown, not judged: no level of the hand-over that all runs met */
	PVQ_TOO_FEW_BLOCKS, /* shown, not judged: no interval exists */
	PVQ_BROKEN,         /* ran before, and fails now */
	PVQ_FAILED_BEFORE,  /* nothing to compare with */
};

struct pvq_compared {
	char name[PVQ_CELLNAME_MAX];
	const struct pvq_work *work; /* in the first run of the before side; borrowed */
	const struct pvq_cell *cell;
	const struct pvq_work *work_after; /* in the first run of the after side; borrowed */
	const struct pvq_cell *cell_after;
	enum pvq_basis basis;
	int per_item;               /* the numbers of items differ, so all times are per item */
	double before_ns, after_ns; /* medians; NAN where there is none */
	double ratio, lo, hi;       /* after / before, and its interval; NAN where there is none */
	double p;                   /* adjusted for the number of cells; NAN where not judged */
	enum pvq_verdict verdict;   /* of the after side; inconclusive where not judged */
	const char *reason;         /* of a broken cell; borrowed */
	const char *level; /* "near", …: the level compared, where a run met several; otherwise "" */
	uint64_t unlike_n
		[2]; /* of a cell that is not comparable: n in the first run, and in the one that differs */
	size_t failed_before, trials_before, failed_after, trials_after;
};

/* A cell that a run lacks. */
struct pvq_unmatched {
	char name[PVQ_CELLNAME_MAX];
	const char *dir; /* of the run; borrowed */
};

/* Owned; freed with pvq_compare_free(). The runs must outlive it. */
struct pvq_comparison_table {
	struct pvq_side before, after;
	enum pvq_metric metric;
	struct pvq_compared *cell; /* in the order of the first run of the before side */
	size_t cells, judged;
	size_t expected; /* cells of the before side that have good trials there, with or without their like after */
	size_t bad;                      /* rows that could not be read, of all runs */
	struct pvq_unmatched *unmatched; /* by run */
	size_t unmatched_count;
};

/* 0 or -ENOMEM. */
int pvq_compare_sides(
	struct pvq_comparison_table *, struct pvq_side before, struct pvq_side after, enum pvq_metric);
void pvq_compare_free(struct pvq_comparison_table *);

/* Whether the cell is broken, or became slower by more than that share (0.05: the interval lies above 1.05). */
int pvq_compared_fails(const struct pvq_compared *, double above);

/* Whether the verdicts of the table speak for the whole: at least half of the expected cells were judged, some at
 * least, and every row could be read. */
int pvq_compare_is_sound(const struct pvq_comparison_table *);

/* "slower", "inconclusive", "broken", … */
const char *pvq_compared_words(const struct pvq_compared *);

#endif
