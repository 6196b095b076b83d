/* peers.h: finds strategies that are programs of their own (PROTOCOL.md): OpenMP, CPython, Go …
 *
 * Every executable in the folder "peers" beside this binary, or in $PVQ_PEERS, is one. It is asked to describe what
 * strategies it has; from then on these are in the registry (trial/registry.h).
 */
#ifndef PVQ_PEERS_H
#define PVQ_PEERS_H

/* Finds all peers, once; programs that describe nothing are named on stderr and passed over. Where the user interrupts,
 * the rest are not asked. A spec.h pvq_impl_seek. */
void pvq_peers_find(void);

#endif
