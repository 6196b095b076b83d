/* options.c: runs getopt_long over a table, and prints the help from the same table. */
#include "base/options.h"
#include "base/parse.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

enum { COLUMNS = 100, TERM_MAX = 64, FIRST_LONG = 256 }; /* FIRST_LONG: beyond all letters */

static const struct pvq_option help_option = {.name = "help", .letters = "h", .help = "this help"};
static const struct pvq_option version_option = {.name = "version", .help = "the version of this program"};

const struct pvq_option *pvq_options_at(const struct pvq_syntax *s, size_t i)
{
	const struct pvq_option *const table[] = {s->own, s->shared};

	for (size_t t = 0; t < 2; t++)
		for (const struct pvq_option *o = table[t]; o && o->name; o++)
			if (i-- == 0)
				return o;
	return i == 0 ? &help_option : i == 1 && s->version ? &version_option : NULL;
}

/* ---- the help ---- */

void pvq_help_line(FILE *f, const char *term, const char *text, size_t width)
{
	size_t column = (size_t)fprintf(f, "  %-*s", (int)width, term);

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column + 1 + len > COLUMNS && column > width + 2)
			column = (size_t)fprintf(f, "\n  %-*s", (int)width, "") - 1;
		column += (size_t)fprintf(f, " %.*s", (int)len, text);
		text += len + strspn(text + len, " ");
	}
	fputc('\n', f);
}

/* Writes "--out DIR", after "-o, " where letters are wanted; returns its length. */
static size_t option_term(const struct pvq_option *o, int with_letters, char term[TERM_MAX])
{
	size_t len = 0;

	for (const char *letter = with_letters && o->letters ? o->letters : ""; *letter; letter++)
		len += (size_t)snprintf(term + len, TERM_MAX - len, "-%c, ", *letter);
	return len + (size_t)snprintf(term + len, TERM_MAX - len, "--%s%s%s", o->name, o->word ? " " : "",
			     o->word ? o->word : "");
}

void pvq_options_help(FILE *f, const struct pvq_syntax *s)
{
	const struct pvq_option *o;
	char term[TERM_MAX];
	size_t width = 0;

	fprintf(f, "usage: %s", s->name);
	for (size_t i = 0; (o = pvq_options_at(s, i)); i++) {
		size_t len = option_term(o, 1, term);

		width = len > width ? len : width;
		option_term(o, 0, term);
		if (o->required)
			fprintf(f, " %s", term);
	}
	fprintf(f, " [option...]%s%s\n\n", s->words ? " " : "", s->words ? s->words : "");
	fprintf(f, "%s\n", s->summary);
	if (s->words_help)
		fprintf(f, "%s\n", s->words_help);
	fputs("\nOptions:\n", f);
	for (size_t i = 0; (o = pvq_options_at(s, i)); i++) {
		option_term(o, 1, term);
		pvq_help_line(f, term, o->help, width + 1);
	}
	if (s->foot)
		s->foot(f);
}

/* ---- parsing ---- */

/* The program's name begins every message. */
static int __attribute__((format(printf, 2, 3))) refuse(const struct pvq_syntax *s, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%.*s: ", (int)strcspn(s->name, " "), s->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -EINVAL;
}

static int refuse_unknown(const struct pvq_syntax *s, const char *word)
{
	const char *names[PVQ_OPTIONS_MAX + 3] = {0}, *near;
	size_t dashes = strspn(word, "-"), len = strcspn(word, "=");
	char name[TERM_MAX];

	for (size_t i = 0; pvq_options_at(s, i); i++)
		names[i] = pvq_options_at(s, i)->name;
	snprintf(name, sizeof(name), "%.*s", (int)(len - dashes), word + dashes);
	near = dashes == 2 ? pvq_nearest(name, names) : NULL;
	if (near)
		return refuse(s, "unknown option '%.*s'; did you mean '--%s'?", (int)len, word, near);
	return refuse(s, "unknown option '%.*s'; see '%s --help'", (int)len, word, s->name);
}

static int take(const struct pvq_option *o, void *into, const char *text)
{
	char *field = (char *)into + o->at, what[TERM_MAX];
	uint64_t number;
	int ret;

	snprintf(what, sizeof(what), "--%s", o->name);
	switch (o->kind) {
	case PVQ_OPTION_FLAG:
		*(int *)(void *)field = 1;
		return 0;
	case PVQ_OPTION_TEXT:
		*(const char **)(void *)field = text;
		return 0;
	case PVQ_OPTION_COUNT:
		return pvq_parse_count(what, text, o->min, o->max, (uint64_t *)(void *)field);
	case PVQ_OPTION_UNSIGNED:
		ret = pvq_parse_count(what, text, o->min, o->max, &number);
		if (ret == 0)
			*(unsigned *)(void *)field = (unsigned)number;
		return ret;
	default:
		return o->take(into, text);
	}
}

