/* registry.h: the strategies that this program knows: those that are linked in, then peers (PROTOCOL.md), which are
 * separate programs, in alphabetical order.
 *
 * A registry is a context: main() owns it and passes it on. A look-up never adds to it and never starts a process. To
 * have peers in it, find them first (drive/peers.h).
 */
#ifndef PVQ_REGISTRY_H
#define PVQ_REGISTRY_H

#include "base/table.h"
#include "impl.h"

#include <stdio.h>

/* Freed with pvq_registry_free(). */
struct pvq_registry {
	const struct pvq_impl *const *linked_in; /* borrowed; NULL at the end */
	const struct pvq_impl *
		*peer; /* owned, with its elements; NULL at the end; NULL itself: there are none */
	size_t peers;
	int searched; /* pvq_peers_find() has run */
};

/* The strategies that the build found, serial first, then in alphabetical order; NULL at the end (generated). */
extern const struct pvq_impl *const pvq_linked_in[];

/* The i-th strategy; NULL: there are no more. */
const struct pvq_impl *pvq_registry_at(const struct pvq_registry *, size_t i);

/* The place of the strategy of that name; for an unknown one, a place behind all others. */
size_t pvq_registry_rank(const struct pvq_registry *, const char *name);

/* The strategy of that name, or NULL. pvq_registry_find() then lists the known names in one line on stderr. */
const struct pvq_impl *pvq_registry_get(const struct pvq_registry *, const char *name);
const struct pvq_impl *pvq_registry_find(const struct pvq_registry *, const char *name);

/* The first strategy with that flag (PVQ_BASELINE, PVQ_HARNESS), or NULL. */
const struct pvq_impl *pvq_registry_flagged(const struct pvq_registry *, unsigned flag);

int pvq_impl_is_peer(const struct pvq_impl *);

/* Adds the strategies in f, a peer's description or a peers.csv. Skips those that are known already; one built with
 * the library of another pvq cannot run. program: the program that runs them; copied. 0, or -errno with `problem`
 * filled. */
int pvq_registry_add(struct pvq_registry *, FILE *f, const char *program, char problem[PVQ_PROBLEM_MAX]);

/* Writes the peers' descriptions to DIR/peers.csv, for a report that is made on a machine without them. 0 or -errno
 * with one line on stderr. */
int pvq_peers_write(const struct pvq_registry *, const char *dir);

/* Adds the peers of a run, if it has any, by name only: they cannot be run. 0 or -errno with one line on stderr. */
int pvq_peers_read(struct pvq_registry *, const char *dir);

void pvq_registry_free(struct pvq_registry *);

#endif
