/* picture.c: time per item over the chunk size. */
#include "draw/figure_tools.h"
#include "experiments/chunks/chunks.h"

#include <errno.h>
#include <math.h>

enum { WIDTH = 960, HEIGHT = 480, KEY_ROW = 20, KEY_COLUMNS = 3 };

/* Where the marks of the default stand, right of the largest size. */
static const double at_default = 6000;

static void chunks_keys(struct pvq_plot *plot, const struct pvq_chunks *chunks)
{
	fprintf(plot->gp,
		"keyrows = %zu; keycols = %d; keywidth = %d\nN = %zu\narray label[N]\narray colour[N]\n"
		"array point[N]\narray dash[N]\n",
		(chunks->lines + KEY_COLUMNS - 1) / KEY_COLUMNS, KEY_COLUMNS, (WIDTH - 20) / KEY_COLUMNS,
		chunks->lines);
	for (size_t l = 0; l < chunks->lines; l++) {
		const struct pvq_style *style = &chunks->line[l].way->style;

		fprintf(plot->gp, "label[%zu] = '", l + 1);
		pvq_plot_quote(plot->gp, chunks->line[l].way->impl);
		fprintf(plot->gp, "'; colour[%zu] = '%s'; point[%zu] = %d; dash[%zu] = %d\n", l + 1,
			style->colour, l + 1, style->point, l + 1, style->dash);
	}
}

static void chunks_point(struct pvq_plot *plot, const struct pvq_summary *s, double x,
	const struct pvq_cell *cell, double *lo_ns, double *hi_ns)
{
	char shows[PVQ_SHOWS_MAX];
	struct pvq_estimate e = pvq_chunks_item_ns(cell);
	struct pvq_bar bar = pvq_figure_bar(plot, &e);

	fprintf(plot->dat, "%.9g %.9g %.9g %.9g", x, e.median, bar.lo, bar.hi);
	snprintf(shows, sizeof(shows), "an item %s", pvq_text_ns_interval(e.median, e.lo, e.hi).s);
	pvq_figure_say(plot, s, cell, shows);
	*lo_ns = fmin(*lo_ns, bar.lo);
	*hi_ns = fmax(*hi_ns, bar.hi);
}

/* Writes a line over the sizes, which is flat where there is no chunk to choose, and then the mark of the default. */
static void chunks_line(struct pvq_plot *plot, const struct pvq_summary *s,
	const struct pvq_chunk_line *line, double *lo_ns, double *hi_ns)
{
	const struct pvq_cell *by_default = line->at[PVQ_CHUNK_DEFAULT];

	pvq_plot_undrawn(plot);
	for (int k = 1; k < PVQ_CHUNK_SIZES; k++) {
		const struct pvq_cell *cell = line->way->kind == PVQ_CHUNK_FIXED ? by_default : line->at[k];

		if (cell)
			chunks_point(plot, s,
				line->way->kind == PVQ_CHUNK_FIXED ? pvq_chunk_size[k] : cell->key->chunk,
				cell, lo_ns, hi_ns);
	}
	pvq_plot_next_index(plot);
	pvq_plot_undrawn(plot);
	if (by_default)
		chunks_point(plot, s, at_default, by_default, lo_ns, hi_ns);
	pvq_plot_next_index(plot);
}

int pvq_chunks_draw(struct pvq_plots *plots, const struct pvq_report *r, const void *data)
{
	const struct pvq_chunks *chunks = data;
	int rows = ((int)chunks->lines + KEY_COLUMNS - 1) / KEY_COLUMNS;
	double lo_ns = INFINITY, hi_ns = 0;
	char name[PVQ_PLOT_NAME], title[256];
	struct pvq_plot plot;

	(void)r;
	pvq_figure_name(name, "chunks", NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEIGHT + KEY_ROW * rows))
		return plots->error;
	snprintf(title, sizeof(title), "What does the chunk size decide? Items of %s, %u worker%s",
		chunks->label, chunks->workers, chunks->workers == 1 ? "" : "s");
	pvq_plot_string(&plot, "title", title);
	pvq_plot_number(&plot, "lines", 1);
	pvq_plot_number(&plot, "default", at_default);
	chunks_keys(&plot, chunks);
	fputs("# chunk, time per item in ns, lo, hi, what the point says; then the same by default; two indices a strategy\n",
		plot.dat);
	for (size_t l = 0; l < chunks->lines; l++)
		chunks_line(&plot, &chunks->summary, &chunks->line[l], &lo_ns, &hi_ns);
	pvq_plot_axis_time(&plot, "y", lo_ns, hi_ns, 10);
	pvq_plot_bars(&plot);
	pvq_plot_end(&plot, "chunks.gp");
	return 0;
}
