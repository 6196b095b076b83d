/* figures_cpu.c: small items that compute: dispatch (item, bare), granularity (METG), throughput, balance (skew).
 *
 * There is one worker, or thread, a core. The pool's caller is an extra process; the threads' caller is one of them.
 * The time per empty item and METG are those of every report: trials of pvq (pool/trial.h). The others are of the bare
 * interfaces, without the harness's consumer (pool/runner.h).
 */
#include "drive/empty.h"
#include "pool/figures.h"
#include "pool/work.h"
#include "stats/metg.h"
#include "tasks/kernel.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The runners or strategies of a group; the peer comes after the two pools. */
enum { ORDERED, UNORDERED, PEER, RUNNERS };

static const char *const order_name[] = {"ordered", "unordered"};

/* Adds the cell for each of the runners. */
static void add_runners(struct pool_sheet *s, const char *peer, struct pool_cell cell)
{
	const char *const who[RUNNERS] = {"pool_ordered", "pool_unordered", peer};

	for (unsigned i = 0; i < RUNNERS; i++) {
		cell.who = who[i];
		pool_sheet_add(s, cell);
	}
}

/* ---- item and bare: the cost of dispatch ---- */

/* Prints times per item, of cells 0 to 2. floor_ns: cheap enough, whatever the peer takes. */
static void empty_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab,
	const char *name, const char *target_text, double floor_ns)
{
	for (unsigned o = 0; o < PEER; o++) {
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "ns",
			.peer_name = "OpenMP dynamic",
			.margin_unit = "",
			.target = 1,
			.target_text = target_text,
		};

		snprintf(finding.what, sizeof(finding.what), "%s, %s", name, order_name[o]);
		pool_split_two(&v.split, s, lab, o, PEER);
		for (unsigned b = 0; b < s->blocks; b++) {
			v.ours[b] = pvq_empty_ns(s->value[o][b], s->cell[o].n);
			v.peer[b] = pvq_empty_ns(s->value[PEER][b], s->cell[PEER].n);
			v.margin[b] = v.ours[b] / fmax(v.peer[b], floor_ns);
		}
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

static void item_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	add_runners(s, "openmp_dynamic",
		(struct pool_cell){
			.measure = POOL_MEASURE_TRIAL, .work = PVQ_EMPTY_TASK, .workers = lab->cores});
}

static void item_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	empty_print(t, s, lab, "empty item", "≤ 1 of peer", 0);
}

const struct pool_figure pool_figure_item = {
	.name = "item",
	.rows = "dispatch.csv",
	.by_level = 1,
	.summary = "time per empty item, as in reports, against OpenMP schedule(dynamic,1)",
	.plan = item_plan,
	.print = item_print,
};

static void bare_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	add_runners(s, "openmp",
		(struct pool_cell){
			.measure = POOL_MEASURE_MAP, .work = "noop", .workers = lab->cores, .n = 3000000});
}

static void bare_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	empty_print(t, s, lab, "bare empty item", "≤ 1 of peer, or 20 ns", 20);
}

const struct pool_figure pool_figure_bare = {
	.name = "bare",
	.by_level = 1,
	.summary = "the same without the harness's consumer, in a warm pool: the bare interface",
	.plan = bare_plan,
	.print = bare_print,
};

/* ---- metg: how small a task may be ---- */

/* The two pools and their peers are fast: all are measured in this range, with the lengths up to a tenth of its longest. */
enum { METG_RANGE = 0, METG_GRAINS = PVQ_METG_GRAINS - 2 * PVQ_METG_WIDE };

static const struct {
	const char *who, *name;
	double target;
	const char *target_text;
} metg_peer[] = {
	{"tbb_for", "oneTBB simple", 1, "≤ 1 of peer"},
	{"openmp_dynamic", "OpenMP dynamic", 1, "≤ 1 of peer"},
	{"pthreadpool", "pthreadpool", 1.2, "≤ 1.2 of peer"},
	{"rust_rayon", "rayon", 1.2, "≤ 1.2 of peer"},
};

enum { METG_PEERS = sizeof(metg_peer) / sizeof(metg_peer[0]) };

