/* run.h: measures the price list. */
#ifndef PVQ_PRICES_RUN_H
#define PVQ_PRICES_RUN_H

#include "report/experiment.h"

/* Runs pvq-micro. As in report/experiment.h. */
int pvq_prices_run(const struct pvq_session *);

#endif
