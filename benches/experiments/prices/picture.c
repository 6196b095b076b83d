/* picture.c: draws cost by size, and fork by the parent's memory. */
#include "experiments/prices/picture.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { LINES_MAX = 4, WIDTH_PX = 760, HEIGHT_PX = 470, KEY_COLUMN_PX = 230 };

/* One line of a picture. Colour-blind readers can tell the colours apart. */
struct line {
	const char *name, *label, *colour;
	int point, dash;
};

static const struct figure {
	const char *name, *title, *note, *xlabel, *unit[4]; /* names of 1, 1024, 1024^2 … of x */
	struct line line[LINES_MAX];
} prices_figure[PVQ_PRICES_FIGURES] = {
	[PVQ_PRICES_BY_SIZE] = {"micro-size", "What moving so many bytes costs",
		"Wall time per block. To another process: the rate at which it is taken away.",
		"size of a block (log scale)", {"B", "KiB", "MiB", "GiB"},
		{{"socket/stream", "Unix socket to a process", "0072B2", 7, 1},
			{"pipe/stream", "pipe to a process", "E69F00", 9, 2},
			{"memcpy/copy", "memcpy within a process", "009E73", 13, 4}, {0}}},
	[PVQ_PRICES_FORK] = {"micro-fork", "What a fork costs, by the parent's memory",
		"Wall time of fork, exit and wait. Touched: one write to every page after the fork.",
		"resident memory of the parent (log scale)", {"MiB", "GiB", "TiB", "PiB"},
		{{"fork/child_touches", "the child touches it all", "D55E00", 11, 5},
			{"fork/parent_touches", "the parent touches it all", "0072B2", 7, 2},
			{"fork/untouched", "nobody touches it", "000000", 5, 1}, {0}}},
};

const char *pvq_prices_figure_name(int figure)
{
	return prices_figure[figure].name;
}

/* The ranges of a picture's values. */
struct range {
	double x_lo, x_hi, ns_lo, ns_hi;
	size_t points;
};

static int figure_wants(const struct line *line, const struct pvq_price *p)
{
	return p->repetitions && p->arg > 0 && strcmp(p->name, line->name) == 0;
}

static struct range figure_range(const struct figure *f, const struct pvq_prices *prices)
{
	struct range r = {INFINITY, 0, INFINITY, 0, 0};

	for (const struct line *line = f->line; line->name; line++)
		for (size_t i = 0; i < prices->count; i++) {
			const struct pvq_price *p = &prices->price[i];

			if (!figure_wants(line, p))
				continue;
			r.x_lo = fmin(r.x_lo, (double)p->arg);
			r.x_hi = fmax(r.x_hi, (double)p->arg);
			r.ns_lo = fmin(r.ns_lo, p->min_ns);
			r.ns_hi = fmax(r.ns_hi, p->max_ns);
			r.points++;
		}
	return r;
}

/* Writes powers of 4 with their units as tics; 4, not 2, so that a dozen fit. */
static void figure_sizes(struct pvq_plot *plot, const struct figure *f, const struct range *r)
{
	int any = 0;

	pvq_plot_number(plot, "xmin", r->x_lo / 1.6);
	pvq_plot_number(plot, "xmax", r->x_hi * 1.6);
	fputs("xtics = '(", plot->gp);
	for (int power = 0; exp2(power) <= r->x_hi * 1.01; power += 2) {
		int unit = power / 10;
		double at = exp2(power);

		if (at < r->x_lo * 0.99)
			continue;
		fprintf(plot->gp, "%s''%.0f %s'' %.9g", any ? ", " : "", at / exp2(10.0 * unit),
			f->unit[unit], at);
		any = 1;
	}
	fputs(")'\n", plot->gp);
}

static void figure_lines(struct pvq_plot *plot, const struct figure *f)
{
	int count = 0;

	while (f->line[count].name)
		count++;
	fprintf(plot->gp, "keyrows = 1; keycols = %d; keywidth = %d\n", count, KEY_COLUMN_PX);
	fprintf(plot->gp, "N = %d\narray label[N]\narray colour[N]\narray point[N]\narray dash[N]\n",
		count);
	for (int i = 0; i < count; i++)
		fprintf(plot->gp, "label[%d] = '%s'; colour[%d] = '%s'; point[%d] = %d; dash[%d] = %d\n",
			i + 1, f->line[i].label, i + 1, f->line[i].colour, i + 1, f->line[i].point, i + 1,
			f->line[i].dash);
}

static void figure_data(struct pvq_plot *plot, const struct figure *f, const struct pvq_prices *prices)
{
	fputs("# size, median of the wall time in ns, least, most, what the point says\n", plot->dat);
	for (const struct line *line = f->line; line->name; line++) {
		for (size_t i = 0; i < prices->count; i++) {
			const struct pvq_price *p = &prices->price[i];
			char says[320];

			if (!figure_wants(line, p))
				continue;
			fprintf(plot->dat, "%lld %.9g %.9g %.9g", (long long)p->arg, p->median_ns,
				p->min_ns, p->max_ns);
			snprintf(says, sizeof(says),
				"%s, %s:%lld\n%s, n = %zu\nbuild/pvq-micro '--benchmark_filter=^%s/%s:%lld/'",
				line->label, p->arg_name, (long long)p->arg,
				pvq_text_ns_interval(p->median_ns, p->min_ns, p->max_ns).s, p->repetitions,
				p->name, p->arg_name, (long long)p->arg);
			pvq_plot_say(plot, says);
		}
		pvq_plot_next_index(plot);
	}
}

static int figure_draw(struct pvq_plots *plots, const struct figure *f, const struct pvq_prices *prices)
{
	struct range r = figure_range(f, prices);
	struct pvq_plot plot;
	int ret;

	if (r.points < 2)
		return 0;
	ret = pvq_plot_begin(&plot, plots, f->name, WIDTH_PX, HEIGHT_PX);
	if (ret)
		return ret;
	pvq_plot_string(&plot, "title", f->title);
	pvq_plot_string(&plot, "note", f->note);
	pvq_plot_string(&plot, "xname", f->xlabel);
	figure_sizes(&plot, f, &r);
	pvq_plot_axis_time(&plot, "y", r.ns_lo, r.ns_hi, 10);
	figure_lines(&plot, f);
	figure_data(&plot, f, prices);
	pvq_plot_end(&plot, "prices.gp");
	return plots->error;
}

int pvq_prices_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	int ret = 0;

	(void)r;
	for (int i = 0; ret == 0 && i < PVQ_PRICES_FIGURES; i++)
		ret = figure_draw(plots, &prices_figure[i], data);
	return ret;
}

int pvq_prices_draw_alone(const char *dir)
{
	struct pvq_prices prices;
	struct pvq_plots plots = {0};
	int ret = pvq_prices_read(&prices, dir);

	if (ret)
		return ret == -ENOMEM ? ret : 0; /* pvq_prices_read() has reported what is wrong */
	ret = pvq_plots_begin(&plots, dir);
	if (ret == 0)
		ret = pvq_prices_draw(&plots, NULL, &prices);
	if (ret == 0)
		pvq_plots_draw(&plots); /* without gnuplot there are no pictures; that is reported */
	pvq_plots_free(&plots);
	pvq_prices_free(&prices);
	return ret;
}
