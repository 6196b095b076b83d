/* test_model.c: the formulas at their limits, and a calibration that gets back the prices that made the rows. */
#include "model/advise.h"
#include "model/check.h"
#include "model/crossover.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct pvq_model_kind pool = {.paged = 1}, queue = {.batches = 1};

/* A pool's prices, and a queue's. */
static const double cheap[PVQ_PRICES] = {[PVQ_PRICE_CALLER] = 20,
	[PVQ_PRICE_WORKER] = 20,
	[PVQ_PRICE_BYTE_ONE] = 0.02,
	[PVQ_PRICE_BYTE_MANY] = 0.05,
	[PVQ_PRICE_BATCH] = 2000,
	[PVQ_PRICE_INFLATION] = 0.02,
	[PVQ_PRICE_PAGE] = 3000,
	[PVQ_PRICE_RAMP] = 1e5,
	[PVQ_PRICE_START] = 5e5,
	[PVQ_PRICE_EACH] = 1e5,
	[PVQ_PRICE_UNMAP] = 500};
static const double dear[PVQ_PRICES] = {[PVQ_PRICE_CALLER] = 150,
	[PVQ_PRICE_WORKER] = 150,
	[PVQ_PRICE_BYTE_ONE] = 0.3,
	[PVQ_PRICE_BYTE_MANY] = 0.6,
	[PVQ_PRICE_SWITCH] = 3000,
	[PVQ_PRICE_WAKE] = 4000,
	[PVQ_PRICE_BATCH] = 2000,
	[PVQ_PRICE_INFLATION] = 0.02,
	[PVQ_PRICE_PAGE] = 3000,
	[PVQ_PRICE_RAMP] = 1e5,
	[PVQ_PRICE_START] = 2e5,
	[PVQ_PRICE_EACH] = 1e5,
	[PVQ_PRICE_UNMAP] = 50};

static struct pvq_model_job computing(double n, double item_ns)
{
	return (struct pvq_model_job){.n = n, .compute_ns = item_ns, .in = 8, .out = 8};
}

static struct pvq_model_setting on(unsigned workers, unsigned cores)
{
	return (struct pvq_model_setting){.workers = workers, .cores = cores, .window = 1024};
}

static struct pvq_model_time take(const double *price, const struct pvq_model_kind *kind,
	struct pvq_model_job job, struct pvq_model_setting at)
{
	return pvq_model_time(price, kind, &job, &at);
}

static void test_long_items_are_ideal(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= 64; cores *= 2) {
		struct pvq_model_time t = take(cheap, &pool, computing(64e3, 1e7), on(cores, cores));

		assert_true(fabs(t.map_ns * cores / (64e3 * 1e7 * 1.02) - 1) < 0.01);
		assert_int_equal(t.limit, PVQ_LIMIT_WORK);
	}
}

/* More cores never take longer, longer items never less; the total is the sum of its parts. */
static void test_monotonic(void **state)
{
	const double *price[] = {cheap, dear};
	const struct pvq_model_kind *kind[] = {&pool, &queue};

	(void)state;
	for (unsigned s = 0; s < 2; s++)
		for (unsigned step = 0; step < 17; step++)
			for (unsigned cores = 2; cores <= 1024; cores *= 2) {
				double item_ns = pow(3, step);
				struct pvq_model_job job = computing(1e6, item_ns);
				struct pvq_model_time t = take(price[s], kind[s], job, on(cores, cores)),
						      more = take(price[s], kind[s], job,
							      on(2 * cores, 2 * cores)),
						      longer = take(price[s], kind[s],
							      computing(1e6, 2 * item_ns),
							      on(cores, cores));

				assert_true(more.item_ns <= t.item_ns * (1 + 1e-9));
				assert_true(longer.item_ns >= t.item_ns * (1 - 1e-9));
				assert_true(fabs(t.total_ns - t.map_ns - t.edge_ns) < 1e-3);
			}
}

