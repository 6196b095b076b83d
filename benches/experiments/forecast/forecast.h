/* forecast.h: the model beside the measurement, and beyond it: calibrated on some of the run's cells, it predicts the others,
 * says which strategy wins for which items, and how the run's tasks would go on more cores. Measured for it is a grid of items,
 * half of them where it is unsure who wins (grid.h).
 */
#ifndef PVQ_FORECAST_H
#define PVQ_FORECAST_H

#include "model/check.h"
#include "model/crossover.h"
#include "report/experiment.h"

enum {
	PVQ_FORECAST_MAPS = 4,  /* the run's cores, and up to three projected numbers of cores */
	PVQ_FORECAST_TASKS = 4, /* at most, beyond this machine's cores */
	PVQ_FORECAST_TEXT = PVQ_LABEL_MAX + 96,
};

struct pvq_forecast {
	int made; /* 0: the run holds nothing to calibrate on, or nothing to compare with */
	struct pvq_model_cells cells;
	struct pvq_model model;
	struct pvq_model_check check;
	struct pvq_prices prices;           /* the folder's price list, where there is one */
	struct pvq_model alone;             /* from that list alone */
	struct pvq_model_check check_alone; /* on the same cells */
	unsigned cores;                     /* the most that calibrate */
	int levels; /* 1: the sweep met several states of the machine, so a cell may be there once for each */
	struct pvq_crossover map[PVQ_FORECAST_MAPS];
	size_t maps;
	size_t *series; /* in the report's summary: of model.of, which serial heads if it is there */
};

/* The pictures' names. */
extern const char pvq_forecast_error[], pvq_forecast_crossover[], pvq_forecast_beyond[];

/* Each draws one of them. 0 or -errno. */
int pvq_forecast_draw_error(struct pvq_plots *, const struct pvq_report *, const struct pvq_forecast *);
int pvq_forecast_draw_crossover(struct pvq_plots *, const struct pvq_report *, const struct pvq_forecast *);
int pvq_forecast_draw_beyond(struct pvq_plots *, const struct pvq_report *, const struct pvq_forecast *);

/* The index of the strategy in model.of; model.count: it has no prices. */
size_t pvq_forecast_find(const struct pvq_forecast *, const char *impl);

/* Says which cell it is: "spin:ns=1000, 2 workers on 2 cores", and the hand-over where the run met several states. */
void pvq_forecast_cell(
	char text[PVQ_FORECAST_TEXT], const struct pvq_forecast *, const struct pvq_model_cell *);

/* The hooks; their data is a struct pvq_forecast. */
int pvq_forecast_study(void *data, const struct pvq_report *);
int pvq_forecast_chapter(const struct pvq_report *, const void *data);

#endif
