/* picture.c: pictures of dozens of strategies, a row each: what they cost, and wall time versus cores with a panel a
 * task.
 */
#include "draw/figure_tools.h"
#include "experiments/costs/costs.h"
#include "trial/registry.h"

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
	TASKS_PX = 80, /* the head where a panel has two lines above it */
	FOOT_PX = 92,
	CORES_MAX = 4,  /* core counts that get a dot; of more, the ends and some between */
	TITLE_MAX = 24, /* characters of a task's arguments above its panel */
};

/* Writes the rows' names, and marks the project's own strategies. */
static void peers_rows(
	struct pvq_plot *plot, const struct pvq_registry *registry, const struct pvq_costs *costs)
{
	size_t longest = 4;

	pvq_plot_number(plot, "rows", (double)costs->count);
	fprintf(plot->gp, "array strategy[%zu]\narray own[%zu]\n", costs->count, costs->count);
	for (size_t i = 0; i < costs->count; i++) {
		const char *name = costs->of[i].impl;
		const struct pvq_impl *impl = pvq_registry_get(registry, name);

		longest = strlen(name) > longest ? strlen(name) : longest;
		fprintf(plot->gp, "strategy[%zu] = '", i + 1);
		pvq_plot_quote(plot->gp, name);
		fprintf(plot->gp, "'; own[%zu] = %d\n", i + 1, impl && !pvq_impl_is_peer(impl));
	}
	pvq_plot_number(plot, "left", (double)(longest * CHAR_PX + 12));
}

/* ---- what they cost ---- */

/* Writes a dot with its interval in row i, and widens the axis. What the dot says follows, and ends the line. */
static void costs_dot(struct pvq_plot *plot, size_t i, const struct pvq_estimate *e, double *lo, double *hi)
{
	struct pvq_bar bar = pvq_figure_bar(plot, e);

	fprintf(plot->dat, "-%zu %.9g %.9g %.9g", i, e->median, bar.lo, bar.hi);
	*lo = fmin(*lo, bar.lo);
	*hi = fmax(*hi, bar.hi);
}

/* The strategy's METG; NULL: not measured. */
static const struct pvq_trait *costs_metg_of(const struct pvq_traits *traits, const char *impl)
{
	const struct pvq_trait *trait = pvq_traits_find(traits, impl);

	return trait && trait->metg_place && !isnan(trait->metg_ns.median) ? trait : NULL;
}

/* Whether METG lies below or above everything that was measured: it then shows as an arrow, not a dot. */
static int costs_is_open(const struct pvq_trait *line)
{
	return isinf(line->metg_ns.median) || line->metg_ns.median <= line->first_ns;
}

/* The kinds of dots, in the order of the key. */
enum costs_kind { KIND_DISPATCH, KIND_METG, KIND_COLD };

static const struct {
	const char *label, *colour;
	int point;
} costs_look[] = {
	[KIND_DISPATCH] = {"time per empty item", "D55E00", 7},
	[KIND_METG] = {"METG(50%)", "0072B2", 6},
	[KIND_COLD] = {"whole run, one empty item per worker", "7F7F7F", 4},
};

static const enum pvq_cost costs_of_kind[] = {
	[KIND_DISPATCH] = PVQ_COST_DISPATCH, [KIND_COLD] = PVQ_COST_COLD};

/* METG is a fit over many lengths of items: the command repeats a trial of the nearest one. */
static void costs_says(FILE *f, const struct pvq_cost_of *cost, const struct pvq_traits *traits,
	enum costs_kind kind, const struct pvq_estimate *e)
{
	const char *command = kind == KIND_METG ? "" : cost->command[costs_of_kind[kind]];
	char nearest[PVQ_COMMAND_MAX] = "";

	fprintf(f, "%s\n%s %s, n = %zu", cost->impl, costs_look[kind].label,
		pvq_text_ns_interval(e->median, e->lo, e->hi).s, e->n);
	if (kind == KIND_METG)
		pvq_costs_command(nearest, costs_metg_of(traits, cost->impl)->metg_row);
	if (command[0])
		fprintf(f, "\n%s", command);
	if (nearest[0])
		fprintf(f, "\nthe length of an item nearest to it:\n%s", nearest);
}

