/* figure_rows.c: draws pictures with one row for each work and one dot for each strategy: the overview, which shows the
 * answer at a glance, and the time to the first result.
 */
#include "draw/figures.h"
#include "draw/palette.h"
#include "results/contest.h"
#include "results/regret.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 960,
	NARROW = 360,    /* pixels across, for a phone, whose first screen has to hold it … */
	NARROW_ROW = 26, /* … so the task stands above its dots in small letters … */
	NARROW_MOST = 4, /* … and few strategies have room */
	CHAR_PX = 8,
	KEY_ROW = 20,
	ROW_MIN = 32, /* pixels of a row: the least, what each strategy adds, and the most */
	ROW_SERIES = 7,
	OVERVIEW_MOST = 8, /* strategies in the overview; with peers there are dozens */
	AROUND = 108,      /* pixels above and below the rows, without the key */
	NARROW_AROUND = 72,
	ROW_MAX = 90,
	LABEL_MAX =
		34, /* characters of a task's label; longer ones are cut, but tables have them in full */
};

/* A picture's rows, from the top, and the range of its x axis. */
struct rows {
	struct pvq_plot plot;
	const struct pvq_summary *s;
	size_t *series, count, all; /* all: how many there are, of which `count` are shown */
	double lo, hi;
	int narrow;
};

/* Cuts a label that is too long. Returns its length. */
static size_t rows_cut(char label[PVQ_LABEL_MAX], const char *text)
{
	size_t len = strlen(text);

	snprintf(label, PVQ_LABEL_MAX, len > LABEL_MAX ? "%.*s…" : "%.*s", LABEL_MAX, text);
	return len < LABEL_MAX ? len : LABEL_MAX;
}

/* Writes the rows: plain words, and the command's name small below them. Row r is at y = -r. */
static void rows_labels(struct pvq_plot *plot, const struct pvq_summary *s)
{
	char label[PVQ_LABEL_MAX], plain[PVQ_LABEL_MAX];
	size_t longest = 4, len;

	fputs("set ytics (", plot->gp);
	for (size_t w = 0; w < s->works; w++) {
		const struct pvq_row *key = s->work[w].key;

		pvq_text_plain(plain, key->task, key->args);
		len = rows_cut(label, plain);
		longest = len > longest ? len : longest;
		pvq_plot_tic(plot->gp, label, -(double)w, w == 0);
	}
	fputs(") offset 0,0.35\n", plot->gp);
	for (size_t w = 0; w < s->works; w++) {
		len = rows_cut(label, s->work[w].label) * 4 / 5; /* in smaller letters */
		longest = len > longest ? len : longest;
		fputs("set label '", plot->gp);
		pvq_plot_quote(plot->gp, label);
		fprintf(plot->gp,
			"' at graph 0, first -%zu right offset character -1,-0.55 font small_font tc rgb soft\n",
			w);
	}
	pvq_plot_number(plot, "left", (double)(longest * CHAR_PX + 24));
}

/* Writes the rows of a narrow picture: plain words above the dots. */
static void rows_labels_above(struct pvq_plot *plot, const struct pvq_summary *s)
{
	char label[PVQ_LABEL_MAX], plain[PVQ_LABEL_MAX];

	fputs("unset ytics\n", plot->gp);
	for (size_t w = 0; w < s->works; w++) {
		pvq_text_plain(plain, s->work[w].key->task, s->work[w].key->args);
		rows_cut(label, plain);
		fputs("set label '", plot->gp);
		pvq_plot_quote(plot->gp, label);
		fprintf(plot->gp,
			"' at graph 0, first %g left offset character 0.5,0 font small_font tc rgb ink\n",
			0.27 - (double)w);
	}
}

/* Pixels of a row. */
static int row_height(const struct rows *rows)
{
	int height = rows->narrow ? NARROW_ROW : ROW_MIN;

	if (rows->count > 4)
		height += ROW_SERIES * ((int)rows->count - 4);
	return height < ROW_MAX ? height : ROW_MAX;
}

