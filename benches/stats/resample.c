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

/* The median of every cell over the drawn blocks that have it; NAN: none has. */
static void medians(const struct pvq_blocks *b, const size_t *drawn, double *scratch, double *median)
{
	for (size_t c = 0; c < b->cells; c++) {
		size_t n = 0;

		for (size_t i = 0; i < b->blocks; i++)
			if (!isnan(b->ns[c * b->blocks + drawn[i]]))
				scratch[n++] = b->ns[c * b->blocks + drawn[i]];
		pvq_sort(scratch, n);
		median[c] = pvq_quantile(scratch, n, 0.5);
	}
}

static void draw(const struct pvq_blocks *b, size_t *drawn, uint64_t *state)
{
	for (size_t i = 0; i < b->blocks; i++)
		drawn[i] = pvq_random_next(state) % b->blocks;
}

int pvq_resample(const struct pvq_blocks *b, pvq_figure_of *figure, void *ctx, double alpha, uint64_t seed,
	struct pvq_estimate *result)
{
	double *figures = calloc(DRAWINGS, sizeof(*figures));
	double *scratch = calloc(b->blocks + 1, sizeof(*scratch)),
	       *median = calloc(b->cells + 1, sizeof(*median));
	size_t *drawn = calloc(b->blocks + 1, sizeof(*drawn)), n = 0;
	int ret = -ENOMEM;

	*result = (struct pvq_estimate){
		.n = b->blocks, .median = NAN, .lo = NAN, .hi = NAN, .min = NAN, .max = NAN};
	if (!figures || !scratch || !median || !drawn)
		goto out;
	ret = 0;
	for (size_t i = 0; i < b->blocks; i++)
		drawn[i] = i;
	if (b->blocks) {
		medians(b, drawn, scratch, median);
		result->median = figure(median, ctx);
	}
	for (int i = 0; i < DRAWINGS && b->blocks >= pvq_median_needs(alpha); i++) {
		draw(b, drawn, &seed);
		medians(b, drawn, scratch, median);
		figures[n] = figure(median, ctx);
		n += !isnan(figures[n]);
	}
	if (n >= DRAWINGS * 19 / 20) {
		pvq_sort(figures, n);
		/* Whole ranks, not interpolated: a neighbour may be infinite. */
		result->lo = figures[(size_t)floor(alpha / 2 * (double)(n - 1))];
		result->hi = figures[(size_t)ceil((1 - alpha / 2) * (double)(n - 1))];
	}
out:
	free(figures);
	free(scratch);
	free(median);
	free(drawn);
	return ret;
}
