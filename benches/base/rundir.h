/* rundir.h: a run's folder reports/<host>-<utc time>/.
 *
 * The folder holds raw.csv (every row), plan.csv (the planned cells), manifest.tsv (manifest.h), and what `pvq report`
 * makes: summary.csv, report.md, report.html, plots/.
 */
#ifndef PVQ_RUNDIR_H
#define PVQ_RUNDIR_H

#include "base/manifest.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

/* A new run's folder. Its lock keeps other runs out until it has a plan; from then on raw.csv is locked while it is
 * written. */
struct pvq_rundir {
	char path[PATH_MAX];
	int created; /* the folder is new */
	int lock_fd;
};

/* Creates the folder `wanted`, or reports/<host>-<utc time> if that is NULL, with an empty raw.csv in it. 0, or -errno with
 * one line on stderr. The caller ends the lock, whatever follows. */
int pvq_rundir_create(struct pvq_rundir *, const char *wanted);
void pvq_rundir_unlock(struct pvq_rundir *);

/* Undoes pvq_rundir_create(), for a run that ended before it measured anything. */
void pvq_rundir_remove(const struct pvq_rundir *);

/* Locks an open file or folder of a run. 0, or -errno with one line on stderr; -EBUSY: another process holds the lock. */
int pvq_rundir_lock(const char *dir, int fd);

/* Makes the path reports/<prefix><host>-<utc time>. Creates the folder reports, but not the folder itself. 0 or -errno
 * with one line on stderr. */
int pvq_rundir_default(const char *prefix, char *path, size_t cap);

/* Makes the folder `wanted`, or where that is NULL the one that pvq_rundir_default() names; it may exist. 0 with its path, or
 * -errno with one line on stderr. */
int pvq_rundir_make(const char *wanted, const char *prefix, char *path, size_t cap);

/* Points reports/latest at reports/NAME, where path leads. Failures are reported on stderr. */
void pvq_rundir_latest(const char *path);

/* Opens DIR/NAME in the given mode, e.g. "we"; NULL with errno and one line on stderr. */
FILE *pvq_rundir_open(const char *dir, const char *name, const char *mode);

/* Whether DIR/NAME exists. */
int pvq_rundir_has(const char *dir, const char *name);

/* Whether the folder has a plan, with which it holds a run. */
int pvq_rundir_has_plan(const char *dir);

/* A file of the folder that exists only when it is complete: it is written under another name, and renamed at the end.
 * So neither a resumed run nor a report takes a file that an interrupt cut off for a complete one. */
struct pvq_partial {
	const char *dir, *name; /* borrowed */
	char file[64];          /* to be written: NAME.part */
	int lock_fd;
};

/* Begins the file, and removes what an earlier run left unfinished. 0: write DIR/file, then call pvq_partial_end(). 1:
 * DIR/NAME exists, nothing is left to do. -errno with one line on stderr; -EBUSY: another process is writing a partial
 * file in DIR. */
int pvq_partial_begin(struct pvq_partial *, const char *dir, const char *name);
/* Ends the file. ret: how the writing went; 0: the file gets its name; else it is removed. Returns ret, or -errno with
 * one line on stderr if it cannot be renamed. */
int pvq_partial_end(struct pvq_partial *, int ret);

#endif
