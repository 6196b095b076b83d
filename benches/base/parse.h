/* parse.h: numbers and names as a user types them, with messages that tell what to type. */
#ifndef PVQ_PARSE_H
#define PVQ_PARSE_H

#include <stddef.h>
#include <stdint.h>

/* Parses a whole number within [min, max]; what: its name in the message. 0, or -EINVAL with one line on stderr. */
int pvq_parse_count(const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Parses seconds above 0; or_none: 0 is allowed as well. 0, or -EINVAL with one line on stderr. */
int pvq_parse_seconds(const char *what, const char *text, int or_none, double *seconds);

/* The i-th name of ctx; NULL: there are no more. pvq_word_at() reads an array of words that ends with NULL. */
typedef const char *pvq_name_at(const void *ctx, size_t i);
pvq_name_at pvq_word_at;

/* Prints on stderr: "pvq: unknown WHAT 'WORD'; did you mean 'X'? one of: a, b, c". */
void pvq_unknown(const char *what, const char *word, pvq_name_at *, const void *ctx);

/* The name nearest to the word, or NULL if none is near. names ends with NULL. */
const char *pvq_nearest(const char *word, const char *const *names);

#endif
