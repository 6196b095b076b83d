/* parse.c: parses numbers, and finds the name nearest to a word. */
#include "base/parse.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 32 };

/* ---- numbers ---- */

enum kind { COUNT, TIME, SIZE };

/* In units of 1, a nanosecond or a byte: factor x 10^exponent. */
static const struct suffix {
	const char *text;
	uint64_t factor;
	int exponent;
	enum kind kind;
} suffixes[] = {
	{"k", 1, 3, COUNT},
	{"K", 1, 3, COUNT},
	{"M", 1, 6, COUNT},
	{"G", 1, 9, COUNT},
	{"T", 1, 12, COUNT},
	{"ns", 1, 0, TIME},
	{"us", 1, 3, TIME},
	{"\u00b5s", 1, 3, TIME},
	{"ms", 1, 6, TIME},
	{"s", 1, 9, TIME},
	{"min", 6, 10, TIME},
	{"h", 36, 11, TIME},
	{"B", 1, 0, SIZE},
	{"k", 1 << 10, 0, SIZE},
	{"K", 1 << 10, 0, SIZE},
	{"KiB", 1 << 10, 0, SIZE},
	{"M", 1 << 20, 0, SIZE},
	{"MiB", 1 << 20, 0, SIZE},
	{"G", 1 << 30, 0, SIZE},
	{"GiB", 1 << 30, 0, SIZE},
	{"T", 1ull << 40, 0, SIZE},
	{"TiB", 1ull << 40, 0, SIZE},
	{"kB", 1, 3, SIZE},
	{"MB", 1, 6, SIZE},
	{"GB", 1, 9, SIZE},
	{"TB", 1, 12, SIZE},
};

/* factor x 10^exponent as in suffixes; it is what a bare number stands for. */
static const struct unit {
	uint64_t factor;
	int exponent;
	enum kind kind;
	const char *words; /* for messages */
} units[] = {
	[PVQ_UNIT_NONE] = {1, 0, COUNT, ", such as 1000, 1e6 or 1M"},
	[PVQ_UNIT_NS] = {1, 0, TIME, " nanoseconds, or a time such as 50us"},
	[PVQ_UNIT_US] = {1, 3, TIME, " microseconds, or a time such as 10ms"},
	[PVQ_UNIT_S] = {1, 9, TIME, " seconds, or a time such as 500ms"},
	[PVQ_UNIT_BYTES] = {1, 0, SIZE, " bytes, or a size such as 4K"},
	[PVQ_UNIT_KIB] = {1 << 10, 0, SIZE, " KiB, or a size such as 1M"},
};

/* A number as written: digits x 10^exponent, and what its suffix makes of it: x factor x 10^shift / divisor. */
struct written {
	uint64_t digits, factor, divisor;
	int exponent, shift;
	int overflow; /* the digits are too many for `digits` */
};

/* Reads digits, with a point among them or not. Returns how many there are. */
static int read_digits(const char **at, struct written *w)
{
	int digits = 0, point = 0;

	for (;; ++*at) {
		if (**at == '.' && !point) {
			point = 1;
			continue;
		}
		if (**at < '0' || **at > '9')
			return digits;
		w->overflow |= __builtin_mul_overflow(w->digits, 10u, &w->digits) ||
			       __builtin_add_overflow(w->digits, (uint64_t)(**at - '0'), &w->digits);
		w->exponent -= point;
		digits++;
	}
}

/* Reads "e6", if it is there. */
static void read_exponent(const char **at, struct written *w)
{
	const char *digit = *at + 1;
	char *end;
	long exponent;

	if (**at != 'e' && **at != 'E')
		return;
	digit += *digit == '+' || *digit == '-';
	if (*digit < '0' || *digit > '9')
		return;
	exponent = strtol(*at + 1, &end, 10);
	w->exponent += exponent > 999 ? 999 : exponent < -999 ? -999 : (int)exponent;
	*at = end;
}

