/* svg.c: rewrites the text of the picture, from front to end, element by element. */
#include "draw/svg.h"

#include "base/infile.h"
#include "base/outfile.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What begins an element that is not copied as it is, and the function that writes it and returns what follows. */
struct svg_rule {
	const char *begins;
	const char *(*write)(FILE *, const char *at);
};

/* Returns what follows the text `end`; NULL: it does not occur. */
static const char *svg_behind(const char *at, const char *end)
{
	const char *found = strstr(at, end);

	return found ? found + strlen(end) : NULL;
}

static const char *svg_drop_line(FILE *f, const char *at)
{
	(void)f;
	return svg_behind(at, ">\n");
}

static const char *svg_drop_title(FILE *f, const char *at)
{
	(void)f;
	return svg_behind(at, "</title>");
}

/* A group that holds nothing. */
static const char *svg_drop_empty(FILE *f, const char *at)
{
	static const char empty[] = ">\n</g>\n";
	const char *end = strchr(at, '>');

	(void)f;
	return end && strncmp(end, empty, sizeof(empty) - 1) == 0 ? end + sizeof(empty) - 1 : NULL;
}

const char pvq_svg_coded[] = "\n\"\\^", pvq_svg_code[] = "nqb^";

static const char hypertext[] = "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'";

/* What the mark says; NULL: it is none of this form. *end: behind the text. */
static const char *svg_says(const char *mark, const char **end)
{
	*end = strstr(mark, "')\" onmouseout=");
	return *end ? mark + sizeof(hypertext) - 1 : NULL;
}

static void svg_title(FILE *f, const char *text, const char *end)
{
	fputs("<title>", f);
	for (; text < end; text++) {
		const char *code = *text == '^' ? strchr(pvq_svg_code, text[1]) : NULL;

		fputc(code ? pvq_svg_coded[code - pvq_svg_code] : *text, f);
		text += code != NULL;
	}
	fputs("</title>", f);
}

static const char *svg_mark(FILE *f, const char *at)
{
	const char *end, *text = svg_says(at, &end), *rest = svg_behind(at, "</title>");

	if (!text || !rest || end > rest)
		return NULL;
	fputs("<g class=\"mark\">", f);
	svg_title(f, text, end);
	return rest;
}

/* Whether the mark is too small to see, and stands at a height within the span. */
static int svg_mark_is_within(const char *mark, double top, double bottom)
{
	const char *place = svg_behind(mark, "transform='translate(");
	double y, scale;

	return place && sscanf(place, "%*f,%lf) scale(%lf)", &y, &scale) == 2 && scale < 0.1 && top <= y &&
	       y <= bottom;
}

/* A bar says what the mark in it says, which is too small to point at: the next one at its height, for gnuplot draws the
 * bars of a panel before its marks. */
static const char *svg_bar(FILE *f, const char *at)
{
	const char *end = strstr(at, "/>"), *points = svg_behind(at, "points = '"), *text;
	double x, y, left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
	const char *mark = end;

	for (int len; points && points < end && sscanf(points, " %lf,%lf%n", &x, &y, &len) == 2;
		points += len) {
		left = fmin(left, x);
		right = fmax(right, x);
		top = fmin(top, y);
		bottom = fmax(bottom, y);
	}
	while (right > left && (mark = strstr(mark + 1, hypertext)) &&
		!svg_mark_is_within(mark, top, bottom))
		;
	if (right <= left || !mark || !(text = svg_says(mark, &mark)))
		return NULL;
	fwrite(at, 1, (size_t)(end - at), f);
	fputs(">", f);
	svg_title(f, text, mark);
	fputs("</polygon>", f);
	return end + 2;
}

static const struct svg_rule svg_rules[] = {
	{hypertext, svg_mark},
	{"<polygon ", svg_bar},
	{"<g fill=", svg_drop_empty},
	{"<title>gnuplot_plot_", svg_drop_title},
	{"<title>Gnuplot<", svg_drop_line},
	{"<desc>", svg_drop_line},
};

static void svg_write(FILE *f, const char *at)
{
	while (*at) {
		const char *next = NULL;

		for (size_t i = 0; *at == '<' && !next && i < sizeof(svg_rules) / sizeof(*svg_rules); i++)
			if (strncmp(at, svg_rules[i].begins, strlen(svg_rules[i].begins)) == 0)
				next = svg_rules[i].write(f, at);
		if (!next) {
			size_t len = 1 + strcspn(at + 1, "<");

			fwrite(at, 1, len, f);
			next = at + len;
		}
		at = next;
	}
}

int pvq_svg_tidy(const char *dir, const char *name)
{
	struct pvq_outfile out;
	char file[PATH_MAX], *text;
	size_t len;
	int ret;

	snprintf(file, sizeof(file), "plots/%s.svg", name);
	ret = pvq_infile_read(dir, file, &text, &len);
	if (ret == 0)
		ret = pvq_outfile_begin(&out);
	if (ret)
		fprintf(stderr, "pvq: cannot tidy %s/%s: %s\n", dir, file, strerror(-ret));
	else {
		svg_write(out.f, text);
		ret = pvq_outfile_write(&out, dir, file);
		pvq_outfile_free(&out);
	}
	free(text);
	return ret;
}
