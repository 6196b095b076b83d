/* advise.h: which strategy to take for a job, with how many workers, and how sure that is. */
#ifndef PVQ_MODEL_ADVISE_H
#define PVQ_MODEL_ADVISE_H

#include "model/calibrate.h"

enum pvq_certainty {
	PVQ_MEASURED,     /* the times of a cell with the same job and setting */
	PVQ_INTERPOLATED, /* predicted within what the calibration covers */
	PVQ_PROJECTED,    /* predicted beyond it */
};

struct pvq_model_question {
	struct pvq_model_job job;
	const char
		*label; /* the task, as pvq_text_task() writes it; NULL: the job is described by figures */
	unsigned cores, here;  /* how many to plan for, and how many this machine has */
	int ordered, survives; /* 1: only strategies that deliver in order; that survive a crash */
};

/* The best setting of a strategy. */
struct pvq_model_offer {
	const struct pvq_model_strategy *strategy; /* borrowed */
	struct pvq_model_setting at;
	struct pvq_model_prediction predicted;
	double total_ns, lo,
		hi; /* measured: with the 95 % interval of the median, NAN without one; else as predicted */
	enum pvq_certainty certainty;
	char why[128]; /* what the certainty rests on */
};

/* Owned; freed with pvq_model_offers_free(). The fastest first. */
struct pvq_model_offers {
	struct pvq_model_offer *of;
	size_t count;
};

/* Finds the offers. 0; -ENOENT: no strategy does what is asked for; -ENOMEM. */
int pvq_model_advise(struct pvq_model_offers *, const struct pvq_model *, const struct pvq_model_cells *,
	const struct pvq_model_question *);
void pvq_model_offers_free(struct pvq_model_offers *);

/* What the strategy takes for the job by itself, with so many workers, on so many cores. */
struct pvq_model_setting pvq_model_setting_for(const struct pvq_model *, const struct pvq_model_strategy *,
	const struct pvq_model_job *, unsigned cores, unsigned workers);

/* The offer of one strategy with that many workers, without a look at measured cells; see predicted.error. */
struct pvq_model_offer pvq_model_offer_at(const struct pvq_model *, const struct pvq_model_strategy *,
	const struct pvq_model_question *, unsigned workers);

/* "measured", "interpolated", "projected". */
const char *pvq_certainty_name(enum pvq_certainty);

#endif
