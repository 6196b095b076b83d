/* peers.h: finds strategies that are separate programs (PROTOCOL.md): OpenMP, CPython, Go …
 *
 * Every executable in the folder "peers" beside this binary, or in $PVQ_PEERS, is a peer. It is asked to describe its
 * strategies, which are then added to the registry (trial/registry.h).
 */
#ifndef PVQ_PEERS_H
#define PVQ_PEERS_H

struct pvq_registry;

/* Finds all peers, once per registry. Programs that describe nothing are named on stderr and skipped. If the user
 * interrupts, the rest are not asked. */
void pvq_peers_find(struct pvq_registry *);

/* Does the same, but only if a comma-separated list of strategies or twins holds "peers" or an unknown name. "all" is
 * all that are linked in. */
void pvq_peers_find_for(struct pvq_registry *, const char *list);

/* Does so, and checks that every name in the list is that of a strategy. 0, or -errno with one line on stderr. */
int pvq_peers_check(struct pvq_registry *, const char *list);

#endif