/* The tables in the form that getopt takes. */
struct known {
	struct option option[PVQ_OPTIONS_MAX + 3];
	char letters[4 * PVQ_OPTIONS_MAX];
};

static void known_make(struct known *k, const struct pvq_syntax *s)
{
	const struct pvq_option *o;
	size_t len = 0;

	memset(k, 0, sizeof(*k));
	k->letters[len++] = ':'; /* getopt then tells a missing argument from an unknown option */
	for (int i = 0; i < PVQ_OPTIONS_MAX + 2 && (o = pvq_options_at(s, (size_t)i)); i++) {
		k->option[i] = (struct option){
			o->name, o->word ? required_argument : no_argument, NULL, FIRST_LONG + i};
		for (const char *letter = o->letters ? o->letters : ""; *letter; letter++) {
			k->letters[len++] = *letter;
			if (o->word)
				k->letters[len++] = ':';
		}
	}
}

/* The place of the option that getopt has found, or -1. */
static int place_of(const struct pvq_syntax *s, int found)
{
	const struct pvq_option *o;

	if (found >= FIRST_LONG)
		return found - FIRST_LONG;
	for (int i = 0; (o = pvq_options_at(s, (size_t)i)); i++)
		if (found && o->letters && strchr(o->letters, found))
			return i;
	return -1;
}

/* Reports what getopt refused. found: '?' or ':'. word: where it stopped, unless that is a group of letters. */
static int refuse_option(const struct pvq_syntax *s, int found, const char *word)
{
	int place = place_of(s, optopt);
	const struct pvq_option *o = place < 0 ? NULL : pvq_options_at(s, (size_t)place);

	if (!o && optopt)
		return refuse(s, "unknown option '-%c'; see '%s --help'", optopt, s->name);
	if (!o || (optopt >= FIRST_LONG && strcspn(word + 2, "=") != strlen(o->name)))
		return refuse_unknown(s, word);
	if (found == ':')
		return refuse(s, "--%s needs an argument: --%s %s", o->name, o->name, o->word);
	return refuse(s, "--%s takes no argument", o->name);
}

static int check(const struct pvq_syntax *s, uint64_t seen, int words, char **word)
{
	const struct pvq_option *o;

	for (size_t i = 0; (o = pvq_options_at(s, i)); i++)
		if (o->required && !(seen & (uint64_t)1 << i))
			return refuse(s, "--%s is missing; see '%s --help'", o->name, s->name);
	if (words >= s->least && words <= s->most)
		return 0;
	if (s->words_help)
		return refuse(s, "%s", s->words_help);
	return refuse(s, "unexpected argument '%s': %s takes options alone", word[0], s->name);
}

int pvq_options_parse(
	const struct pvq_syntax *s, int argc, char **argv, void *into, struct pvq_given *given)
{
	struct known known;
	uint64_t seen = 0;
	int found;

	known_make(&known, s);
	opterr = 0; /* we print the messages */
	optind = 0; /* makes glibc start afresh */
	while ((found = getopt_long(argc, argv, known.letters, known.option, NULL)) != -1) {
		/* If its argument is a separate word, the option is the word before that. */
		const char *word = argv[optind - 1 - (found >= FIRST_LONG && optarg == argv[optind - 1])];
		const struct pvq_option *o;
		int place = place_of(s, found);

		if (place < 0)
			return refuse_option(s, found, argv[optind - 1]);
		o = pvq_options_at(s, (size_t)place);
		/* getopt accepts unambiguous abbreviations; we do not. */
		if (found >= FIRST_LONG && strcspn(word + 2, "=") != strlen(o->name))
			return refuse_unknown(s, word);
		if (o == &help_option) {
			pvq_options_help(stdout, s);
			return PVQ_OPTIONS_ANSWERED;
		}
		if (o == &version_option) {
			printf("%.*s %s\n", (int)strcspn(s->name, " "), s->name, s->version);
			return PVQ_OPTIONS_ANSWERED;
		}
		if (take(o, into, optarg))
			return -EINVAL;
		seen |= (uint64_t)1 << place;
	}
	if (given)
		*given = (struct pvq_given){.word = argv + optind, .words = argc - optind};
	return check(s, seen, argc - optind, argv + optind);
}
