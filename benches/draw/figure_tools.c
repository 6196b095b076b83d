/* figure_tools.c: names pictures, and selects their series, cells and intervals. */
#include "draw/figure_tools.h"

#include "results/cellname.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void pvq_figure_name(
	char name[PVQ_PLOT_NAME], const char *kind, const struct pvq_work *work, unsigned cores)
{
	if (!work)
		snprintf(name, PVQ_PLOT_NAME, "%s", kind);
	else if (cores)
		snprintf(name, PVQ_PLOT_NAME, "%s-%s-on-%u", kind, work->slug, cores);
	else
		snprintf(name, PVQ_PLOT_NAME, "%s-%s", kind, work->slug);
}

size_t pvq_figure_series(const struct pvq_summary *s, const struct pvq_work *work, unsigned cores,
	int (*want)(const struct pvq_cell *, unsigned), size_t *series)
{
	size_t first = work ? work->first : 0, end = work ? first + work->cells : s->cells, count = 0;

	for (size_t i = 0; i < s->series_count; i++)
		for (size_t c = first; c < end; c++)
			if (s->cell[c].ok && s->cell[c].series == i && want(&s->cell[c], cores)) {
				series[count++] = i;
				break;
			}
	return count;
}

const struct pvq_cell *pvq_figure_next(const struct pvq_summary *s, const struct pvq_work *work,
	size_t series, unsigned cores, int (*want)(const struct pvq_cell *, unsigned),
	const struct pvq_cell *cell)
{
	const struct pvq_cell *end = &s->cell[work->first + work->cells];

	for (cell = cell ? cell + 1 : &s->cell[work->first]; cell < end; cell++)
		if (cell->ok && cell->series == series && want(cell, cores))
			return cell;
	return NULL;
}

struct pvq_bar pvq_figure_bar(struct pvq_plot *plot, const struct pvq_estimate *e)
{
	struct pvq_bar bar = {isnan(e->lo) ? e->min : e->lo, isnan(e->hi) ? e->max : e->hi};

	if (isnan(e->lo))
		plot->ranges++;
	else
		plot->intervals++;
	return bar;
}

struct pvq_bar pvq_figure_ratio_bar(struct pvq_plot *plot, const struct pvq_comparison *vs)
{
	struct pvq_bar bar = {isnan(vs->lo) ? vs->ratio : vs->lo, isnan(vs->hi) ? vs->ratio : vs->hi};

	if (isnan(vs->lo))
		plot->bare++;
	else
		plot->intervals++;
	return bar;
}

enum {
	WIDTH = 960,
	HEAD_PX = 40,
	PANEL_PX = 184,
	KEY_FOOT_PX = 36,
	KEY_ROW_PX = 20,
	AROUND_PX = 76, /* beside a panel's axis */
	COLUMNS_MAX = 3,
	TITLE_MAX = 36 /* characters of a task's name above its panel; tables have it in full */
};

int pvq_figure_grid(struct pvq_plot *plot, struct pvq_plots *plots, const char *name, size_t panels,
	const struct pvq_summary *s, const size_t *series, size_t count, struct pvq_grid *grid)
{
	/* Four are a square. */
	size_t columns = panels == 4 ? 2 : panels < COLUMNS_MAX ? panels : COLUMNS_MAX;
	size_t lines = (panels + columns - 1) / columns;
	struct pvq_key key = pvq_plot_key(s, series, count, WIDTH - 40);
	int ret = pvq_plot_begin(plot, plots, name, WIDTH,
		HEAD_PX + PANEL_PX * (int)lines + KEY_FOOT_PX + KEY_ROW_PX * key.rows);

	if (ret)
		return ret;
	grid->panels = panels;
	grid->inner_px = WIDTH / (int)columns - AROUND_PX;
	pvq_plot_number(plot, "panels", (double)panels);
	pvq_plot_number(plot, "columns", (double)columns);
	pvq_plot_number(plot, "panelheight", PANEL_PX);
	pvq_plot_number(plot, "head", HEAD_PX);
	pvq_plot_number(plot, "keyfoot", KEY_FOOT_PX);
	pvq_plot_series(plot, s, series, count, &key);
	fputs("array plain[panels]\narray task[panels]\n", plot->gp);
	return 0;
}

static void panel_text(
	struct pvq_plot *plot, const char *variable, size_t panel, const char *text, int most)
{
	char brief[PVQ_LABEL_MAX];

	snprintf(brief, sizeof(brief), strlen(text) > (size_t)most ? "%.*s…" : "%.*s", most, text);
	fprintf(plot->gp, "%s[%zu] = '", variable, panel + 1);
	pvq_plot_quote(plot->gp, brief);
	fputs("'\n", plot->gp);
}

void pvq_figure_panel(struct pvq_plot *plot, size_t panel, const struct pvq_work *work)
{
	char plain[PVQ_LABEL_MAX];

	pvq_text_plain(plain, work->key->task, work->key->args);
	panel_text(plot, "plain", panel, plain, TITLE_MAX);
	panel_text(plot, "task", panel, strcmp(plain, work->label) == 0 ? "" : work->label, TITLE_MAX);
}

void pvq_figure_speedup_words(char shows[PVQ_SHOWS_MAX], const struct pvq_comparison *up)
{
	snprintf(shows, PVQ_SHOWS_MAX, "speed-up %s", pvq_text_ratio_interval(up->ratio, up->lo, up->hi).s);
}

void pvq_figure_say(
	struct pvq_plot *plot, const struct pvq_summary *s, const struct pvq_cell *cell, const char *shows)
{
	const struct pvq_estimate *map = &cell->metric[PVQ_MAP_NS];
	const struct pvq_row *key = cell->key;
	char plain[PVQ_LABEL_MAX];
	struct pvq_outfile text;
	int ret = pvq_outfile_begin(&text);

	if (ret == 0) {
		pvq_text_plain(plain, key->task, key->args);
		fprintf(text.f, "%s: %s, %u worker%s on %u core%s\n%s%smap %s, n = %zu\n",
			s->series[cell->series].name, plain, key->workers, key->workers == 1 ? "" : "s",
			key->cores, key->cores == 1 ? "" : "s", shows, shows[0] ? "\n" : "",
			pvq_text_ns_interval(map->median, map->lo, map->hi).s, map->n);
		pvq_row_command(text.f, key);
	}
	pvq_plot_say_file(plot, &text, ret);
}

double pvq_figure_dodge(size_t i, size_t count)
{
	double step = fmin(0.07, 0.7 / (double)(count + !count));

	return step * ((double)i - ((double)count - 1) / 2);
}

void pvq_range_add(struct pvq_range *range, double x)
{
	range->lo = fmin(range->lo, x);
	range->hi = fmax(range->hi, x);
}