/* T = w / W until the caller is busy all the time, at about W = w / c workers; then T = c. */
static void test_the_caller_saturates(void **state)
{
	struct pvq_model_job job = computing(1e7, 10e3);
	double limit = (10e3 * 1.02 + 20.4) / 20.4;
	const struct pvq_model_kind plain = {0};
	struct pvq_model_time below = take(cheap, &plain, job, on((unsigned)(limit / 2), 4096)),
			      above = take(cheap, &plain, job, on((unsigned)(limit * 2), 4096));

	(void)state;
	assert_int_equal(below.limit, PVQ_LIMIT_WORK);
	assert_true(below.caller_ns < below.item_ns / 1.5);
	assert_int_equal(above.limit, PVQ_LIMIT_CALLER);
	assert_true(fabs(above.item_ns - above.caller_ns) < 1e-9);
	assert_true(fabs(above.item_ns - 20.4) < 0.5);
}

/* Items in quick succession share a wake-up; each long one pays for its own. */
static void test_batching_ends(void **state)
{
	struct pvq_model_time quick = take(dear, &queue, computing(1e6, 1), on(1, 1)),
			      slow = take(dear, &queue, computing(1e3, 1e6), on(1, 1)),
			      none = take(dear, &pool, computing(1e3, 1e6), on(1, 1));

	(void)state;
	assert_true(quick.wakes > 0 && quick.wakes < 0.8);
	assert_true(slow.wakes > 0.999);
	assert_true(fabs(slow.item_ns - none.item_ns - 3000) < 1);
	/* A fixed point: p belongs to the T that it leads to. */
	assert_true(fabs(quick.wakes - (1 - exp(-quick.item_ns / 2000))) < 1e-6);
}

static void test_waiting_needs_workers_not_cores(void **state)
{
	struct pvq_model_job job = {.n = 1000, .compute_ns = 1e3, .wait_ns = 1e6, .in = 8, .out = 8};
	struct pvq_model_time two = take(cheap, &pool, job, on(2, 2)),
			      many = take(cheap, &pool, job, on(100, 2));

	(void)state;
	assert_true(fabs(two.map_ns / many.map_ns - 50) < 2);
	assert_int_equal(two.limit, PVQ_LIMIT_WAIT);
	/* Whole rounds: 101 items on 100 workers take twice as long as 100. */
	job.n = 101;
	many = take(cheap, &pool, job, on(100, 2));
	assert_true(many.map_ns > 2e6);
}

static void test_the_longest_item_is_a_bound(void **state)
{
	struct pvq_model_job job = computing(1000, 1e5), even = job;
	struct pvq_model_time t;

	(void)state;
	pvq_model_tail(&job, 1.5);
	assert_true(job.longest_ns > 10 * job.compute_ns && job.longest_ns <= 1000 * job.compute_ns);
	assert_true(job.rest_ns > 0 && job.rest_ns <= job.longest_ns);
	t = take(cheap, &pool, job, on(16, 16));
	assert_true(t.map_ns >= job.longest_ns);
	assert_int_equal(t.limit, PVQ_LIMIT_LONGEST);
	pvq_model_tail(&even, 1);
	assert_true(even.longest_ns == 0);
}

/* A tail's times come out as drawn ones do: the rest is half the mean square over the mean. */
static void test_the_tail(void **state)
{
	struct pvq_model_job job = computing(1e4, 1000);
	double squares = 0, sum = 0, least = 1000 * 2.0 / 3;
	const int draws = 1000000;

	(void)state;
	pvq_model_tail(&job, 3);
	for (int i = 0; i < draws; i++) {
		double x = fmin(least * pow((i + 0.5) / draws, -1.0 / 3), job.longest_ns);

		sum += x;
		squares += x * x;
	}
	assert_true(fabs(squares / (2 * sum) / job.rest_ns - 1) < 0.02);
}

/* ---- a calibration, from rows that prices made ---- */

enum { BLOCKS = 8, ROWS_MOST = 600 };

static const struct pvq_registry registry = {.linked_in = pvq_linked_in};
static struct pvq_row row[ROWS_MOST];
static struct pvq_rows rows;
static struct pvq_model_cells cells;
static struct pvq_model model;

