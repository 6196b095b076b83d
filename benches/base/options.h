/* options.h: the command line of a program, or of one of its commands, as a table: it is parsed by the table, and the
 * help is printed from it. Options are written in full: no abbreviations. Every syntax has -h and --help.
 */
#ifndef PVQ_OPTIONS_H
#define PVQ_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What the field holds that an option fills in. */
enum pvq_option_kind {
	PVQ_OPTION_FLAG,     /* int: 1 */
	PVQ_OPTION_TEXT,     /* const char *: borrowed from argv */
	PVQ_OPTION_COUNT,    /* uint64_t within [min, max] */
	PVQ_OPTION_UNSIGNED, /* unsigned within [min, max] */
	PVQ_OPTION_OWN,      /* take() does it */
};

struct pvq_option {
	const char *name; /* without the dashes; NULL ends the table */
	const char *word; /* its argument, as the help shows it; NULL: it takes none */
	const char *help; /* a few words, with the unit; the default in brackets */
	size_t at;        /* offset of the field */
	uint64_t min, max;
	/* text: the argument. 0, or -EINVAL with one line on stderr. */
	int (*take)(void *into, const char *text);
	enum pvq_option_kind kind;
	int required;
	char letter; /* short form; 0: none */
};

enum { PVQ_OPTIONS_MAX = 63 }; /* in both tables of a syntax together */

struct pvq_syntax {
	const char *name;    /* "pvq run" */
	const char *summary; /* one line */
	const char *words; /* its words that are no options, as the help shows them; NULL: it takes none */
	const char *words_help; /* one line: what to do, also where there are too few or too many */
	int least, most;        /* how many words */
	/* Both fill in the same struct; the help shows `own` first. Either may be NULL. */
	const struct pvq_option *own, *shared;
	void (*foot)(FILE *); /* writes what else the help tells; NULL: nothing */
};

/* The words that are no options; borrowed from argv. */
struct pvq_given {
	char **word;
	int words;
};

enum { PVQ_OPTIONS_HELP = 1 };

/* Parses argv[1 …], whose order it may change, and fills in the fields of *into that are named; the others keep what
 * they hold. given: may be NULL where the syntax takes no words. 0; PVQ_OPTIONS_HELP: the help was asked for, and
 * printed; -EINVAL with one line on stderr. */
int pvq_options_parse(
	const struct pvq_syntax *, int argc, char **argv, void *into, struct pvq_given *given);

void pvq_options_help(FILE *, const struct pvq_syntax *);

/* A line of a help text: the term, and behind `width` columns what it means, wrapped. */
void pvq_help_line(FILE *, const char *term, const char *text, size_t width);

#endif
