/* parse.h: numbers and names as a user types them, with messages that tell what to type. */
#ifndef PVQ_PARSE_H
#define PVQ_PARSE_H

#include "tasks/task.h"

#include <stddef.h>
#include <stdint.h>

/* All numbers have one form: decimal digits, perhaps with a fraction and an exponent, and then perhaps a suffix.
 *   counts  k or K (1000), M, G, T
 *   times   ns, us, ms, s, min, h
 *   sizes   B; K or KiB (1024), M, G, T; kB (1000), MB, GB, TB
 * Which suffixes a number may have, and what it means without one, is up to its unit.
 *
 * `what` is the number's name in messages. Each returns 0, or -EINVAL with one line on stderr. */

/* Parses a number that is whole, and within [min, max], once it is expressed in the unit. */
int pvq_parse_whole(
	const char *what, const char *text, enum pvq_unit, uint64_t min, uint64_t max, uint64_t *value);

/* Does the same for a number without a unit. */
int pvq_parse_count(const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Parses a number within [min, max], which need not be whole. */
int pvq_parse_real(
	const char *what, const char *text, enum pvq_unit, double min, double max, double *value);

/* Parses a time above 0, in seconds if it has no suffix; or_none: 0 is allowed as well. */
int pvq_parse_seconds(const char *what, const char *text, int or_none, double *seconds);

/* The i-th name of ctx; NULL: there are no more. pvq_word_at() reads an array of words that ends with NULL. */
typedef const char *pvq_name_at(const void *ctx, size_t i);
pvq_name_at pvq_word_at;

/* Prints on stderr: "pvq: unknown WHAT 'WORD'; did you mean 'X'? one of: a, b, c". hint: follows where no name is near;
 * NULL: nothing does. */
void pvq_unknown(
	const char *what, const char *word, pvq_name_at *name_at, const void *ctx, const char *hint);

/* The name nearest to the word, or NULL if none is near. names ends with NULL. */
const char *pvq_nearest(const char *word, const char *const *names);

#endif
