/* html.c: puts the page around md4c's HTML, gives headings names for the list of contents, and embeds pictures: as <svg>,
 * so that page.js reaches their points and legends.
 */
#include "report/html.h"

#include "base/asset.h"
#include "base/infile.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <md4c-html.h>
#include <stdlib.h>
#include <string.h>

static void html_take(const MD_CHAR *text, MD_SIZE len, void *arg)
{
	fwrite(text, 1, len, arg);
}

/* The body's HTML; the caller frees it. */
static int html_body(const char *markdown, size_t len, char **body)
{
	size_t size;
	FILE *f = open_memstream(body, &size);
	int bad;

	if (!f)
		return -errno;
	bad = len > UINT_MAX || md_html(markdown, (MD_SIZE)len, html_take, f,
					MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOHTML, 0);
	if (fclose(f))
		return -ENOMEM;
	return bad ? len > UINT_MAX ? -EFBIG : -ENOMEM : 0;
}

/* Writes the picture's text from its <svg> on, with `number` in front of every name in it: a page must not hold a name
 * twice. */
static void html_svg(FILE *f, const char *svg, size_t number)
{
	static const char *const before[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};

	while (*svg) {
		size_t len = 1;

		for (size_t i = 0; len == 1 && i < sizeof(before) / sizeof(*before); i++)
			if (strncmp(svg, before[i], strlen(before[i])) == 0)
				len = strlen(before[i]);
		fwrite(svg, 1, len, f);
		svg += len;
		if (len > 1)
			fprintf(f, "p%zu-", number);
	}
}

/* Writes JSON for use within <script>: no text in it can end the element. */
static void html_json(FILE *f, const char *json)
{
	for (; *json; json++)
		if (*json == '<')
			fputs("\\u003c", f);
		else
			fputc(*json, f);
}

/* Reads a file that belongs to the page, if it is there. 0 or -errno, with one line on stderr if the file is there. */
static int html_read(const char *dir, const char *file, char **text, size_t *len)
{
	int ret = pvq_infile_read(dir, file, text, len);

	if (ret && ret != -ENOENT)
		fprintf(stderr, "pvq: cannot read %s/%s: %s\n", dir, file, strerror(-ret));
	return ret;
}

/* Writes what the run's folder holds for scripts beside the picture `file`, plots/NAME.svg. */
static void html_data(FILE *f, const char *file, const char *dir)
{
	const char *name = strchr(file, '/') + 1;
	char beside[PATH_MAX], *text;
	size_t len;

	snprintf(beside, sizeof(beside), "%.*s.json", (int)strlen(file) - 4, file);
	if (html_read(dir, beside, &text, &len))
		return;
	fprintf(f, "<script type=\"application/json\" class=\"%.*s\">", (int)strcspn(name, "-"), name);
	html_json(f, text);
	fputs("</script>", f);
	free(text);
}

/* Writes the picture in the file, and what it shows in words, with `attributes`. Returns whether it can be read. */
static int html_picture(
	FILE *f, const char *dir, const char *file, const char *attributes, const char *alt, size_t *number)
{
	char *text;
	const char *svg;
	size_t len;

	if (html_read(dir, file, &text, &len))
		return 0;
	svg = strstr(text, "<svg");
	if (svg) {
		fprintf(f, "<svg role=\"img\"%s aria-label=\"%.*s\"", attributes, (int)strcspn(alt, "\""),
			alt);
		html_svg(f, svg + strlen("<svg"), ++*number);
	}
	free(text);
	return svg != NULL;
}

/* At `<img src="plots/NAME.svg" alt="…">`: writes the picture instead, and plots/NAME-narrow.svg, if it is there, of which
 * the style shows the one for which there is room. Returns what follows, or NULL where nothing was
 * written because the picture cannot be read. *number: how many pictures the page has. */
static const char *html_embed(FILE *f, const char *at, const char *dir, size_t *number)
{
	const char *name = strchr(at, '"') + 1, *end = strchr(name, '"'),
		   *alt = end ? strstr(end, "alt=\"") : NULL, *rest = end ? strchr(end, '>') : NULL;
	char file[PATH_MAX];

	if (!rest || !alt || alt > rest || strncmp(end - 4, ".svg", 4) != 0)
		return NULL;
	alt += strlen("alt=\"");
	snprintf(file, sizeof(file), "%.*s", (int)(end - name), name);
	if (!html_picture(f, dir, file, "", alt, number))
		return NULL;
	html_data(f, file, dir);
	snprintf(file, sizeof(file), "%.*s-narrow.svg", (int)(end - name) - 4, name);
	(void)html_picture(f, dir, file, " class=\"narrow\"", alt, number);
	return rest + 1;
}

