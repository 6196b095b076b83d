/* check.h: how far predictions were off, on cells that had no part in the calibration. */
#ifndef PVQ_MODEL_CHECK_H
#define PVQ_MODEL_CHECK_H

#include "model/calibrate.h"

/* A cell, and what the model says of it. */
struct pvq_model_miss {
	const struct pvq_model_cell *cell; /* borrowed */
	struct pvq_model_prediction predicted;
	double error; /* predicted / measured map time - 1 */
};

/* |error| over some cells. NAN where there are none. */
struct pvq_model_accuracy {
	size_t cells, inside; /* inside: cells whose measured time lies in the interval */
	double median, most;  /* most: 90th percentile */
};

/* Owned; freed with pvq_model_check_free(). */
struct pvq_model_check {
	struct pvq_model_miss *miss; /* every held-out cell, the worst first */
	size_t count, calibrated;    /* calibrated: cells that the prices come from */
	/* heavy: cells in which overhead takes more than a tenth of the cores' time, by the measured map time. */
	struct pvq_model_accuracy map, heavy, edge;
	/* METG(50%) (stats/metg.h) of every strategy and state of the machine that has a ramp of lengths with an interval: the
	 * predicted ramp's beside the measured one's. inside: in the measured interval. */
	struct pvq_model_accuracy metg;
	/* Groups (a work on a number of cores and workers) with held-out cells of two strategies or more: in how many the
	 * strategy that the model puts first is within 5 % of the fastest by median, and the farthest it is behind. */
	size_t groups, good;
	double behind;
};

/* A missed cell is one whose error is larger. */
#define PVQ_MODEL_MISSED 0.2

/* What the formula leaves out that such a cell depends on, in words. */
const char *pvq_model_left_out(const struct pvq_model_cell *);

/* 0 or -ENOMEM. */
int pvq_model_check(struct pvq_model_check *, const struct pvq_model *, const struct pvq_model_cells *);
void pvq_model_check_free(struct pvq_model_check *);

#endif
