/* options.h: the command line of a program, or of one of its commands, as a table. The same table parses the line and
 * prints the help. Long options must be written in full. Every syntax has -h and --help; some have --version.
 */
#ifndef PVQ_OPTIONS_H
#define PVQ_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The type of the field that an option fills in. */
enum pvq_option_kind {
	PVQ_OPTION_FLAG,     /* int: 1 */
	PVQ_OPTION_TEXT,     /* const char *: borrowed from argv */
	PVQ_OPTION_COUNT,    /* uint64_t within [min, max] */
	PVQ_OPTION_UNSIGNED, /* unsigned within [min, max] */
	PVQ_OPTION_OWN,      /* take() fills it in */
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
	const char *
		choices; /* what its argument may be, with blanks between, for completion; NULL: not told */
	const char *letters; /* short forms, "wj" for -w and -j; NULL: none */
};

enum { PVQ_OPTIONS_MAX = 62 }; /* in both tables of a syntax together */

struct pvq_syntax {
	const char *name;    /* "pvq run" */
	const char *summary; /* one line */
	const char *words;   /* its arguments beside options, as the help shows them; NULL: it takes none */
	const char *words_help; /* one line: what to give; also the message for too few or too many */
	const char *choices;    /* what the first of the words may be, as for an option; NULL: folders */
	const char *version;    /* what --version prints after the program's name; NULL: no such option */
	int least, most;        /* how many words */
	/* Both fill in the same struct; the help shows `own` first. Either may be NULL. */
	const struct pvq_option *own, *shared;
	void (*foot)(FILE *); /* writes the end of the help; NULL: nothing */
};

/* The arguments that are not options; borrowed from argv. */
struct pvq_given {
	char **word;
	int words;
};

enum { PVQ_OPTIONS_ANSWERED = 1 };

/* Parses argv[1 …], whose order it may change. Fills in the fields of *into whose options are given; the others keep
 * their values. given: may be NULL where the syntax takes no words. 0; PVQ_OPTIONS_ANSWERED: the help or the version
 * was asked for, and printed; -EINVAL with one line on stderr. */
int pvq_options_parse(
	const struct pvq_syntax *, int argc, char **argv, void *into, struct pvq_given *given);

/* The i-th option, in the order own, shared, help, version; NULL: there are no more. */
const struct pvq_option *pvq_options_at(const struct pvq_syntax *, size_t i);

void pvq_options_help(FILE *, const struct pvq_syntax *);

/* Prints a line of a help text: the term, then its meaning from column `width` on, wrapped. */
void pvq_help_line(FILE *, const char *term, const char *text, size_t width);

#endif
