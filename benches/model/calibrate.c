/* calibrate.c: the most probable prices, and what is left open. */
#include "model/calibrate.h"
#include "base/grow.h"
#include "base/shuffle.h"
#include "model/simulate.h"

#include <cminpack-1/cminpack.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The scatter that is assumed at least: medians of a run repeat no better from day to day. */
static const double map_least = 0.05, edge_least = 0.15;

/* The scatter that each doubling of the cores beyond the calibrated ones adds: what the formula leaves out grows with them. */
static const double map_doubling = 0.1, edge_doubling = 0.05;

/* ---- the errors ---- */

struct problem {
	const struct pvq_model_kind *kind;
	struct pvq_model_prior prior;
	const struct pvq_model_cell **cell; /* those of one strategy that calibrate */
	size_t cells;
};

static void prices_of(const double *x, double *price)
{
	for (unsigned i = 0; i < PVQ_PRICES; i++)
		price[i] = exp(x[i]);
}

/* Of the map time and of start + stop, as logarithms, not weighted. */
static void cell_errors(const struct problem *p, size_t i, const double *price, double error[2])
{
	const struct pvq_model_cell *cell = p->cell[i];
	struct pvq_model_time t = pvq_model_time(price, p->kind, &cell->job, &cell->at);

	error[0] = log(t.map_ns / cell->map_ns);
	error[1] = cell->edge_ns > 0 ? log(t.edge_ns / cell->edge_ns) : 0;
}

static double map_weight(const struct pvq_model_cell *cell)
{
	double width = isfinite(cell->width) ? cell->width : 0.2;

	return 1 / sqrt(map_least * map_least + width * width);
}

/* Two errors for each cell, and one for each price: its distance from its prior. */
static int residuals(void *ctx, int m, int n, const double *x, double *error, int flag)
{
	const struct problem *p = ctx;
	double price[PVQ_PRICES];

	(void)m;
	(void)flag;
	prices_of(x, price);
	for (size_t i = 0; i < p->cells; i++) {
		cell_errors(p, i, price, &error[2 * i]);
		error[2 * i] *= map_weight(p->cell[i]);
		error[2 * i + 1] /= edge_least;
	}
	for (int i = 0; i < n; i++)
		error[2 * p->cells + (size_t)i] = (x[i] - log(p->prior.median[i])) / p->prior.spread[i];
	return 0;
}

/* ---- the fit ---- */

/* Overwrites a, which is symmetric and positive definite, with L of a = L L'. */
static void cholesky(double a[PVQ_PRICES][PVQ_PRICES])
{
	for (unsigned i = 0; i < PVQ_PRICES; i++)
		for (unsigned j = 0; j <= i; j++) {
			double sum = a[i][j];

			for (unsigned k = 0; k < j; k++)
				sum -= a[i][k] * a[j][k];
			a[i][j] = i == j ? sqrt(fmax(sum, 1e-12)) : sum / a[j][j];
		}
}

/* Two independent values of the standard normal distribution (Box and Muller). */
static void normal(uint64_t *state, double z[2])
{
	double u = ((double)(pvq_random_next(state) >> 11) + 0.5) / 9007199254740992.0,
	       v = (double)(pvq_random_next(state) >> 11) / 9007199254740992.0, r = sqrt(-2 * log(u));

	z[0] = r * cos(2 * M_PI * v);
	z[1] = r * sin(2 * M_PI * v);
}

/* Draws prices around x: their covariance is the inverse of L L'. */
static void draw(struct pvq_model_strategy *s, const double *x, double l[PVQ_PRICES][PVQ_PRICES])
{
	uint64_t state = 1;

	for (unsigned d = 0; d < PVQ_MODEL_DRAWS; d++) {
		double z[PVQ_PRICES + 1];

		for (unsigned i = 0; i < PVQ_PRICES; i += 2)
			normal(&state, &z[i]);
		for (unsigned i = PVQ_PRICES; i-- > 0;) {
			for (unsigned k = i + 1; k < PVQ_PRICES; k++)
				z[i] -= l[k][i] * z[k];
			z[i] /= l[i][i];
		}
		for (unsigned i = 0; i < PVQ_PRICES; i++)
			s->draw[d][i] = exp(x[i] + z[i]);
	}
}

/* J' J of the errors at x, by central differences; base and other hold m errors each. */
static void curvature(struct problem *p, int m, const double *x, double *up, double *down, double *jacobian,
	double h[PVQ_PRICES][PVQ_PRICES])
{
	const double step = 1e-3;
	size_t rows = (size_t)m;

	for (unsigned i = 0; i < PVQ_PRICES; i++) {
		double moved[PVQ_PRICES];

		memcpy(moved, x, sizeof(moved));
		moved[i] = x[i] + step;
		residuals(p, m, PVQ_PRICES, moved, up, 0);
		moved[i] = x[i] - step;
		residuals(p, m, PVQ_PRICES, moved, down, 0);
		for (size_t r = 0; r < rows; r++)
			jacobian[i * rows + r] = (up[r] - down[r]) / (2 * step);
	}
	for (unsigned i = 0; i < PVQ_PRICES; i++)
		for (unsigned j = 0; j < PVQ_PRICES; j++) {
			h[i][j] = 0;
			for (size_t r = 0; r < rows; r++)
				h[i][j] += jacobian[i * rows + r] * jacobian[j * rows + r];
		}
}

