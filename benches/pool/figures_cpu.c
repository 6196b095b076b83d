/* figures_cpu.c: small items that compute: dispatch (noop), granularity (METG), throughput, balance (skew).
 *
 * There is one worker, or thread, a core. The pool's caller is an extra process; the threads' caller is one of them.
 */
#include "pool/figures.h"
#include "pool/work.h"
#include "stats/metg.h"
#include "tasks/kernel.h"

#include <math.h>
#include <stdlib.h>

/* The runners of a group; the peer comes after the two pools. */
enum { ORDERED, UNORDERED, PEER, RUNNERS };

static const char *const order_name[] = {"ordered", "unordered"};

static unsigned add_group(struct pool_sheet *s, const char *peer, struct pool_cell cell)
{
	const char *const who[RUNNERS] = {"pool_ordered", "pool_unordered", peer};
	unsigned first = s->cells;

	cell.measure = POOL_MEASURE_MAP;
	cell.group = s->groups;
	for (unsigned i = 0; i < RUNNERS; i++) {
		cell.who = who[i];
		pool_sheet_add(s, cell);
	}
	return first;
}

/* ---- noop: the cost of dispatch ---- */

static const double noop_floor_ns = 20; /* cheap enough, whatever the peer takes */

static void noop_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	add_group(s, "openmp", (struct pool_cell){.work = "noop", .workers = lab->cores, .n = 3000000});
}

static void noop_print(FILE *f, const struct pool_sheet *s, const struct pool_lab *lab)
{
	double n = (double)s->cell[0].n;

	(void)lab;
	for (unsigned o = 0; o < PEER; o++) {
		struct pool_finding finding = {
			.n = s->blocks,
			.unit = "ns",
			.peer_name = "OpenMP dynamic",
			.margin_unit = "",
			.target = 1,
			.target_text = "≤ 1 of peer, or 20 ns",
		};

		snprintf(finding.what, sizeof(finding.what), "noop, %s", order_name[o]);
		for (unsigned b = 0; b < s->blocks; b++) {
			finding.ours[b] = s->value[o][b] / n;
			finding.peer[b] = s->value[PEER][b] / n;
			finding.margin[b] = finding.ours[b] / fmax(finding.peer[b], noop_floor_ns);
		}
		pool_finding_print(f, &finding);
	}
}

const struct pool_figure pool_figure_noop = {
	.name = "noop",
	.summary = "time per empty task, against OpenMP schedule(dynamic,1)",
	.plan = noop_plan,
	.print = noop_print,
};

/* ---- spin: equal tasks of some length ---- */

/* A cell whose items last some 50 ms on all cores, with room for the cost of their dispatch. */
static struct pool_cell spin_cell(const struct pool_lab *lab, double ns)
{
	return (struct pool_cell){
		.work = "spin",
		.workers = lab->cores,
		.n = (uint64_t)(50e6 * lab->cores / (ns + 30 * lab->cores)),
		.arg = pvq_kernel_steps(ns, lab->rate),
	};
}

/* ---- metg: how small a task may be ---- */

static const double metg_ns[] = {10, 20, 40, 60, 80, 120, 200, 400, 1000};

enum { METG_SIZES = sizeof(metg_ns) / sizeof(metg_ns[0]) };

/* Each block also measures the peak for the efficiency: one long chain a core, on all cores at the same time, with
 * nothing dispatched. It is cell METG_SIZES * RUNNERS. */
static void metg_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	struct pool_cell peak = {
		.measure = POOL_MEASURE_MAP,
		.who = "openmp",
		.work = "spin",
		.workers = lab->cores,
		.n = lab->cores,
		.arg = pvq_kernel_steps(50e6, lab->rate),
		.group = METG_SIZES,
	};

	for (unsigned i = 0; i < METG_SIZES; i++)
		add_group(s, "tbb", spin_cell(lab, metg_ns[i]));
	pool_sheet_add(s, peak);
}

/* Steps per nanosecond on all cores together. */
static double spin_speed(const struct pool_sheet *s, unsigned cell, unsigned block)
{
	return (double)s->cell[cell].n * (double)s->cell[cell].arg / s->value[cell][block];
}

/* METG(50%) of one runner in one block. */
static double metg_of(const struct pool_sheet *s, unsigned cores, unsigned runner, unsigned block)
{
	double peak = spin_speed(s, METG_SIZES * RUNNERS, block);
	double granularity[METG_SIZES], efficiency[METG_SIZES];

	for (unsigned i = 0; i < METG_SIZES; i++) {
		unsigned cell = i * RUNNERS + runner;

		granularity[i] = s->value[cell][block] * cores / (double)s->cell[cell].n;
		efficiency[i] = spin_speed(s, cell, block) / peak;
	}
	return pvq_metg(granularity, efficiency, METG_SIZES, 0.5);
}

