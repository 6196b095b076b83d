/* figures_death.c: how soon the caller hears of a worker's death (death), and how soon a pool's processes follow
 * their caller (orphans).
 */
#include "pool/figures.h"

enum { ORDERED, UNORDERED, ORDERS };

static const char *const pool_name[] = {"pool_ordered", "pool_unordered"};
static const char *const order_name[] = {"ordered", "unordered"};

static void plan_cell(struct pool_sheet *s, struct pool_cell cell, unsigned order)
{
	cell.who = pool_name[order];
	pool_sheet_add(s, cell);
}

static void print_ms(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab,
	unsigned cell, struct pool_finding finding)
{
	struct pool_values v;

	pool_split_two(&v.split, s, lab, cell, cell);
	finding.unit = "ms";
	finding.every = 1;
	for (unsigned b = 0; b < s->blocks; b++)
		v.ours[b] = s->value[cell][b] / 1e6;
	pool_finding_settle(&finding, &v);
	pool_table_rows(t, &finding);
}

/* ---- death ---- */

enum { ASLEEP, BUSY, STATES };

/* Asleep: the worker is killed 0.3 s after it took the item, when all else is long done. Busy: in the middle of a
 * stream. */
static void death_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	const struct pool_cell cell[STATES] = {
		[ASLEEP] = {.measure = POOL_MEASURE_DEATH, .work = "noop", .n = 1000, .arg = 300000000},
		[BUSY] = {.measure = POOL_MEASURE_BUSY, .work = "noop", .n = 50000000, .arg = 500000},
	};

	(void)lab;
	for (unsigned i = 0; i < STATES; i++)
		for (unsigned o = 0; o < ORDERS; o++) {
			struct pool_cell c = cell[i];

			c.workers = 2; /* even on one core: one dies, one continues */
			plan_cell(s, c, o);
		}
}

static void death_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	static const char *const state[] = {"asleep", "busy"};

	for (unsigned i = 0; i < STATES; i++)
		for (unsigned o = 0; o < ORDERS; o++) {
			struct pool_finding finding = {.target = 50, .target_text = "≤ 50 ms, every time"};

			snprintf(finding.what, sizeof(finding.what), "death, %s, %s", state[i],
				order_name[o]);
			print_ms(t, s, lab, i * ORDERS + o, finding);
		}
}

const struct pool_figure pool_figure_death = {
	.name = "death",
	.summary = "time until a killed worker's item is put as lost, the caller asleep or busy",
	.blocks_most = 9,
	.plan = death_plan,
	.print = death_print,
};

/* ---- orphans ---- */

/* One worker hangs, one computes, two are idle. */
static void orphans_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	struct pool_cell cell = {.measure = POOL_MEASURE_ORPHANS,
		.work = "hang, spin",
		.workers = 4,
		.n = 2,
		.arg = 10000000};

	(void)lab;
	plan_cell(s, cell, UNORDERED);
}

static void orphans_print(
	const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	struct pool_finding finding = {
		.what = "orphans live on", .target = 100, .target_text = "≤ 100 ms, every time"};

	print_ms(t, s, lab, 0, finding);
}

const struct pool_figure pool_figure_orphans = {
	.name = "orphans",
	.summary = "time until all processes of a killed caller's pool are gone, the longest of many tries",
	.blocks_most = 9,
	.plan = orphans_plan,
	.print = orphans_print,
};
