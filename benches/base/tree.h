/* tree.h: walks a process and all its descendants, and adds up their CPU time and memory.
 *
 * The children of every thread of a process count. Processes that end meanwhile are skipped.
 */
#ifndef PVQ_TREE_H
#define PVQ_TREE_H

#include <stdint.h>
#include <sys/types.h>

/* Adds the CPU time of the process and its living descendants to *ns, to the nanosecond, and their number to
 * *processes. 0, or -errno if the process itself cannot be read. */
int pvq_tree_cpu(pid_t pid, uint64_t *ns, unsigned *processes);

/* Does the same with their memory, in KiB. Each page counts by the process's share in it (PSS), so that shared pages
 * count once. */
int pvq_tree_pss(pid_t pid, uint64_t *kb, unsigned *processes);

/* Calls measure() for the process and its living descendants, and adds to *processes how many it returned 0 for. Returns
 * what it returned for the process itself. */
typedef int pvq_tree_measure(pid_t pid, uint64_t *sum);
int pvq_tree_each(pid_t pid, pvq_tree_measure *measure, uint64_t *sum, unsigned *processes);

#endif
