/* test_bounds.c: the ideal and the parts of what is lost, the pairs of siblings: on rows that are made up here.
 */
#include "experiments/bounds/bounds.h"
#include "results/ordering.h"
#include "trial/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

enum { BLOCKS = 10, MS = 1000000 };

/* Rows and observed trials of one work, spin. */
struct fixture {
	struct pvq_rows rows;
	struct pvq_observations seen;
	struct pvq_summary summary;
};

static struct pvq_row row_of(const char *impl, const char *order, unsigned cores, unsigned block)
{
	struct pvq_row row = {.task = "spin",
		.args = "ns=1000",
		.n = 100,
		.workers = cores,
		.cores = cores,
		.chunk = 1,
		.window = 8,
		.in_via = "shm",
		.out_via = "shm",
		.block = block,
		.verified = PVQ_VERIFIED_ORACLE};

	snprintf(row.impl, sizeof(row.impl), "%s", impl);
	snprintf(row.order, sizeof(row.order), "%s", order);
	return row;
}

static struct pvq_row *new_row(struct fixture *f)
{
	struct pvq_row *grown = realloc(f->rows.row, (f->rows.count + 1) * sizeof(*grown));

	assert_non_null(grown);
	f->rows.row = grown;
	return &grown[f->rows.count++];
}

/* A cell whose blocks drift by 3 % each; start and stop take 1 ms and 2 ms. */
static void add_cell(struct fixture *f, const char *impl, const char *order, unsigned cores, double map_ms)
{
	for (unsigned b = 0; b < BLOCKS; b++) {
		struct pvq_row row = row_of(impl, order, cores, b);

		row.map_ns = (uint64_t)(map_ms * MS * (1 + 0.03 * b));
		row.first_ns = 1000;
		if (cores > 1) {
			row.start_ns = 1000000;
			row.stop_ns = 2000000;
		}
		row.total_ns = row.start_ns + row.map_ns + row.stop_ns;
		*new_row(f) = row;
	}
}

/* parts: busy, ramp, dispatch, imbalance, deliver: in ms, summed over the lanes. */
static void add_seen(
	struct fixture *f, const char *impl, unsigned cores, double longest_ms, const double parts[5])
{
	struct pvq_observed *grown = realloc(f->seen.row, (f->seen.count + 1) * sizeof(*grown)), *o;
	struct pvq_row row = row_of(impl, "", cores, 0);
	double sum = 0;

	assert_non_null(grown);
	f->seen.row = grown;
	o = &grown[f->seen.count++];
	for (int i = 0; i < 5; i++)
		sum += parts[i];
	row.map_ns = (uint64_t)(sum / cores * MS);
	pvq_observed_identify(o, &row);
	o->lanes = cores;
	o->longest_ns = (uint64_t)(longest_ms * MS);
	o->busy_ns = (uint64_t)(parts[0] * MS);
	o->ramp_ns = (uint64_t)(parts[1] * MS);
	o->dispatch_ns = (uint64_t)(parts[2] * MS);
	o->imbalance_ns = (uint64_t)(parts[3] * MS);
	o->deliver_ns = (uint64_t)(parts[4] * MS);
}

static const struct pvq_work *summarise(struct fixture *f)
{
	assert_int_equal(pvq_summarise(&f->summary, &registry, &f->rows), 0);
	assert_int_equal(f->summary.works, 1);
	return &f->summary.work[0];
}

static void drop(struct fixture *f)
{
	pvq_summary_free(&f->summary);
	pvq_rows_free(&f->rows);
	pvq_observations_free(&f->seen);
}

static double sum_of(const double part[PVQ_PARTS])
{
	double sum = 0;

	for (int p = 0; p < PVQ_PARTS; p++)
		sum += part[p];
	return sum;
}

static const double MIDDLE = 1 + 0.03 * (BLOCKS - 1) / 2; /* the median of the drift */