/* Keeps the strategies that cost least to always take, `most` of them, in the order in which they are. */
static int rows_keep(struct rows *rows, size_t most)
{
	const struct pvq_summary *s = rows->s;
	unsigned char *based = calloc(s->works + 1, 1);
	struct pvq_regrets regrets = {0};
	size_t *rank = calloc(rows->count, sizeof(*rank)), ranked = 0, count = 0; /* rank: 0: none */
	int ret = based && rank ? 0 : -ENOMEM;

	for (size_t w = 0; ret == 0 && w < s->works; w++)
		based[w] = s->work[w].base != NULL;
	if (ret == 0)
		ret = pvq_regrets_find(&regrets, s, based, s->max_cores);
	/* The least comes first. */
	for (size_t i = 0; ret == 0 && i < regrets.count; i++)
		for (size_t j = 0; j < rows->count; j++)
			if (rows->series[j] == regrets.of[i].series)
				rank[j] = ++ranked;
	for (size_t j = 0; ret == 0 && j < rows->count; j++)
		if (rank[j] && rank[j] <= most)
			rows->series[count++] = rows->series[j];
	rows->count = ret ? rows->count : count;
	pvq_regrets_free(&regrets);
	free(based);
	free(rank);
	return ret;
}

static int rows_begin(struct rows *rows, struct pvq_plots *plots, const struct pvq_summary *s,
	const char *kind, int (*want)(const struct pvq_cell *, unsigned), size_t most, int narrow)
{
	char name[PVQ_PLOT_NAME];
	struct pvq_key key;
	int width = narrow ? NARROW : WIDTH;

	memset(rows, 0, sizeof(*rows));
	rows->narrow = narrow;
	rows->s = s;
	rows->lo = INFINITY;
	rows->series = calloc(s->series_count + 1, sizeof(*rows->series));
	if (!rows->series)
		return -ENOMEM;
	rows->count = pvq_figure_series(s, NULL, s->max_cores, want, rows->series);
	rows->all = rows->count;
	if (rows->count > most && rows_keep(rows, most))
		return -ENOMEM;
	if (rows->count == 0)
		return -ENODATA;
	key = pvq_plot_key(s, rows->series, rows->count, narrow ? width : width - 40);
	pvq_figure_name(name, kind, NULL, 0);
	if (pvq_plot_begin(&rows->plot, plots, name, width,
		    row_height(rows) * (int)s->works + (narrow ? NARROW_AROUND : AROUND) +
			    KEY_ROW * key.rows))
		return plots->error;
	pvq_plot_number(&rows->plot, "narrow", narrow);
	pvq_plot_number(&rows->plot, "rows", (double)s->works);
	pvq_plot_number(&rows->plot, "all", (double)rows->all);
	pvq_plot_number(&rows->plot, "cores", s->max_cores);
	pvq_plot_number(&rows->plot, "blocks", s->blocks);
	pvq_plot_series(&rows->plot, s, rows->series, rows->count, &key);
	if (narrow)
		rows_labels_above(&rows->plot, s);
	else
		rows_labels(&rows->plot, s);
	return 0;
}

static void rows_dot(struct rows *rows, size_t series, size_t work, const struct pvq_cell *cell, double x,
	double lo, double hi, double end, const char *shows)
{
	double y = ((double)series + 0.5) / (double)rows->count - 0.5;

	y = rows->narrow ? -(double)work - 0.22 - 0.42 * y : -(double)work - 0.7 * y;
	if (isnan(x))
		return;
	fprintf(rows->plot.dat, "%.9g %.9g %.9g %.9g %.9g", y, x, lo, hi, end);
	pvq_figure_say(&rows->plot, rows->s, cell, shows);
	rows->lo = fmin(rows->lo, lo);
	rows->hi = fmax(rows->hi, fmax(hi, end));
}

static int overview_want(const struct pvq_cell *cell, unsigned cores)
{
	return !cell->baseline && cell->key->cores == cores && pvq_cell_candidate(cell, cores);
}

/* Writes the outcome at the right end of a row: the fastest in its colour, or how many tie. */
static int overview_outcome(struct rows *rows, size_t w)
{
	struct pvq_contest contest;
	struct pvq_text outcome;
	struct pvq_style style = {.colour = "777777"};
	const char *words;
	int ret = pvq_contest_hold(&contest, rows->s, &rows->s->work[w], rows->s->max_cores, PVQ_MAP_NS);

	if (ret)
		return ret;
	outcome = pvq_contest_words(&contest);
	words = outcome.s;
	if (contest.outcome == PVQ_CLEAR) {
		words = rows->s->series[contest.rival[0].cell->series].name;
		style = pvq_style(rows->s, contest.rival[0].cell->series);
	}
	fputs("set label '", rows->plot.gp);
	pvq_plot_quote(rows->plot.gp, words);
	fprintf(rows->plot.gp, "' at graph 1, first -%zu left offset character 1,0 tc rgb '#%s'\n", w,
		style.colour);
	pvq_contest_free(&contest);
	return 0;
}

