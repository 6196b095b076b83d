/* figures.h: pictures of dozens of strategies, a row each: what they cost, and wall time versus cores with a panel a
 * task.
 */
#include "figures.h"
#include "grain.h"
#include "peer_costs.h"
#include "peers.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 960,
	LEFT_PX = 230,
	PANEL_PX = 176,
	ROW_PX = 17,
	CHAR_PX = 8,
	HEAD_PX = 64,
	FOOT_PX = 92,
	CORES_MAX = 4,  /* core counts that have a dot; of more the ends and some between */
	TITLE_MAX = 20, /* characters of a task's label above its panel */
};

/* The rows' names, the project's own marked. */
static void peers_rows(struct pvq_plot *plot, const struct pvq_peer_costs *costs)
{
	size_t longest = 4;

	pvq_plot_number(plot, "rows", (double)costs->count);
	fprintf(plot->gp, "array strategy[%zu]\narray own[%zu]\n", costs->count, costs->count);
	for (size_t i = 0; i < costs->count; i++) {
		const char *name = costs->of[i].impl;
		const struct pvq_impl *impl = pvq_impls[pvq_impl_rank(name)];

		longest = strlen(name) > longest ? strlen(name) : longest;
		fprintf(plot->gp, "strategy[%zu] = '", i + 1);
		pvq_plot_quote(plot->gp, name);
		fprintf(plot->gp, "'; own[%zu] = %d\n", i + 1, impl && !pvq_impl_is_peer(impl));
	}
	pvq_plot_number(plot, "left", (double)(longest * CHAR_PX + 12));
}

/* ---- what they cost ---- */

/* A dot in row i with its interval; widens the axis. */
static void costs_dot(struct pvq_plot *plot, size_t i, const struct pvq_estimate *e, double *lo, double *hi)
{
	struct pvq_bar bar = pvq_figure_bar(e);

	fprintf(plot->dat, "-%zu %.9g %.9g %.9g\n", i, e->median, bar.lo, bar.hi);
	*lo = fmin(*lo, bar.lo);
	*hi = fmax(*hi, bar.hi);
}

static void costs_metg(struct pvq_plot *plot, const struct pvq_peer_costs *costs,
	const struct pvq_grain *grain, double *lo, double *hi)
{
	for (size_t i = 0; grain && i < costs->count; i++)
		for (size_t l = 0; l < grain->lines; l++) {
			const struct pvq_grain_line *line = &grain->line[l];

			if (strcmp(grain->summary.series[line->series].impl, costs->of[i].impl) == 0 &&
				isfinite(line->metg_ns.median))
				costs_dot(plot, i,
					&(struct pvq_estimate){.median = line->metg_ns.median,
						.lo = isfinite(line->metg_ns.lo) ? line->metg_ns.lo
										 : line->metg_ns.median,
						.hi = isfinite(line->metg_ns.hi) ? line->metg_ns.hi
										 : line->metg_ns.median},
					lo, hi);
		}
}

int pvq_figure_costs(
	struct pvq_plots *plots, const struct pvq_peer_costs *costs, const struct pvq_grain *grain)
{
	double lo = INFINITY, hi = 0;
	char name[PVQ_PLOT_NAME], title[128];
	struct pvq_plot plot;

	pvq_figure_name(name, PVQ_FIG_COSTS, NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEAD_PX + FOOT_PX + ROW_PX * (int)costs->count))
		return plots->error;
	snprintf(title, sizeof(title), "What does handing over a task cost? %u worker%s", costs->workers,
		costs->workers == 1 ? "" : "s");
	pvq_plot_string(&plot, "title", title);
	peers_rows(&plot, costs);
	fputs("# y, ns, lo, hi; time per empty task, then METG(50%), then a whole life\n", plot.dat);
	for (size_t i = 0; i < costs->count; i++)
		if (costs->of[i].cost[PVQ_COST_DISPATCH].n)
			costs_dot(&plot, i, &costs->of[i].cost[PVQ_COST_DISPATCH], &lo, &hi);
	pvq_plot_next_index(&plot);
	costs_metg(&plot, costs, grain, &lo, &hi);
	pvq_plot_next_index(&plot);
	for (size_t i = 0; i < costs->count; i++)
		if (costs->of[i].cost[PVQ_COST_COLD].n)
			costs_dot(&plot, i, &costs->of[i].cost[PVQ_COST_COLD], &lo, &hi);
	pvq_plot_next_index(&plot);
	pvq_plot_axis_time(&plot, "x", lo, hi, 9);
	pvq_plot_end(&plot, "costs.gp");
	return 0;
}

