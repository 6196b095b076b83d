/* parse.c: parses numbers, and finds the name nearest to a word. */
#include "base/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 32 };

int pvq_parse_count(const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *value < min || *value > max) {
		fprintf(stderr, "pvq: %s must be a whole number from %llu to %llu, not '%s'\n", what,
			(unsigned long long)min, (unsigned long long)max, text);
		return -EINVAL;
	}
	return 0;
}

int pvq_parse_seconds(const char *what, const char *text, int or_none, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	if (end != text && !*end && (*seconds > 0 || (or_none && *seconds == 0)) && *seconds <= 1e6)
		return 0;
	fprintf(stderr, "pvq: %s must be a number of seconds above 0, not '%s'\n", what, text);
	return -EINVAL;
}

/* Levenshtein's distance of two short words; long words count as far apart. */
static size_t distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), row[WORD_MAX + 1];

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

static const char *nearest(const char *word, pvq_name_at *name_at, const void *ctx)
{
	const char *best = NULL, *name;
	size_t least = strlen(word) / 2 + 1; /* a name further away is another word */

	for (size_t i = 0; (name = name_at(ctx, i)); i++) {
		size_t d = distance(word, name);

		/* A common beginning beats any distance: "pool" is nearest to pool_ordered. */
		if (*word && strncmp(name, word, strlen(word)) == 0)
			d = 0;
		if (d < least || (d == 0 && best && least == 0 && strlen(name) < strlen(best))) {
			least = d;
			best = name;
		}
	}
	return best;
}

const char *pvq_word_at(const void *words, size_t i)
{
	return ((const char *const *)words)[i];
}

const char *pvq_nearest(const char *word, const char *const *names)
{
	return nearest(word, pvq_word_at, names);
}

void pvq_unknown(const char *what, const char *word, pvq_name_at *name_at, const void *ctx)
{
	const char *near = nearest(word, name_at, ctx), *name;

	fprintf(stderr, "pvq: unknown %s '%s'; ", what, word);
	if (near)
		fprintf(stderr, "did you mean '%s'? ", near);
	fprintf(stderr, "one of:");
	for (size_t i = 0; (name = name_at(ctx, i)); i++)
		fprintf(stderr, "%s %s", i ? "," : "", name);
	fputc('\n', stderr);
}
