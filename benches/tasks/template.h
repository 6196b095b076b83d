/* template.h: a command with places for an item. {} stands for the item, {.} for it without its extension, {/} for its last
 * part, {/.} for that without its extension, and {#} for its number, from 1. Where no place is named, the item becomes the
 * last argument.
 */
#ifndef PVQ_TEMPLATE_H
#define PVQ_TEMPLATE_H

#include "task.h"

struct pvq_template {
	char *text; /* owned: the words, each ended by a NUL; with a shell, its one script */
	size_t words, len;
	int shell;  /* 1: the text is a script for sh, and what is put into it is quoted */
	int append; /* 1: the item follows as the last argument */
};

/* Reads a command. Without a shell it is cut into words at blanks, and quotes and backslashes keep what a shell would
 * keep. 0, -ENOMEM, or -EINVAL: a quote stays open, or there is no word. */
int pvq_template_read(struct pvq_template *, const char *command, int shell);
void pvq_template_free(struct pvq_template *);

/* The words for execvp(), with the item put in; one block, owned by the caller. NULL: out of memory. */
char **pvq_template_words(const struct pvq_template *, struct pvq_span item, uint64_t number);

/* The same as one line for sh. Owned by the caller. NULL: out of memory. */
char *pvq_template_line(const struct pvq_template *, struct pvq_span item, uint64_t number);

#endif
