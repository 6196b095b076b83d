/* forecast.c: the experiment's descriptor: what does a formula predict? */
#include "experiments/forecast/forecast.h"
#include "experiments/forecast/grid.h"

#include <errno.h>
#include <stdlib.h>

/* The sweep's rows the report has read; those of the grid are read with them (data.c). */
static int forecast_read(void **data, const struct pvq_folder *folder)
{
	(void)folder;
	*data = calloc(1, sizeof(struct pvq_forecast));
	return *data ? 0 : -ENOMEM;
}

static void forecast_release(void *data)
{
	struct pvq_forecast *f = data;

	pvq_model_check_free(&f->check_alone);
	pvq_model_free(&f->alone);
	pvq_model_check_free(&f->check);
	pvq_model_free(&f->model);
	pvq_prices_free(&f->prices);
	pvq_model_cells_free(&f->cells);
	free(f->series);
	free(f);
}

static int forecast_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	const struct pvq_forecast *f = data;
	int ret = 0;

	if (f->made)
		ret = pvq_forecast_draw_error(plots, r, f);
	if (f->made && ret == 0)
		ret = pvq_forecast_draw_crossover(plots, r, f);
	return f->made && ret == 0 ? pvq_forecast_draw_beyond(plots, r, f) : ret;
}

const struct pvq_experiment pvq_experiment_forecast = {
	.name = "forecast",
	.turn = 45, /* after the prices, by which it calibrates */
	.seconds = {[PVQ_DEFAULT] = 12, [PVQ_FULL] = PVQ_NO_LIMIT},
	.run = pvq_forecast_run,
	.read = forecast_read,
	.release = forecast_release,
	.study = pvq_forecast_study,
	.draw = forecast_draw,
	.chapter = {{PVQ_PLACE_MORE, PVQ_REPORT_SWEEP, 1, pvq_forecast_chapter, "forecast", 1, NULL}},
};