/* What the formula leaves unexplained, from the median of the errors' sizes: a cell that was measured in a bad moment then
 * counts no more than others. A normal distribution's standard deviation is 1.48 times that; few cells are fitted too well,
 * so half as much is added. */
static void scatter(struct pvq_model_strategy *s, const struct problem *p, double *size)
{
	double *least[2] = {&s->map_scatter, &s->edge_scatter};

	s->map_scatter = map_least;
	s->edge_scatter = edge_least;
	for (unsigned which = 0; which < 2; which++) {
		for (size_t i = 0; i < p->cells; i++) {
			double error[2];

			cell_errors(p, i, s->price, error);
			size[i] = fabs(error[which]);
		}
		pvq_sort(size, p->cells);
		*least[which] = fmax(*least[which], 1.5 * 1.48 * pvq_quantile(size, p->cells, 0.5));
	}
}

static int fit(struct pvq_model_strategy *s, struct problem *p)
{
	size_t m = 2 * p->cells + PVQ_PRICES; /* errors */
	const size_t prices = PVQ_PRICES;
	int work_size = (int)(m * prices + 5 * prices + m), pivot[PVQ_PRICES];
	double *error = malloc((3 * m + (size_t)work_size) * sizeof(double)), x[PVQ_PRICES];
	double h[PVQ_PRICES][PVQ_PRICES];

	if (!error)
		return -ENOMEM;
	for (unsigned i = 0; i < PVQ_PRICES; i++)
		x[i] = log(p->prior.median[i]);
	/* However it ends: the priors keep every step within reason, and the errors that are left count. */
	if (p->cells)
		lmdif1(residuals, p, (int)m, PVQ_PRICES, x, error, 1e-8, pivot, error + 3 * m, work_size);
	prices_of(x, s->price);
	curvature(p, (int)m, x, error, error + m, error + 3 * m, h);
	cholesky(h);
	draw(s, x, h);
	scatter(s, p, error);
	s->cells = p->cells;
	free(error);
	return 0;
}

/* ---- the model ---- */

static struct pvq_model_kind kind_of(const struct pvq_impl *impl)
{
	return (struct pvq_model_kind){.serial = (impl->flags & PVQ_BASELINE) != 0,
		.batches = impl->in_via != PVQ_VIA_SHM,
		.paged = impl->in_via == PVQ_VIA_SHM};
}

/* cells: NULL: the list alone. */
static int add_strategy(
	struct pvq_model *model, const struct pvq_impl *impl, const struct pvq_model_cells *cells)
{
	const struct pvq_model_cell **list =
		malloc(((cells ? cells->count : 0) + 1) * sizeof(struct pvq_model_cell *));
	struct pvq_model_strategy *more = pvq_grow(model->of, model->count, sizeof(*more));
	struct problem p = {.cell = list};
	unsigned cores = 0;
	int ret = list && more ? 0 : -ENOMEM;

	if (more)
		model->of = more;
	for (size_t i = 0; ret == 0 && cells && i < cells->count; i++)
		if (cells->cell[i].calibrates && strcmp(cells->cell[i].cell->key->impl, impl->name) == 0) {
			list[p.cells++] = &cells->cell[i];
			cores = cells->cell[i].at.cores > cores ? cells->cell[i].at.cores : cores;
		}
	if (ret == 0 && (p.cells || !cells)) {
		more += model->count;
		*more = (struct pvq_model_strategy){
			.impl = impl, .kind = kind_of(impl), .cores = cells ? cores : model->range.cores};
		pvq_model_prior(&p.prior, impl, model->list);
		p.kind = &more->kind;
		if (more->kind.serial)
			more->map_scatter = map_least;
		ret = more->kind.serial ? 0 : fit(more, &p);
		more->cells = p.cells;
		model->count++;
	}
	free(list);
	return ret;
}

/* 0 or -ENOMEM. */
static int range_of(struct pvq_model_range *range, const struct pvq_model_cells *cells)
{
	double *handover = malloc((cells->count + 1) * sizeof(*handover));
	size_t n = 0;

	for (size_t i = 0; handover && i < cells->count; i++) {
		const struct pvq_model_cell *c = &cells->cell[i];
		double item_ns = c->job.compute_ns + c->job.wait_ns;

		if (!c->calibrates)
			continue;
		range->cores = c->at.cores > range->cores ? c->at.cores : range->cores;
		range->least_ns = range->most_ns > 0 ? fmin(range->least_ns, item_ns) : item_ns;
		range->most_ns = fmax(range->most_ns, item_ns);
		range->bytes = fmax(range->bytes, c->job.in + c->job.out);
		if (c->at.handover_ns > 0)
			handover[n++] = c->at.handover_ns;
	}
	if (n) {
		pvq_sort(handover, n);
		range->handover_ns = pvq_quantile(handover, n, 0.5);
	}
	free(handover);
	return handover ? 0 : -ENOMEM;
}

