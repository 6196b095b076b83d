/* lanes.c: divides an observed trial into lanes and slices. */
#include "results/lanes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int lanes_by_worker(const void *x, const void *y)
{
	const struct pvq_moment *a = *(const struct pvq_moment *const *)x,
				*b = *(const struct pvq_moment *const *)y;

	if (a->worker != b->worker)
		return a->worker < b->worker ? -1 : 1;
	if (a->begin_ns != b->begin_ns)
		return a->begin_ns < b->begin_ns ? -1 : 1;
	return (a->end_ns > b->end_ns) - (a->end_ns < b->end_ns);
}

/* Adds a slice to the lane that ends so far at first[lane + 1]. */
static void lanes_add(struct pvq_lanes *l, unsigned lane, struct pvq_slice slice)
{
	if (slice.moment || slice.end_ns > slice.begin_ns)
		l->slice[l->first[lane + 1]++] = slice;
}

/* A worker's lane. moment: its items, in the order of time. */
static int lanes_worker(struct pvq_lanes *l, unsigned lane, const struct pvq_moment *const *moment,
	size_t n, uint64_t last_end_ns, uint64_t map_ns)
{
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (moment[i]->begin_ns < at || moment[i]->end_ns < moment[i]->begin_ns)
			return -ERANGE;
		lanes_add(l, lane,
			(struct pvq_slice){
				i ? PVQ_SLICE_DISPATCH : PVQ_SLICE_RAMP, NULL, at, moment[i]->begin_ns});
		at = moment[i]->end_ns;
		lanes_add(l, lane, (struct pvq_slice){PVQ_SLICE_ITEM, moment[i], moment[i]->begin_ns, at});
	}
	lanes_add(l, lane, (struct pvq_slice){PVQ_SLICE_IMBALANCE, NULL, at, last_end_ns});
	lanes_add(l, lane, (struct pvq_slice){PVQ_SLICE_DELIVERY, NULL, last_end_ns, map_ns});
	return 0;
}

static int lanes_caller(struct pvq_lanes *l, const struct pvq_moment *m, size_t n, uint64_t map_ns)
{
	uint64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (m[i].delivered_ns < at || m[i].delivered_ns < m[i].end_ns || m[i].delivered_ns > map_ns)
			return -ERANGE;
		lanes_add(
			l, l->workers, (struct pvq_slice){PVQ_SLICE_RESULT, &m[i], at, m[i].delivered_ns});
		at = m[i].delivered_ns;
	}
	lanes_add(l, l->workers, (struct pvq_slice){PVQ_SLICE_END, NULL, at, map_ns});
	return 0;
}

/* Fills in all lanes. moment: room for n, to be sorted. */
static int lanes_fill(struct pvq_lanes *l, const struct pvq_observed *o, const struct pvq_moment *m,
	size_t n, const struct pvq_moment **moment)
{
	uint64_t last_end_ns = 0;
	size_t from = 0;
	int ret = 0;

	for (size_t i = 0; i < n; i++) {
		moment[i] = &m[i];
		last_end_ns = m[i].end_ns > last_end_ns ? m[i].end_ns : last_end_ns;
	}
	qsort(moment, n, sizeof(struct pvq_moment *), lanes_by_worker);
	for (unsigned lane = 0; ret == 0 && lane < l->workers; lane++) {
		size_t to = from;

		while (to < n && moment[to]->worker == lane)
			to++;
		l->first[lane + 1] = l->first[lane];
		ret = lanes_worker(l, lane, moment + from, to - from, last_end_ns, o->map_ns);
		from = to;
	}
	l->first[l->workers + 1] = l->first[l->workers];
	return ret ? ret : lanes_caller(l, m, n, o->map_ns);
}

int pvq_lanes_make(struct pvq_lanes *l, const struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	const struct pvq_moment **moment = calloc(n + 1, sizeof(struct pvq_moment *));
	int ret;

	*l = (struct pvq_lanes){.workers = o->workers};
	for (size_t i = 0; i < n; i++)
		l->workers = m[i].worker >= l->workers ? m[i].worker + 1 : l->workers;
	/* An item is three slices at most: before it, itself, and its result; the ends of a lane are two. */
	l->slice = calloc(3 * n + 2 * ((size_t)l->workers + 1), sizeof(*l->slice));
	l->first = calloc((size_t)l->workers + 2, sizeof(*l->first));
	ret = moment && l->slice && l->first ? lanes_fill(l, o, m, n, moment) : -ENOMEM;
	free(moment);
	if (ret)
		pvq_lanes_free(l);
	return ret;
}

void pvq_lanes_free(struct pvq_lanes *l)
{
	free(l->slice);
	free(l->first);
	memset(l, 0, sizeof(*l));
}