static void add(const char *impl, const char *task, const char *args, uint64_t n, unsigned cores,
	double map_ns, double edge_ns)
{
	for (unsigned b = 0; b < BLOCKS; b++) {
		struct pvq_row *r = &row[rows.count++];

		assert_true(rows.count <= ROWS_MOST);
		*r = (struct pvq_row){.n = n,
			.workers = cores,
			.cores = cores,
			.window = 1024,
			.block = b,
			.user_ns = (uint64_t)map_ns,
			.map_ns = (uint64_t)(map_ns * (0.999 + 0.0003 * b)),
			.start_ns = (uint64_t)edge_ns};
		r->total_ns = r->map_ns + r->start_ns;
		snprintf(r->impl, sizeof(r->impl), "%s", impl);
		snprintf(r->task, sizeof(r->task), "%s", task);
		snprintf(r->args, sizeof(r->args), "%s", args);
	}
}

static void add_job(const char *task, const char *args, double n, double item_ns, double bytes)
{
	struct pvq_model_job job = {.n = n, .compute_ns = item_ns, .in = bytes, .out = bytes};

	add("serial", task, args, (uint64_t)n, 1, n * item_ns, 0);
	for (unsigned cores = 1; cores <= 2; cores++) {
		struct pvq_model_time a = take(cheap, &pool, job, on(cores, cores)),
				      b = take(dear, &queue, job, on(cores, cores));

		add("pool_unordered", task, args, (uint64_t)n, cores, a.map_ns, a.edge_ns);
		add("pthread_queue", task, args, (uint64_t)n, cores, b.map_ns, b.edge_ns);
	}
}

static int calibrate(void **state)
{
	(void)state;
	rows = (struct pvq_rows){.row = row};
	add_job("noop", "", 100000, 5, 8);
	add_job("spin", "ns=1000,rate=900", 20000, 1000, 8);
	add_job("spin", "ns=100000,rate=900", 400, 1e5, 8);
	add_job("echo", "in=65536,out=65536", 2000, 2e4, 65536);
	add_job("mandelbrot", "width=64,maxiter=100", 3000, 1e4, 8);
	cells = (struct pvq_model_cells){0};
	return pvq_model_cells_add(&cells, &registry, &rows, 2) ||
	       pvq_model_calibrate(&model, &registry, &cells, NULL);
}

static int release(void **state)
{
	(void)state;
	pvq_model_free(&model);
	pvq_model_cells_free(&cells);
	return 0;
}

static const struct pvq_model_strategy *strategy(const char *name)
{
	for (size_t i = 0; i < model.count; i++)
		if (strcmp(model.of[i].impl->name, name) == 0)
			return &model.of[i];
	fail_msg("%s has no prices", name);
	return NULL;
}

/* What the prices made comes back on cells that were held out: for both strategies and one or two cores. */
static void test_held_out_cells_are_predicted(void **state)
{
	struct pvq_model_check check;

	(void)state;
	assert_int_equal(pvq_model_check(&check, &model, &cells), 0);
	assert_int_equal(check.count, 4);
	assert_true(check.map.most < 0.1);
	assert_int_equal(check.map.inside, 4);
	assert_true(check.edge.most < 0.25);
	assert_int_equal(check.groups, check.good);
	pvq_model_check_free(&check);
}

/* The interval holds the prediction, and is wider where nothing was measured. */
static void test_intervals_widen_beyond_the_cells(void **state)
{
	struct pvq_model_job job = computing(1e6, 300);
	struct pvq_model_setting near = on(2, 2), far = on(1024, 1024);
	struct pvq_model_prediction a = pvq_model_predict(strategy("pthread_queue"), &job, &near),
				    b = pvq_model_predict(strategy("pthread_queue"), &job, &far);

	(void)state;
	assert_true(a.map_lo < a.time.map_ns && a.time.map_ns < a.map_hi);
	assert_true(b.map_hi / b.map_lo > 1.5 * (a.map_hi / a.map_lo));
}

static struct pvq_model_offers ask(struct pvq_model_question q)
{
	struct pvq_model_offers offers;

