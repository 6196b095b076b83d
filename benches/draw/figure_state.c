/* figure_state.c: draws the state of the machine over the time of the run, and beside it the task that feels it most. */
#include "draw/figures.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { WIDTH = 960, HEIGHT = 470, KEY_ROW = 20 };

static int state_want(const struct pvq_cell *cell, unsigned cores)
{
	return pvq_cell_even(cell, cores);
}

/* The work with the shortest items among those measured with several workers on that many cores. */
static const struct pvq_work *state_work(const struct pvq_summary *s, unsigned cores)
{
	const struct pvq_work *shortest = NULL;
	double least = INFINITY;

	for (size_t w = 0; w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++) {
			const struct pvq_cell *cell = &s->cell[c];
			double ns;

			if (!cell->ok || !state_want(cell, cores) || !cell->key->n)
				continue;
			ns = cell->metric[PVQ_MAP_NS].median / (double)cell->key->n;
			if (ns < least) {
				least = ns;
				shortest = &s->work[w];
			}
		}
	return shortest;
}

static uint64_t state_began_ms(const struct pvq_summary *s)
{
	uint64_t began = UINT64_MAX;

	for (size_t c = 0; c < s->cells; c++)
		for (size_t i = 0; i < s->cell[c].rows; i++) {
			uint64_t at = s->cell[c].row[i]->at_ms;

			began = at && at < began ? at : began;
		}
	return began;
}

static double state_second(const struct pvq_row *row, uint64_t began_ms)
{
	return (double)(row->at_ms - began_ms) / 1e3;
}

/* The hand-overs of all trials on that many cores, two points a trial. */
static void state_looks(struct pvq_plot *plot, const struct pvq_summary *s, unsigned cores,
	uint64_t began_ms, struct pvq_range *ns, double *seconds)
{
	fputs("# seconds, handover_ns; then for each series: seconds, ns per item\n", plot->dat);
	for (size_t c = 0; c < s->cells; c++)
		for (size_t i = 0; i < s->cell[c].rows; i++) {
			const struct pvq_row *row = s->cell[c].row[i];
			double x;

			if (row->cores != cores || !row->at_ms)
				continue;
			x = state_second(row, began_ms);
			*seconds = fmax(*seconds, x);
			if (row->handover_ns) {
				fprintf(plot->dat, "%.3f %llu\n", x, (unsigned long long)row->handover_ns);
				pvq_range_add(ns, (double)row->handover_ns);
			}
			if (row->handover_after_ns) {
				fprintf(plot->dat, "%.3f %llu\n", x + (double)row->wall_ns / 1e9,
					(unsigned long long)row->handover_after_ns);
				pvq_range_add(ns, (double)row->handover_after_ns);
			}
		}
	pvq_plot_next_index(plot);
}

static void state_items(struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_work *work,
	unsigned cores, uint64_t began_ms, const size_t *series, size_t count, struct pvq_range *ns)
{
	for (size_t k = 0; k < count; k++) {
		const struct pvq_cell *cell = NULL;

		while ((cell = pvq_figure_next(s, work, series[k], cores, state_want, cell)))
			for (size_t i = 0; i < cell->ok + cell->aside; i++) {
				const struct pvq_row *row = cell->row[i];
				double item = (double)row->map_ns / (double)row->n;

				if (!row->at_ms)
					continue;
				fprintf(plot->dat, "%.3f %.6g\n", state_second(row, began_ms), item);
				pvq_range_add(ns, item);
			}
		pvq_plot_next_index(plot);
	}
}

static void state_draw(struct pvq_plots *plots, const struct pvq_summary *s, const struct pvq_work *work,
	unsigned cores, const size_t *series, size_t count)
{
	struct pvq_range handover = {INFINITY, 0}, item = {INFINITY, 0};
	struct pvq_key key = pvq_plot_key(s, series, count, WIDTH - 40);
	uint64_t began_ms = state_began_ms(s);
	char name[PVQ_PLOT_NAME];
	struct pvq_plot plot;
	double seconds = 1;

	pvq_figure_name(name, "state", NULL, 0);
	if (pvq_plot_begin(&plot, plots, name, WIDTH, HEIGHT + KEY_ROW * key.rows))
		return;
	pvq_plot_string(&plot, "task", work->label);
	pvq_plot_number(&plot, "cores", cores);
	pvq_plot_series(&plot, s, series, count, &key);
	state_looks(&plot, s, cores, began_ms, &handover, &seconds);
	state_items(&plot, s, work, cores, began_ms, series, count, &item);
	pvq_plot_number(&plot, "seconds", seconds);
	pvq_plot_axis_time(&plot, "y", handover.lo / 1.2, handover.hi * 1.2, 6);
	pvq_plot_axis_time(&plot, "z", item.lo / 1.2, item.hi * 1.2, 6);
	pvq_plot_end(&plot, "state.gp");
}

int pvq_figure_state(struct pvq_plots *plots, const struct pvq_summary *s)
{
	const struct pvq_state *state = NULL;
	const struct pvq_work *work;
	size_t *series, count;

	/* The most cores at which there is something to see. */
	for (size_t i = 0; i < s->states.count; i++)
		if (s->states.state[i].levels.count > 1)
			state = &s->states.state[i];
	work = state ? state_work(s, state->cores) : NULL;
	if (!work || state_began_ms(s) == UINT64_MAX)
		return 0;
	series = calloc(s->series_count + 1, sizeof(*series));
	if (!series)
		return -ENOMEM;
	count = pvq_figure_series(s, work, state->cores, state_want, series);
	if (count)
		state_draw(plots, s, work, state->cores, series, count);
	free(series);
	return 0;
}