/* A group a grain: serial, the two pools, then the peers. */
enum {
	METG_SERIAL,
	METG_POOLS,
	METG_FIRST_PEER = METG_POOLS + PEER,
	METG_CELLS = METG_FIRST_PEER + METG_PEERS
};

static void metg_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned g = 0; g < METG_GRAINS; g++) {
		struct pool_cell cell = {
			.measure = POOL_MEASURE_TRIAL,
			.who = "serial",
			.workers = 1,
			.n = pvq_metg_items(METG_RANGE, lab->cores),
			.group = g,
		};

		snprintf(cell.work, sizeof(cell.work), "spin:ns=%.0f,rate=%" PRIu64,
			pvq_metg_length_ns(METG_RANGE, g, lab->cores), lab->rate);
		pool_sheet_add(s, cell);
		cell.workers = lab->cores;
		add_runners(s, metg_peer[0].who, cell);
		for (unsigned p = 1; p < METG_PEERS; p++) {
			cell.who = metg_peer[p].who;
			pool_sheet_add(s, cell);
		}
	}
}

/* The blocks of every grain at one level. */
struct metg_part {
	const char *name;
	size_t blocks; /* of the grain that has fewest */
	const struct pool_part *grain[METG_GRAINS];
};

/* Copies the cells of one runner at every grain, in the blocks of these parts; the others are NAN. part NULL: all. */
static void metg_copy(
	double *ns, const struct pool_sheet *s, const struct pool_part *const *part, unsigned place)
{
	for (unsigned g = 0; g < METG_GRAINS; g++, ns += s->blocks) {
		const double *value = s->value[g * METG_CELLS + place];

		for (unsigned b = 0; b < s->blocks; b++)
			ns[b] = part ? (double)NAN : value[b];
		for (size_t i = 0; part && i < part[g]->count; i++)
			ns[part[g]->block[i]] = value[part[g]->block[i]];
	}
}

/* Our METG divided by the peer's: medians of serial, of ours and of the peer. */
static double metg_ratio(const double *median, void *ctx)
{
	const struct pvq_metg_ramp *ramp = ctx;

	for (size_t i = 0; i < 3 * ramp->grains; i++)
		if (isnan(median[i]))
			return NAN;
	return pvq_metg(median, median + ramp->grains, ramp) /
	       pvq_metg(median, median + 2 * ramp->grains, ramp);
}

/* The granularity of the shortest items: METG may be smaller than that. */
static double metg_least(const struct pool_sheet *s, const struct pool_part *part, unsigned place,
	const struct pvq_metg_ramp *ramp)
{
	double shortest[POOL_SHEET_BLOCKS];

	for (size_t i = 0; i < part->count; i++)
		shortest[i] = s->value[place][part->block[i]];
	return pvq_metg_granularity(pvq_estimate(shortest, part->count, PVQ_ALPHA).median, ramp);
}

/* Fills in the estimates at one level, of two places in a grain's cells. Serial runs on one core, and belongs to every level. 0 or -ENOMEM. */
static int metg_estimate(struct pool_estimates *at, const struct pool_sheet *s,
	const struct metg_part *part, const struct pool_lab *lab, unsigned ours, unsigned peer)
{
	struct pvq_metg_ramp ramp = {.grains = METG_GRAINS, .cores = lab->cores, .n = (double)s->cell[0].n};
	size_t cells = METG_GRAINS, third = cells * s->blocks;
	struct pvq_blocks blocks = {.blocks = s->blocks, .ns = calloc(3 * third + 1, sizeof(double))};
	double *ns = blocks.ns;
	int ret;

	if (!ns)
		return -ENOMEM;
	*at = (struct pool_estimates){.level = part->name,
		.blocks = part->blocks,
		.ours_least = metg_least(s, part->grain[0], ours, &ramp),
		.peer_least = metg_least(s, part->grain[0], peer, &ramp)};
	metg_copy(ns, s, NULL, METG_SERIAL);
	metg_copy(ns + third, s, part->grain, peer);
	blocks.cells = 2 * cells;
	ret = pvq_metg_estimate(&blocks, &ramp, lab->seed, &at->peer, NULL);
	metg_copy(ns + third, s, part->grain, ours);
	if (ret == 0)
		ret = pvq_metg_estimate(&blocks, &ramp, lab->seed, &at->ours, NULL);
	metg_copy(ns + 2 * third, s, part->grain, peer);
	blocks.cells = 3 * cells;
	if (ret == 0)
		ret = pvq_resample(&blocks, metg_ratio, &ramp, PVQ_ALPHA, lab->seed, &at->margin);
	pvq_blocks_free(&blocks);
	return ret;
}

