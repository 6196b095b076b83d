/* chapter.c: what a user would pick instead: every strategy of every project in one table, and wall time versus
 * cores.
 */
#include "base/grow.h"
#include "drive/empty.h"
#include "experiments/costs/costs.h"
#include "trial/registry.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An interval's upper end over its lower one, from which on a median hides more than it tells. */
#define UNSTEADY 1.25
#define UNSTEADY_COST 2

/* ---- lines of code ---- */

struct lines {
	char impl[PVQ_NAME_MAX];
	unsigned own, all;
};

/* DIR/lines.tsv, as it was when the run was made. *count: how many; 0 where it is not there. Owned by the caller, who
 * frees it; NULL with a count of 0 is no error. */
static struct lines *peers_read_lines(const char *dir, size_t *count)
{
	struct lines *lines = NULL, line, *more;
	FILE *f = pvq_rundir_has(dir, "lines.tsv") ? pvq_rundir_open(dir, "lines.tsv", "re") : NULL;

	*count = 0;
	while (f && fscanf(f, "%63s %u %u", line.impl, &line.own, &line.all) == 3 &&
		(more = pvq_grow(lines, *count, sizeof(*lines)))) {
		lines = more;
		lines[(*count)++] = line;
	}
	if (f)
		fclose(f);
	return lines;
}

static void peers_write_lines(
	const struct pvq_report *r, const char *impl, const struct lines *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(lines[i].impl, impl) == 0) {
			fprintf(r->md, lines[i].all > lines[i].own ? "%u (%u)" : "%u", lines[i].own,
				lines[i].all);
			return;
		}
	fputs("–", r->md);
}

/* ---- the table ---- */

/* What the others are compared with: the pool, or else the cheapest. */
static const struct pvq_cost_of *peers_base(const struct pvq_costs *costs)
{
	const struct pvq_cost_of *pool = pvq_costs_find(costs, "pool_unordered");

	return pool && pool->cost[PVQ_COST_DISPATCH].n ? pool : &costs->of[0];
}

static void peers_write_metg(const struct pvq_report *r, const char *impl)
{
	const struct pvq_trait *trait = pvq_traits_find(r->traits, impl);

	if (trait && trait->metg_place)
		pvq_report_metg(r, trait);
	else
		fputs("–", r->md);
}

static void peers_write_time(const struct pvq_report *r, const struct pvq_estimate *e)
{
	if (e->n)
		fputs(pvq_text_ns_interval(e->median, e->lo, e->hi).s, r->md);
	else
		fputs("–", r->md);
}

/* The time per empty item at the other levels of the machine's state. */
static void peers_write_levels(
	const struct pvq_report *r, const struct pvq_costs *costs, const struct pvq_cost_of *of)
{
	const struct pvq_levels *levels = &costs->state.levels;

	for (size_t i = 0; levels->count > 1 && i < levels->count; i++) {
		const struct pvq_estimate *e = &of->level[i];

		if (isnan(e->lo) || e->n == 0 || e->median == of->cost[PVQ_COST_DISPATCH].median)
			continue;
		fprintf(r->md, "; %s ", pvq_state_name(&costs->state, (int)i));
		peers_write_time(r, e);
	}
}

/* "16.0 µs → 2.40 µs at 100": a short item, with the default chunk size and with the best one. */
static void peers_write_short(const struct pvq_report *r, const char *impl)
{
	const struct pvq_trait *trait = pvq_traits_find(r->traits, impl);

	if (!trait || !trait->short_ns.n) {
		fputs("–", r->md);
		return;
	}
	fputs(pvq_text_ns(trait->short_ns.median).s, r->md);
	if (trait->short_best_ns.median < trait->short_ns.median)
		fprintf(r->md, " → %s at %u", pvq_text_ns(trait->short_best_ns.median).s,
			trait->best_chunk);
}

static void peers_row(const struct pvq_report *r, const struct pvq_costs *costs,
	const struct pvq_cost_of *of, const struct pvq_cost_of *base, const struct lines *lines,
	size_t count)
{
	const struct pvq_impl *impl = pvq_registry_get(r->summary->registry, of->impl);
	const struct pvq_estimate *dispatch = &of->cost[PVQ_COST_DISPATCH],
				  *memory = &of->cost[PVQ_COST_MEMORY];
	const char *mark = impl && !pvq_impl_is_peer(impl) ? "**" : "";

	fprintf(r->md, "| %s", mark);
	pvq_text_md(r->md, of->impl);
	fprintf(r->md, "%s | ", mark);
	peers_write_time(r, dispatch);
	peers_write_levels(r, costs, of);
	fprintf(r->md, " | %s | ",
		dispatch->n ? pvq_text_number(dispatch->median / base->cost[PVQ_COST_DISPATCH].median).s
			    : "–");
	peers_write_metg(r, of->impl);
	fputs(" | ", r->md);
	if (r->traits->short_label[0]) {
		peers_write_short(r, of->impl);
		fputs(" | ", r->md);
	}
	peers_write_time(r, &of->cost[PVQ_COST_COLD]);
	if (memory->n)
		fprintf(r->md, " | %s MiB (%u) | ", pvq_text_number(memory->median / 1024).s,
			of->processes);
	else
		fputs(" | – | ", r->md);
	peers_write_lines(r, of->impl, lines, count);
	fputs(" |\n", r->md);
}

