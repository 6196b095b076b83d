/* cell.h: cells, works and series, the parts of a summary, and queries on them.
 *
 * A cell holds all trials of one setting: (task, args, n, strategy, workers, cores, chunk, window). A work is
 * (task, args, n): the same items for every strategy. Only good rows enter a figure. The others are counted, and
 * shown with their reasons.
 */
#ifndef PVQ_CELL_H
#define PVQ_CELL_H

#include "results/state.h"
#include "stats/stats.h"
#include "trial/registry.h"
#include "trial/row.h"
#include "trial/text.h"

/* A figure of a row. */
enum pvq_metric {
	PVQ_START_NS,
	PVQ_FIRST_NS,
	PVQ_MAP_NS, /* warm: the workers have started already */
	PVQ_STOP_NS,
	PVQ_TOTAL_NS, /* cold: start + map + stop */
	PVQ_CPU_NS,   /* user + system, of the trial and its children */
	PVQ_RSS_KB,
	PVQ_SWITCHES, /* voluntary and involuntary context switches */
	PVQ_METRICS,
};

enum { PVQ_STATUSES = PVQ_UNAVAILABLE + 1 };

/* A cell's twin (twin.h), measured in the same blocks: the same strategy under another name, or one slowed down on
 * purpose. Twins enter no contest and no picture. */
struct pvq_twin {
	const struct pvq_cell *cell, *of; /* the twin, and the cell that it repeats */
	unsigned percent;                 /* how much slower it was made; 0: not at all (A/A) */
};

struct pvq_cell {
	const struct pvq_row *key;  /* a row of the cell, which names it; borrowed */
	const struct pvq_row **row; /* all of its rows, by block; the good ones are the first `ok` */
	size_t rows, ok, status[PVQ_STATUSES];
	/* Good rows that follow these, and enter no figure: they ran at another level (state.h). status[PVQ_OK] counts
	 * both. */
	size_t aside;
	/* Index into pvq_summary.series. series_count or more: no row of the series is in a figure. */
	size_t series;
	int baseline; /* serial: one worker on one core, a candidate at every core count */
	int harness;  /* measures the driver, not a strategy: never a candidate */
	struct pvq_estimate metric[PVQ_METRICS]; /* of the good rows in which the figure is known */
	struct pvq_estimate
		level_ns[PVQ_LEVELS_MAX]; /* map time at each level; n is 0 where none ran at it */
};

/* The settings in which cells of one strategy may differ, on the same work and the same cores. */
enum { PVQ_VARIES_WORKERS = 1 << 0, PVQ_VARIES_CHUNK = 1 << 1, PVQ_VARIES_WINDOW = 1 << 2 };

/* One line in a plot: a strategy, or one setting of it where several were measured side by side. */
struct pvq_series {
	char name[PVQ_NAME_MAX + 48];
	const char *impl; /* borrowed from a row */
	unsigned variant; /* 0 for the first series of a strategy */
	unsigned varies;  /* PVQ_VARIES_…, over all cells of the strategy */
};

/* The trials of a work in one block. Where the interference of one of them is unknown, that of the block is: lost_ns is
 * NAN, and the block does not count as disturbed. Otherwise it does where interference took at least 5 % of its CPUs'
 * time and at least 60 ms: the kernel counts in ticks of 10 ms, which cannot tell less than that from nothing. */
struct pvq_turn {
	unsigned block;
	double cpu_ns, lost_ns; /* CPU time available; the part of it lost to interference */
	int disturbed;
};

/* Cells cell[first] .. cell[first + cells - 1] of the summary. */
struct pvq_work {
	const struct pvq_row *key;
	char label[PVQ_LABEL_MAX]; /* "spin:ns=1000" */
	char slug[PVQ_LABEL_MAX];  /* the same for file names; unique in the summary */
	size_t first, cells;
	const struct pvq_cell *base; /* best serial; NULL where it was not measured or failed */
	unsigned *cores;             /* distinct core counts of its good cells, ascending */
	size_t core_counts;
	/* Interference by block: the stolen and foreign share of its CPUs' time, and whether that disturbed it. */
	struct pvq_turn *turn; /* one per block in which it was measured, ascending */
	size_t turns, disturbed,
		unknown;   /* how many; how many of them disturbed; of how many that is unknown */
	double harness_ns; /* the harness's part of map(), per item (harness.h); NAN: unknown */
};

/* Owned; freed with pvq_summary_free(). The rows must outlive it. */
struct pvq_summary {
	const struct pvq_registry *registry; /* borrowed: gives order and names to strategies */
	struct pvq_states states;            /* which rows are compared with each other */
	const struct pvq_row **row;          /* every row, sorted so that a cell's stand together */
	struct pvq_cell *cell;               /* by work, then cores, workers, strategy */
	size_t cells;
	struct pvq_cell *twin_cell; /* the same for the twins' rows */
	struct pvq_twin *twin;      /* those whose original was measured too */
	size_t twin_cells, twins;
	struct pvq_work *work; /* by task as in the registry, then args and n */
	size_t works;
	struct pvq_series *series; /* serial first, then as in the registry, then by name */
	size_t series_count;
	unsigned max_cores; /* largest core count with a good cell; 0: no good row */
	unsigned blocks;    /* distinct blocks in the rows */
};

/* The CPU time that interference took from the trial; NAN: unknown. */
double pvq_row_lost(const struct pvq_row *);

/* Whether a row of the work comes from a disturbed block. */
int pvq_row_disturbed(const struct pvq_work *, const struct pvq_row *);

/* NAN: unknown. */
double pvq_row_metric(const struct pvq_row *, enum pvq_metric);

/* The trials of the cell that are not good. */
size_t pvq_cell_failed(const struct pvq_cell *);

/* Why rows of the cell have that status (not ok): the reason in the first of them that gives one. */
const char *pvq_cell_reason(const struct pvq_cell *, enum pvq_status);

/* An upper bound of the harness's share in the cell's median map time; NAN where it is unknown. Reports mark a cell
 * whose share exceeds PVQ_HARNESS_SHARE. */
#define PVQ_HARNESS_SHARE 0.01
double pvq_harness_share(const struct pvq_work *, const struct pvq_cell *);

/* Whether the cell ran with more workers than cores (and is therefore no candidate). */
int pvq_cell_oversubscribed(const struct pvq_cell *);

/* Whether the cell competes for the work at that core count: a cell of that count, or serial at any count. */
int pvq_cell_candidate(const struct pvq_cell *, unsigned cores);

/* Whether the cell is a candidate at that core count with one worker a core; serial never is. */
int pvq_cell_even(const struct pvq_cell *, unsigned cores);

/* The work with the same items in another summary of the same run; NULL: it has none. */
const struct pvq_work *pvq_summary_same_work(const struct pvq_summary *, const struct pvq_work *);

/* Compares a's metric with b's, in pairs from the same block. */
struct pvq_comparison pvq_cells_compare(
	const struct pvq_cell *a, const struct pvq_cell *b, enum pvq_metric, double alpha);

#endif