static const struct suffix *find_suffix(const char *text, enum kind kind)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (suffixes[i].kind == kind && strcmp(suffixes[i].text, text) == 0)
			return &suffixes[i];
	return NULL;
}

/* -1: the text is no number of that unit. */
static int read_number(const char *text, const struct unit *unit, struct written *w)
{
	const struct suffix *suffix;

	*w = (struct written){.factor = 1, .divisor = 1};
	if (read_digits(&text, w) == 0)
		return -1;
	read_exponent(&text, w);
	if (!*text)
		return 0;
	suffix = find_suffix(text, unit->kind);
	if (!suffix)
		return -1;
	w->factor = suffix->factor;
	w->divisor = unit->factor;
	w->shift = suffix->exponent - unit->exponent;
	return 0;
}

/* Computes exactly. -1: the number is not whole, or too large. */
static int compute_whole(const struct written *w, uint64_t *value)
{
	uint64_t v = w->digits;

	if (w->overflow || __builtin_mul_overflow(v, w->factor, &v))
		return -1;
	for (int e = w->exponent + w->shift; e > 0 && v > 0; e--)
		if (__builtin_mul_overflow(v, 10u, &v))
			return -1;
	for (int e = w->exponent + w->shift; e < 0 && v > 0; e++, v /= 10)
		if (v % 10)
			return -1;
	*value = v / w->divisor;
	return v % w->divisor ? -1 : 0;
}

int pvq_parse_whole(
	const char *what, const char *text, enum pvq_unit unit, uint64_t min, uint64_t max, uint64_t *value)
{
	struct written w;

	if (read_number(text, &units[unit], &w) == 0 && compute_whole(&w, value) == 0 && *value >= min &&
		*value <= max)
		return 0;
	fprintf(stderr, "pvq: %s must be a whole number from %llu to %llu%s, not '%s'\n", what,
		(unsigned long long)min, (unsigned long long)max, units[unit].words, text);
	return -EINVAL;
}

int pvq_parse_count(const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	return pvq_parse_whole(what, text, PVQ_UNIT_NONE, min, max, value);
}

/* -1: the text is no number of that unit. */
static int compute_real(const char *text, enum pvq_unit unit, double *value)
{
	struct written w;

	if (read_number(text, &units[unit], &w))
		return -1;
	*value = strtod(text, NULL) * (double)w.factor / (double)w.divisor;
	*value = w.shift < 0 ? *value / pow(10, -w.shift) : *value * pow(10, w.shift);
	return 0;
}

int pvq_parse_real(
	const char *what, const char *text, enum pvq_unit unit, double min, double max, double *value)
{
	if (compute_real(text, unit, value) == 0 && *value >= min && *value <= max)
		return 0;
	fprintf(stderr, "pvq: %s must be a number from %g to %g%s, not '%s'\n", what, min, max,
		unit == PVQ_UNIT_NONE ? "" : units[unit].words, text);
	return -EINVAL;
}

int pvq_parse_seconds(const char *what, const char *text, int or_none, double *seconds)
{
	const double most = 1e6;

	if (compute_real(text, PVQ_UNIT_S, seconds) == 0 && (*seconds > 0 || (or_none && *seconds == 0)) &&
		*seconds <= most)
		return 0;
	fprintf(stderr, "pvq: %s must be a number of seconds above 0, or a time such as 500ms, not '%s'\n",
		what, text);
	return -EINVAL;
}

/* ---- names ---- */

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

void pvq_unknown(
	const char *what, const char *word, pvq_name_at *name_at, const void *ctx, const char *hint)
{
	const char *near = nearest(word, name_at, ctx), *name;

	fprintf(stderr, "pvq: unknown %s '%s'; ", what, word);
	if (near)
		fprintf(stderr, "did you mean '%s'? ", near);
	fprintf(stderr, "one of:");
	for (size_t i = 0; (name = name_at(ctx, i)); i++)
		fprintf(stderr, "%s %s", i ? "," : "", name);
	fprintf(stderr, "%s%s\n", hint && !near ? "; " : "", hint && !near ? hint : "");
}