int pvq_model_calibrate(struct pvq_model *model, const struct pvq_registry *registry,
	const struct pvq_model_cells *cells, const struct pvq_prices *list)
{
	const struct pvq_impl *impl;
	int ret = 0;

	*model = (struct pvq_model){.list = list};
	for (size_t i = 0; ret == 0 && (impl = pvq_registry_at(registry, i)); i++)
		ret = add_strategy(model, impl, cells);
	if (ret == 0)
		ret = range_of(&model->range, cells);
	return ret == 0 && model->range.cores == 0 ? -ENODATA : ret;
}

/* What a price list covers: items of any time, the sizes of its streams, and the cores that two sides run on. */
static struct pvq_model_range list_range(const struct pvq_prices *list)
{
	const struct pvq_price *line = pvq_prices_find(list, "cacheline/round_trip", 2);

	return (struct pvq_model_range){.cores = line ? 2 : 1,
		.most_ns = INFINITY,
		.bytes = 2 << 20,
		.handover_ns = line ? line->median_ns : 0};
}

int pvq_model_from_prices(
	struct pvq_model *model, const struct pvq_registry *registry, const struct pvq_prices *list)
{
	const struct pvq_impl *impl;
	int ret = 0;

	*model = (struct pvq_model){.grade = PVQ_GRADE_PRICES, .list = list, .range = list_range(list)};
	for (size_t i = 0; ret == 0 && (impl = pvq_registry_at(registry, i)); i++)
		if (!pvq_impl_is_peer(impl) && !(impl->flags & PVQ_HARNESS))
			ret = add_strategy(model, impl, NULL);
	return ret;
}

void pvq_model_free(struct pvq_model *model)
{
	free(model->of);
	*model = (struct pvq_model){0};
}

/* ---- predictions ---- */

static void interval(double *value, double *lo, double *hi)
{
	pvq_sort(value, PVQ_MODEL_DRAWS);
	*lo = pvq_quantile(value, PVQ_MODEL_DRAWS, 0.05);
	*hi = pvq_quantile(value, PVQ_MODEL_DRAWS, 0.95);
}

/* Of the cores that the caller and the workers use. */
static double doublings(const struct pvq_model_strategy *s, const struct pvq_model_setting *at)
{
	double used = fmin(at->cores, at->workers + 1.0);

	return used > s->cores ? log2(used / s->cores) : 0;
}

static double map_scatter(const struct pvq_model_strategy *s, const struct pvq_model_setting *at)
{
	return hypot(s->map_scatter, map_doubling * doublings(s, at));
}

double pvq_model_map_spread(const struct pvq_model_strategy *s, const struct pvq_model_job *job,
	const struct pvq_model_setting *at)
{
	enum { FEW = 32 };
	double sum = 0, squares = 0, mean;

	for (unsigned d = 0; d < FEW; d++) {
		double x = log(pvq_model_time(s->draw[d], &s->kind, job, at).map_ns);

		sum += x;
		squares += x * x;
	}
	mean = sum / FEW;
	return hypot(sqrt(fmax(squares / FEW - mean * mean, 0)), map_scatter(s, at));
}

struct pvq_model_prediction pvq_model_predict(const struct pvq_model_strategy *s,
	const struct pvq_model_job *job, const struct pvq_model_setting *setting)
{
	struct pvq_model_setting simulated = *setting, *at = &simulated;
	struct pvq_model_prediction p;
	double map[PVQ_MODEL_DRAWS], edge[PVQ_MODEL_DRAWS], total[PVQ_MODEL_DRAWS];
	double map_sd = map_scatter(s, at),
	       edge_sd = hypot(s->edge_scatter, edge_doubling * doublings(s, at));
	uint64_t state = 2;

	/* The prices matter little to it, so that one simulation serves all draws. */
	p.error = !s->kind.serial && pvq_model_needs_simulation(job, at)
			  ? pvq_model_simulate(at, s->price, &s->kind, job)
			  : 0;
	p.time = pvq_model_time(s->price, &s->kind, job, at);
	for (unsigned d = 0; d < PVQ_MODEL_DRAWS; d++) {
		struct pvq_model_time t = pvq_model_time(s->draw[d], &s->kind, job, at);
		double z[2];

		normal(&state, z);
		map[d] = t.map_ns * exp(map_sd * z[0]);
		edge[d] = t.edge_ns * exp(edge_sd * z[1]);
		total[d] = map[d] + edge[d];
	}
	interval(map, &p.map_lo, &p.map_hi);
	interval(edge, &p.edge_lo, &p.edge_hi);
	interval(total, &p.total_lo, &p.total_hi);
	return p;
}
