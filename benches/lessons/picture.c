/* picture.c: draws the prediction beside the measured interval. */
#include "lessons/picture.h"
#include "draw/plot.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum {
	ROWS_MAX = PVQ_LESSON_CELLS_MAX + 2,
	COLUMNS = 52,
	LABEL = 25,
	WIDTH = 760,
	HEAD = 64,
	ROW = 34,
	FOOT = 74
};

/* A row of the picture: a mark with a bar. */
struct row {
	char label[48];
	double at, lo, hi; /* lo, hi: NAN without a bar; at: NAN without a mark */
	int predicted;
};

struct rows {
	struct row row[ROWS_MAX];
	unsigned count;
	enum pvq_lesson_unit unit;
	double lo, hi; /* what the axis reaches over */
	int log;
};

static void row_add(struct rows *r, const char *label, const struct pvq_estimate *e)
{
	struct row *row = &r->row[r->count++];
	/* Where there is no interval, the whole range. */
	int none = isnan(e->lo);

	snprintf(row->label, sizeof(row->label), "%s", label);
	row->at = e->median;
	row->lo = none ? e->min : e->lo;
	row->hi = none ? e->max : e->hi;
}

/* The cells in the order that was predicted, or as they stand. */
static void rows_of_order(struct rows *r, const struct pvq_lesson_outcome *o)
{
	const struct pvq_lesson *lesson = o->data->lesson;

	r->unit = PVQ_LESSON_TIME;
	for (unsigned i = 0; i < lesson->ordered; i++) {
		unsigned cell = o->prediction ? o->prediction->order[i] : i;
		char label[48];

		snprintf(label, sizeof(label), "%c: %s", 'a' + (int)cell, lesson->cell[cell].label);
		row_add(r, label, &o->cell[cell]);
	}
}

static void rows_of_figure(struct rows *r, const struct pvq_lesson_outcome *o)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	const struct pvq_prediction *p = o->prediction;

	r->unit = lesson->figure[0].unit;
	if (p) {
		struct row *row = &r->row[r->count++];

		*row = (struct row){
			.label = "prediction", .at = p->number, .lo = NAN, .hi = NAN, .predicted = 1};
		if (lesson->ask == PVQ_ASK_CHOICE) {
			row->at = NAN;
			pvq_lesson_range(lesson, p->choice, &row->lo, &row->hi);
		}
	}
	row_add(r, "measured", &o->figure[0]);
}

/* A choice's range begins at 0 or has no end: then the axis does not reach so far. */
static void widen(struct rows *r, double x, int predicted)
{
	if (isnan(x) || isinf(x) || (predicted && x <= 0))
		return;
	r->lo = fmin(r->lo, x);
	r->hi = fmax(r->hi, x);
}

/* A logarithmic axis if all is above 0 and it reaches over more than a few times, else one from 0 on. */
static void choose_axis(struct rows *r, const struct pvq_lesson *lesson)
{
	r->lo = INFINITY;
	r->hi = 0;
	for (unsigned i = 0; i < r->count; i++) {
		widen(r, r->row[i].at, r->row[i].predicted);
		widen(r, r->row[i].lo, r->row[i].predicted);
		widen(r, r->row[i].hi, r->row[i].predicted);
	}
	for (int i = 0; lesson->ask == PVQ_ASK_CHOICE && i < PVQ_LESSON_CHOICES - 1; i++)
		widen(r, lesson->bound[i], 0);
	r->log = r->lo > 0 && r->hi > 4 * r->lo;
	if (isinf(r->lo) || r->hi <= 0)
		r->hi = 1; /* nothing was measured */
	if (r->log) {
		r->lo /= 1.5;
		r->hi *= 1.5;
	} else {
		r->lo = 0;
		r->hi *= 1.15;
	}
	for (unsigned i = 0; i < r->count; i++) {
		struct row *row = &r->row[i];

		row->at = row->at < r->lo ? r->lo : row->at;
		row->lo = row->lo < r->lo ? r->lo : row->lo;
		row->hi = row->hi > r->hi ? r->hi : row->hi;
	}
}

static void rows_make(struct rows *r, const struct pvq_lesson_outcome *o)
{
	*r = (struct rows){0};
	if (o->data->lesson->ask == PVQ_ASK_ORDER)
		rows_of_order(r, o);
	else
		rows_of_figure(r, o);
	choose_axis(r, o->data->lesson);
}

/* ---- on a terminal ---- */

static int column_of(const struct rows *r, double x)
{
	double share = r->log ? log(x / r->lo) / log(r->hi / r->lo) : (x - r->lo) / (r->hi - r->lo);

	return (int)lround(fmin(fmax(share, 0), 1) * (COLUMNS - 1));
}

