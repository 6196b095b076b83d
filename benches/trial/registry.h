/* registry.h: the strategies that this program knows of: those that are linked in, and behind them peers (PROTOCOL.md),
 * which are programs of their own, in alphabetical order.
 */
#ifndef PVQ_REGISTRY_H
#define PVQ_REGISTRY_H

#include "base/table.h"
#include "impl.h"

#include <stdio.h>

int pvq_impl_is_peer(const struct pvq_impl *);

/* Whether there are any in pvq_impls. */
int pvq_peers_known(void);

/* Takes in the strategies that f, a peer's description or a peers.csv, tells of; those known already are passed over.
 * program: that runs them; copied. 0, or -errno with `problem` filled. */
int pvq_registry_add(FILE *f, const char *program, char problem[PVQ_PROBLEM_MAX]);

/* Keeps what is known of the peers in DIR/peers.csv, for a report that is made where they are not. 0 or -errno with
 * one line on stderr. */
int pvq_peers_write(const char *dir);

/* Makes the peers of a run known (to be named, not to be run), where it has any. 0 or -errno with one line on
 * stderr. */
int pvq_peers_read(const char *dir);

#endif
