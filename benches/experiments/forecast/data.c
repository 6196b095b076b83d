/* data.c: calibrates the model on the run's rows, and predicts. */
#include "experiments/forecast/forecast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

size_t pvq_forecast_find(const struct pvq_forecast *f, const char *impl)
{
	size_t i = 0;

	while (i < f->model.count && strcmp(f->model.of[i].impl->name, impl) != 0)
		i++;
	return i;
}

/* 0 or -ENOMEM. */
static int find_series(struct pvq_forecast *f, const struct pvq_summary *s)
{
	f->series = calloc(f->model.count + 1, sizeof(*f->series));
	if (!f->series)
		return -ENOMEM;
	for (size_t i = s->series_count; i-- > 0;) {
		size_t of = pvq_forecast_find(f, s->series[i].impl);

		if (of < f->model.count)
			f->series[of] = i; /* of several settings the first */
	}
	return 0;
}

static void draw_maps(struct pvq_forecast *f)
{
	static const unsigned projected[] = {8, 64, 256};

	pvq_crossover_make(&f->map[f->maps++], &f->model, f->cores);
	for (size_t i = 0; i < sizeof(projected) / sizeof(*projected); i++)
		if (projected[i] > f->cores)
			pvq_crossover_make(&f->map[f->maps++], &f->model, projected[i]);
}

int pvq_forecast_study(void *data, const struct pvq_report *r)
{
	struct pvq_forecast *f = data;
	int ret;

	if (!r->rows->count || !r->summary->max_cores || r->traits->many)
		return 0;
	ret = pvq_model_cells_add(&f->cells, r->summary->registry, r->rows, r->summary->max_cores);
	f->levels = f->cells.summaries > 1;
	(void)pvq_prices_read(&f->prices, r->dir); /* its own chapter reports what is wrong with it */
	if (ret == 0)
		ret = pvq_model_calibrate(
			&f->model, r->summary->registry, &f->cells, f->prices.count ? &f->prices : NULL);
	if (ret)
		return ret == -ENODATA ? 0 : ret;
	ret = pvq_model_cells_observed(&f->cells, r->observed, r->dir);
	if (ret == 0)
		ret = pvq_model_cells_swept(&f->cells, r->summary->registry, r->dir, 1);
	if (ret == 0)
		ret = pvq_model_check(&f->check, &f->model, &f->cells);
	if (ret == 0 && f->prices.count)
		ret = pvq_model_from_prices(&f->alone, r->summary->registry, &f->prices);
	if (ret == 0 && f->prices.count)
		ret = pvq_model_check(&f->check_alone, &f->alone, &f->cells);
	if (ret == 0)
		ret = find_series(f, r->summary);
	if (ret || f->check.count == 0)
		return ret;
	f->cores = f->model.range.cores;
	draw_maps(f);
	f->made = 1;
	return 0;
}

void pvq_forecast_cell(
	char text[PVQ_FORECAST_TEXT], const struct pvq_forecast *f, const struct pvq_model_cell *c)
{
	char state[32] = "";

	if (c->at.handover_ns > 0 && f->levels)
		snprintf(state, sizeof(state), ", hand-over %.4g ns", c->at.handover_ns);
	snprintf(text, PVQ_FORECAST_TEXT, "%s, %u worker%s on %u core%s%s", c->work->label, c->at.workers,
		c->at.workers == 1 ? "" : "s", c->at.cores, c->at.cores == 1 ? "" : "s", state);
}