/* Sets the strategy's figure of that kind. Returns whether there is one with a place on the axis. */
static int costs_of(const struct pvq_cost_of *cost, const struct pvq_traits *traits, enum costs_kind kind,
	struct pvq_estimate *e)
{
	const struct pvq_trait *line = costs_metg_of(traits, cost->impl);

	if (kind != KIND_METG) {
		*e = cost->cost[costs_of_kind[kind]];
		return e->n > 0;
	}
	if (!line || costs_is_open(line))
		return 0;
	*e = line->metg_ns;
	e->lo = isfinite(e->lo) ? e->lo : e->median;
	e->hi = isfinite(e->hi) ? e->hi : e->median;
	return 1;
}

static void costs_mark(struct pvq_plot *plot, const struct pvq_cost_of *cost,
	const struct pvq_traits *traits, enum costs_kind kind, const struct pvq_estimate *e)
{
	struct pvq_outfile text;
	int ret = pvq_outfile_begin(&text);

	if (ret == 0)
		costs_says(text.f, cost, traits, kind, e);
	pvq_plot_say_file(plot, &text, ret);
}

/* Writes the dots of that kind, and its entry of the key, the `before`-th; nothing where there are none. Returns whether
 * there are any. */
static int costs_kind(struct pvq_plot *plot, const struct pvq_costs *costs, const struct pvq_traits *traits,
	enum costs_kind kind, int before, double *lo, double *hi)
{
	struct pvq_estimate e;
	int any = 0;

	for (size_t i = 0; i < costs->count; i++)
		any |= costs_of(&costs->of[i], traits, kind, &e) ||
		       (kind == KIND_METG && costs_metg_of(traits, costs->of[i].impl));
	if (any) {
		pvq_plot_undrawn(plot); /* they may all be arrows */
		for (size_t i = 0; i < costs->count; i++)
			if (costs_of(&costs->of[i], traits, kind, &e)) {
				costs_dot(plot, i, &e, lo, hi);
				costs_mark(plot, &costs->of[i], traits, kind, &e);
			}
		pvq_plot_next_index(plot);
		fprintf(plot->gp, "label[%d] = '%s'; colour[%d] = '%s'; point[%d] = %d\n", before + 1,
			costs_look[kind].label, before + 1, costs_look[kind].colour, before + 1,
			costs_look[kind].point);
	}
	return any;
}

static void costs_arrows(struct pvq_plot *plot, const struct pvq_costs *costs,
	const struct pvq_traits *traits, double *lo, double *hi)
{
	unsigned count = 0;

	for (size_t i = 0; i < costs->count; i++) {
		const struct pvq_trait *line = costs_metg_of(traits, costs->of[i].impl);
		int above;
		double ns;

		if (!line || !costs_is_open(line))
			continue;
		above = isinf(line->metg_ns.median);
		ns = above ? line->last_ns : line->metg_ns.median;
		fprintf(plot->dat, "-%zu %.9g %s\n", i, ns, above ? "→" : "←");
		*lo = fmin(*lo, ns);
		*hi = fmax(*hi, ns);
		count++;
	}
	pvq_plot_number(plot, "arrows", count);
}

static int costs_figure(struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_costs *costs,
	const struct pvq_traits *traits)
{
	double lo = INFINITY, hi = 0;
	char name[PVQ_PLOT_NAME], title[128];
	struct pvq_plot plot;
	int kinds = 0;

	pvq_figure_name(name, "costs", NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEAD_PX + FOOT_PX + ROW_PX * (int)costs->count))
		return plots->error;
	snprintf(title, sizeof(title), "What does handing over a task cost? %u worker%s", costs->workers,
		costs->workers == 1 ? "" : "s");
	pvq_plot_string(&plot, "title", title);
	peers_rows(&plot, s->registry, costs);
	fputs("# y, ns, lo, hi, what the dot says: an index for each kind in the key; then y, ns of a METG beyond that\n",
		plot.dat);
	fputs("array label[3]\narray colour[3]\narray point[3]\n", plot.gp);
	kinds += costs_kind(&plot, costs, traits, KIND_DISPATCH, kinds, &lo, &hi);
	kinds += costs_kind(&plot, costs, traits, KIND_METG, kinds, &lo, &hi);
	kinds += costs_kind(&plot, costs, traits, KIND_COLD, kinds, &lo, &hi);
	pvq_plot_number(&plot, "N", kinds);
	pvq_plot_undrawn(&plot);
	costs_arrows(&plot, costs, traits, &lo, &hi);
	pvq_plot_next_index(&plot);
	pvq_plot_axis_time(&plot, "x", lo, hi, 9);
	pvq_plot_bars(&plot);
	pvq_plot_end(&plot, "costs.gp");
	return 0;
}

