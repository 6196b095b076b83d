/* plot.c: writes the pictures' data and scripts. */
#include "draw/plot.h"

#include "base/asset.h"
#include "base/grow.h"
#include "draw/palette.h"
#include "draw/svg.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_MARK_PX = 58, KEY_CHAR_PX = 8 }; /* pixels of a key's line with its gap, and of a letter */

/* Reports and keeps the first failure. Later ones follow from it and are not reported. */
static void plot_fail(struct pvq_plots *plots, int error, const char *name)
{
	if (plots->error)
		return;
	plots->error = error;
	fprintf(stderr, "pvq: cannot write %s/plots/%s: %s\n", plots->dir, name, strerror(-error));
}

void pvq_plot_fail(struct pvq_plot *plot, int error)
{
	plot_fail(plot->plots, error, plot->name);
}

int pvq_plots_begin(struct pvq_plots *plots, const char *dir)
{
	char path[PATH_MAX];

	memset(plots, 0, sizeof(*plots));
	plots->dir = dir;
	if (snprintf(path, sizeof(path), "%s/plots", dir) >= (int)sizeof(path))
		plot_fail(plots, -ENAMETOOLONG, "");
	else if (mkdir(path, 0777) && errno != EEXIST)
		plot_fail(plots, -errno, "");
	return plots->error;
}

void pvq_plots_free(struct pvq_plots *plots)
{
	free(plots->name);
	memset(plots, 0, sizeof(*plots));
}

