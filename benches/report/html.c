/* html.c: puts the page around md4c's HTML, gives headings names for the list of contents, and embeds pictures. They
 * come as <img>, not as inline <svg>, so that the ids and styles of one picture cannot clash with another's.
 */
#include "report/html.h"

#include "base/asset.h"

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

/* Headings of chapters are numbered: the list of contents and the headings meet in that number. */
static void html_contents(FILE *f, const char *body)
{
	int number = 0;

	fputs("<nav><ul>\n", f);
	for (const char *h = strstr(body, "<h2>"); h; h = strstr(h + 4, "<h2>")) {
		const char *end = strstr(h, "</h2>");

		if (!end)
			break;
		fprintf(f, "<li><a href=\"#c%d\">%.*s</a></li>\n", ++number, (int)(end - h - 4), h + 4);
	}
	fputs("</ul></nav>\n", f);
}

static void html_write_body(FILE *f, const char *body, const char *dir)
{
	int number = 0;

	while (*body) {
		const char *next = strchr(body + 1, '<'), *after = NULL;

		if (strncmp(body, "<h2>", 4) == 0) {
			if (number == 0)
				html_contents(f, body);
			fprintf(f, "<h2 id=\"c%d\">", ++number);
			after = body + 4;
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
}

/* The text between <h1> and </h1>, as HTML, stands for the page. */
static void html_title(FILE *f, const char *body)
{
	const char *h = strstr(body, "<h1>"), *end = h ? strstr(h, "</h1>") : NULL;

	fprintf(f, "<title>%.*s</title>\n", end ? (int)(end - h - 4) : 3, end ? h + 4 : "pvq");
}

int pvq_html_write(FILE *f, const char *markdown, size_t len, const char *dir)
{
	char *body = NULL;
	int ret = html_body(markdown, len, &body);

	if (ret == 0) {
		fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
		      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
			f);
		html_title(f, body);
		fprintf(f, "<style>\n%s</style>\n</head>\n<body>\n<main>\n", pvq_asset("report.css"));
		html_write_body(f, body, dir);
		fputs("</main>\n</body>\n</html>\n", f);
	}
	free(body);
	return ret;
}
