/* manifest.h: manifest.tsv, a run's facts about machine, versions and commands: one "key<TAB>value" a line; a key may repeat.
 *
 * The first line, "facts<TAB>N", tells how many facts follow, so that a file that lost its end is noticed. Manifests of
 * earlier versions lack it.
 */
#ifndef PVQ_MANIFEST_H
#define PVQ_MANIFEST_H

#include "base/outfile.h"

#include <stddef.h>
#include <stdio.h>

struct pvq_fact {
	char *key, *value;
};

/* Facts in the order of the file. Owned; freed with pvq_manifest_free(). */
struct pvq_manifest {
	struct pvq_fact *fact;
	size_t count;
	size_t lost; /* facts that the file should hold, and does not */
};

/* Writes a fact, on one line whatever the value holds. */
void pvq_fact_write(FILE *, const char *key, const char *value);

/* Begins facts for one of the next two. 0, or -ENOMEM with one line on stderr. */
int pvq_manifest_begin(struct pvq_outfile *facts, const char *dir);
/* Makes DIR/manifest.tsv of the facts, or adds them to those that are there already; the file is replaced as a whole. 0, or
 * -errno with one line on stderr. */
int pvq_manifest_write(struct pvq_outfile *facts, const char *dir);
int pvq_manifest_add(struct pvq_outfile *facts, const char *dir);

/* Reads DIR/manifest.tsv. 0 or -errno; -ENOENT leaves an empty manifest. */
int pvq_manifest_read(struct pvq_manifest *, const char *dir);
/* The same from a stream. */
int pvq_manifest_parse(struct pvq_manifest *, FILE *);
/* The value of key, or NULL; borrowed. If the key is there several times, the last one holds. */
const char *pvq_manifest_get(const struct pvq_manifest *, const char *key);
void pvq_manifest_free(struct pvq_manifest *);

#endif
