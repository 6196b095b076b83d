/* html.c: puts the page around md4c's HTML, gives headings names for the list of contents, and embeds pictures. They
 * come as <img>, not as inline <svg>, so that the ids and styles of one picture cannot clash with another's.
 */
#include "report/html.h"

#include "base/asset.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <md4c-html.h>
#include <stdint.h>
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
	return bad ? -EINVAL : 0;
}

static void html_base64(FILE *f, FILE *in)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char b[3];
	size_t got;

	while ((got = fread(b, 1, sizeof(b), in)) > 0) {
		uint32_t bits;

		if (got < 3)
			memset(b + got, 0, sizeof(b) - got);
		bits = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
		for (size_t i = 0; i < 4; i++)
			fputc(i <= got ? digit[bits >> (18 - 6 * i) & 63] : '=', f);
	}
}

/* At `<img src="plots/NAME.svg"`: writes it with the picture inside. Returns what follows, or NULL where
 * nothing was written because the picture cannot be read. */
static const char *html_embed(FILE *f, const char *at, const char *dir)
{
	static const char before[] = "<img src=\"";
	const char *name = at + sizeof(before) - 1, *end = strchr(name, '"');
	char path[PATH_MAX];
	FILE *in;

	if (!end || strncmp(end - 4, ".svg", 4) != 0 ||
		snprintf(path, sizeof(path), "%s/%.*s", dir, (int)(end - name), name) >= (int)sizeof(path))
		return NULL;
	in = fopen(path, "re");
	if (!in)
		return NULL;
	fprintf(f, "%sdata:image/svg+xml;base64,", before);
	html_base64(f, in);
	fclose(in);
	return end;
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

static void html_write_body(FILE *f, const char *body, const struct pvq_html_part *part, const char *dir)
{
	int headings = 0, folded = 0;

	while (*body) {
		const char *next = strchr(body + 1, '<'), *after = NULL;

		if (strncmp(body, "<h2>", 4) == 0) {
			if (part->fold && headings == 0) {
				fputs("<details><summary>", f);
				folded = 1;
			}
			if (headings++ == 0)
				fprintf(f, "<h2 id=\"%s\">", part->anchor);
			else
				fprintf(f, "<h2 id=\"%s-%d\">", part->anchor, headings);
			after = body + 4;
			html_slug(f, after);
		} else if (folded == 1 && strncmp(body, "</h2>", 5) == 0) {
			fputs("</h2></summary>", f);
			folded = 2;
			after = body + 5;
		} else if (strncmp(body, "<img src=\"plots/", 16) == 0) {
			after = html_embed(f, body, dir);
		} else if (strncmp(body, "<table>", 7) == 0) {
			fputs("<div class=\"table\"><table>", f); /* scrolls by itself where too wide */
			after = body + 7;
		} else if (strncmp(body, "</table>", 8) == 0) {
			fputs("</table></div>", f);
			after = body + 8;
		}
		if (after) {
			body = after;
			continue;
		}
		if (!next)
			next = body + strlen(body);
		fwrite(body, 1, (size_t)(next - body), f);
		body = next;
	}
	fputs(folded ? "</details>\n" : "", f);
}

/* The text between <h1> and </h1>, as HTML, stands for the page. */
static void html_title(FILE *f, const char *body)
{
	const char *h = strstr(body, "<h1>"), *end = h ? strstr(h, "</h1>") : NULL;

	fprintf(f, "<title>%.*s</title>\n", end ? (int)(end - h - 4) : 3, end ? h + 4 : "pvq");
}

static void html_write_page(FILE *f, char *const *body, const struct pvq_html_parts *parts, const char *dir)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
	      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
		f);
	html_title(f, parts->count ? body[0] : "");
	fprintf(f, "<style>\n%s%s</style>\n</head>\n<body>\n", pvq_asset("report.css"),
		pvq_asset("layout.css"));
	html_contents(f, body, parts);
	fputs("<main>\n", f);
	for (size_t i = 0; i < parts->count; i++)
		html_write_body(f, body[i], &parts->part[i], dir);
	fputs("</main>\n</body>\n</html>\n", f);
}

int pvq_html_write(
	FILE *f, const char *markdown, size_t len, const struct pvq_html_parts *parts, const char *dir)
{
	char **body = calloc(parts->count + 1, sizeof(*body));
	int ret = body ? 0 : -ENOMEM;

	for (size_t i = 0; ret == 0 && i < parts->count; i++) {
		size_t from = parts->part[i].at, to = i + 1 < parts->count ? parts->part[i + 1].at : len;

		ret = html_body(markdown + from, to - from, &body[i]);
	}
	if (ret == 0)
		html_write_page(f, body, parts, dir);
	for (size_t i = 0; body && i < parts->count; i++)
		free(body[i]);
	free(body);
	return ret;
}