	assert_int_equal(pvq_model_advise(&offers, &model, &cells, &q), 0);
	return offers;
}

static void test_serial_wins_for_tiny_items(void **state)
{
	struct pvq_model_offers offers =
		ask((struct pvq_model_question){.job = computing(1e5, 6), .cores = 2, .here = 2});

	(void)state;
	assert_string_equal(offers.of[0].strategy->impl->name, "serial");
	pvq_model_offers_free(&offers);
}

/* The same cell: measured. The same machine, another job: interpolated. More cores than it has: projected. */
static void test_certainty(void **state)
{
	struct pvq_model_question q = {.job = computing(20000, 1000), .cores = 2, .here = 2};
	struct pvq_model_offers offers = ask(q);

	(void)state;
	assert_int_equal(offers.of[0].certainty, PVQ_MEASURED);
	assert_true(offers.of[0].lo <= offers.of[0].total_ns && offers.of[0].total_ns <= offers.of[0].hi);
	pvq_model_offers_free(&offers);
	q.job = computing(30000, 5000);
	offers = ask(q);
	assert_int_equal(offers.of[0].certainty, PVQ_INTERPOLATED);
	pvq_model_offers_free(&offers);
	q.cores = 64;
	offers = ask(q);
	assert_int_equal(offers.of[0].certainty, PVQ_PROJECTED);
	assert_non_null(strstr(offers.of[0].why, "this machine has 2 cores"));
	pvq_model_offers_free(&offers);
	q.here = 64;
	offers = ask(q);
	assert_int_equal(offers.of[0].certainty, PVQ_PROJECTED);
	assert_non_null(strstr(offers.of[0].why, "measured on up to 2"));
	pvq_model_offers_free(&offers);
	q = (struct pvq_model_question){.job = computing(3000, 1e6), .cores = 2, .here = 2};
	q.job.in = 1e6;
	offers = ask(q);
	assert_int_equal(offers.of[0].certainty, PVQ_PROJECTED);
	assert_non_null(strstr(offers.of[0].why, "bytes"));
	pvq_model_offers_free(&offers);
}

static void test_what_is_asked_for(void **state)
{
	struct pvq_model_question q = {.job = computing(30000, 5000), .cores = 2, .here = 2, .survives = 1};
	struct pvq_model_offers offers = ask(q);

	(void)state;
	assert_int_equal(offers.count, 1);
	assert_string_equal(offers.of[0].strategy->impl->name, "pool_unordered");
	pvq_model_offers_free(&offers);
	q.ordered = 1;
	assert_int_equal(pvq_model_advise(&offers, &model, &cells, &q), -ENOENT);
	pvq_model_offers_free(&offers);
}

/* Rows without a serial cell, or with tasks that are not plain, calibrate nothing. */
static void test_nothing_to_calibrate_on(void **state)
{
	struct pvq_model_cells none = {0};
	struct pvq_model m;

	(void)state;
	assert_int_equal(pvq_model_cells_add(&none, &registry, &rows, 0), 0);
	assert_int_equal(pvq_model_calibrate(&m, &registry, &none, NULL), -ENODATA);
	pvq_model_free(&m);
	pvq_model_cells_free(&none);
}

/* The formula says little of many cores: each doubling beyond the cells widens the interval, even of long items. */
static void test_projections_widen(void **state)
{
	struct pvq_model_job job = computing(1e6, 1e5);
	double wide = 0;

	(void)state;
	for (unsigned cores = 2; cores <= 1024; cores *= 2) {
		struct pvq_model_setting at = on(cores, cores);
		struct pvq_model_prediction p = pvq_model_predict(strategy("pool_unordered"), &job, &at);

		assert_true(p.map_hi / p.map_lo > wide);
		wide = p.map_hi / p.map_lo;
	}
	/* Cores that nobody uses make nothing less sure. */
	for (unsigned cores = 16; cores <= 1024; cores *= 8) {
		struct pvq_model_setting few = on(8, cores), nine = on(8, 9);
		struct pvq_model_prediction p = pvq_model_predict(strategy("pool_unordered"), &job, &few),
					    q = pvq_model_predict(strategy("pool_unordered"), &job, &nine);

		assert_true(fabs(p.map_hi / p.map_lo / (q.map_hi / q.map_lo) - 1) < 0.01);
	}
}

