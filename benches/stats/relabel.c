/* relabel.c: computes T and U under every labelling of the runs. */
#include "stats/relabel.h"

#include "stats/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { PAIRS = PVQ_RELABEL_MOST * PVQ_RELABEL_MOST };

/* A labelling is a number. Its bit r is set if run r counts as one of b. */
static int relabel_in_b(unsigned label, size_t run)
{
	return (int)(label >> run & 1);
}

/* The next larger number with the same count of set bits (HAKMEM 175). */
static unsigned relabel_next(unsigned label)
{
	unsigned low = label & -label, ripple = label + low;

	return ripple | (((label ^ ripple) >> 2) / low);
}

static double relabel_statistic(const double *value, size_t runs, unsigned label)
{
	double n[2] = {0}, mean[2] = {0}, square[2] = {0}; /* of a, of b */

	for (size_t r = 0; r < runs; r++) { /* Welford's sums */
		int b = relabel_in_b(label, r);
		double d = value[r] - mean[b];

		mean[b] += d / ++n[b];
		square[b] += d * (value[r] - mean[b]);
	}
	return (mean[1] - mean[0]) / sqrt(square[0] / (n[0] - 1) + square[1] / (n[1] - 1) +
					     PVQ_RELABEL_FLOOR * PVQ_RELABEL_FLOOR);
}

/* U of a labelling of the ranks 0 .. runs - 1: the number of pairs in which b is larger. */
static size_t relabel_u(unsigned label, size_t runs)
{
	size_t of_a = 0, u = 0;

	for (size_t r = 0; r < runs; r++) {
		u += relabel_in_b(label, r) ? of_a : 0;
		of_a += !relabel_in_b(label, r);
	}
	return u;
}

/* The results of all labellings. */
struct labellings {
	double *largest, *smallest; /* [count]: the extreme T of all figures under each labelling */
	size_t count;
	size_t of_u[PAIRS + 1]; /* [U]: how many labellings have it */
};

static int relabel_all(struct labellings *l, const double *value, size_t figures, size_t na, size_t nb)
{
	size_t runs = na + nb, room = 1;
	unsigned first = (1u << nb) - 1, last = first << na;

	for (size_t i = 1; i <= nb; i++)
		room = room * (na + i) / i;
	l->largest = calloc(2 * room, sizeof(double));
	if (!l->largest)
		return -ENOMEM;
	l->smallest = l->largest + room;
	for (unsigned label = first; l->count < room; label = relabel_next(label)) {
		double largest = -INFINITY, smallest = INFINITY;

		for (size_t i = 0; i < figures; i++) {
			double t = relabel_statistic(&value[i * runs], runs, label);

			largest = fmax(largest, t);
			smallest = fmin(smallest, t);
		}
		l->largest[l->count] = largest;
		l->smallest[l->count++] = smallest;
		l->of_u[relabel_u(label, runs)]++;
		if (label == last)
			break; /* its successor may overflow */
	}
	return 0;
}

/* The share of labellings at least as extreme as t. The tolerance is for rounding: equal statistics may be summed in
 * another order. */
static void relabel_p(struct pvq_relabelled *r, const struct labellings *l, double t)
{
	size_t larger = 0, smaller = 0;

	for (size_t i = 0; i < l->count; i++) {
		larger += l->largest[i] >= t - 1e-9;
		smaller += l->smallest[i] <= t + 1e-9;
	}
	r->p_larger = (double)larger / (double)l->count;
	r->p_smaller = (double)smaller / (double)l->count;
}

/* The interval: from the k-th smallest to the k-th largest difference of a pair. k is the largest rank for which each end
 * errs in at most 5 %: P(U <= k - 1) <= 0.05. */
static void relabel_interval(
	struct pvq_relabelled *r, const struct labellings *l, const double *value, size_t na, size_t nb)
{
	double pair[PAIRS];
	size_t pairs = na * nb, k = 0, tail = 0;

	while (k < pairs / 2 && (tail += l->of_u[k]) * 20 <= l->count)
		k++;
	k += k ==
	     0; /* at least the whole range; with PVQ_RELABEL_LEAST runs a side that errs in at most 5 % */
	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++)
			pair[i * nb + j] = value[na + j] - value[i];
	pvq_sort(pair, pairs);
	r->lo = pair[k - 1];
	r->hi = pair[pairs - k];
}

int pvq_relabel(const double *value, size_t figures, size_t na, size_t nb, struct pvq_relabelled *result)
{
	struct labellings l = {0};
	unsigned own = ((1u << nb) - 1) << na;
	int ret = relabel_all(&l, value, figures, na, nb);

	for (size_t i = 0; ret == 0 && i < figures; i++) {
		const double *of = &value[i * (na + nb)];

		relabel_p(&result[i], &l, relabel_statistic(of, na + nb, own));
		relabel_interval(&result[i], &l, of, na, nb);
	}
	free(l.largest);
	return ret;
}
