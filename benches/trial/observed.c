/* observed.c: computes the figures of an observed trial; pure functions. */
#include "trial/observed.h"
#include "stats/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int observed_by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* One worker's items. They cannot overlap, so the rest of the time from the first to the last is gaps. */
struct lane {
	uint64_t items, begin_ns, end_ns, busy_ns;
};

static void observed_add(struct lane *lane, const struct pvq_moment *m)
{
	if (!lane->items++ || m->begin_ns < lane->begin_ns)
		lane->begin_ns = m->begin_ns;
	lane->end_ns = m->end_ns > lane->end_ns ? m->end_ns : lane->end_ns;
	lane->busy_ns += m->end_ns - m->begin_ns;
}

/* Divides the map into its five parts. */
static int observed_divide(struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	uint64_t last_end = 0;
	struct lane *lane;

	o->lanes = o->workers;
	for (size_t i = 0; i < n; i++) {
		uint64_t took = m[i].end_ns - m[i].begin_ns;

		o->lanes = m[i].worker >= o->lanes ? m[i].worker + 1 : o->lanes;
		o->longest_ns = took > o->longest_ns ? took : o->longest_ns;
		last_end = m[i].end_ns > last_end ? m[i].end_ns : last_end;
	}
	lane = calloc(o->lanes + 1, sizeof(*lane));
	if (!lane)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		observed_add(&lane[m[i].worker], &m[i]);
	for (unsigned l = 0; l < o->lanes; l++) {
		o->busy_ns += lane[l].busy_ns;
		o->ramp_ns += lane[l].begin_ns;
		o->dispatch_ns += lane[l].end_ns - lane[l].begin_ns - lane[l].busy_ns;
		o->imbalance_ns += last_end - lane[l].end_ns;
		o->deliver_ns += o->map_ns - last_end;
	}
	free(lane);
	return 0;
}

/* The most results that were complete but not delivered at one time. The number rises only when a result completes;
 * those delivered up to that time, inclusive, no longer wait. end: sorted. */
static uint64_t observed_waiting(const uint64_t *end, const struct pvq_moment *m, size_t n)
{
	uint64_t most = 0;
	size_t delivered = 0;

	for (size_t i = 0; i < n; i++) {
		while (delivered < n && m[delivered].delivered_ns <= end[i])
			delivered++;
		if (i + 1 > delivered && i + 1 - delivered > most)
			most = i + 1 - delivered;
	}
	return most;
}

/* Goes through the deliveries from the last to the first, so that the earliest end of all later ones is known: from
 * that time on, one of them was complete. */
static void observed_stalls(struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	uint64_t later_end = UINT64_MAX;

	for (size_t i = n; i-- > 0;) {
		uint64_t from = i ? m[i - 1].delivered_ns : 0, gap = m[i].delivered_ns - from;

		o->stall_ns = gap > o->stall_ns ? gap : o->stall_ns;
		if (later_end > from)
			from = later_end;
		if (m[i].end_ns > from)
			o->blocked_ns += m[i].end_ns - from;
		later_end = m[i].end_ns < later_end ? m[i].end_ns : later_end;
	}
}

static void observed_waits(struct pvq_observed *o, const struct pvq_moment *m, size_t n, double *wait)
{
	for (size_t i = 0; i < n; i++)
		wait[i] = (double)(m[i].delivered_ns - m[i].end_ns);
	pvq_sort(wait, n);
	o->wait_median_ns = (uint64_t)pvq_quantile(wait, n, 0.5);
	o->wait_p99_ns = (uint64_t)pvq_quantile(wait, n, 0.99);
	o->wait_max_ns = (uint64_t)wait[n - 1];
}

static int observed_deliveries(struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	uint64_t *end = calloc(n, sizeof(*end));
	double *wait = calloc(n, sizeof(*wait));
	int ret = end && wait ? 0 : -ENOMEM;

	if (ret == 0) {
		for (size_t i = 0; i < n; i++)
			end[i] = m[i].end_ns;
		qsort(end, n, sizeof(*end), observed_by_value);
		o->waiting_max = observed_waiting(end, m, n);
		o->first_ns = m[0].delivered_ns;
		observed_stalls(o, m, n);
		observed_waits(o, m, n, wait);
	}
	free(end);
	free(wait);
	return ret;
}

int pvq_observed_describe(struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	int ret = observed_divide(o, m, n);

	return ret || n == 0 ? ret : observed_deliveries(o, m, n);
}

void pvq_observed_identify(struct pvq_observed *o, const struct pvq_row *row)
{
	memset(o, 0, sizeof(*o));
	memcpy(o->impl, row->impl, sizeof(o->impl));
	memcpy(o->task, row->task, sizeof(o->task));
	memcpy(o->args, row->args, sizeof(o->args));
	o->n = row->n;
	o->workers = row->workers;
	o->cores = row->cores;
	o->block = row->block;
	o->map_ns = row->map_ns;
	o->start_ns = row->start_ns;
	o->stop_ns = row->stop_ns;
}