/* A run's observed trials tell how long the longest item is; of even items nothing changes. */
static void test_observed_items(void **state)
{
	struct pvq_observed seen[] = {
		{.n = 3000, .workers = 1, .cores = 1, .map_ns = 1, .longest_ns = 400000},
		{.n = 100000, .workers = 1, .cores = 1, .map_ns = 1, .longest_ns = 6}};
	struct pvq_observations observed = {.row = seen, .count = 2};
	size_t uneven = 0;

	(void)state;
	snprintf(seen[0].impl, sizeof(seen[0].impl), "serial");
	snprintf(seen[0].task, sizeof(seen[0].task), "mandelbrot");
	snprintf(seen[0].args, sizeof(seen[0].args), "width=64,maxiter=100");
	snprintf(seen[1].impl, sizeof(seen[1].impl), "serial");
	snprintf(seen[1].task, sizeof(seen[1].task), "noop");
	assert_int_equal(pvq_model_cells_observed(&cells, &observed, "/nowhere"), 0);
	for (size_t i = 0; i < cells.count; i++) {
		const struct pvq_model_cell *c = &cells.cell[i];

		uneven += c->job.longest_ns > 0;
		if (c->job.longest_ns > 0) {
			assert_string_equal(c->cell->key->task, "mandelbrot");
			assert_true(c->job.longest_ns == 400000 && c->job.rest_ns > 0);
		}
	}
	assert_int_equal(uneven, 5); /* serial, and two strategies on one and two cores */
}

static unsigned won_by_serial(const struct pvq_crossover *map)
{
	unsigned n = 0;

	for (unsigned t = 0; t < PVQ_CROSSOVER_TIMES; t++)
		for (unsigned s = 0; s < PVQ_CROSSOVER_SIZES; s++)
			n += map->at[t][s].first->kind.serial;
	return n;
}

/* Serial wins where items are short or large, the pool where they are small, and both strategies tie where items are so
 * long that overhead does not count. More cores do not make serial better. */
static void test_the_map_of_winners(void **state)
{
	static struct pvq_crossover two, many;
	const struct pvq_model_strategy *best = strategy("pool_unordered");

	(void)state;
	assert_true(fabs(pvq_crossover_ns(0) - 10) < 1e-9);
	assert_true(fabs(pvq_crossover_ns(PVQ_CROSSOVER_TIMES - 1) / 1e8 - 1) < 1e-9);
	assert_true(fabs(pvq_crossover_bytes(PVQ_CROSSOVER_SIZES - 1) - 1048576) < 1e-3);
	pvq_crossover_make(&two, &model, 2);
	assert_true(two.at[0][0].first->kind.serial);
	assert_true(two.at[8][PVQ_CROSSOVER_SIZES - 1].first->kind.serial);
	assert_ptr_equal(two.at[8][0].first, best); /* 1 µs, 8 B */
	assert_null(two.at[8][0].rival);
	assert_false(two.at[PVQ_CROSSOVER_TIMES - 1][0].first->kind.serial);
	assert_non_null(two.at[PVQ_CROSSOVER_TIMES - 1][0].rival);
	pvq_crossover_make(&many, &model, 64);
	assert_int_equal(many.cores, 64);
	assert_true(won_by_serial(&many) <= won_by_serial(&two));
}

/* The ramp of lengths that a strategy's METG comes from is predicted as a whole. */
static void test_metg(void **state)
{
	static const char *const args[] = {
		"ns=10,rate=900", "ns=100,rate=900", "ns=1000,rate=900", "ns=10000,rate=900"};
	struct pvq_rows grain = {.row = row + rows.count};
	struct pvq_model_cells ramp = {0};
	struct pvq_model_check check;
	size_t before = rows.count;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		add_job("spin", args[i], 20000, pow(10, i + 1), 8);
	grain.count = rows.count - before;
	rows.count = before;
	assert_int_equal(pvq_model_cells_add(&ramp, &registry, &grain, 0), 0);
	assert_int_equal(pvq_model_check(&check, &model, &ramp), 0);
	assert_int_equal(check.metg.cells, 2); /* the pool's and the queue's, on two cores */
	assert_true(check.metg.most < 0.15);
	pvq_model_check_free(&check);
	pvq_model_cells_free(&ramp);
}