/* ---- wall time versus cores ---- */

/* Chooses the core counts that get a dot: the smallest, the largest, and some between. Returns how many. */
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

/* The strategy's cell with one worker on each of so many cores; serial's is on one core. */
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

/* Writes the rows of strategies that cannot run this task but run others. */
static void peers_missing(struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_work *work,
	const struct pvq_costs *costs)
{
	for (size_t i = 0; i < costs->count; i++) {
		int any = 0;

		for (size_t k = 0; k < work->core_counts; k++)
			any |= peers_cell(s, work, costs->of[i].impl, work->cores[k]) != NULL;
		if (!any && costs->of[i].cost[PVQ_COST_DISPATCH].n)
			fprintf(plot->gp, " %zu", i);
	}
}

static void peers_panel(struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_work *work,
	const struct pvq_costs *costs, const unsigned *cores, size_t core_counts)
{
	double lo = INFINITY, hi = 0;

	for (size_t k = 0; k < core_counts; k++) {
		pvq_plot_undrawn(plot);
		for (size_t i = 0; i < costs->count; i++) {
			const struct pvq_cell *cell = peers_cell(s, work, costs->of[i].impl, cores[k]);

			if (cell) {
				costs_dot(plot, i, &cell->metric[PVQ_MAP_NS], &lo, &hi);
				pvq_figure_say(plot, s, cell, "");
			}
		}
		pvq_plot_next_index(plot);
	}
	if (hi <= 0) /* the run ended before any trial of the task */
		lo = hi = 1e6;
	pvq_plot_axis_time(plot, "x", lo, hi, 3);
}

static int peers_figure(struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_costs *costs)
{
	unsigned cores[CORES_MAX];
	size_t core_counts = peers_cores(s, cores);
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;

	if (core_counts == 0)
		return 0;
	pvq_figure_name(name, "peers", NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, LEFT_PX + PANEL_PX * (int)s->works,
		    TASKS_PX + FOOT_PX + ROW_PX * (int)costs->count))
		return plots->error;
	peers_rows(&plot, s->registry, costs);
	pvq_plot_number(&plot, "panels", (double)s->works);
	fprintf(plot.gp,
		"N = %zu\narray label[N]\narray panel[%zu]\narray under[%zu]\narray missing[%zu]\narray low[%zu]\narray high[%zu]\narray tics[%zu]\n",
		core_counts, s->works, s->works, s->works, s->works, s->works, s->works);
	for (size_t k = 0; k < core_counts; k++)
		fprintf(plot.gp, "label[%zu] = '%u core%s'\n", k + 1, cores[k], cores[k] == 1 ? "" : "s");
	fputs("# a panel a task, in it an index a core count: y, map time in ns, lo, hi, what the dot says\n",
		plot.dat);
	for (size_t w = 0; w < s->works; w++) {
		const char *colon = strchr(s->work[w].label, ':'), *args = colon ? colon + 1 : "";
		char brief[PVQ_LABEL_MAX];

		snprintf(
			brief, sizeof(brief), strlen(args) > TITLE_MAX ? "%.*s…" : "%.*s", TITLE_MAX, args);
		fprintf(plot.gp, "panel[%zu] = '", w + 1);
		pvq_plot_quote(plot.gp, s->work[w].key->task);
		fprintf(plot.gp, "'; under[%zu] = '", w + 1);
		pvq_plot_quote(plot.gp, brief);
		fprintf(plot.gp, "'; missing[%zu] = '", w + 1);
		peers_missing(&plot, s, &s->work[w], costs);
		fputs("'\n", plot.gp);
		peers_panel(&plot, s, &s->work[w], costs, cores, core_counts);
		fprintf(plot.gp, "low[%zu] = xmin; high[%zu] = xmax; tics[%zu] = xtics\n", w + 1, w + 1,
			w + 1);
	}
	pvq_plot_bars(&plot);
	pvq_plot_end(&plot, "peers.gp");
	return 0;
}

int pvq_costs_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	int ret = costs_figure(plots, r->summary, data, r->traits);

	return ret ? ret : peers_figure(plots, r->summary, data);
}
