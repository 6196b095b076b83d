/* quote.c: escapes bytes, and quotes words for a shell. */
#include "base/quote.h"

#include <stdlib.h>
#include <string.h>

size_t pvq_utf8_len(const char *text)
{
	/* The range of the second byte leaves out overlong forms, surrogates, and what is beyond Unicode. */
	static const struct {
		unsigned char from, to, second_from, second_to, len;
	} lead[] = {{0x01, 0x7f, 0, 0, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
	const unsigned char *c = (const unsigned char *)text;

	for (size_t i = 0; i < sizeof(lead) / sizeof(lead[0]); i++) {
		size_t len = 1;

		if (c[0] < lead[i].from || c[0] > lead[i].to)
			continue;
		if (lead[i].len > 1 && c[1] >= lead[i].second_from && c[1] <= lead[i].second_to)
			for (len = 2; len < lead[i].len && (c[len] & 0xc0) == 0x80;)
				len++;
		return len == lead[i].len ? len : 0;
	}
	return 0;
}

char *pvq_utf8_copy(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 1), *to = copy;

	while (copy && *text) {
		size_t len = pvq_utf8_len(text);

		if (len) {
			memcpy(to, text, len);
			to += len;
			text += len;
		} else {
			to += sprintf(to, "\\x%02x", (unsigned char)*text++);
		}
	}
	if (copy)
		*to = '\0';
	return copy;
}

static int is_control(char c)
{
	return (unsigned char)c < ' ' || c == 127;
}

/* Whether the word needs $'…', where bytes are written as numbers. */
static int needs_numbers(const char *word)
{
	for (size_t len; *word; word += len) {
		len = pvq_utf8_len(word);
		if (!len || is_control(*word))
			return 1;
	}
	return 0;
}

static void quote_with_numbers(FILE *f, const char *word)
{
	fputs("$'", f);
	for (size_t len; *word; word += len ? len : 1) {
		len = pvq_utf8_len(word);
		if (*word == '\n')
			fputs("\\n", f);
		else if (*word == '\t')
			fputs("\\t", f);
		else if (!len || is_control(*word))
			fprintf(f, "\\x%02x", (unsigned char)*word);
		else if (*word == '\'' || *word == '\\')
			fprintf(f, "\\%c", *word);
		else
			fwrite(word, 1, len, f);
	}
	fputc('\'', f);
}

void pvq_quote_word(FILE *f, const char *word)
{
	static const char bare[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%^~";

	if (needs_numbers(word)) {
		quote_with_numbers(f, word);
		return;
	}
	if (*word && *word != '~' && strspn(word, bare) == strlen(word)) {
		fputs(word, f);
		return;
	}
	fputc('\'', f);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", f);
		else
			fputc(*word, f);
	fputc('\'', f);
}
