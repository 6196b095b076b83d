/* cells.h: measured cells as the model sees them: a job, a setting, and the times. */
#ifndef PVQ_MODEL_CELLS_H
#define PVQ_MODEL_CELLS_H

#include "model/model.h"
#include "results/summary.h"
#include "trial/observed.h"
#include "trial/spec.h"

struct pvq_model_cell {
	const struct pvq_cell *cell; /* borrowed from a summary below */
	const struct pvq_work *work;
	struct pvq_model_job job;
	struct pvq_model_setting at;
	double map_ns, edge_ns; /* medians */
	double width;           /* half the interval of the map time, as a share of it; INFINITY: none */
	int calibrates;
};

/* Jobs of many lengths and payloads, which were measured to judge the model. */
#define PVQ_GRID_FILE "grid.csv"

enum { PVQ_MODEL_SWEPT = 2, PVQ_MODEL_SUMMARIES = (1 + PVQ_MODEL_SWEPT) * PVQ_LEVELS_MAX };

/* Owned; freed with pvq_model_cells_free(). Rows that were added must outlive it. */
struct pvq_model_cells {
	struct pvq_model_cell *cell;
	size_t count;
	struct pvq_model_items **items; /* owned: of works whose items are known one by one */
	size_t works;
	struct pvq_summary at[PVQ_MODEL_SUMMARIES]; /* of the rows, at each level of the machine's state */
	size_t summaries;
	struct pvq_rows swept[PVQ_MODEL_SWEPT]; /* of a run's other files */
};

/* Adds the cells of those rows that have a serial one beside them. Where the machine had several states, a cell is there once
 * for each, with the hand-over of that state; cells without one are there once. Of three blocks and more, cells with fewer
 * than three good trials are left out. Cells of the tasks made for that (noop, spin, echo, job) calibrate, with a worker a
 * core, on at most so many cores; 0: none does. 0 or -ENOMEM. */
int pvq_model_cells_add(struct pvq_model_cells *, const struct pvq_registry *, const struct pvq_rows *,
	unsigned calibrate_cores);
/* Adds the cells of the granularity chapter (grain.csv) and of the grid, as far as the folder holds them and they can be read.
 * None calibrates. What is wrong with a file is said on stderr, unless told is 1, which means that it has been said of grain.csv already. Call it once at most. 0 or
 * -ENOMEM. */
int pvq_model_cells_swept(struct pvq_model_cells *, const struct pvq_registry *, const char *dir, int told);
/* Tells the cells of uneven tasks how long their items are, as a pilot would: one by one from the timeline of a serial trial, where
 * the run's folder has one; else only the longest, from its observed trials, where that is more than three times the mean.
 * Not of plain tasks: what was observed of those beyond their work is interference. 0 or -ENOMEM. */
int pvq_model_cells_observed(struct pvq_model_cells *, const struct pvq_observations *, const char *dir);

/* Makes items from a timeline; NULL: out of memory. */
struct pvq_model_items *pvq_model_items_of(const struct pvq_moment *, size_t n);

void pvq_model_cells_free(struct pvq_model_cells *);

/* Whether an item's work is known exactly: of the tasks that calibrate. */
int pvq_model_is_plain(const char *task);

/* An item's computing and waiting, from a serial trial. Where the trial slept for its items, they wait whenever they do not
 * compute. Where it did not, CPU time and wall time differ only by what others used of the CPU, and CPU time counts. */
void pvq_model_row_times(const struct pvq_row *, double *compute_ns, double *wait_ns);

/* The share of the trial's CPUs' time that interference took; NAN: unknown. */
double pvq_model_row_lost(const struct pvq_row *);

/* Reads bytes and tail from a task's arguments, as far as it has any. 1; 0: they do not say how many bytes: a word each way is
 * assumed. */
int pvq_model_job_args(struct pvq_model_job *, const struct pvq_spec *);

#endif
