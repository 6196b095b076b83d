/* plot_axis.c: chooses ranges and tics. gnuplot does not choose them, because tics must have their unit, must not overlap,
 * and must exist on a narrow logarithmic axis too.
 */
#include "draw/plot.h"

#include <math.h>
#include <stdlib.h>

static void axis_range(struct pvq_plot *plot, const char *axis, double lo, double hi)
{
	fprintf(plot->gp, "%smin = %.9g; %smax = %.9g\n", axis, lo, axis, hi);
}

/* Steps within a decade, from coarse to fine; each list ends with 0. */
static const double axis_step[][16] = {
	{1},
	{1, 3},
	{1, 2, 5},
	{1, 1.5, 2, 3, 5, 7},
	{1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9},
};

enum { STEPS = sizeof(axis_step) / sizeof(axis_step[0]) };

/* Writes a tic for every m * 10^(k * every) within the range, or only counts them (f is NULL). Returns their number. */
static int axis_decades(double lo, double hi, const double *step, int every, FILE *f)
{
	int count = 0, first = (int)floor(log10(lo)), last = (int)ceil(log10(hi));

	for (int k = first; k <= last; k++)
		for (int i = 0; step[i] > 0; i++) {
			double at = step[i] * pow(10, k);

			if (k % every || at < lo * 0.9999 || at > hi * 1.0001)
				continue;
			if (f)
				fprintf(f, "%s''%s'' %.9g", count ? ", " : "", pvq_text_tic(at).s, at);
			count++;
		}
	return count;
}

void pvq_plot_axis_time(struct pvq_plot *plot, const char *axis, double lo, double hi, int most)
{
	double middle;
	int step = STEPS - 1, every = 1;

	lo = fmax(lo, 1);
	hi = fmax(hi, lo);
	middle = sqrt(lo) * sqrt(hi);
	lo = fmin(lo / 1.08, middle / 1.35); /* a narrow range must not look like a wide one */
	hi = fmax(hi * 1.08, middle * 1.35);
	while (step > 0 && axis_decades(lo, hi, axis_step[step], 1, NULL) > most)
		step--;
	while (step == 0 && every < 9 && axis_decades(lo, hi, axis_step[0], every, NULL) > most)
		every++;
	axis_range(plot, axis, lo, hi);
	fprintf(plot->gp, "%stics = '(", axis);
	axis_decades(lo, hi, axis_step[step], every, plot->gp);
	fputs(")'\n", plot->gp);
}

/* Tics at powers of two, written as fractions below 1. */
void pvq_plot_axis_factor(struct pvq_plot *plot, const char *axis, double lo, double hi, int most)
{
	int first, last, every = 1, any = 0;
	double pad;

	lo = fmin(lo, 0.55);
	hi = fmax(hi, 1.9);
	pad = pow(hi / lo, 0.05);
	lo /= pad;
	hi *= pad;
	first = (int)ceil(log2(lo) - 1e-9);
	last = (int)floor(log2(hi) + 1e-9);
	while ((last - first) / every + 1 > most)
		every++;
	axis_range(plot, axis, lo, hi);
	fprintf(plot->gp, "%stics = '(", axis);
	for (int k = first; k <= last; k++) {
		if (k % every)
			continue;
		fprintf(plot->gp, "%s''%s%.0f×'' %.9g", any ? ", " : "", k < 0 ? "1/" : "", exp2(abs(k)),
			exp2(k));
		any = 1;
	}
	fputs(")'\n", plot->gp);
}

static double axis_place(const struct pvq_axis *axis, double x)
{
	return axis->log ? log2(x) : x;
}

/* Writes tics from the largest value down, because that one must not be missing. */
static void axis_count_tics(struct pvq_plot *plot, const struct pvq_axis *axis, const unsigned *value,
	size_t count, double apart)
{
	double last = INFINITY;
	int any = 0;

	for (size_t i = count; i-- > 0;) {
		double at = axis_place(axis, value[i]);

		if (last - at < apart)
			continue;
		fprintf(plot->gp, "%s''%u'' %u", any ? ", " : "", value[i], value[i]);
		last = at;
		any = 1;
	}
}

struct pvq_axis pvq_plot_axis_count(
	struct pvq_plot *plot, const char *name, const unsigned *value, size_t count, int pixels, int log)
{
	struct pvq_axis axis = {.log = log && count > 2 && value[count - 1] >= 16 * value[0]};
	double lo = axis_place(&axis, value[0]), hi = axis_place(&axis, value[count - 1]), edge;
	double gap = INFINITY;

	for (size_t i = 1; i < count; i++)
		gap = fmin(gap, axis_place(&axis, value[i]) - axis_place(&axis, value[i - 1]));
	gap = isinf(gap) ? 1 : gap;
	edge = fmax(0.4 * gap, 0.03 * (hi - lo));
	axis.gap = axis.log ? exp2(gap) : gap;
	if (axis.log)
		axis_range(plot, name, exp2(lo - edge), exp2(hi + edge));
	else
		axis_range(plot, name, lo - edge, hi + edge);
	fprintf(plot->gp, "%slog = %d\n%stics = '(", name, axis.log, name);
	axis_count_tics(plot, &axis, value, count, 26.0 / pixels * (hi - lo + 2 * edge));
	fputs(")'\n", plot->gp);
	return axis;
}

double pvq_plot_shift(const struct pvq_axis *axis, double x, double share)
{
	return axis->log ? x * pow(axis->gap, share) : x + share * axis->gap;
}