static void peers_unavailable(const struct pvq_report *r, const struct pvq_costs *costs)
{
	int any = 0;

	for (size_t i = 0; i < costs->count; i++) {
		const struct pvq_cost_of *of = &costs->of[i];

		if (of->cost[PVQ_COST_DISPATCH].n || !of->reason[0])
			continue;
		fputs(any++ ? "; " : "Not measured: ", r->md);
		pvq_text_md(r->md, of->impl);
		fputs(": ", r->md);
		pvq_text_md(r->md, of->reason);
	}
	fputs(any ? ".\n\n" : "", r->md);
}

/* "whole run of pthreadpool, 12.6 ms (3.8–16.4), from 2.73 ms to 17.5 ms" */
static int peers_unsteady_cost(const struct pvq_report *r, const struct pvq_costs *costs,
	enum pvq_cost cost, const char *words, int any)
{
	for (size_t i = 0; i < costs->count; i++) {
		const struct pvq_estimate *e = &costs->of[i].cost[cost];

		if (!e->n || isnan(e->lo) || e->hi < UNSTEADY_COST * e->lo)
			continue;
		fprintf(r->md, "%s%s of ",
			any++ ? "; " : "Unsteady, by the interval of the median: ", words);
		pvq_text_md(r->md, costs->of[i].impl);
		fprintf(r->md, ", %s, from %s to %s", pvq_text_ns_interval(e->median, e->lo, e->hi).s,
			pvq_text_ns(e->min).s, pvq_text_ns(e->max).s);
	}
	return any;
}

static void peers_unsteady_costs(const struct pvq_report *r, const struct pvq_costs *costs)
{
	int any = peers_unsteady_cost(r, costs, PVQ_COST_DISPATCH, "time per empty item", 0);

	any = peers_unsteady_cost(r, costs, PVQ_COST_COLD, "whole run", any);
	fputs(any ? ".\n\n" : "", r->md);
}

static void peers_legend(const struct pvq_report *r, const struct pvq_costs *costs)
{
	fprintf(r->md,
		"#### How to read it\n\n- **Empty item**: time per empty item, which is the map time of `noop` divided by its "
		"items, of which there are %d or as many as keep a strategy busy for %d ms. It "
		"measures throughput: where items are handed over several at a time, "
		"a single one takes longer from hand to hand. ×: the ratio to `%s`.\n- **METG(50%%)**, "
		"the minimum effective task granularity: the smallest task that spends half of its "
		"core time on its own work. The figure is this core time, cores × map time / items. "
		"Its own work is what serial takes for it, half of the figure. On 2 cores, then, it is "
		"where a strategy is just as fast as serial. Each strategy is measured on lengths "
		"around its own cost, with %llu items or more. *At most*: even the shortest length was "
		"half work. *Not reached*: even the longest was not. Where workers fall asleep between "
		"tasks and must be woken, METG is far above the time per empty item.\n- **Whole run**: "
		"from the start of the process to its exit, with one empty item per worker; start-up, "
		"interpreter and imports are included. Serial's figure is what every trial within pvq "
		"takes for starting, reading its arguments and checking; a peer's is a smaller "
		"program.\n",
		PVQ_EMPTY_ITEMS_MIN, PVQ_EMPTY_MS, peers_base(costs)->impl,
		(unsigned long long)r->traits->metg_items);
	if (r->traits->short_label[0])
		fprintf(r->md,
			"- **Short item**: map time per item of `%s` with the default chunk size, and → "
			"the lowest median of all sizes. *What does the chunk size decide?*, below, "
			"has all sizes.\n",
			r->traits->short_label);
	fputs("- **Memory**, in brackets the number of processes: of all its processes together "
	      "while every worker has a task, each shared page split among its processes (PSS). "
	      "pvq's own strategies run within pvq, with the libraries of its driver and report; a "
	      "peer runs in a smaller program.\n- **Lines** of code in the strategy's file, without "
	      "comments; in brackets, with the files of this project that it builds on. The code of "
	      "libraries does not count. What ties a language to the contract is included for Go and "
	      "Rust, and in brackets for Python.\n- **–**: not measured, or nothing to compare with: "
	      "METG needs serial.\n\n",
		r->md);
}

