/* resample.c: the bootstrap over blocks. */
#include "stats/resample.h"
#include "base/shuffle.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { DRAWINGS = 1000 };

void pvq_blocks_free(struct pvq_blocks *b)
{
	free(b->ns);
	*b = (struct pvq_blocks){0};
}

/* Moves the k-th smallest of n values to x[k], with none larger before it and none smaller behind it (C. A. R. Hoare,
 * Algorithm 65: FIND, CACM 4, 1961). */
static void find_kth(double *x, size_t n, size_t k)
{
	ptrdiff_t from = 0, to = (ptrdiff_t)n - 1, at = (ptrdiff_t)k;

	while (from < to) {
		double pivot = x[k];
		ptrdiff_t i = from, j = to;

		while (i <= j) {
			while (x[i] < pivot)
				i++;
			while (x[j] > pivot)
				j--;
			if (i <= j) {
				double swap = x[i];

				x[i++] = x[j];
				x[j--] = swap;
			}
		}
		if (j < at)
			from = i;
		if (at < i)
			to = j;
	}
}

/* The median, without sorting all: an interval takes some thousands of them. NAN of none. */
static double median_of(double *x, size_t n)
{
	double high, low;

	if (n == 0)
		return NAN;
	find_kth(x, n, n / 2);
	high = x[n / 2];
	if (n % 2)
		return high;
	low = x[0];
	for (size_t i = 1; i < n / 2; i++)
		low = fmax(low, x[i]);
	return low + 0.5 * (high - low);
}

/* The median of every cell over the drawn blocks that have it, NULL: over all; NAN: none has. */
static void medians(const struct pvq_blocks *b, const size_t *drawn, double *scratch, double *median)
{
	for (size_t c = 0; c < b->cells; c++) {
		size_t n = 0;

		for (size_t i = 0; i < b->blocks; i++) {
			double ns = b->ns[c * b->blocks + (drawn ? drawn[i] : i)];

			if (!isnan(ns))
				scratch[n++] = ns;
		}
		median[c] = median_of(scratch, n);
	}
}

int pvq_blocks_medians(const struct pvq_blocks *b, double *median)
{
	double *scratch = calloc(b->blocks + 1, sizeof(*scratch));

	if (!scratch)
		return -ENOMEM;
	medians(b, NULL, scratch, median);
	free(scratch);
	return 0;
}

static void draw(const struct pvq_blocks *b, size_t *drawn, uint64_t *state)
{
	for (size_t i = 0; i < b->blocks; i++)
		drawn[i] = pvq_random_next(state) % b->blocks;
}

/* Describes a figure by its values over the resamples, of which those without the figure are left out. */
static void describe(struct pvq_estimate *result, double *value, double alpha)
{
	size_t n = 0;

	for (size_t i = 0; i < DRAWINGS; i++)
		if (!isnan(value[i]))
			value[n++] = value[i];
	if (n < DRAWINGS * 19 / 20)
		return;
	pvq_sort(value, n);
	/* Whole ranks, not interpolated: a neighbour may be infinite. */
	result->lo = value[(size_t)floor(alpha / 2 * (double)(n - 1))];
	result->hi = value[(size_t)ceil((1 - alpha / 2) * (double)(n - 1))];
}

int pvq_resample_all(const struct pvq_blocks *b, pvq_figures_of *figures, void *ctx, size_t count,
	double alpha, uint64_t seed, struct pvq_estimate *result)
{
	double *value = calloc(DRAWINGS * count + 1, sizeof(*value)), /* [figure * DRAWINGS + drawing] */
		*one = calloc(count + 1, sizeof(*one));
	double *scratch = calloc(b->blocks + 1, sizeof(*scratch)),
	       *median = calloc(b->cells + 1, sizeof(*median));
	size_t *drawn = calloc(b->blocks + 1, sizeof(*drawn));
	int ret = value && one && scratch && median && drawn ? 0 : -ENOMEM;

	for (size_t k = 0; k < count; k++)
		result[k] = (struct pvq_estimate){
			.n = b->blocks, .median = NAN, .lo = NAN, .hi = NAN, .min = NAN, .max = NAN};
	if (ret == 0 && b->blocks) {
		medians(b, NULL, scratch, median);
		figures(median, ctx, one);
		for (size_t k = 0; k < count; k++)
			result[k].median = one[k];
	}
	if (ret == 0 && b->blocks >= pvq_median_needs(alpha)) {
		for (size_t i = 0; i < DRAWINGS; i++) {
			draw(b, drawn, &seed);
			medians(b, drawn, scratch, median);
			figures(median, ctx, one);
			for (size_t k = 0; k < count; k++)
				value[k * DRAWINGS + i] = one[k];
		}
		for (size_t k = 0; k < count; k++)
			describe(&result[k], value + k * DRAWINGS, alpha);
	}
	free(value);
	free(one);
	free(scratch);
	free(median);
	free(drawn);
	return ret;
}

/* A single figure as one of a set. */
struct single {
	pvq_figure_of *figure;
	void *ctx;
};

static void figure_of_single(const double *median, void *ctx, double *figure)
{
	const struct single *s = ctx;

	*figure = s->figure(median, s->ctx);
}

int pvq_resample(const struct pvq_blocks *b, pvq_figure_of *figure, void *ctx, double alpha, uint64_t seed,
	struct pvq_estimate *result)
{
	struct single single = {figure, ctx};

	return pvq_resample_all(b, figure_of_single, &single, 1, alpha, seed, result);
}