/* All workers of a pool claim by one cache line, which goes one way a claim: half of a round trip of 100 ns. */
static void test_claims_are_a_limit(void **state)
{
	struct pvq_model_time many = take(cheap, &pool, computing(1e7, 1e5), on(4000, 4000)),
			      few = take(cheap, &pool, computing(1e7, 1e5), on(64, 64)),
			      quick = take(cheap, &pool, computing(1e7, 100), on(64, 64)),
			      others = take(dear, &queue, computing(1e7, 1e5), on(4000, 4000));

	(void)state;
	assert_int_equal(many.limit, PVQ_LIMIT_CLAIMS);
	assert_true(fabs(many.item_ns - 50) < 1e-9);
	assert_int_equal(few.limit, PVQ_LIMIT_WORK);
	assert_true(quick.claim_ns < 1); /* many items a claim */
	assert_true(others.claim_ns == 0);
}

static void test_wake_ups_are_a_limit(void **state)
{
	(void)state;
	assert_int_equal(take(dear, &queue, computing(1e6, 500), on(2, 2)).limit, PVQ_LIMIT_WAKES);
	assert_int_equal(take(dear, &queue, computing(1e6, 1e6), on(2, 2)).limit, PVQ_LIMIT_WORK);
	assert_int_equal(take(cheap, &pool, computing(1e6, 1), on(1, 1)).limit, PVQ_LIMIT_DISPATCH);
}

/* All cores share the memory: more of them gain nothing once it is busy all the time, and the answer names it. */
static void test_memory_is_a_limit(void **state)
{
	struct pvq_model_job job = computing(1e4, 10e3);
	struct pvq_model_setting at = on(8, 8);
	struct pvq_model_time free = take(cheap, &pool, job, at), bound;

	(void)state;
	at.memory_ns = 0.02;
	assert_true(take(cheap, &pool, job, at).map_ns == free.map_ns); /* reads nothing */
	job.memory = 262144;
	bound = take(cheap, &pool, job, at);
	assert_true(fabs(bound.item_ns - 262144 * 0.02) < 1e-9);
	assert_true(bound.map_ns > 3 * free.map_ns);
	assert_int_equal(bound.limit, PVQ_LIMIT_MEMORY);
	at.memory_ns = 1; /* from a busy moment: a serial run reads that much in 10 µs */
	assert_true(fabs(take(cheap, &pool, job, at).item_ns - 10e3) < 1e-9);
	at.memory_ns = 0;
	assert_true(take(cheap, &pool, job, at).map_ns == free.map_ns); /* unknown */
}

/* ---- a price list ---- */

static struct pvq_price listed[] = {
	{.name = "queue/pool_map", .arg_name = "workers", .arg = 1, .median_ns = 15},
	{.name = "queue/pool_life", .arg_name = "workers", .arg = 1, .median_ns = 1.5e6},
	{.name = "queue/pool_life", .arg_name = "workers", .arg = 2, .median_ns = 2e6},
	{.name = "cacheline/round_trip", .arg_name = "cores", .arg = 2, .median_ns = 100},
	{.name = "ring/item", .median_ns = 5},
	{.name = "memcpy/copy", .arg_name = "bytes", .arg = 1 << 18, .median_ns = 5243},
	{.name = "memory/copy_other", .median_ns = 4096},
	{.name = "memory/read", .arg_name = "cores", .arg = 1, .median_ns = 2000},
	{.name = "memory/read", .arg_name = "cores", .arg = 2, .median_ns = 2500},
	{.name = "page/first_touch", .arg_name = "cores", .arg = 1, .median_ns = 2000},
	{.name = "page/first_touch", .arg_name = "cores", .arg = 2, .median_ns = 2500},
	{.name = "page/second_mapping", .median_ns = 1000}, {.name = "page/unmap", .median_ns = 700},
	{.name = "queue/bounded_push_pop", .median_ns = 17},
	{.name = "queue/bounded_to_thread", .median_ns = 67},
	{.name = "futex/round_trip", .arg_name = "cores", .arg = 1, .median_ns = 5000},
	{.name = "futex/round_trip", .arg_name = "cores", .arg = 2, .median_ns = 40000},
	{.name = "thread/create_join", .median_ns = 50e3},
	{.name = "pipe/stream", .arg_name = "bytes", .arg = 64, .median_ns = 0}, /* not measured */
};

