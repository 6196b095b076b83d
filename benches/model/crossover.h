/* crossover.h: which strategy is predicted to win, over all items' times and payloads. Pure functions, like model.h. */
#ifndef PVQ_MODEL_CROSSOVER_H
#define PVQ_MODEL_CROSSOVER_H

#include "model/advise.h"

/* From 10 ns to 100 ms in quarters of a decade, and from 8 B to 1 MiB, each way, in doublings. */
enum { PVQ_CROSSOVER_TIMES = 29, PVQ_CROSSOVER_SIZES = 18 };

struct pvq_crossover_point {
	const struct pvq_model_strategy *first; /* with the least map time; borrowed from the model */
	/* A tie: the next one, if the first is faster with a probability below 90 %; else NULL. */
	const struct pvq_model_strategy *rival;
	double margin; /* by how much the next one takes longer, as a share; INFINITY: there is none */
};

struct pvq_crossover {
	unsigned cores;
	struct pvq_crossover_point at[PVQ_CROSSOVER_TIMES][PVQ_CROSSOVER_SIZES];
};

double pvq_crossover_ns(double time);    /* of a step, or between two */
double pvq_crossover_bytes(double size); /* likewise */

/* Fills in the map for so many cores, with a worker for each. The jobs are long: a second of serial work at least, and 100
 * items a core. Map time decides, with the workers waiting. */
void pvq_crossover_make(struct pvq_crossover *, const struct pvq_model *, unsigned cores);

#endif