/* The parts of that name at every grain. 0, or -ENOENT: a grain has too few blocks there. */
static int metg_part_find(
	struct metg_part *part, const struct pool_split split[METG_GRAINS], const char *name)
{
	*part = (struct metg_part){.name = name, .blocks = SIZE_MAX};
	for (unsigned g = 0; g < METG_GRAINS; g++) {
		for (size_t p = 0; p < split[g].parts; p++)
			if (strcmp(split[g].part[p].name, name) == 0)
				part->grain[g] = &split[g].part[p];
		if (!part->grain[g])
			return -ENOENT;
		part->blocks = part->grain[g]->count < part->blocks ? part->grain[g]->count : part->blocks;
	}
	return 0;
}

/* Each grain's blocks are sorted by the level of that grain's trials, as the groups of a run are. */
static int metg_settle(struct pool_finding *f, const struct pool_sheet *s, const struct pool_lab *lab,
	unsigned ours, unsigned peer)
{
	struct pool_split split[METG_GRAINS];
	struct metg_part part;
	int ret = 0;

	for (unsigned g = 0; g < METG_GRAINS; g++) {
		unsigned cell[METG_CELLS];

		for (unsigned i = 0; i < METG_CELLS; i++)
			cell[i] = g * METG_CELLS + i;
		pool_split_cells(&split[g], s, lab, cell, METG_CELLS);
	}
	for (size_t p = 0; ret == 0 && p < split[0].parts; p++)
		if (metg_part_find(&part, split, split[0].part[p].name) == 0)
			ret = metg_estimate(&f->at[f->levels++], s, &part, lab, ours, peer);
	if (ret || f->levels)
		return ret;
	for (unsigned g = 0; g < METG_GRAINS; g++)
		pool_split_mixed(&split[g], s->blocks);
	(void)metg_part_find(&part, split, split[0].part[0].name);
	return metg_estimate(&f->at[f->levels++], s, &part, lab, ours, peer);
}

static void metg_beside(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab,
	unsigned order, unsigned peer)
{
	struct pool_finding finding = {
		.unit = "ns",
		.peer_name = metg_peer[peer].name,
		.margin_unit = "",
		.target = metg_peer[peer].target,
		.target_text = metg_peer[peer].target_text,
	};

	snprintf(finding.what, sizeof(finding.what), "METG(50%%), %s, beside %s", order_name[order],
		metg_peer[peer].name);
	if (metg_settle(&finding, s, lab, METG_POOLS + order, METG_FIRST_PEER + peer))
		pool_table_failed(t, finding.what);
	else
		pool_table_rows(t, &finding);
}

static void metg_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned p = 0; p < METG_PEERS; p++)
		for (unsigned o = 0; o < PEER; o++)
			metg_beside(t, s, lab, o, p);
}

const struct pool_figure pool_figure_metg = {
	.name = "metg",
	.rows = "grain.csv",
	.blocks_times = 3,
	.by_level = 1,
	.summary =
		"smallest task with an efficiency of half, as in reports, against oneTBB, OpenMP, pthreadpool and rayon",
	.plan = metg_plan,
	.print = metg_print,
};

/* ---- throughput: tasks of 0.3 to 2 microseconds ---- */

/* A cell whose items last some 50 ms on all cores, with room for the cost of their dispatch. */
static struct pool_cell spin_cell(const struct pool_lab *lab, double ns)
{
	return (struct pool_cell){
		.measure = POOL_MEASURE_MAP,
		.work = "spin",
		.workers = lab->cores,
		.n = (uint64_t)(50e6 * lab->cores / (ns + 30 * lab->cores)),
		.arg = pvq_kernel_steps(ns, lab->rate),
	};
}