static struct pvq_prices make_list(void)
{
	enum { LINES = sizeof(listed) / sizeof(listed[0]) };

	for (size_t i = 0; i < LINES; i++)
		listed[i].repetitions = listed[i].median_ns > 0 ? 5 : 0;
	return (struct pvq_prices){.price = listed, .count = LINES};
}

static double prior_of(const char *impl, enum pvq_model_price which)
{
	const struct pvq_prices list = make_list();
	struct pvq_model_prior prior;

	pvq_model_prior(&prior, pvq_registry_find(&registry, impl), &list);
	return prior.median[which];
}

static void test_prices_follow_from_the_list(void **state)
{
	const struct pvq_prices list = make_list();
	struct pvq_model_prior guess, listed_too;

	(void)state;
	assert_true(fabs(prior_of("pool_ordered", PVQ_PRICE_CALLER) - 15) < 1e-9);
	assert_true(fabs(prior_of("pool_ordered", PVQ_PRICE_LINES) - 0.05) < 1e-9);
	assert_true(fabs(prior_of("pool_ordered", PVQ_PRICE_BYTE_MANY) - 0.125) < 1e-9);
	assert_true(fabs(prior_of("pool_ordered", PVQ_PRICE_PAGE) - 3500) < 1e-9);
	assert_true(fabs(prior_of("pool_ordered", PVQ_PRICE_START) - 1e6) < 1e-3);
	assert_true(fabs(prior_of("pool_ordered", PVQ_PRICE_EACH) - 5e5) < 1e-3);
	assert_true(fabs(prior_of("pthread_queue", PVQ_PRICE_LINES) - 1) < 1e-9);
	assert_true(fabs(prior_of("pthread_queue", PVQ_PRICE_SWITCH) - 5000) < 1e-9);
	/* A wake-up on another core is not what the round trip takes, most of which is a core that idles. */
	assert_true(fabs(prior_of("pthread_queue", PVQ_PRICE_WAKE) - 5000) < 1e-9);
	/* What the list lacks stays a guess, with a guess's spread. */
	pvq_model_prior(&guess, pvq_registry_find(&registry, "fork_pipe_queue"), NULL);
	pvq_model_prior(&listed_too, pvq_registry_find(&registry, "fork_pipe_queue"), &list);
	assert_memory_equal(&guess, &listed_too, sizeof(guess));
	pvq_model_prior(&listed_too, pvq_registry_find(&registry, "pool_ordered"), &list);
	assert_true(listed_too.spread[PVQ_PRICE_CALLER] < guess.spread[PVQ_PRICE_CALLER]);
}

static void test_bandwidth_by_cores(void **state)
{
	const struct pvq_prices list = make_list();

	(void)state;
	assert_true(fabs(pvq_model_memory_ns(&list, 1) - 2000 / 65536.0) < 1e-12);
	assert_true(fabs(pvq_model_memory_ns(&list, 2) - 1250 / 65536.0) < 1e-12);
	assert_true(fabs(pvq_model_memory_ns(&list, 64) - 1250 / 65536.0) < 1e-12);
	assert_true(pvq_model_memory_ns(NULL, 2) == 0);
}