#define assert_near(a, b, eps)                                                          \
	do {                                                                            \
		if (!(fabs((a) - (b)) <= (eps)))                                        \
			fail_msg("%s is %.9g, not %.9g", #a, (double)(a), (double)(b)); \
	} while (0)

static void the_work_binds(void **state)
{
	struct fixture f = {0};
	struct pvq_bounds b;

	(void)state;
	add_cell(&f, "serial", "ordered", 1, 80);
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	add_seen(&f, "serial", 1, 12, (const double[]){76, 0, 4, 0, 0});
	add_seen(&f, "pool_ordered", 2, 11, (const double[]){84, 2, 6, 7, 1});
	assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
	assert_int_equal(b.gaps, 1);
	assert_false(b.ideal.longest_binds);
	assert_near(b.ideal.ns, 40 * MIDDLE * MS, 1);
	assert_near(b.ideal.longest_ns, 11.0 * MS, 1); /* what disturbs can only lengthen */
	assert_near(b.gap[0].map.ratio, 1.25, 1e-6); /* block by block, so the drift is in neither bound */
	assert_near(b.gap[0].map.hi, 1.25, 1e-6);
	assert_true(b.gap[0].total.lo > 1.25);
	pvq_bounds_free(&b);
	drop(&f);
}

static void the_parts_add_up(void **state)
{
	const double all = MIDDLE * MS;
	struct fixture f = {0};
	struct pvq_bounds b;
	const struct pvq_gap *gap;

	(void)state;
	add_cell(&f, "serial", "ordered", 1, 80);
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	/* 5 % of serial is not its items; observing made the pool's map 10 % longer. */
	add_seen(&f, "serial", 1, 5, (const double[]){76, 0, 4, 0, 0});
	add_seen(&f, "pool_ordered", 2, 5, (const double[]){92.4, 2.2, 6.6, 7.7, 1.1});
	assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
	gap = &b.gap[0];
	assert_true(gap->divided);
	assert_near(pvq_gap_spent_ns(gap), 3.0 * MS + 50 * all, 10);
	assert_near(sum_of(gap->lost_ns), pvq_gap_spent_ns(gap) - b.ideal.ns, 10);
	assert_near(gap->spent_ns[PVQ_PART_WORK], 42 * all, 10);
	assert_near(gap->lost_ns[PVQ_PART_START], 1.0 * MS, 1);
	assert_near(gap->lost_ns[PVQ_PART_RAMP], 1 * all, 10);
	assert_near(gap->lost_ns[PVQ_PART_WORK], (42 - 38) * all, 10);
	assert_near(gap->lost_ns[PVQ_PART_DISPATCH], (3 - 2) * all, 10);
	assert_near(gap->lost_ns[PVQ_PART_IMBALANCE], 3.5 * all, 10);
	assert_near(gap->lost_ns[PVQ_PART_DELIVER], 0.5 * all, 10);
	pvq_bounds_free(&b);
	drop(&f);
}

static void the_longest_item_binds(void **state)
{
	struct fixture f = {0};
	struct pvq_bounds b;

	(void)state;
	add_cell(&f, "serial", "ordered", 1, 80);
	add_cell(&f, "pool_ordered", "ordered", 2, 60);
	add_seen(&f, "serial", 1, 55, (const double[]){90, 0, 0, 0, 0});
	add_seen(&f, "pool_ordered", 2, 56, (const double[]){90, 0, 0, 42, 0});
	assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
	assert_true(b.ideal.longest_binds);
	assert_near(b.ideal.ns, 55.0 * MS, 1);
	assert_near(b.gap[0].map.ratio, 60 * MIDDLE / 55, 0.01);
	assert_near(sum_of(b.gap[0].lost_ns), pvq_gap_spent_ns(&b.gap[0]) - 55.0 * MS, 10);
	/* The unavoidable wait for the longest item is not a loss of the strategy. */
	assert_true(b.gap[0].lost_ns[PVQ_PART_IMBALANCE] < b.gap[0].spent_ns[PVQ_PART_IMBALANCE]);
	pvq_bounds_free(&b);
	drop(&f);
}

/* Of three rounds, the one nearest to the sweep's trials counts; a disturbed one changes nothing. */
static void the_nearest_round_divides(void **state)
{
	struct fixture f = {0};
	struct pvq_bounds b;

	(void)state;
	add_cell(&f, "serial", "ordered", 1, 80);
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	add_seen(&f, "serial", 1, 5, (const double[]){80, 0, 0, 0, 0});
	add_seen(&f, "pool_ordered", 2, 5, (const double[]){300, 0, 0, 500, 0});
	add_seen(&f, "pool_ordered", 2, 5, (const double[]){90, 20, 0, 0, 0});
	add_seen(&f, "pool_ordered", 2, 5, (const double[]){90, 0, 10, 0, 0});
	assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
	assert_true(b.gap[0].divided);
	assert_near(b.gap[0].spent_ns[PVQ_PART_RAMP], 50 * MIDDLE * MS * 20 / 110, 10);
	pvq_bounds_free(&b);
	drop(&f);
}

/* Observation must not have changed the times, serial's included. */
static void what_was_changed_is_not_divided(void **state)
{
	for (int serial = 0; serial < 2; serial++) {
		struct fixture f = {0};
		struct pvq_bounds b;

		add_cell(&f, "serial", "ordered", 1, 80);
		add_cell(&f, "pool_ordered", "ordered", 2, 50);
		add_seen(&f, "serial", 1, 5, (const double[]){serial ? 160 : 80, 0, 0, 0, 0});
		add_seen(&f, "pool_ordered", 2, 5, (const double[]){serial ? 100 : 200, 0, 0, 0, 0});
		assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
		assert_false(b.gap[0].divided);
		assert_near(pvq_gap_spent_ns(&b.gap[0]), 3.0 * MS + 50 * MIDDLE * MS, 10);
		pvq_bounds_free(&b);
		drop(&f);
	}
	(void)state;
}

static void without_observations_the_work_alone_counts(void **state)
{
	struct fixture f = {0};
	struct pvq_bounds b;

	(void)state;
	add_cell(&f, "serial", "ordered", 1, 80);
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
	assert_true(isnan(b.ideal.longest_ns));
	assert_false(b.ideal.longest_binds);
	assert_near(b.ideal.ns, 40 * MIDDLE * MS, 1);
	assert_true(isnan(b.gap[0].observed_ratio));
	assert_false(b.gap[0].divided);
	pvq_bounds_free(&b);
	drop(&f);
}

static void without_serial_there_is_no_ideal(void **state)
{
	struct fixture f = {0};
	struct pvq_bounds b;

	(void)state;
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	assert_int_equal(pvq_bounds_make(&b, &f.summary, summarise(&f), &f.seen), 0);
	assert_int_equal(b.gaps, 0);
	pvq_bounds_free(&b);
	drop(&f);
}

/* ---- siblings ---- */

static void siblings_are_of_one_family(void **state)
{
	struct fixture f = {0};
	struct pvq_orderings o;

	(void)state;
	add_cell(&f, "serial", "ordered", 1, 80);
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	add_cell(&f, "pool_unordered", "unordered", 2, 40);
	add_cell(&f, "other_unordered", "unordered", 2, 10);  /* faster, of another family */
	add_cell(&f, "poolish_unordered", "unordered", 2, 9); /* of another family, too */
	add_cell(&f, "py_imap", "ordered", 2, 90);
	add_cell(&f, "py_any_unordered", "unordered", 2, 70);
	add_cell(&f, "py_imap_unordered", "unordered", 2, 80); /* nearer by name */
	add_cell(&f, "alone_ordered", "ordered", 2, 30);
	(void)summarise(&f);
	assert_int_equal(pvq_orderings_make(&o, &f.summary), 0);
	assert_int_equal(o.pairs, 2);
	assert_string_equal(o.pair[0].ordered->key->impl, "pool_ordered");
	assert_string_equal(o.pair[0].unordered->key->impl, "pool_unordered");
	assert_near(o.pair[0].map.ratio, 1.25, 1e-6);
	assert_int_equal(o.pair[0].map.verdict, PVQ_SLOWER);
	assert_string_equal(o.pair[1].unordered->key->impl, "py_imap_unordered");
	pvq_orderings_free(&o);
	drop(&f);
}

static void siblings_are_nearest_to_each_other(void **state)
{
	struct fixture f = {0};
	struct pvq_orderings o;

	(void)state;
	add_cell(&f, "py_pool_map", "ordered", 2, 30); /* its nearest has a nearer one */
	add_cell(&f, "py_pool_imap", "ordered", 2, 90);
	add_cell(&f, "py_pool_imap_unordered", "unordered", 2, 80);
	add_cell(&f, "py_executor", "ordered", 2, 20);
	add_cell(&f, "py_process_queue", "unordered", 2, 10);
	(void)summarise(&f);
	assert_int_equal(pvq_orderings_make(&o, &f.summary), 0);
	assert_int_equal(o.pairs, 1);
	assert_string_equal(o.pair[0].ordered->key->impl, "py_pool_imap");
	assert_string_equal(o.pair[0].unordered->key->impl, "py_pool_imap_unordered");
	pvq_orderings_free(&o);
	drop(&f);
}

static void another_transport_is_no_sibling(void **state)
{
	struct fixture f = {0};
	struct pvq_orderings o;

	(void)state;
	add_cell(&f, "pool_ordered", "ordered", 2, 50);
	add_cell(&f, "pool_unordered", "unordered", 2, 40);
	for (size_t i = BLOCKS; i < f.rows.count; i++)
		strcpy(f.rows.row[i].out_via, "pipe");
	(void)summarise(&f);
	assert_int_equal(pvq_orderings_make(&o, &f.summary), 0);
	assert_int_equal(o.pairs, 0);
	pvq_orderings_free(&o);
	drop(&f);
}

static void deliveries_are_the_rounds(void **state)
{
	struct fixture f = {0};
	struct pvq_row key = row_of("pool_ordered", "ordered", 2, 0);
	struct pvq_deliveries d;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		add_seen(&f, "pool_ordered", 2, 5, (const double[]){50, 0, 0, 0, 0});
		f.seen.row[i].stall_ns = 100 * (uint64_t)(i + 1);
		f.seen.row[i].blocked_ns = f.seen.row[i].map_ns / (i + 1);
		f.seen.row[i].waiting_max = 9 - i;
	}
	add_seen(&f, "pool_unordered", 2, 5, (const double[]){50, 0, 0, 0, 0});
	assert_int_equal(pvq_deliveries_make(&d, &f.seen, &key), 0);
	assert_int_equal(d.stall.n, 3);
	assert_near(d.stall.median, 200, 0);
	assert_near(d.stall.max, 300, 0);
	assert_near(d.waiting.min, 7, 0);
	assert_near(d.blocked.median, 0.5, 1e-6);
	drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_work_binds),
		cmocka_unit_test(the_parts_add_up),
		cmocka_unit_test(the_longest_item_binds),
		cmocka_unit_test(the_nearest_round_divides),
		cmocka_unit_test(what_was_changed_is_not_divided),
		cmocka_unit_test(without_observations_the_work_alone_counts),
		cmocka_unit_test(without_serial_there_is_no_ideal),
		cmocka_unit_test(siblings_are_of_one_family),
		cmocka_unit_test(siblings_are_nearest_to_each_other),
		cmocka_unit_test(another_transport_is_no_sibling),
		cmocka_unit_test(deliveries_are_the_rounds),
	};

	return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