static const double throughput_ns[] = {300, 500, 1000, 2000};

enum { THROUGHPUT_SIZES = sizeof(throughput_ns) / sizeof(throughput_ns[0]) };

static void throughput_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned i = 0; i < THROUGHPUT_SIZES; i++) {
		struct pool_cell cell = spin_cell(lab, throughput_ns[i]);

		cell.group = i;
		add_runners(s, "pthreadpool", cell);
	}
}

static void throughput_size(const struct pool_table *t, const struct pool_sheet *s,
	const struct pool_lab *lab, unsigned size, unsigned order)
{
	unsigned ours = size * RUNNERS + order, peer = size * RUNNERS + PEER;
	double n = (double)s->cell[ours].n;
	struct pool_values v;
	struct pool_finding finding = {
		.unit = "M/s",
		.peer_name = "pthreadpool",
		.margin_unit = "",
		.target = 0.9,
		.target_text = "≥ 0.9 of peer",
		.at_least = 1,
	};

	snprintf(finding.what, sizeof(finding.what), "%g µs tasks, %s", throughput_ns[size] / 1000,
		order_name[order]);
	pool_split_two(&v.split, s, lab, ours, peer);
	for (unsigned b = 0; b < s->blocks; b++) {
		v.ours[b] = n / s->value[ours][b] * 1000;
		v.peer[b] = n / s->value[peer][b] * 1000;
		v.margin[b] = v.ours[b] / v.peer[b];
	}
	pool_finding_settle(&finding, &v);
	pool_table_rows(t, &finding);
}

static void throughput_print(
	const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned i = 0; i < THROUGHPUT_SIZES; i++)
		for (unsigned o = 0; o < PEER; o++)
			throughput_size(t, s, lab, i, o);
}

const struct pool_figure pool_figure_throughput = {
	.name = "throughput",
	.by_level = 1,
	.summary = "tasks of 0.3 to 2 µs per second, against pthreadpool",
	.plan = throughput_plan,
	.print = throughput_print,
};

/* ---- skew: uneven tasks ---- */

/* 20,000 items of 10 microseconds on average. */
static void skew_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	add_runners(s, "serial",
		(struct pool_cell){.measure = POOL_MEASURE_MAP,
			.work = "skew",
			.workers = lab->cores,
			.n = 20000,
			.arg = pvq_kernel_steps(10000, lab->rate)});
}

/* The least share of the serial time that any schedule needs: the longest item, or an equal part of the work for each
 * core. -1: out of memory. */
static double skew_share(const struct pool_cell *cell, unsigned cores)
{
	uint64_t *steps = calloc(cell->n, sizeof(*steps)), longest = 0, sum = 0;

	if (!steps)
		return -1;
	pool_work_skew.fill(steps, cell->n, cell->arg, 1);
	for (uint64_t i = 0; i < cell->n; i++) {
		longest = steps[i] > longest ? steps[i] : longest;
		sum += steps[i];
	}
	free(steps);
	return fmax((double)longest / (double)sum, 1.0 / cores);
}

static void skew_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	double share = skew_share(&s->cell[PEER], lab->cores);

	for (unsigned o = 0; o < PEER; o++) {
		struct pool_values v;
		struct pool_finding finding = {
			.unit = "ms",
			.peer_name = "best schedule",
			.margin_unit = "",
			.target = 1.05,
			.target_text = "≤ 1.05 of best",
		};

		snprintf(finding.what, sizeof(finding.what), "skewed tasks, %s", order_name[o]);
		pool_split_two(&v.split, s, lab, o, PEER);
		for (unsigned b = 0; b < s->blocks; b++) {
			v.ours[b] = s->value[o][b] / 1e6;
			v.peer[b] = s->value[PEER][b] * share / 1e6;
			v.margin[b] = v.ours[b] / v.peer[b];
		}
		pool_finding_settle(&finding, &v);
		pool_table_rows(t, &finding);
	}
}

const struct pool_figure pool_figure_skew = {
	.name = "skew",
	.summary = "uneven tasks against max(longest task, serial time / cores)",
	.plan = skew_plan,
	.print = skew_print,
};
