/* observed.h: the figures of an observed trial; pure functions. */
#include "observed.h"
#include "stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int observed_by_worker(const void *x, const void *y)
{
	const struct pvq_moment *a = x, *b = y;

	if (a->worker != b->worker)
		return a->worker < b->worker ? -1 : 1;
	return (a->begin_ns > b->begin_ns) - (a->begin_ns < b->begin_ns);
}

static int observed_by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* The five parts; m: by worker, then by begin. A lane's gaps add up, so that only its first and last item
 * need looking at beside the sum of the items. */
static void observed_divide(struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	uint64_t last_end = 0;
	unsigned used = n ? m[n - 1].worker + 1 : 0;

	for (size_t i = 0; i < n; i++)
		last_end = m[i].end_ns > last_end ? m[i].end_ns : last_end;
	o->lanes = used > o->workers ? used : o->workers;
	for (size_t i = 0; i < n; i++) {
		int first = i == 0 || m[i].worker != m[i - 1].worker;
		int last = i + 1 == n || m[i].worker != m[i + 1].worker;
		uint64_t took = m[i].end_ns - m[i].begin_ns;

		o->busy_ns += took;
		o->longest_ns = took > o->longest_ns ? took : o->longest_ns;
		if (first)
			o->ramp_ns += m[i].begin_ns;
		else
			o->dispatch_ns += m[i].begin_ns - m[i - 1].end_ns;
		if (last)
			o->imbalance_ns += last_end - m[i].end_ns;
	}
	o->imbalance_ns += (o->lanes - used) * last_end;
	o->deliver_ns = o->lanes * (o->map_ns - last_end);
}

/* The most results that were complete and not delivered at one time. It can only rise where one completes:
 * those delivered until then (at that very time too) no longer wait. end: sorted. */
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

/* Looks at the deliveries from the last to the first, so that the earliest end of all later ones is known:
 * from then on, one of them was complete. */
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

int pvq_observed_describe(struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	struct pvq_moment *sorted = calloc(n + 1, sizeof(*sorted));
	uint64_t *end = calloc(n + 1, sizeof(*end));
	double *wait = calloc(n + 1, sizeof(*wait));
	int ret = sorted && end && wait ? 0 : -ENOMEM;

	if (ret == 0) {
		for (size_t i = 0; i < n; i++)
			sorted[i] = m[i];
		qsort(sorted, n, sizeof(*sorted), observed_by_worker);
		observed_divide(o, sorted, n);
	}
	if (ret == 0 && n) {
		for (size_t i = 0; i < n; i++)
			end[i] = m[i].end_ns;
		qsort(end, n, sizeof(*end), observed_by_value);
		o->waiting_max = observed_waiting(end, m, n);
		o->first_ns = m[0].delivered_ns;
		observed_stalls(o, m, n);
		observed_waits(o, m, n, wait);
	}
	free(sorted);
	free(end);
	free(wait);
	return ret;
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
}
