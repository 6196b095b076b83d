/* tree.h: what a process and all below it have used.
 */
#ifndef PVQ_TREE_H
#define PVQ_TREE_H

#include <stdint.h>
#include <sys/types.h>

/* Adds to *ns the CPU time of the process and of its living descendants, to the nanosecond, and to *processes
 * how many they are. Children are looked for below the main thread. 0 or -errno. */
int pvq_tree_cpu(pid_t pid, uint64_t *ns, unsigned *processes);

#endif