static int plot_path(const struct pvq_plots *plots, char *path, const char *name, const char *suffix)
{
	int len = snprintf(path, PATH_MAX, "%s/plots/%s%s", plots->dir, name, suffix);

	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int plot_add_name(struct pvq_plots *plots, const char *name)
{
	char(*grown)[PVQ_PLOT_NAME] = pvq_grow(plots->name, plots->count, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	plots->name = grown;
	snprintf(grown[plots->count++], PVQ_PLOT_NAME, "%s", name);
	return 0;
}

/* Removes the picture of an earlier report: it must not stand in for one that could not be drawn. */
static void plot_remove_old(const struct pvq_plots *plots, const char *name)
{
	char path[PATH_MAX];

	if (plot_path(plots, path, name, ".svg") == 0)
		unlink(path);
	if (plot_path(plots, path, name, ".png") == 0)
		unlink(path);
}

/* Begins every script, so that pvq knows its own files. */
#define DRAWN_BY "# Drawn by: gnuplot %s.gp\n"

static int plot_is_own(const struct pvq_plots *plots, const char *name)
{
	char path[PATH_MAX], wanted[PVQ_PLOT_NAME + 32], line[PVQ_PLOT_NAME + 32] = "";
	FILE *f = plot_path(plots, path, name, ".gp") ? NULL : fopen(path, "re");

	snprintf(wanted, sizeof(wanted), DRAWN_BY, name);
	if (f) {
		(void)!fgets(line, sizeof(line), f);
		fclose(f);
	}
	return strcmp(line, wanted) == 0;
}

static int plot_was_written(const struct pvq_plots *plots, const char *name)
{
	for (size_t i = 0; i < plots->count; i++)
		if (strcmp(plots->name[i], name) == 0)
			return 1;
	return 0;
}

void pvq_plots_clear_old(const struct pvq_plots *plots, const char *kept)
{
	/* The script last: it tells whose the others are. */
	static const char *const suffix[] = {".svg", ".png", ".json", ".dat", ".gp"};
	char path[PATH_MAX], name[PVQ_PLOT_NAME];
	DIR *folder = plot_path(plots, path, "", "") ? NULL : opendir(path);

	for (const struct dirent *entry; folder && (entry = readdir(folder));) {
		size_t len = strlen(entry->d_name);

		if (len <= 3 || len - 3 >= sizeof(name) || strcmp(entry->d_name + len - 3, ".gp") != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len - 3, entry->d_name);
		if (strcmp(name, kept) == 0 || plot_was_written(plots, name) || !plot_is_own(plots, name))
			continue;
		for (size_t i = 0; i < sizeof(suffix) / sizeof(*suffix); i++)
			if (plot_path(plots, path, name, suffix[i]) == 0)
				unlink(path);
	}
	if (folder)
		closedir(folder);
}

int pvq_plot_begin(struct pvq_plot *plot, struct pvq_plots *plots, const char *name, int width, int height)
{
	memset(plot, 0, sizeof(*plot));
	plot->plots = plots;
	snprintf(plot->name, sizeof(plot->name), "%s", name);
	if (plots->error)
		return plots->error;
	plot_remove_old(plots, name);
	if (plot_add_name(plots, name)) {
		plot_fail(plots, -ENOMEM, name);
		return plots->error;
	}
	if (pvq_outfile_begin(&plot->script) || pvq_outfile_begin(&plot->figures)) {
		pvq_outfile_free(&plot->script);
		plot_fail(plots, -ENOMEM, name);
		return plots->error;
	}
	plot->gp = plot->script.f;
	plot->dat = plot->figures.f;
	fprintf(plot->gp, DRAWN_BY "%s\n", name, pvq_asset("common.gp"));
	pvq_plot_string(plot, "name", name);
	pvq_plot_number(plot, "W", width);
	pvq_plot_number(plot, "H", height);
	return 0;
}

/* Writes the file plots/NAME with the suffix. The first failure is reported and ends the drawing. */
static void plot_write(struct pvq_plot *plot, struct pvq_outfile *out, const char *suffix)
{
	char name[PVQ_PLOT_NAME + 16];

	snprintf(name, sizeof(name), "plots/%s%s", plot->name, suffix);
	if (!plot->plots->error)
		plot->plots->error = pvq_outfile_write(out, plot->plots->dir, name);
	pvq_outfile_free(out);
}

void pvq_plot_end(struct pvq_plot *plot, const char *template)
{
	fputs(pvq_asset(template), plot->gp);
	plot_write(plot, &plot->script, ".gp");
	plot_write(plot, &plot->figures, ".dat");
}

void pvq_plot_quote(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', f);
		fputc(iscntrl((unsigned char)*text) ? ' ' : *text, f);
	}
}

void pvq_plot_say(struct pvq_plot *plot, const char *text)
{
	fputs(" \"", plot->dat);
	for (; *text; text++) {
		const char *coded = strchr(pvq_svg_coded, *text);

		if (coded)
			fprintf(plot->dat, "^%c", pvq_svg_code[coded - pvq_svg_coded]);
		else
			fputc(iscntrl((unsigned char)*text) ? ' ' : *text, plot->dat);
	}
	fputs("\"\n", plot->dat);
}

void pvq_plot_say_file(struct pvq_plot *plot, struct pvq_outfile *text, int ret)
{
	if (ret == 0)
		ret = pvq_outfile_compose(text);
	if (ret == 0)
		pvq_plot_say(plot, text->text);
	else
		pvq_plot_fail(plot, ret);
	pvq_outfile_free(text);
}

void pvq_plot_tic(FILE *f, const char *text, double at, int first)
{
	fputs(first ? "'" : ", '", f);
	for (; *text; text++) { /* gnuplot takes a tic's label as a printf format */
		char one[3] = {*text, *text == '%' ? '%' : '\0', '\0'};

		pvq_plot_quote(f, one);
	}
	fprintf(f, "' %.9g", at);
}

void pvq_plot_string(struct pvq_plot *plot, const char *variable, const char *text)
{
	fprintf(plot->gp, "%s = '", variable);
	pvq_plot_quote(plot->gp, text);
	fputs("'\n", plot->gp);
}

void pvq_plot_number(struct pvq_plot *plot, const char *variable, double x)
{
	if (isnan(x))
		fprintf(plot->gp, "%s = NaN\n", variable);
	else
		fprintf(plot->gp, "%s = %.9g\n", variable, x);
}

void pvq_plot_bars(struct pvq_plot *plot)
{
	const char *words = "bars: 95 % intervals";

	if (plot->intervals == 0)
		words = plot->ranges ? "bars: the whole range, as blocks are too few for an interval"
				     : "no bars: blocks are too few for an interval";
	else if (plot->ranges)
		words = "bars: 95 % intervals, or the whole range where blocks are too few";
	else if (plot->bare)
		words = "bars: 95 % intervals, where blocks are enough";
	pvq_plot_string(plot, "bars", words);
}

struct pvq_key pvq_plot_key(const struct pvq_summary *s, const size_t *series, size_t count, int pixels)
{
	struct pvq_key key = {0};
	int longest = 1;

	for (size_t i = 0; i < count; i++) {
		int len = (int)strlen(s->series[series[i]].name);

		longest = len > longest ? len : longest;
	}
	key.width_px = KEY_MARK_PX + KEY_CHAR_PX * longest;
	key.columns = pixels > key.width_px ? pixels / key.width_px : 1;
	key.rows = ((int)count + key.columns - 1) / key.columns;
	/* Rows of equal length look tidier than full rows and a short last one. */
	if (key.rows > 0)
		key.columns = ((int)count + key.rows - 1) / key.rows;
	return key;
}

void pvq_plot_series(struct pvq_plot *plot, const struct pvq_summary *s, const size_t *series, size_t count,
	const struct pvq_key *key)
{
	FILE *gp = plot->gp;

	fprintf(gp, "keyrows = %d; keycols = %d; keywidth = %d\n", key->rows, key->columns, key->width_px);
	fprintf(gp, "N = %zu\narray label[N]\narray colour[N]\narray point[N]\narray dash[N]\n", count);
	for (size_t i = 0; i < count; i++) {
		struct pvq_style style = pvq_style(s, series[i]);

		fprintf(gp, "label[%zu] = '", i + 1);
		pvq_plot_quote(gp, s->series[series[i]].name);
		fprintf(gp, "'; colour[%zu] = '%s'; point[%zu] = %d; dash[%zu] = %d\n", i + 1, style.colour,
			i + 1, style.point, i + 1, style.dash);
	}
}

void pvq_plot_next_index(struct pvq_plot *plot)
{
	fputs("\n\n", plot->dat);
}

void pvq_plot_undrawn(struct pvq_plot *plot)
{
	fputs("NaN NaN NaN NaN\n", plot->dat);
}

int pvq_plots_has(const struct pvq_plots *plots, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	int listed = 0;

	for (size_t i = 0; i < plots->count; i++)
		listed |= strcmp(plots->name[i], name) == 0;
	return listed && plots->drawn && plot_path(plots, path, name, ".svg") == 0 &&
	       stat(path, &st) == 0 && st.st_size > 0;
}
