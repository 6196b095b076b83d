/* calibrate.h: finds a strategy's prices from measured cells.
 *
 * Each price begins as the machine's price list has it, or as a guess with a wide spread (prior.h). The prices that are taken are the most probable ones, given the guesses
 * and the cells (least squares of the logarithms' errors; cminpack). What the cells do not determine stays as uncertain as the
 * guess: predictions are repeated with prices drawn from what is left open (Laplace's approximation), and their range is the
 * interval. So it widens by itself where the job is unlike the cells. Deterministic: the draws have a fixed seed.
 */
#ifndef PVQ_CALIBRATE_H
#define PVQ_CALIBRATE_H

#include "model/cells.h"
#include "model/prior.h"

enum { PVQ_MODEL_DRAWS = 200 };

struct pvq_model_strategy {
	const struct pvq_impl *impl; /* borrowed from the registry */
	struct pvq_model_kind kind;
	double price[PVQ_PRICES];
	double draw[PVQ_MODEL_DRAWS][PVQ_PRICES];
	double map_scatter, edge_scatter; /* of what the formula does not explain, as logarithms */
	unsigned cores;                   /* the most of any such cell */
	size_t cells;                     /* that it was calibrated on; 0: all prices come from the list */
};

/* What the cells cover together. */
struct pvq_model_range {
	unsigned cores;           /* the most */
	double least_ns, most_ns; /* items' serial times */
	double bytes;             /* the most, in and out */
	double handover_ns;       /* median over the cells on several cores; 0: unknown */
};

/* What the prices rest on. */
enum pvq_grade {
	PVQ_GRADE_CALIBRATED, /* on measured cells of each strategy */
	PVQ_GRADE_PRICES,     /* on the price list alone */
};

/* Owned; freed with pvq_model_free(). */
struct pvq_model {
	enum pvq_grade grade;
	const struct pvq_prices *list; /* borrowed; NULL: none */
	struct pvq_model_strategy
		*of; /* in the order of the registry; serial and every calibrated strategy */
	size_t count;
	struct pvq_model_range range;
};

/* Calibrates every strategy that has such cells. list: NULL: none. 0; -ENODATA: no strategy has; -ENOMEM. */
int pvq_model_calibrate(struct pvq_model *, const struct pvq_registry *, const struct pvq_model_cells *,
	const struct pvq_prices *list);
/* Takes the prices of every strategy of this program from the list alone. Peers have none: the list does not hold their parts.
 * 0 or -ENOMEM. */
int pvq_model_from_prices(struct pvq_model *, const struct pvq_registry *, const struct pvq_prices *list);
void pvq_model_free(struct pvq_model *);

/* A prediction with its 90 % intervals. */
struct pvq_model_prediction {
	struct pvq_model_time time;
	double map_lo, map_hi, edge_lo, edge_hi, total_lo, total_hi;
	int error; /* -ENOMEM: there was no memory to simulate the map, and the figures must not be used; else 0 */
};
struct pvq_model_prediction pvq_model_predict(
	const struct pvq_model_strategy *, const struct pvq_model_job *, const struct pvq_model_setting *);

/* How uncertain the predicted map time is: about the standard deviation of its logarithm. Much quicker, for maps of many
 * predictions. */
double pvq_model_map_spread(
	const struct pvq_model_strategy *, const struct pvq_model_job *, const struct pvq_model_setting *);

#endif
