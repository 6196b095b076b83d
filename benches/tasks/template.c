/* template.c: cuts a command into words, and puts items into it. */
#include "template.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Copies a word, without its quotes. Returns its end; NULL: a quote stays open. */
static const char *read_word(const char *at, char **to)
{
	char quote = 0;

	for (; *at && (quote || !is_blank(*at)); at++) {
		if (*at == quote)
			quote = 0;
		else if (!quote && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (*at == '\\' && quote != '\'' && at[1])
			*(*to)++ = *++at;
		else
			*(*to)++ = *at;
	}
	*(*to)++ = '\0';
	return quote ? NULL : at;
}

/* The length of a place in the text, or 0. */
static size_t place_at(const char *text)
{
	static const char *const places[] = {"{}", "{.}", "{/}", "{/.}", "{#}"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(text, places[i], strlen(places[i])) == 0)
			return strlen(places[i]);
	return 0;
}

static int has_place(const struct pvq_template *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (place_at(t->text + i))
			return 1;
	return 0;
}

int pvq_template_read(struct pvq_template *t, const char *command, int shell)
{
	char *to;

	*t = (struct pvq_template){.shell = shell, .text = malloc(strlen(command) + 2)};
	if (!t->text)
		return -ENOMEM;
	to = t->text;
	if (shell) {
		to = stpcpy(to, command) + 1;
		t->words = 1;
	}
	for (const char *at = command; !shell;) {
		while (is_blank(*at))
			at++;
		if (!*at)
			break;
		at = read_word(at, &to);
		if (!at)
			return -EINVAL;
		t->words++;
	}
	t->len = (size_t)(to - t->text);
	t->append = !has_place(t);
	return t->words && command[strspn(command, " \t")] ? 0 : -EINVAL;
}

void pvq_template_free(struct pvq_template *t)
{
	free(t->text);
	t->text = NULL;
}

/* ---- putting items in ---- */

/* Writes a word so that sh reads it back. */
static void write_quoted(FILE *f, const char *word, size_t len)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
	size_t same = 0;

	while (same < len && word[same] && strchr(plain, word[same]))
		same++;
	if (len && same == len) {
		fwrite(word, 1, len, f);
		return;
	}
	fputc('\'', f);
	for (size_t i = 0; i < len; i++)
		if (word[i] == '\'')
			fputs("'\\''", f);
		else
			fputc(word[i], f);
	fputc('\'', f);
}

/* What a place stands for: a part of the item. */
static struct pvq_span part_of(struct pvq_span item, const char *place, size_t len)
{
	const char *from = item.ptr, *end = from + item.len, *slash = memrchr(from, '/', item.len), *dot;
	const char *base = slash ? slash + 1 : from;

	if (memchr(place, '/', len))
		from = base;
	dot = memrchr(base, '.', (size_t)(end - base));
	if (memchr(place, '.', len) && dot && dot > base)
		end = dot;
	return (struct pvq_span){.ptr = from, .len = (size_t)(end - from)};
}

/* Writes a text of the template with the item in its places. */
static void write_filled(
	FILE *f, const struct pvq_template *t, const char *text, struct pvq_span item, uint64_t number)
{
	while (*text) {
		size_t place = place_at(text);
		struct pvq_span part = part_of(item, text, place);

		if (!place)
			fputc(*text++, f);
		else if (text[1] == '#')
			fprintf(f, "%" PRIu64, number);
		else if (t->shell)
			write_quoted(f, part.ptr, part.len);
		else
			fwrite(part.ptr, 1, part.len, f);
		text += place;
	}
	if (t->shell && t->append) {
		fputc(' ', f);
		write_quoted(f, item.ptr, item.len);
	}
}

/* Writes the words, each ended by a NUL. Returns how many. */
static size_t write_words(FILE *f, const struct pvq_template *t, struct pvq_span item, uint64_t number)
{
	const char *at = t->text;
	size_t words = 0;

	if (t->shell)
		words += fwrite("sh\0-c", 1, 6, f) / 3; /* with the NUL at its end */
	for (size_t w = 0; w < t->words; w++, words++, at += strlen(at) + 1) {
		write_filled(f, t, at, item, number);
		fputc('\0', f);
	}
	if (!t->shell && t->append) {
		fwrite(item.ptr, 1, item.len, f);
		fputc('\0', f);
		words++;
	}
	return words;
}

char **pvq_template_words(const struct pvq_template *t, struct pvq_span item, uint64_t number)
{
	char *text = NULL, **argv, *at;
	size_t len, words;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	words = write_words(f, t, item, number);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	/* One block: the pointers, then the text. */
	argv = malloc((words + 1) * sizeof(*argv) + len);
	if (argv) {
		at = memcpy(argv + words + 1, text, len);
		for (size_t w = 0; w < words; w++, at += strlen(at) + 1)
			argv[w] = at;
		argv[words] = NULL;
	}
	free(text);
	return argv;
}

char *pvq_template_line(const struct pvq_template *t, struct pvq_span item, uint64_t number)
{
	char **argv = t->shell ? NULL : pvq_template_words(t, item, number), *line = NULL;
	size_t len;
	FILE *f = open_memstream(&line, &len);

	if (f && t->shell)
		write_filled(f, t, t->text, item, number);
	for (size_t w = 0; f && argv && argv[w]; w++) {
		if (w)
			fputc(' ', f);
		write_quoted(f, argv[w], strlen(argv[w]));
	}
	if ((f && fclose(f)) || (!argv && !t->shell)) {
		free(line);
		line = NULL;
	}
	free(argv);
	return line;
}
