/* cell.h: cells, works and series: what a summary is made of, and the questions that one can ask of them.
 *
 * A cell is everything measured with one setting: (task, args, n, strategy, workers, cores, chunk,
 * window). A work is (task, args, n): what has to be done, by any strategy. Only good rows enter a
 * figure; the others are counted, and shown with their reasons.
 */
#ifndef PVQ_CELL_H
#define PVQ_CELL_H

#include "stats/stats.h"
#include "trial/registry.h"
#include "trial/row.h"
#include "trial/text.h"

/* A figure of a row. */
enum pvq_metric {
	PVQ_START_NS,
	PVQ_FIRST_NS,
	PVQ_MAP_NS, /* warm: the workers exist already */
	PVQ_STOP_NS,
	PVQ_TOTAL_NS, /* cold: start + map + stop */
	PVQ_CPU_NS,   /* user + system, of the trial and its children */
	PVQ_RSS_KB,
	PVQ_SWITCHES, /* voluntary and involuntary context switches */
	PVQ_METRICS,
};

enum { PVQ_STATUSES = PVQ_UNAVAILABLE + 1 };

/* A cell's twin (twin.h), measured in the same blocks: the same strategy under another name, or one that was made
 * slower on purpose. Twins stand in no contest and in no picture. */
struct pvq_twin {
	const struct pvq_cell *cell, *of; /* the twin and the cell that it is one of */
	unsigned percent;                 /* by how much it was made slower; 0: not at all (A/A) */
};

struct pvq_cell {
	const struct pvq_row *key;  /* a row of the cell, which names it; borrowed */
	const struct pvq_row **row; /* all of its rows, by block; the good ones are the first `ok` */
	size_t rows, ok, status[PVQ_STATUSES];
	size_t series; /* index into pvq_summary.series */
	int baseline;  /* serial: one worker on one core, a candidate at every core count */
	int harness;   /* no strategy but a measure of the driver: no candidate at all */
	struct pvq_estimate metric[PVQ_METRICS];
};

/* What may vary between cells of one strategy that stand for the same work on the same cores. */
enum { PVQ_VARIES_WORKERS = 1 << 0, PVQ_VARIES_CHUNK = 1 << 1, PVQ_VARIES_WINDOW = 1 << 2 };

/* One line in a plot: a strategy, or one setting of it where several were measured side by side. */
struct pvq_series {
	char name[PVQ_NAME_MAX + 48];
	const char *impl; /* borrowed from a row */
	unsigned variant; /* 0 for the first series of a strategy */
	unsigned varies;  /* PVQ_VARIES_…, over all cells of the strategy */
};

/* The trials of a work in one block. It counts as disturbed where others took at least 5 % of its CPUs' time and
 * at least 60 ms: less than that the kernel's ticks of 10 ms cannot tell from nothing. */
struct pvq_turn {
	unsigned block;
	double cpu_ns, lost_ns; /* CPU time that there was, and how much of it others had */
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
	/* Interference, by block: the share of its CPUs' time that was stolen or used by foreign
	 * processes, and whether that disturbed it. */
	struct pvq_turn *turn;   /* one a block in which it was measured, ascending */
	size_t turns, disturbed; /* how many; of these, disturbed ones */
	double harness_ns;       /* what the harness takes of map() for an item (harness.h); NAN: unknown */
};

/* Owned; freed with pvq_summary_free(). The rows must outlive it. */
struct pvq_summary {
	const struct pvq_registry *registry; /* borrowed: gives order and names to strategies */
	const struct pvq_row **row;          /* every row, sorted so that a cell's stand together */
	struct pvq_cell *cell;               /* by work, then cores, workers, strategy */
	size_t cells;
	struct pvq_cell *twin_cell; /* the same for the twins' rows */
	struct pvq_twin *twin;      /* those whose other half was measured too */
	size_t twin_cells, twins;
	struct pvq_work *work; /* by task as in the registry, then args and n */
	size_t works;
	struct pvq_series *series; /* serial first, then as in the registry, then by name */
	size_t series_count;
	unsigned max_cores; /* largest core count with a good cell; 0: no good row */
	unsigned blocks;    /* distinct blocks that rows carry */
};

/* Whether a row of the work stems from a disturbed block. */
int pvq_row_disturbed(const struct pvq_work *, const struct pvq_row *);

double pvq_row_metric(const struct pvq_row *, enum pvq_metric);

/* Why rows of the cell have that status (not ok), from the first of them that says it. */
const char *pvq_cell_reason(const struct pvq_cell *, enum pvq_status);

/* The harness's share in the cell's median map time, from above; NAN where it is not known. A cell of which it has more
 * than PVQ_HARNESS_SHARE is marked. */
#define PVQ_HARNESS_SHARE 0.01
double pvq_harness_share(const struct pvq_work *, const struct pvq_cell *);

/* Whether the cell ran with more workers than cores (and is therefore no candidate). */
int pvq_cell_oversubscribed(const struct pvq_cell *);

/* Whether the cell competes for the work at that core count: its own, or serial at any. */
int pvq_cell_candidate(const struct pvq_cell *, unsigned cores);

/* Whether the cell is a candidate at that core count with just as many workers, serial not. */
int pvq_cell_even(const struct pvq_cell *, unsigned cores);

/* a's metric against b's, by pairs of the same block. */
struct pvq_comparison pvq_cells_compare(
	const struct pvq_cell *a, const struct pvq_cell *b, enum pvq_metric, double alpha);

#endif
