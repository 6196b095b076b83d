/* levels.c: cuts sorted values at their valleys. */
#include "stats/levels.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

/* The values of a level reach a little beyond those seen so far. */
#define WIDER 1.1

/* Joins a level with the one above it. */
static void join(struct pvq_levels *l, size_t at)
{
	struct pvq_level *low = &l->level[at], *high = low + 1;

	if (high->values > low->values)
		low->centre = high->centre;
	low->to = high->to;
	low->values += high->values;
	memmove(high, high + 1, (l->count - at - 2) * sizeof(*high));
	l->count--;
}

/* The lower one of the two neighbours that are nearest each other; there are two at least. */
static size_t nearest(const struct pvq_levels *l)
{
	size_t at = 0;

	for (size_t i = 1; i + 1 < l->count; i++)
		if (l->level[i + 1].centre / l->level[i].centre <
			l->level[at + 1].centre / l->level[at].centre)
			at = i;
	return at;
}

static void add_part(struct pvq_levels *l, const double *value, size_t n, size_t all)
{
	if (n < PVQ_LEVELS_LEAST && n < all)
		return;
	if ((double)n <= PVQ_LEVELS_SHARE * (double)all)
		return;
	if (l->count == PVQ_LEVELS_MAX)
		join(l, nearest(l));
	l->level[l->count++] = (struct pvq_level){
		.centre = pvq_quantile(value, n, 0.5), .from = value[0], .to = value[n - 1], .values = n};
}

/* Cuts sorted values into parts. A valley may hold values: `some` at most, which belong to no part. */
static void cut(struct pvq_levels *l, const double *value, size_t n)
{
	size_t some = (size_t)(PVQ_LEVELS_SHARE * (double)n), start = 0;

	for (size_t i = 0; i + some + 1 < n; i++) {
		if (i < start || value[i + some + 1] < PVQ_LEVELS_VALLEY * value[i])
			continue;
		add_part(l, value + start, i + 1 - start, n);
		start = i + some + 1;
	}
	add_part(l, value + start, n - start, n);
}

/* Widens every level, up to halfway to its neighbour at most. */
static void widen(struct pvq_levels *l)
{
	for (size_t i = 0; i < l->count; i++) {
		l->level[i].from /= WIDER;
		l->level[i].to *= WIDER;
	}
	for (size_t i = 1; i < l->count; i++) {
		struct pvq_level *a = &l->level[i - 1], *b = &l->level[i];

		if (a->to >= b->from)
			a->to = b->from = sqrt(a->to * b->from);
	}
}

/* Counts the values of each level anew: a valley may have taken some from its edge. */
static void count(struct pvq_levels *l, const double *value, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct pvq_level *level = &l->level[i];
		size_t first;

		while (value[at] < level->from)
			at++;
		for (first = at; at < n && value[at] <= level->to; at++)
			;
		level->values = at - first;
		level->centre = pvq_quantile(value + first, level->values, 0.5);
	}
}

void pvq_levels_find(struct pvq_levels *levels, double *value, size_t n)
{
	*levels = (struct pvq_levels){0};
	if (n == 0)
		return;
	pvq_sort(value, n);
	cut(levels, value, n);
	if (levels->count == 0) /* a few values, all apart */
		levels->level[levels->count++] = (struct pvq_level){.centre = pvq_quantile(value, n, 0.5),
			.from = value[0],
			.to = value[n - 1],
			.values = n};
	while (levels->count > 1) {
		size_t at = nearest(levels);

		if (levels->level[at + 1].centre >= PVQ_LEVELS_APART * levels->level[at].centre)
			break;
		join(levels, at);
	}
	widen(levels);
	count(levels, value, n);
}

int pvq_levels_of(const struct pvq_levels *levels, double value)
{
	if (!(value > 0))
		return PVQ_LEVELS_NONE;
	for (size_t i = 0; i < levels->count; i++)
		if (value >= levels->level[i].from && value <= levels->level[i].to)
			return (int)i;
	return PVQ_LEVELS_PASSING;
}

int pvq_levels_both(int a, int b)
{
	if (a == PVQ_LEVELS_NONE)
		return b;
	return b == PVQ_LEVELS_NONE || a == b ? a : PVQ_LEVELS_PASSING;
}

int pvq_levels_between(const struct pvq_levels *levels, double before, double after)
{
	return pvq_levels_both(pvq_levels_of(levels, before), pvq_levels_of(levels, after));
}

void pvq_levels_fill(int *level, size_t n)
{
	int before = PVQ_LEVELS_NONE;

	for (size_t i = 0; i < n;) {
		size_t end = i;

		while (end < n && level[end] == PVQ_LEVELS_NONE)
			end++;
		if (end > i) {
			int both = pvq_levels_both(before, end < n ? level[end] : PVQ_LEVELS_NONE);

			while (i < end)
				level[i++] = both;
		} else {
			before = level[i++];
		}
	}
}

int pvq_levels_most(const int *level, size_t n)
{
	size_t at[PVQ_LEVELS_MAX] = {0};
	int most = PVQ_LEVELS_NONE;

	for (size_t i = 0; i < n; i++) {
		if (level[i] >= 0)
			at[level[i]]++;
		else if (level[i] == PVQ_LEVELS_PASSING)
			most = PVQ_LEVELS_PASSING;
	}
	for (int l = PVQ_LEVELS_MAX - 1; l >= 0; l--)
		if (at[l] && (most < 0 || at[l] >= at[most]))
			most = l;
	return most;
}

unsigned pvq_levels_off(int *level, size_t n, unsigned *off)
{
	unsigned count = 0;
	int most;

	pvq_levels_fill(level, n);
	most = pvq_levels_most(level, n);
	for (size_t i = 0; i < n; i++)
		if (level[i] == PVQ_LEVELS_PASSING || (level[i] >= 0 && level[i] != most))
			off[count++] = (unsigned)i;
	return count;
}
