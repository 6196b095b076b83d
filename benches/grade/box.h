/* box.h: runs a program that nobody trusts, within limits that the kernel holds, and says how it ended.
 *
 * Each process has limits of CPU time, memory and file size, and the program a session and a process group. What a kernel
 * need not offer is used where it is there (struct pvq_box_offer): a cgroup that limits processes and memory of all
 * together; a name space without a network; and, where pvq runs as root, a user that nobody else is, whose processes the
 * kernel counts, and who can neither signal other processes nor read what only their users may read. A supervisor counts
 * processes, memory, and bytes in files of all descendants, ends them where they are too many, and lets nothing outlive
 * the program.
 */
#ifndef PVQ_BOX_H
#define PVQ_BOX_H

#include <limits.h>
#include <sys/types.h>

/* How the program ended, as the supervisor saw it. */
enum pvq_box_end {
	PVQ_BOX_ENDED, /* by itself, and nothing was left */
	PVQ_BOX_LEFT,  /* by itself; processes were left */
	PVQ_BOX_FILES, /* by itself; files were left where all may write. Seen of a separate user alone */
	PVQ_BOX_PROCESSES, /* it had too many processes */
	PVQ_BOX_MEMORY,    /* it used too much memory */
	PVQ_BOX_FILLING,   /* it wrote too much to files */
	PVQ_BOX_NETWORK,   /* it tried to reach a network, and there was none */
	PVQ_BOX_BUSY,      /* it used up its CPU time */
	PVQ_BOX_WRITING,   /* nothing moved for some seconds; a process waits in write() */
	PVQ_BOX_ASLEEP,    /* nothing moved for some seconds */
	PVQ_BOX_SLOW,      /* its time was up, and none of these holds: the machine may be busy */
	PVQ_BOX_BROKEN,    /* not known: the box itself failed */
};

struct pvq_box {
	unsigned as_user;                     /* a user's number; 0: the user that runs pvq */
	unsigned file_mb;                     /* of each file, and of all together */
	unsigned cpu_s, memory_mb, processes; /* of all together */
	unsigned limit_ms, look_ms;           /* its time, and how often the supervisor looks */
	unsigned roomy;     /* 1: no limit of addresses, of which a sanitizer needs many times the memory */
	char end[PATH_MAX]; /* the file in which the supervisor says how it ended */
};

/* What the kernel offers to this process. */
struct pvq_box_offer {
	int own_user, own_network, pids_cgroup, memory_cgroup;
};

/* user: the number of a user that nobody else is; dir: the folder of the program, which that user must be able to
 * enter. */
struct pvq_box_offer pvq_box_offer(unsigned user, const char *dir);

/* Writes a script that runs the program in the box, with the arguments that the script is given. 0 or -errno. */
int pvq_box_script(const char *path, const struct pvq_box *, const char *program);

/* How the last program ended, and how many processes or files that concerns; PVQ_BOX_BROKEN: and the errno. */
enum pvq_box_end pvq_box_ended(const struct pvq_box *, unsigned *count);

/* The supervisor: `pvq confined …`, which the script runs. Does not return. */
_Noreturn void pvq_box_main(int argc, char **argv);

#endif
