/* json.h: what commands print for --json. Unknown values are null. Functions that return a value return NULL where memory
 * is out; pvq_json_print() reports that. */
#ifndef PVQ_JSON_H
#define PVQ_JSON_H

#include "results/compare.h"
#include "trial/row.h"

#include <jansson.h>

/* A number, or null for NAN; a text, or null for NULL and "". NULL: out of memory, which spoils what should hold it. */
json_t *pvq_json_real(double);
json_t *pvq_json_text(const char *);

/* A list of texts, in order. words ends with NULL. */
json_t *pvq_json_words(const char *const *words);

/* Appends to the list; both are taken. Returns the list, or NULL. */
json_t *pvq_json_append(json_t *list, json_t *item);

/* A row, with the names of raw.csv's columns. */
json_t *pvq_json_row(const struct pvq_row *);

json_t *pvq_json_comparison(const struct pvq_comparison_table *);

/* Prints the value on stdout; it is taken. PVQ_EXIT_DONE, or PVQ_EXIT_FAILED with one line on stderr. */
int pvq_json_print(json_t *);

#endif
