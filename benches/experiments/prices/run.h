/* run.h: the price list is measured. */
#ifndef PVQ_PRICES_RUN_H
#define PVQ_PRICES_RUN_H

#include "report/experiment.h"

/* As in report/experiment.h. */
int pvq_prices_run(const struct pvq_session *);

#endif