/* ---- wall time versus cores ---- */

/* The core counts that get a dot: the smallest, the largest, and some between. Returns how many. */
static size_t peers_cores(const struct pvq_summary *s, unsigned cores[CORES_MAX])
{
	const struct pvq_work *work = NULL;
	size_t count = 0;

	for (size_t w = 0; w < s->works; w++)
		if (!work || s->work[w].core_counts > work->core_counts)
			work = &s->work[w];
	for (size_t k = 0; work && k < CORES_MAX; k++) {
		size_t at =
			work->core_counts <= CORES_MAX ? k : k * (work->core_counts - 1) / (CORES_MAX - 1);

		if (at < work->core_counts)
			cores[count++] = work->cores[at];
	}
	return count;
}

/* The strategy's cell on so many cores with as many workers; serial's is on one. */
static const struct pvq_cell *peers_cell(
	const struct pvq_summary *s, const struct pvq_work *work, const char *impl, unsigned cores)
{
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (cell->ok && strcmp(cell->key->impl, impl) == 0 && cell->key->cores == cores &&
			cell->key->workers == cores)
			return cell;
	}
	return NULL;
}

static void peers_panel(struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_work *work,
	const struct pvq_peer_costs *costs, const unsigned *cores, size_t core_counts)
{
	double lo = INFINITY, hi = 0;

	for (size_t k = 0; k < core_counts; k++) {
		for (size_t i = 0; i < costs->count; i++) {
			const struct pvq_cell *cell = peers_cell(s, work, costs->of[i].impl, cores[k]);

			if (cell)
				costs_dot(plot, i, &cell->metric[PVQ_MAP_NS], &lo, &hi);
		}
		pvq_plot_next_index(plot);
	}
	pvq_plot_axis_time(plot, "x", lo, hi, 3);
}

int pvq_figure_peers(
	struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_peer_costs *costs)
{
	unsigned cores[CORES_MAX];
	size_t core_counts = peers_cores(s, cores);
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;

	if (core_counts == 0)
		return 0;
	pvq_figure_name(name, PVQ_FIG_PEERS, NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, LEFT_PX + PANEL_PX * (int)s->works,
		    HEAD_PX + FOOT_PX + ROW_PX * (int)costs->count))
		return plots->error;
	peers_rows(&plot, costs);
	pvq_plot_number(&plot, "panels", (double)s->works);
	fprintf(plot.gp,
		"N = %zu\narray label[N]\narray panel[%zu]\narray low[%zu]\narray high[%zu]\narray tics[%zu]\n",
		core_counts, s->works, s->works, s->works, s->works);
	for (size_t k = 0; k < core_counts; k++)
		fprintf(plot.gp, "label[%zu] = '%u core%s'\n", k + 1, cores[k], cores[k] == 1 ? "" : "s");
	fputs("# a panel a task, in it an index a core count: y, map time in ns, lo, hi\n", plot.dat);
	for (size_t w = 0; w < s->works; w++) {
		char title[PVQ_LABEL_MAX];

		snprintf(title, sizeof(title), strlen(s->work[w].label) > TITLE_MAX ? "%.*s…" : "%.*s",
			TITLE_MAX, s->work[w].label);
		fprintf(plot.gp, "panel[%zu] = '", w + 1);
		pvq_plot_quote(plot.gp, title);
		fputs("'\n", plot.gp);
		peers_panel(&plot, s, &s->work[w], costs, cores, core_counts);
		fprintf(plot.gp, "low[%zu] = xmin; high[%zu] = xmax; tics[%zu] = xtics\n", w + 1, w + 1,
			w + 1);
	}
	pvq_plot_end(&plot, "peers.gp");
	return 0;
}