/* The text of the next heading of a chapter, as HTML; NULL: there is none. */
static const char *html_heading(const char *body, const char **end)
{
	const char *h = strstr(body, "<h2>");

	*end = h ? strstr(h, "</h2>") : NULL;
	return *end ? h + 4 : NULL;
}

/* The list of contents: each part's first heading. */
static void html_contents(FILE *f, char *const *body, const struct pvq_html_parts *parts)
{
	fputs("<nav><ul>\n", f);
	for (size_t i = 0; i < parts->count; i++) {
		const char *end, *h = html_heading(body[i], &end);

		if (h)
			fprintf(f, "<li><a href=\"#%s\">%.*s</a></li>\n", parts->part[i].anchor,
				(int)(end - h), h);
	}
	fputs("</ul></nav>\n", f);
}

/* An empty element with the name that a heading has where report.md is shown as a page: "how-far-to-trust-it". So links
 * within the Markdown work in both. */
static void html_slug(FILE *f, const char *text)
{
	fputs("<span id=\"", f);
	for (const char *c = text; strncmp(c, "</h2>", 5) != 0 && *c; c++) {
		if (isalnum((unsigned char)*c))
			fputc(tolower((unsigned char)*c), f);
		else if (*c == ' ' || *c == '-')
			fputc('-', f);
	}
	fputs("\"></span>", f);
}

/* Writes text within a paragraph. A figure stays on one line with its unit: "5.1 %". */
static void html_paragraph(FILE *f, const char *text, size_t len)
{
	static const char *const unit[] = {"%", "ns", "µs", "ms", "s", "KiB", "MiB", "GiB"};

	for (size_t i = 0; i < len; i++) {
		int kept = 0;

		for (size_t u = 0; i && text[i] == ' ' && isdigit((unsigned char)text[i - 1]) &&
				   u < sizeof(unit) / sizeof(*unit);
			u++) {
			size_t end = i + 1 + strlen(unit[u]);

			kept |= end <= len && strncmp(text + i + 1, unit[u], end - i - 1) == 0 &&
				!isalnum((unsigned char)text[end]);
		}
		if (kept)
			fputs("&nbsp;", f);
		else
			fputc(text[i], f);
	}
}

/* Writes text within a table's cell. A long name breaks behind a comma. */
static void html_cell(FILE *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		fputc(text[i], f);
		if (text[i] == ',' && i + 1 < len && text[i + 1] != ' ')
			fputs("<wbr>", f);
	}
}

/* Writes a tag, and the text behind it. */
static void html_tag_and_text(FILE *f, const char *at, size_t len, int table)
{
	const char *text = memchr(at, '>', len);
	size_t tag = text && *at == '<' ? (size_t)(text + 1 - at) : 0;

	fwrite(at, 1, tag, f);
	if (strncmp(at, "<code", 5) == 0)
		fwrite(at + tag, 1, len - tag, f);
	else
		(table ? html_cell : html_paragraph)(f, at + tag, len - tag);
}

/* What of a part is written. */
struct html_state {
	const struct pvq_html_part *part;
	const char *dir;
	size_t *pictures;
	/* folded, details: the part, or what follows an <h4>, is within <details>; table: within one */
	int headings, folded, details, table;
};

/* Ends the details of a heading of the fourth level at the next heading. */
static void html_end_details(FILE *f, struct html_state *state)
{
	fputs(state->details ? "</details>\n" : "", f);
	state->details = 0;
}

static void html_h2(FILE *f, const char *text, struct html_state *state)
{
	html_end_details(f, state);
	if (state->part->fold && state->headings == 0) {
		fputs("<details><summary>", f);
		state->folded = 1;
	}
	if (state->headings++ == 0)
		fprintf(f, "<h2 id=\"%s\">", state->part->anchor);
	else
		fprintf(f, "<h2 id=\"%s-%d\">", state->part->anchor, state->headings);
	html_slug(f, text);
}

