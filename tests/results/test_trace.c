/* test_trace.c: an observed trial as lanes of slices: the same parts as in its figures, without gaps or overlaps. */
#include "results/lanes.h"
#include "results/trace.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Two workers with items, and one without. */
static const struct pvq_moment moments[] = {
	{.item = 0, .worker = 0, .begin_ns = 10, .end_ns = 30, .delivered_ns = 31},
	{.item = 2, .worker = 0, .begin_ns = 35, .end_ns = 60, .delivered_ns = 66},
	{.item = 1, .worker = 1, .begin_ns = 20, .end_ns = 90, .delivered_ns = 92},
};

enum { MOMENTS = sizeof(moments) / sizeof(moments[0]) };

static struct pvq_observed trial(void)
{
	struct pvq_observed o = {
		.impl = "one", .task = "noop", .n = MOMENTS, .workers = 3, .map_ns = 100, .start_ns = 1500};

	assert_int_equal(pvq_observed_describe(&o, moments, MOMENTS), 0);
	return o;
}

static uint64_t sum(const struct pvq_lanes *l, enum pvq_slice_kind kind)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < l->first[l->workers + 1]; i++)
		ns += l->slice[i].kind == kind ? l->slice[i].end_ns - l->slice[i].begin_ns : 0;
	return ns;
}

static void slices_are_the_parts_of_the_map(void **state)
{
	struct pvq_observed o = trial();
	struct pvq_lanes l;

	(void)state;
	assert_int_equal(pvq_lanes_make(&l, &o, moments, MOMENTS), 0);
	assert_int_equal(l.workers, 3);
	assert_int_equal(sum(&l, PVQ_SLICE_ITEM), o.busy_ns);
	assert_int_equal(sum(&l, PVQ_SLICE_RAMP), o.ramp_ns);
	assert_int_equal(sum(&l, PVQ_SLICE_DISPATCH), o.dispatch_ns);
	assert_int_equal(sum(&l, PVQ_SLICE_IMBALANCE), o.imbalance_ns);
	assert_int_equal(sum(&l, PVQ_SLICE_DELIVERY), o.deliver_ns);
	for (unsigned lane = 0; lane <= l.workers; lane++) {
		uint64_t at = 0;

		for (size_t i = l.first[lane]; i < l.first[lane + 1]; i++) {
			assert_int_equal(l.slice[i].begin_ns, at);
			at = l.slice[i].end_ns;
		}
		assert_int_equal(at, o.map_ns);
	}
	pvq_lanes_free(&l);
}

static void the_callers_slices_end_with_a_delivery(void **state)
{
	struct pvq_observed o = trial();
	const struct pvq_slice *s;
	struct pvq_lanes l;

	(void)state;
	assert_int_equal(pvq_lanes_make(&l, &o, moments, MOMENTS), 0);
	s = l.slice + l.first[l.workers];
	assert_int_equal(l.first[l.workers + 1] - l.first[l.workers], MOMENTS + 1);
	for (size_t i = 0; i < MOMENTS; i++) {
		assert_int_equal(s[i].kind, PVQ_SLICE_RESULT);
		assert_int_equal(s[i].moment->item, moments[i].item);
		assert_int_equal(s[i].end_ns, moments[i].delivered_ns);
	}
	assert_int_equal(s[MOMENTS].kind, PVQ_SLICE_END);
	pvq_lanes_free(&l);
}

/* A timeline may have been damaged, or belong to another trial. */
static void what_cannot_be_is_refused(void **state)
{
	struct pvq_observed o = trial();
	struct pvq_moment m[MOMENTS];
	struct pvq_lanes l;

	(void)state;
	memcpy(m, moments, sizeof(m));
	m[1].begin_ns = 29; /* overlaps with the item before */
	assert_int_equal(pvq_lanes_make(&l, &o, m, MOMENTS), -ERANGE);
	memcpy(m, moments, sizeof(m));
	m[2].delivered_ns = 101; /* after the map */
	assert_int_equal(pvq_lanes_make(&l, &o, m, MOMENTS), -ERANGE);
	memcpy(m, moments, sizeof(m));
	m[2].delivered_ns = 89; /* before it was complete */
	assert_int_equal(pvq_lanes_make(&l, &o, m, MOMENTS), -ERANGE);
	memcpy(m, moments, sizeof(m));
	m[1].delivered_ns = 30; /* not in the order of delivery */
	assert_int_equal(pvq_lanes_make(&l, &o, m, MOMENTS), -ERANGE);
}

static void a_map_without_items_is_delivery_alone(void **state)
{
	struct pvq_observed o = {.workers = 2, .map_ns = 50};
	struct pvq_lanes l;

	(void)state;
	assert_int_equal(pvq_lanes_make(&l, &o, NULL, 0), 0);
	assert_int_equal(l.first[3], 3);
	assert_int_equal(sum(&l, PVQ_SLICE_DELIVERY), 100);
	assert_int_equal(sum(&l, PVQ_SLICE_END), 50);
	pvq_lanes_free(&l);
}

/* Times are microseconds with the nanoseconds as decimals, from the start of the trial; slices are cut a little; names are
 * escaped. */
static void a_trace_keeps_nanoseconds(void **state)
{
	char path[] = "/tmp/pvq-trace-XXXXXX", text[4096] = "";
	struct pvq_observed o = trial();
	struct pvq_trace t;
	FILE *f;

	(void)state;
	close(mkstemp(path));
	snprintf(o.args, sizeof(o.args), "dir=a\"b");
	pvq_trace_begin(&t, path);
	assert_int_equal(pvq_trace_add(&t, &o, moments, MOMENTS), 0);
	assert_int_equal(pvq_trace_end(&t), 0);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	unlink(path);
	assert_non_null(strstr(text, "\"args\":{\"name\":\"one, noop:dir=a\\\"b, n 3, 3 workers\"}"));
	assert_non_null(strstr(text,
		"\"name\":\"map\",\"pid\":1,\"tid\":1,\"cat\":\"caller\",\"ts\":1.500,\"dur\":0.099}"));
	assert_non_null(strstr(text,
		"\"name\":\"item\",\"pid\":1,\"tid\":3,\"cat\":\"item\",\"ts\":1.520,\"dur\":0.068,\"args\":{\"item\":1,\"waited_us\":0.002}}"));
}

static void a_trace_without_trials_leaves_no_file(void **state)
{
	const char path[] = "/tmp/pvq-trace-of-nothing";
	struct pvq_trace t;

	(void)state;
	pvq_trace_begin(&t, path);
	assert_int_equal(pvq_trace_end(&t), -ENODATA);
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_are_the_parts_of_the_map),
		cmocka_unit_test(the_callers_slices_end_with_a_delivery),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_map_without_items_is_delivery_alone),
		cmocka_unit_test(a_trace_keeps_nanoseconds),
		cmocka_unit_test(a_trace_without_trials_leaves_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
