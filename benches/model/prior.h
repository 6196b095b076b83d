/* prior.h: what a strategy's prices are before any of its cells is measured: derived from the price list of the machine, or
 * guessed. Pure functions.
 *
 * reports/MODEL.md says which price follows from which line of the list, and why.
 */
#ifndef PVQ_MODEL_PRIOR_H
#define PVQ_MODEL_PRIOR_H

#include "impl.h"
#include "model/model.h"
#include "results/prices.h"

/* Medians of log-normal distributions, and their spreads (1: a factor of e). */
struct pvq_model_prior {
	double median[PVQ_PRICES], spread[PVQ_PRICES];
};

/* list: NULL: all prices are guesses, as are those that the list does not hold. */
void pvq_model_prior(struct pvq_model_prior *, const struct pvq_impl *, const struct pvq_prices *list);

/* A price's name and unit: "caller, an item", "ns". */
const char *pvq_model_price_name(enum pvq_model_price);
const char *pvq_model_price_unit(enum pvq_model_price);

/* A byte from memory, where so many cores read at once; 0: unknown. Beyond the cores of the list the bandwidth stays as it is there.
 */
double pvq_model_memory_ns(const struct pvq_prices *list, unsigned cores);

#endif