static void overview_data(struct rows *rows)
{
	const struct pvq_summary *s = rows->s;

	fputs("# y, speed-up over serial, lo, hi, -, what the point says\n", rows->plot.dat);
	for (size_t i = 0; i < rows->count; i++) {
		for (size_t w = 0; w < s->works; w++) {
			const struct pvq_work *work = &s->work[w];
			const struct pvq_cell *cell = NULL;

			while (work->base && (cell = pvq_figure_next(s, work, rows->series[i], s->max_cores,
						      overview_want, cell))) {
				struct pvq_comparison up =
					pvq_cells_compare(work->base, cell, PVQ_MAP_NS, PVQ_ALPHA);
				struct pvq_bar bar = pvq_figure_ratio_bar(&rows->plot, &up);
				char shows[PVQ_SHOWS_MAX];

				pvq_figure_speedup_words(shows, &up);
				rows_dot(rows, i, w, cell, up.ratio, bar.lo, bar.hi, NAN, shows);
			}
		}
		pvq_plot_next_index(&rows->plot);
	}
}

static int overview_draw(struct pvq_plots *plots, const struct pvq_summary *s, const char *kind, int narrow)
{
	struct rows rows;
	int ret = rows_begin(
		&rows, plots, s, kind, overview_want, narrow ? NARROW_MOST : OVERVIEW_MOST, narrow);

	if (ret == 0) {
		overview_data(&rows);
		for (size_t w = 0; ret == 0 && !narrow && w < s->works; w++)
			ret = overview_outcome(&rows, w);
		pvq_plot_axis_factor(
			&rows.plot, "x", fmin(rows.lo, 1), fmax(rows.hi, s->max_cores), narrow ? 6 : 10);
		pvq_plot_bars(&rows.plot);
		pvq_plot_end(&rows.plot, "overview.gp");
	}
	free(rows.series);
	return ret == -ENODATA ? 0 : ret;
}

int pvq_figure_overview(struct pvq_plots *plots, const struct pvq_summary *s)
{
	int ret, based = 0;

	for (size_t w = 0; w < s->works; w++)
		based |= s->work[w].base != NULL;
	if (!based)
		return 0;
	ret = overview_draw(plots, s, "overview", 0);
	return ret ? ret : overview_draw(plots, s, "overview-narrow", 1);
}

static int first_want(const struct pvq_cell *cell, unsigned cores)
{
	return pvq_cell_candidate(cell, cores) && cell->metric[PVQ_FIRST_NS].median > 0;
}

static void first_data(struct rows *rows)
{
	const struct pvq_summary *s = rows->s;

	fputs("# y, time to the first result in ns, lo, hi, to the last, what the point says\n",
		rows->plot.dat);
	for (size_t i = 0; i < rows->count; i++) {
		for (size_t w = 0; w < s->works; w++) {
			const struct pvq_cell *cell = NULL;

			while ((cell = pvq_figure_next(
					s, &s->work[w], rows->series[i], s->max_cores, first_want, cell))) {
				const struct pvq_estimate *first = &cell->metric[PVQ_FIRST_NS];
				struct pvq_bar bar = pvq_figure_bar(&rows->plot, first);
				char shows[PVQ_SHOWS_MAX];

				snprintf(shows, sizeof(shows), "first result after %s",
					pvq_text_ns_interval(first->median, first->lo, first->hi).s);
				rows_dot(rows, i, w, cell, first->median, bar.lo, bar.hi,
					cell->metric[PVQ_MAP_NS].median, shows);
			}
		}
		pvq_plot_next_index(&rows->plot);
	}
}

int pvq_figure_first(struct pvq_plots *plots, const struct pvq_summary *s)
{
	struct rows rows;
	int ret = rows_begin(&rows, plots, s, "first", first_want, SIZE_MAX, 0);

	if (ret == 0) {
		first_data(&rows);
		pvq_plot_axis_time(&rows.plot, "x", rows.lo, rows.hi, 9);
		pvq_plot_bars(&rows.plot);
		pvq_plot_end(&rows.plot, "first.gp");
	}
	free(rows.series);
	return ret == -ENODATA ? 0 : ret;
}