static void draw_row(FILE *f, const struct rows *r, const struct row *row)
{
	char line[COLUMNS + 1];

	memset(line, ' ', COLUMNS);
	line[COLUMNS] = '\0';
	if (!isnan(row->lo) && !isnan(row->hi)) {
		int lo = column_of(r, row->lo), hi = column_of(r, row->hi);

		memset(line + lo, row->predicted ? '=' : '-', (size_t)hi - (size_t)lo + 1);
		line[lo] = row->predicted ? '[' : '|';
		line[hi] = row->predicted ? ']' : '|';
	}
	if (!isnan(row->at))
		line[column_of(r, row->at)] = row->predicted ? 'x' : 'o';
	for (size_t len = COLUMNS; len && line[len - 1] == ' ';)
		line[--len] = '\0';
	fprintf(f, "%*s |%s\n", LABEL, row->label, line);
}

void pvq_lesson_draw_text(FILE *f, const struct pvq_lesson_outcome *o)
{
	char lo[PVQ_FIGURE_TEXT], hi[PVQ_FIGURE_TEXT];
	struct rows r;
	size_t wide;

	rows_make(&r, o);
	for (unsigned i = 0; i < r.count; i++)
		draw_row(f, &r, &r.row[i]);
	pvq_lesson_value_text(lo, r.unit, r.lo);
	pvq_lesson_value_text(hi, r.unit, r.hi);
	/* The micro sign has two bytes in one column. */
	wide = strlen(lo) - (strstr(lo, "\u00b5") ? 1 : 0) + strlen(hi) - (strstr(hi, "\u00b5") ? 1 : 0);
	fprintf(f, "%*s +", LABEL, "");
	for (int i = 0; i < COLUMNS; i++)
		fputc('-', f);
	fprintf(f, "\n%*s%s%*s%s\n", LABEL + 2, "", lo, COLUMNS > wide ? (int)(COLUMNS - wide) : 1, "", hi);
}

/* ---- in a file ---- */

static void plot_axis(struct pvq_plot *plot, const struct rows *r)
{
	static const char *const format[] = {[PVQ_LESSON_TIME] = "",
		[PVQ_LESSON_RATIO] = "%gx",
		[PVQ_LESSON_PERCENT] = "%g %%",
		[PVQ_LESSON_COUNT] = "%g"};

	pvq_plot_number(plot, "logarithmic", r->log || r->unit == PVQ_LESSON_TIME);
	pvq_plot_string(plot, "xformat", format[r->unit]);
	if (r->unit == PVQ_LESSON_TIME) {
		double lo = INFINITY;

		for (unsigned i = 0; i < r->count; i++)
			lo = fmin(lo, fmin(r->row[i].at, r->row[i].lo > 0 ? r->row[i].lo : INFINITY));
		pvq_plot_axis_time(plot, "x", r->lo > 0 ? r->lo : lo, r->hi, 8);
		return;
	}
	pvq_plot_number(plot, "xmin", r->lo);
	pvq_plot_number(plot, "xmax", r->hi);
}

static void plot_rows(struct pvq_plot *plot, const struct rows *r)
{
	fputs("# row, mark, lo, hi, 1: predicted, label\n", plot->dat);
	for (unsigned i = 0; i < r->count; i++) {
		const struct row *row = &r->row[i];

		fprintf(plot->dat, "%d %.9g %.9g %.9g %d \"%s\"\n", -(int)i, row->at,
			isnan(row->lo) ? row->at : row->lo, isnan(row->hi) ? row->at : row->hi,
			row->predicted, row->label);
	}
}

int pvq_lesson_draw(const struct pvq_lesson_outcome *o, const char *dir, int *drawn)
{
	const struct pvq_lesson *lesson = o->data->lesson;
	struct pvq_plots plots;
	struct pvq_plot plot;
	struct rows r;
	int ret = pvq_plots_begin(&plots, dir);

	rows_make(&r, o);
	if (ret == 0)
		ret = pvq_plot_begin(&plot, &plots, lesson->name, WIDTH, HEAD + ROW * (int)r.count + FOOT);
	if (ret == 0) {
		pvq_plot_string(&plot, "title",
			lesson->ask == PVQ_ASK_ORDER ? "Time, in the order given"
						     : lesson->figure[0].label);
		pvq_plot_number(&plot, "rows", r.count);
		plot_axis(&plot, &r);
		plot_rows(&plot, &r);
		pvq_plot_end(&plot, "lesson.gp");
		ret = plots.error;
	}
	if (ret == 0)
		(void)pvq_plots_draw(&plots); /* it says what is wrong; the page does without */
	*drawn = ret == 0 && pvq_plots_has(&plots, lesson->name);
	pvq_plots_free(&plots);
	return ret;
}
