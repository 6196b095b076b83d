/* peers.h: finds strategies that are programs of their own (PROTOCOL.md): OpenMP, CPython, Go …
 *
 * Every executable in the folder "peers" beside this binary, or in $PVQ_PEERS, is one. It is asked to describe what
 * strategies it has; from then on these are in the registry (trial/registry.h).
 */
#ifndef PVQ_PEERS_H
#define PVQ_PEERS_H

struct pvq_registry;

/* Finds all peers, once a registry; programs that describe nothing are named on stderr and passed over. Where the user
 * interrupts, the rest are not asked. */
void pvq_peers_find(struct pvq_registry *);

/* The same, but only where a comma-separated list of strategies or twins holds a name that is not known, or "peers". */
void pvq_peers_find_for(struct pvq_registry *, const char *list);

#endif
