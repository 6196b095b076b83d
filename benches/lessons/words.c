/* words.c: finds the words of lessons, fills in figures, and wraps lines. */
#include "lessons/words.h"
#include "base/asset.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 80 };

static const char english[] = "en";

/* ---- languages ---- */

static const char *text_of(const char *stem, const char *language)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.%s.md", stem, language);
	return pvq_asset(name);
}

int pvq_lesson_language(const struct pvq_lesson *lesson, size_t i, char language[16])
{
	size_t stem = strlen(lesson->name);

	for (const struct pvq_asset *a = pvq_assets; a->name; a++) {
		size_t len = strlen(a->name);

		if (strncmp(a->name, lesson->name, stem) != 0 || a->name[stem] != '.' || len < stem + 5 ||
			strcmp(a->name + len - 3, ".md") != 0 || i-- > 0)
			continue;
		snprintf(language, 16, "%.*s", (int)(len - stem - 4), a->name + stem + 1);
		return 1;
	}
	return 0;
}

/* The language of the user's surroundings: "zh" of "zh_CN.UTF-8". */
static void surrounding_language(char language[16])
{
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	language[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		const char *value = getenv(variables[i]);

		if (!value || !*value)
			continue;
		snprintf(language, 16, "%.*s", (int)strcspn(value, "_.@"), value);
		return;
	}
}

int pvq_lesson_words(struct pvq_lesson_words *w, const struct pvq_lesson *lesson, const char *language)
{
	char other[16];

	if (language) {
		snprintf(w->language, sizeof(w->language), "%s", language);
	} else {
		surrounding_language(w->language);
		if (!text_of(lesson->name, w->language))
			memcpy(w->language, english, sizeof(english));
	}
	w->text = text_of(lesson->name, w->language);
	w->frame = text_of("frame", w->language);
	if (w->text && w->frame)
		return 0;
	fprintf(stderr, "pvq: lesson %s has no words in '%s'; --lang takes", lesson->name, w->language);
	for (size_t i = 0; pvq_lesson_language(lesson, i, other); i++)
		fprintf(stderr, "%s %s", i ? "," : "", other);
	fputc('\n', stderr);
	return -EINVAL;
}

/* ---- sections ---- */

struct pvq_lesson_part pvq_lesson_title(const struct pvq_lesson_words *w)
{
	return (struct pvq_lesson_part){w->text + 2, strcspn(w->text + 2, "\n")};
}

static struct pvq_lesson_part section(const char *text, const char *keyword)
{
	size_t len = strlen(keyword);

	for (const char *at = text; (at = strstr(at, "\n## "));) {
		const char *end;

		at += 4;
		if (strncmp(at, keyword, len) != 0 || at[len] != '\n')
			continue;
		at += len;
		at += strspn(at, "\n");
		end = strstr(at, "\n## ");
		len = end ? (size_t)(end - at) : strlen(at);
		while (len && at[len - 1] == '\n')
			len--;
		return (struct pvq_lesson_part){at, len};
	}
	return (struct pvq_lesson_part){"", 0};
}

struct pvq_lesson_part pvq_lesson_section(const struct pvq_lesson_words *w, const char *keyword)
{
	return section(w->text, keyword);
}

struct pvq_lesson_part pvq_lesson_frame(const struct pvq_lesson_words *w, const char *keyword)
{
	return section(w->frame, keyword);
}

void pvq_lesson_write(FILE *f, struct pvq_lesson_part part, pvq_lesson_fill *fill, void *ctx)
{
	const char *at = part.at, *end = part.at + part.len;

	while (at < end) {
		size_t len = *at == '{' ? strcspn(at, "}") : 0;
		struct pvq_lesson_part name = {at + 1, len ? len - 1 : 0};

		if (len && at + len < end && fill(f, ctx, name))
			at += len + 1;
		else
			fputc(*at++, f);
	}
}

/* ---- wrapped lines ---- */

/* A character of UTF-8: its length, and whether it is one of the wide ones, between which a line may break. */
struct glyph {
	size_t len;
	uint32_t code;
	int wide;
};

static struct glyph glyph_at(const char *at)
{
	unsigned char c = (unsigned char)*at;
	struct glyph g = {.len = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4};

	g.code = c < 0xc0 ? c : c & (0x7fu >> g.len);
	for (size_t i = 1; i < g.len; i++) {
		if (!at[i]) {
			g.len = i;
			break;
		}
		g.code = g.code << 6 | ((unsigned char)at[i] & 0x3f);
	}
	g.wide = g.code >= 0x2e80 && g.code < 0x1f000;
	return g;
}

/* Whether the character may not begin a line: closing marks of Chinese. */
static int clings(uint32_t code)
{
	static const uint32_t marks[] = {
		0x3001, 0x3002, 0xff0c, 0xff1a, 0xff1b, 0xff1f, 0xff01, 0xff09, 0x300d, 0x300b};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i] == code)
			return 1;
	return 0;
}

/* The piece up to the next place where a line may break: a word, or a wide character with what clings to it. */
static struct glyph piece_at(const char *at, size_t *columns)
{
	struct glyph first = glyph_at(at), piece = first;

	*columns = first.wide ? 2 : 1;
	for (;;) {
		struct glyph next = glyph_at(at + piece.len);

		if (!next.code || next.code == ' ' || next.code == '\n' ||
			(!clings(next.code) && (first.wide || next.wide)))
			return piece;
		piece.len += next.len;
		*columns += next.wide ? 2 : 1;
	}
}

/* Prints a paragraph, or an item of a list, up to `end`. */
static void print_paragraph(FILE *f, const char *at, const char *end, size_t indent)
{
	size_t column = 0;
	int space = 0, wide = 0;

	while (at < end) {
		struct glyph piece;
		size_t columns;

		if (*at == ' ' || *at == '\n') {
			/* A line of the source that breaks between wide characters has no space there. */
			space |= *at == ' ' || !wide || !glyph_at(at + 1).wide;
			at++;
			continue;
		}
		piece = piece_at(at, &columns);
		if (column && column + (size_t)space + columns > COLUMNS) {
			column = (size_t)fprintf(f, "\n%*s", (int)indent, "") - 1;
		} else if (space && column) {
			fputc(' ', f);
			column++;
		}
		fwrite(at, 1, piece.len, f);
		column += columns;
		wide = piece.wide;
		space = 0;
		at += piece.len;
	}
	fputc('\n', f);
}

void pvq_lesson_print(FILE *f, const char *markdown)
{
	for (const char *at = markdown; *at;) {
		const char *end = at;
		int item = strncmp(at, "- ", 2) == 0;

		if (*at == '\n') {
			fputc('\n', f);
			at++;
			continue;
		}
		do
			end += strcspn(end, "\n") + (end[strcspn(end, "\n")] == '\n');
		while (*end && *end != '\n' && strncmp(end, "- ", 2) != 0);
		print_paragraph(f, at, end, item ? 2 : 0);
		at = end;
	}
}
