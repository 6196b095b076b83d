/* tree.h: what a process and all below it use.
 *
 * Children are those of every thread of a process. One that ends meanwhile is passed over.
 */
#ifndef PVQ_TREE_H
#define PVQ_TREE_H

#include <stdint.h>
#include <sys/types.h>

/* Adds to *ns the CPU time of the process and of its living descendants, to the nanosecond, and to *processes
 * how many they are. 0, or -errno where the process itself cannot be looked at. */
int pvq_tree_cpu(pid_t pid, uint64_t *ns, unsigned *processes);

/* The same with their memory, in KiB: each page counts by the share that a process has in it (PSS), so that what
 * they share counts once. */
int pvq_tree_pss(pid_t pid, uint64_t *kb, unsigned *processes);

#endif
