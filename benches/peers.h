/* peers.h: the driver's view of strategies that are programs of their own (PROTOCOL.md): OpenMP, CPython, Go …
 *
 * Every executable in the folder "peers" beside this binary, or in $PVQ_PEERS, is one. It is asked to describe what
 * strategies it has; from then on these are in pvq_impls like those that are linked in, behind them and in
 * alphabetical order.
 */
#ifndef PVQ_PEERS_H
#define PVQ_PEERS_H

#include "impl.h"

/* Finds all peers, once; programs that describe nothing are named on stderr and passed over. Where the user interrupts,
 * the rest are not asked. A spec.h pvq_impl_seek. */
void pvq_peers_find(void);

int pvq_impl_is_peer(const struct pvq_impl *);

/* Whether there are any in pvq_impls. */
int pvq_peers_known(void);

/* Keeps what is known of the peers in DIR/peers.csv, for a report that is made where they are not. 0 or -errno with
 * one line on stderr. */
int pvq_peers_write(const char *dir);

/* Makes the peers of a run known (to be named, not to be run), where it has any. 0 or -errno with one line on
 * stderr. */
int pvq_peers_read(const char *dir);

#endif