/* Without a cell, every strategy of this program has prices, and the answer says what they rest on; peers have none. */
static void test_from_prices_alone(void **state)
{
	const struct pvq_prices list = make_list();
	struct pvq_model_question q = {.job = computing(30000, 5000), .cores = 2, .here = 2, .ordered = 1};
	struct pvq_model_offers offers;
	struct pvq_model_cells none = {0};
	struct pvq_model alone;
	struct pvq_model_check check;

	(void)state;
	assert_int_equal(pvq_model_from_prices(&alone, &registry, &list), 0);
	assert_int_equal(alone.grade, PVQ_GRADE_PRICES);
	assert_int_equal(alone.count, 5); /* serial, two pools, threads, pipes */
	assert_int_equal(pvq_model_advise(&offers, &alone, &none, &q), 0);
	assert_string_equal(offers.of[0].strategy->impl->name, "pool_ordered");
	assert_int_equal(offers.of[0].certainty, PVQ_INTERPOLATED);
	assert_non_null(strstr(offers.of[0].why, "from prices alone"));
	assert_true(offers.of[0].lo < offers.of[0].total_ns && offers.of[0].total_ns < offers.of[0].hi);
	pvq_model_offers_free(&offers);
	q.cores = q.here = 16;
	assert_int_equal(pvq_model_advise(&offers, &alone, &none, &q), 0);
	assert_int_equal(offers.of[0].certainty, PVQ_PROJECTED);
	pvq_model_offers_free(&offers);
	/* On the cells that a calibration holds out. */
	assert_int_equal(pvq_model_check(&check, &alone, &cells), 0);
	assert_int_equal(check.count, 4);
	assert_int_equal(check.calibrated, 0);
	pvq_model_check_free(&check);
	pvq_model_free(&alone);
}

/* Waiting shows as sleep; what others took of the CPU does not. */
static void test_waiting_or_interference(void **state)
{
	struct pvq_row r = {.n = 100, .cores = 1, .map_ns = 100000, .user_ns = 20000, .nvcsw = 100};
	double compute_ns, wait_ns;

	(void)state;
	pvq_model_row_times(&r, &compute_ns, &wait_ns);
	assert_true(fabs(compute_ns - 200) < 1e-9 && fabs(wait_ns - 800) < 1e-9);
	r.nvcsw = 2;
	pvq_model_row_times(&r, &compute_ns, &wait_ns);
	assert_true(fabs(compute_ns - 200) < 1e-9 && wait_ns == 0);
	r.user_ns = PVQ_UNKNOWN_U64;
	pvq_model_row_times(&r, &compute_ns, &wait_ns);
	assert_true(fabs(compute_ns - 1000) < 1e-9 && wait_ns == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_items_are_ideal),
		cmocka_unit_test(test_monotonic),
		cmocka_unit_test(test_the_caller_saturates),
		cmocka_unit_test(test_batching_ends),
		cmocka_unit_test(test_waiting_needs_workers_not_cores),
		cmocka_unit_test(test_the_longest_item_is_a_bound),
		cmocka_unit_test(test_the_tail),
		cmocka_unit_test(test_held_out_cells_are_predicted),
		cmocka_unit_test(test_intervals_widen_beyond_the_cells),
		cmocka_unit_test(test_serial_wins_for_tiny_items),
		cmocka_unit_test(test_certainty),
		cmocka_unit_test(test_what_is_asked_for),
		cmocka_unit_test(test_nothing_to_calibrate_on),
		cmocka_unit_test(test_waiting_or_interference),
		cmocka_unit_test(test_metg),
		cmocka_unit_test(test_claims_are_a_limit),
		cmocka_unit_test(test_wake_ups_are_a_limit),
		cmocka_unit_test(test_memory_is_a_limit),
		cmocka_unit_test(test_prices_follow_from_the_list),
		cmocka_unit_test(test_bandwidth_by_cores),
		cmocka_unit_test(test_from_prices_alone),
		cmocka_unit_test(test_projections_widen),
		cmocka_unit_test(test_observed_items),
		cmocka_unit_test(test_the_map_of_winners),
	};

	return cmocka_run_group_tests(tests, calibrate, release);
}
