/* describe.h: a peer's description of its strategies: a table that the peer writes and the driver reads (PROTOCOL.md).
 */
#ifndef PVQ_DESCRIBE_H
#define PVQ_DESCRIBE_H

#include "base/table.h"
#include "impl.h"
#include "trial/row.h"

#include <stdio.h>

/* One line of the table. */
struct pvq_peer_entry {
	char impl[PVQ_NAME_MAX], summary[160];
	unsigned order, in_via, out_via; /* enum pvq_order, enum pvq_via */
	char flags[160];                 /* "reusable streams …" */
	char unavailable[160];           /* "install X"; empty: it can run */
	char version[160];               /* of the library or language that it uses; may be empty */
	char contract[32]; /* pvq_contract of the library that it was built with; empty: without */
};

extern const struct pvq_table pvq_peer_table;

/* Write the flags of impl.h as words, and read them back. Unknown words are skipped. */
void pvq_peer_flags_write(unsigned flags, char *words, size_t cap);
unsigned pvq_peer_flags_read(const char *words);

/* A digest of the sources on which pvq and libpvqpeer.so must agree, taken when this was built (generated). */
extern const char pvq_contract[];

/* Writes the table of these strategies; impls ends with NULL. 0 or -errno. */
int pvq_peer_describe(FILE *, const struct pvq_impl *const *impls, const char *contract);

#endif