static void metg_print(FILE *f, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned o = 0; o < PEER; o++) {
		struct pool_finding finding = {
			.n = s->blocks,
			.unit = "ns",
			.peer_name = "oneTBB simple",
			.margin_unit = "",
			.target = 1,
			.target_text = "≤ 1 of peer",
		};

		snprintf(finding.what, sizeof(finding.what), "METG(50%%), %s", order_name[o]);
		for (unsigned b = 0; b < s->blocks; b++) {
			double ratio;

			finding.ours[b] = metg_of(s, lab->cores, o, b);
			finding.peer[b] = metg_of(s, lab->cores, PEER, b);
			ratio = finding.ours[b] / finding.peer[b];
			finding.margin[b] =
				isnan(ratio) ? INFINITY : ratio; /* never reached: the target is not met */
		}
		pool_finding_print(f, &finding);
	}
}

const struct pool_figure pool_figure_metg = {
	.name = "metg",
	.summary = "smallest task with an efficiency of half, against oneTBB (simple partitioner, grain 1)",
	.plan = metg_plan,
	.print = metg_print,
};

/* ---- throughput: tasks of 0.3 to 2 microseconds ---- */

static const double throughput_ns[] = {300, 500, 1000, 2000};

enum { THROUGHPUT_SIZES = sizeof(throughput_ns) / sizeof(throughput_ns[0]) };

static void throughput_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned i = 0; i < THROUGHPUT_SIZES; i++)
		add_group(s, "pthreadpool", spin_cell(lab, throughput_ns[i]));
}

static void throughput_size(FILE *f, const struct pool_sheet *s, unsigned size, unsigned order)
{
	unsigned ours = size * RUNNERS + order, peer = size * RUNNERS + PEER;
	double n = (double)s->cell[ours].n;
	struct pool_finding finding = {
		.n = s->blocks,
		.unit = "M/s",
		.peer_name = "pthreadpool",
		.margin_unit = "",
		.target = 0.9,
		.target_text = "≥ 0.9 of peer",
		.at_least = 1,
	};

	snprintf(finding.what, sizeof(finding.what), "%g µs tasks, %s", throughput_ns[size] / 1000,
		order_name[order]);
	for (unsigned b = 0; b < s->blocks; b++) {
		finding.ours[b] = n / s->value[ours][b] * 1000;
		finding.peer[b] = n / s->value[peer][b] * 1000;
		finding.margin[b] = finding.ours[b] / finding.peer[b];
	}
	pool_finding_print(f, &finding);
}

static void throughput_print(FILE *f, const struct pool_sheet *s, const struct pool_lab *lab)
{
	(void)lab;
	for (unsigned i = 0; i < THROUGHPUT_SIZES; i++)
		for (unsigned o = 0; o < PEER; o++)
			throughput_size(f, s, i, o);
}

const struct pool_figure pool_figure_throughput = {
	.name = "throughput",
	.summary = "tasks of 0.3 to 2 µs per second, against pthreadpool",
	.plan = throughput_plan,
	.print = throughput_print,
};

/* ---- skew: uneven tasks ---- */

/* 20,000 items of 10 microseconds on average. */
static void skew_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	add_group(s, "serial",
		(struct pool_cell){.work = "skew",
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

static void skew_print(FILE *f, const struct pool_sheet *s, const struct pool_lab *lab)
{
	double share = skew_share(&s->cell[PEER], lab->cores);

	for (unsigned o = 0; o < PEER; o++) {
		struct pool_finding finding = {
			.n = s->blocks,
			.unit = "ms",
			.peer_name = "best schedule",
			.margin_unit = "",
			.target = 1.05,
			.target_text = "≤ 1.05 of best",
		};

		snprintf(finding.what, sizeof(finding.what), "skewed tasks, %s", order_name[o]);
		for (unsigned b = 0; b < s->blocks; b++) {
			finding.ours[b] = s->value[o][b] / 1e6;
			finding.peer[b] = s->value[PEER][b] * share / 1e6;
			finding.margin[b] = finding.ours[b] / finding.peer[b];
		}
		pool_finding_print(f, &finding);
	}
}

const struct pool_figure pool_figure_skew = {
	.name = "skew",
	.summary = "uneven tasks against max(longest task, serial time / cores)",
	.plan = skew_plan,
	.print = skew_print,
};
