/* registry.h: the strategies that this program knows of: those that are linked in, and behind them peers (PROTOCOL.md),
 * which are programs of their own, in alphabetical order.
 *
 * A registry is a context: main() owns it and passes it on. Looking something up never adds to it and never starts a
 * process; who wants peers finds them first (drive/peers.h).
 */
#ifndef PVQ_REGISTRY_H
#define PVQ_REGISTRY_H

#include "base/table.h"
#include "impl.h"

#include <stdio.h>

/* Freed with pvq_registry_free(). */
struct pvq_registry {
	const struct pvq_impl *const *linked_in; /* borrowed; NULL at the end */
	const struct pvq_impl **peer; /* owned, as are they; NULL at the end, or NULL: there are none */
	size_t peers;
	int searched; /* drive/peers.h has looked for peers */
};

/* The strategies that the build found, serial first, then in alphabetical order; NULL at the end (generated). */
extern const struct pvq_impl *const pvq_linked_in[];

/* The i-th strategy; NULL: there are no more. */
const struct pvq_impl *pvq_registry_at(const struct pvq_registry *, size_t i);

/* Place of the strategy of that name; where it is not known, a place behind all of them. */
size_t pvq_registry_rank(const struct pvq_registry *, const char *name);

/* The strategy of that name, or NULL; pvq_registry_find() says on stderr, in one line, what is known instead. */
const struct pvq_impl *pvq_registry_get(const struct pvq_registry *, const char *name);
const struct pvq_impl *pvq_registry_find(const struct pvq_registry *, const char *name);

/* The first strategy with that flag (PVQ_BASELINE, PVQ_HARNESS), or NULL. */
const struct pvq_impl *pvq_registry_flagged(const struct pvq_registry *, unsigned flag);

int pvq_impl_is_peer(const struct pvq_impl *);

/* Adds the strategies in f, a peer's description or a peers.csv; those known already are passed over, and
 * one that was built with the library of another pvq cannot run.
 * program: that runs them; copied. 0, or -errno with `problem` filled. */
int pvq_registry_add(struct pvq_registry *, FILE *f, const char *program, char problem[PVQ_PROBLEM_MAX]);

/* Writes what is known of the peers to DIR/peers.csv, for a report that is made where they are not. 0 or -errno with
 * one line on stderr. */
int pvq_peers_write(const struct pvq_registry *, const char *dir);

/* Makes the peers of a run known (to be named, not to be run), where it has any. 0 or -errno with one line on
 * stderr. */
int pvq_peers_read(struct pvq_registry *, const char *dir);

void pvq_registry_free(struct pvq_registry *);

#endif
