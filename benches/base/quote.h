/* quote.h: text from outside, where it must be shown: bytes that are no UTF-8, and words of commands. */
#ifndef PVQ_QUOTE_H
#define PVQ_QUOTE_H

#include <stddef.h>
#include <stdio.h>

/* The length of the UTF-8 character with which the text begins; 0: none, or the text is empty. */
size_t pvq_utf8_len(const char *text);

/* A copy in which each byte that is no UTF-8 is written as \xNN. The caller frees it. NULL: out of memory. */
char *pvq_utf8_copy(const char *text);

/* Writes a word of a command as a shell reads it (bash, where a byte needs $'\xNN'): bare if nothing in it is special, and
 * always on one line, in UTF-8. */
void pvq_quote_word(FILE *, const char *word);

#endif
