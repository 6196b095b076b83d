/* cgroup.h: a cgroup for one program, in which the kernel itself limits processes and memory. It holds where a supervisor
 * that looks now and then comes too late, and it counts memory that no process shows, such as files in /dev/shm. Both
 * versions of cgroups do; who may make none gets none.
 */
#ifndef PVQ_CGROUP_H
#define PVQ_CGROUP_H

#include <limits.h>

enum pvq_cgroup_part { PVQ_CGROUP_PIDS, PVQ_CGROUP_MEMORY, PVQ_CGROUP_PARTS };

struct pvq_cgroup {
	char dir[PVQ_CGROUP_PARTS][PATH_MAX]; /* the same for both in version 2; empty: not offered */
};

/* Makes the cgroup, as far as it is offered, and removes those that killed processes have left. */
void pvq_cgroup_make(struct pvq_cgroup *, unsigned processes, unsigned memory_mb);

/* Moves this process into it. 0 or -errno. */
int pvq_cgroup_enter(const struct pvq_cgroup *);

/* Whether the kernel has refused a process, or ended one for its memory. */
int pvq_cgroup_was_full(const struct pvq_cgroup *, enum pvq_cgroup_part);

/* Lets nobody in it fork any more, and kills those in it where the kernel does that by itself (version 2, since Linux 5.14). */
void pvq_cgroup_end(const struct pvq_cgroup *);

/* Removes it, once its processes have ended. */
void pvq_cgroup_remove(const struct pvq_cgroup *);

#endif
