/* figures_pair.c: one worker more is never slower: two workers beside the caller against one, on the same two cores.
 *
 * With a worker a core the caller has none to itself, so who is awake decides: short items are done sooner by one worker and
 * the caller, on a core each. The pool must find that out by itself.
 */
#include "pool/figures.h"
#include "tasks/kernel.h"

#include <stdio.h>

static const char *const order_name[] = {"ordered", "unordered"}, *const strategy[] = {
									  "pool_ordered", "pool_unordered"};

enum { ORDERS = 2, WORKERS_MOST = 2 };

/* items: so many that the map takes some 50 ms. */
static const struct {
	const char *name, *work;
	double ns;
	uint64_t items;
} size[] = {
	{"empty item", "noop", 0, 2000000},
	{"0.1 µs tasks", "spin", 100, 500000},
	{"0.3 µs tasks", "spin", 300, 250000},
};

enum { SIZES = sizeof(size) / sizeof(size[0]) };

/* The cell of an order, with so many workers, of a size. */
static unsigned place(unsigned of_size, unsigned order, unsigned workers)
{
	return (of_size * ORDERS + order) * WORKERS_MOST + workers - 1;
}

static void pair_plan(struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned i = 0; i < SIZES; i++)
		for (unsigned o = 0; o < ORDERS; o++)
			for (unsigned w = 1; w <= WORKERS_MOST; w++) {
				struct pool_cell cell = {.measure = POOL_MEASURE_MAP,
					.who = strategy[o],
					.workers = w,
					.n = size[i].items,
					.arg = pvq_kernel_steps(size[i].ns, lab->rate),
					.group = i * ORDERS + o};

				snprintf(cell.work, sizeof(cell.work), "%s", size[i].work);
				pool_sheet_add(s, cell);
			}
}

static void pair_row(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab,
	unsigned of_size, unsigned order)
{
	unsigned one = place(of_size, order, 1), two = place(of_size, order, 2);
	double n = (double)size[of_size].items;
	struct pool_values v;
	struct pool_finding finding = {
		.unit = "ns",
		.peer_name = "one worker",
		.margin_unit = "",
		.target = 1.03,
		.target_text = "≤ 1.03 of one",
	};

	snprintf(finding.what, sizeof(finding.what), "two workers, %s, %s", size[of_size].name,
		order_name[order]);
	pool_split_two(&v.split, s, lab, two, one);
	for (unsigned b = 0; b < s->blocks; b++) {
		v.ours[b] = s->value[two][b] / n;
		v.peer[b] = s->value[one][b] / n;
		v.margin[b] = v.ours[b] / v.peer[b];
	}
	pool_finding_settle(&finding, &v);
	pool_table_rows(t, &finding);
}

static void pair_print(const struct pool_table *t, const struct pool_sheet *s, const struct pool_lab *lab)
{
	for (unsigned i = 0; i < SIZES; i++)
		for (unsigned o = 0; o < ORDERS; o++)
			pair_row(t, s, lab, i, o);
}

const struct pool_figure pool_figure_pair = {
	.name = "pair",
	.by_level = 1,
	.summary = "short items with two workers, against one worker on the same two cores",
	.plan = pair_plan,
	.print = pair_print,
};
