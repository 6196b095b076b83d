/* describe.h: what a peer says of the strategies it has, as a table that it writes and the driver reads (PROTOCOL.md).
 */
#ifndef PVQ_DESCRIBE_H
#define PVQ_DESCRIBE_H

#include "base/table.h"
#include "impl.h"
#include "trial/row.h"

#include <stdio.h>

/* One line of it. */
struct pvq_peer_entry {
	char impl[PVQ_NAME_MAX], summary[160];
	unsigned order, in_via, out_via; /* enum pvq_order, enum pvq_via */
	char flags[160];                 /* "reusable streams …" */
	char unavailable[160];           /* "install X"; empty: it can run */
	char version[160];               /* of what it is built on; may be empty */
	char contract[32]; /* pvq_contract of the library that it is built with; empty: without */
};

extern const struct pvq_table pvq_peer_table;

/* The flags of impl.h as words, and back. What is no such word is passed over. */
void pvq_peer_flags_write(unsigned flags, char *words, size_t cap);
unsigned pvq_peer_flags_read(const char *words);

/* A digest of what pvq and libpvqpeer.so have to agree on, as they were when this was built (generated). */
extern const char pvq_contract[];

/* Writes the table of these strategies; impls ends with NULL. 0 or -errno. */
int pvq_peer_describe(FILE *, const struct pvq_impl *const *impls, const char *contract);

#endif