int pvq_costs_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_costs *costs = data;
	const struct pvq_cost_of *base = peers_base(costs);
	size_t count;
	struct lines *lines = peers_read_lines(r->dir, &count);

	fprintf(r->md,
		"## What a user would pick instead\n\nEvery strategy with %u worker%s, one per core; "
		"serial ones have one. pvq's own are in bold; the others are the alternatives. ",
		costs->workers, costs->workers == 1 ? "" : "s");
	fputs("All run the same compiled tasks under the same driver, which checks every result. "
	      "They differ in how tasks are handed out and results come back.\n\n",
		r->md);
	pvq_report_figure(
		r, "costs", NULL, 0, "Time per empty item, METG and whole run, one row per strategy");
	fprintf(r->md,
		"\n| Strategy | Empty item | × | METG(50%%) |%s Whole run | Memory | Lines "
		"|\n|:--|--:|--:|--:|%s--:|--:|--:|\n",
		r->traits->short_label[0] ? " Short item, by chunk size |" : "",
		r->traits->short_label[0] ? "--:|" : "");
	for (size_t i = 0; i < costs->count; i++)
		if (costs->of[i].cost[PVQ_COST_DISPATCH].n)
			peers_row(r, costs, &costs->of[i], base, lines, count);
	fputs("\n", r->md);
	peers_unavailable(r, costs);
	peers_unsteady_costs(r, costs);
	peers_legend(r, costs);
	free(lines);
	return 0;
}

/* ---- wall time versus cores ---- */

/* With one worker per core; it may have no good trial. */
static const struct pvq_cell *peers_cell(
	const struct pvq_report *r, const struct pvq_work *work, const char *impl, unsigned cores)
{
	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &r->summary->cell[c];

		if (strcmp(cell->key->impl, impl) == 0 && cell->key->cores == cores &&
			cell->key->workers == cores)
			return cell;
	}
	return NULL;
}

/* How a cell ended of which no trial ended well; NULL: some did. */
static const char *peers_fate(const struct pvq_cell *cell, const char **reason)
{
	for (int status = PVQ_OK + 1; !cell->ok && status < PVQ_STATUSES; status++)
		if (cell->status[status]) {
			*reason = pvq_cell_reason(cell, (enum pvq_status)status);
			return pvq_status_name((enum pvq_status)status);
		}
	return NULL;
}

/* The map time, and how much faster than serial in the same blocks. */
static void peers_write_cell(
	const struct pvq_report *r, const struct pvq_work *work, const struct pvq_cell *cell)
{
	const struct pvq_estimate *map;
	const char *fate, *reason;

	if (!cell) {
		fputs(" – |", r->md);
		return;
	}
	fate = peers_fate(cell, &reason);
	if (fate) {
		fprintf(r->md, " %s |", fate);
		return;
	}
	map = &cell->metric[PVQ_MAP_NS];
	fprintf(r->md, " %s%s", pvq_text_ns(map->median).s,
		pvq_harness_share(work, cell) > PVQ_HARNESS_SHARE ? " †" : "");
	if (work->base && !cell->baseline) {
		struct pvq_comparison up = pvq_cells_compare(work->base, cell, PVQ_MAP_NS, PVQ_ALPHA);

		fprintf(r->md, ", ×%s", pvq_text_ratio_interval(up.ratio, up.lo, up.hi).s);
	}
	fputs(" |", r->md);
}

/* Whether anything of it was measured or tried; those that lack a package were not. */
static int peers_in_table(
	const struct pvq_report *r, const struct pvq_work *work, const struct pvq_cost_of *of)
{
	for (size_t k = 0; of->cost[PVQ_COST_DISPATCH].n && k < work->core_counts; k++)
		if (peers_cell(r, work, of->impl, work->cores[k]))
			return 1;
	return 0;
}

static void peers_time_rows(
	const struct pvq_report *r, const struct pvq_costs *costs, const struct pvq_work *work)
{
	for (size_t i = 0; i < costs->count; i++) {
		const struct pvq_cost_of *of = &costs->of[i];

		if (!peers_in_table(r, work, of))
			continue;
		fputs("| ", r->md);
		pvq_text_md(r->md, of->impl);
		fputs(" |", r->md);
		for (size_t k = 0; k < work->core_counts; k++)
			peers_write_cell(r, work, peers_cell(r, work, of->impl, work->cores[k]));
		fputs("\n", r->md);
	}
	fputs("\n", r->md);
}