/* Writes the tag at `body` where the page has more than md4c's HTML. Returns what follows, or NULL. */
static const char *html_tag(FILE *f, const char *body, struct html_state *state)
{
	static const struct {
		const char *tag, *instead;
		int table;
	} plain[] = {
		{"</h4>", "</h4></summary>", 0},
		{"<table>", "<div class=\"table\"><table>", 1}, /* scrolls by itself where too wide */
		{"</table>", "</table></div>", 0},
	};

	if (strncmp(body, "<h2>", 4) == 0) {
		html_h2(f, body + 4, state);
		return body + 4;
	}
	if (state->folded == 1 && strncmp(body, "</h2>", 5) == 0) {
		fputs("</h2></summary>", f);
		state->folded = 2;
		return body + 5;
	}
	if (strncmp(body, "<h3>", 4) == 0) {
		html_end_details(f, state);
		return NULL;
	}
	if (strncmp(body, "<h4>", 4) == 0) {
		html_end_details(f, state);
		fputs("<details><summary><h4>", f);
		state->details = 1;
		return body + 4;
	}
	if (strncmp(body, "<img src=\"plots/", 16) == 0)
		return html_embed(f, body, state->dir, state->pictures);
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (strncmp(body, plain[i].tag, strlen(plain[i].tag)) == 0) {
			fputs(plain[i].instead, f);
			state->table = plain[i].table;
			return body + strlen(plain[i].tag);
		}
	return NULL;
}

static void html_write_body(
	FILE *f, const char *body, const struct pvq_html_part *part, const char *dir, size_t *pictures)
{
	struct html_state state = {.part = part, .dir = dir, .pictures = pictures};

	while (*body) {
		const char *after = html_tag(f, body, &state);

		if (!after) {
			after = body + 1 + strcspn(body + 1, "<");
			html_tag_and_text(f, body, (size_t)(after - body), state.table);
		}
		body = after;
	}
	html_end_details(f, &state);
	fputs(state.folded ? "</details>\n" : "", f);
}

/* The text between <h1> and </h1>, as HTML, stands for the page. */
static void html_title(FILE *f, const char *body)
{
	const char *h = strstr(body, "<h1>"), *end = h ? strstr(h, "</h1>") : NULL;

	fprintf(f, "<title>%.*s</title>\n", end ? (int)(end - h - 4) : 3, end ? h + 4 : "pvq");
}

static void html_scripts(FILE *f, char *const *body, const struct pvq_html_parts *parts, const char *facts)
{
	fputs("<script type=\"application/json\" id=\"facts\">", f);
	html_json(f, facts);
	fprintf(f, "</script>\n<script>\n%s</script>\n", pvq_asset("page.js"));
	for (size_t i = 0; i < parts->count; i++)
		if (parts->part[i].script && *body[i])
			fprintf(f, "<script>\n%s</script>\n", pvq_asset(parts->part[i].script));
}

static void html_write_page(
	FILE *f, char *const *body, const struct pvq_html_parts *parts, const char *dir, const char *facts)
{
	size_t pictures = 0;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
	      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
		f);
	html_title(f, parts->count ? body[0] : "");
	fprintf(f, "<style>\n%s%s%s</style>\n</head>\n<body>\n", pvq_asset("report.css"),
		pvq_asset("layout.css"), pvq_asset("page.css"));
	html_contents(f, body, parts);
	fputs("<main>\n", f);
	for (size_t i = 0; i < parts->count; i++)
		html_write_body(f, body[i], &parts->part[i], dir, &pictures);
	fputs("</main>\n", f);
	if (facts)
		html_scripts(f, body, parts, facts);
	fputs("</body>\n</html>\n", f);
}

int pvq_html_write(FILE *f, const char *markdown, size_t len, const struct pvq_html_parts *parts,
	const char *dir, const char *facts)
{
	char **body = calloc(parts->count + 1, sizeof(*body));
	int ret = body ? 0 : -ENOMEM;

	for (size_t i = 0; ret == 0 && i < parts->count; i++) {
		size_t from = parts->part[i].at, to = i + 1 < parts->count ? parts->part[i + 1].at : len;

		ret = html_body(markdown + from, to - from, &body[i]);
	}
	if (ret == 0)
		html_write_page(f, body, parts, dir, facts);
	for (size_t i = 0; body && i < parts->count; i++)
		free(body[i]);
	free(body);
	return ret;
}