/* Below a table: why some have no figure, each once. */
static void peers_reasons(
	const struct pvq_report *r, const struct pvq_costs *costs, const struct pvq_work *work)
{
	int any = 0;

	for (size_t i = 0; i < costs->count; i++) {
		const struct pvq_cost_of *of = &costs->of[i];
		const char *reason = NULL;

		for (size_t k = 0; peers_in_table(r, work, of) && k < work->core_counts && !reason; k++) {
			const struct pvq_cell *cell = peers_cell(r, work, of->impl, work->cores[k]);

			if (cell)
				(void)peers_fate(cell, &reason);
		}
		if (!reason)
			continue;
		fputs(any++ ? "; " : "", r->md);
		pvq_text_md(r->md, of->impl);
		fputs(": ", r->md);
		pvq_text_md(r->md, reason);
	}
	fputs(any ? ".\n\n" : "", r->md);
}

/* Below a table: medians that hide more than they tell, since a strategy was fast in some blocks and slow in others. */
static void peers_unsteady(
	const struct pvq_report *r, const struct pvq_costs *costs, const struct pvq_work *work)
{
	int any = 0;

	for (size_t i = 0; i < costs->count; i++)
		for (size_t k = 0; k < work->core_counts; k++) {
			const struct pvq_cell *cell =
				peers_cell(r, work, costs->of[i].impl, work->cores[k]);
			const struct pvq_estimate *map = cell ? &cell->metric[PVQ_MAP_NS] : NULL;

			if (!map || !cell->ok || isnan(map->lo) || map->hi < UNSTEADY * map->lo)
				continue;
			fputs(any++ ? "; " : "Unsteady between blocks, by the interval of the median: ",
				r->md);
			pvq_text_md(r->md, cell->key->impl);
			fprintf(r->md, " on %u core%s, %s", work->cores[k], work->cores[k] == 1 ? "" : "s",
				pvq_text_ns_interval(map->median, map->lo, map->hi).s);
		}
	fputs(any ? ".\n\n" : "", r->md);
}

static void peers_time_table(
	const struct pvq_report *r, const struct pvq_costs *costs, const struct pvq_work *work)
{
	fputs("#### ", r->md);
	pvq_text_md(r->md, work->label);
	fprintf(r->md, "\n\n%llu items.\n\n| Strategy |", (unsigned long long)work->key->n);
	for (size_t k = 0; k < work->core_counts; k++)
		fprintf(r->md, " %u core%s |", work->cores[k], work->cores[k] == 1 ? "" : "s");
	fputs("\n|:--|", r->md);
	for (size_t k = 0; k < work->core_counts; k++)
		fputs("--:|", r->md);
	fputs("\n", r->md);
	peers_time_rows(r, costs, work);
	peers_reasons(r, costs, work);
	peers_unsteady(r, costs, work);
}

/* Whether some strategy has cells that differ in their chunk alone. */
static int peers_has_chunks(const struct pvq_summary *s)
{
	unsigned varies = 0;

	for (size_t i = 0; i < s->series_count; i++)
		varies |= s->series[i].varies;
	return (varies & PVQ_VARIES_CHUNK) != 0;
}

int pvq_costs_time_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_costs *costs = data;

	fputs("## Wall time versus cores, strategy by strategy\n\n", r->md);
	pvq_report_figure(
		r, "peers", NULL, 0, "Wall time versus cores: one row per strategy, one panel per task");
	fputs("\nMap time on waiting workers, one per core. ×: times as fast as serial in the same "
	      "blocks, with the 95 % interval. Strategies are sorted by their time per empty item. "
	      "†: more than 1 % of the time is the harness's own work. It is the same for all, and "
	      "without it the ratios would be wider.\n\nOn 1 core the process that hands out and "
	      "collects takes turns with the one worker, and every turn is a context switch; on more "
	      "cores they run at the same time. So the second core may more than halve the time. "
	      "Where the caller is the worker (OpenMP, oneTBB, pthreadpool, and joblib with one "
	      "worker) there are no turns to take.\n\n",
		r->md);
	if (peers_has_chunks(r->summary))
		fputs("Of several chunk sizes a row has the automatic one, or else the smallest; summary.csv "
		      "has all.\n\n",
			r->md);
	for (size_t w = 0; w < r->summary->works; w++)
		peers_time_table(r, costs, &r->summary->work[w]);
	return 0;
}
