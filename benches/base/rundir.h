/* rundir.h: a run's folder reports/<host>-<utc time>/ and its manifest.
 *
 * The folder holds raw.csv (every row), plan.csv (the planned cells), manifest.tsv (facts about machine, versions and
 * commands: one "key<TAB>value" a line, a key may repeat), and what `pvq report` makes: summary.csv, report.md,
 * report.html, plots/.
 */
#ifndef PVQ_RUNDIR_H
#define PVQ_RUNDIR_H

#include <stddef.h>
#include <stdio.h>

struct pvq_fact {
	char *key, *value;
};

/* Facts in the order of the file. Owned; freed with pvq_manifest_free(). */
struct pvq_manifest {
	struct pvq_fact *fact;
	size_t count;
};

/* Reads DIR/manifest.tsv. 0 or -errno; -ENOENT leaves an empty manifest. */
int pvq_manifest_read(struct pvq_manifest *, const char *dir);
/* The same from a stream. */
int pvq_manifest_parse(struct pvq_manifest *, FILE *);
/* The first value of key, or NULL; borrowed. */
const char *pvq_manifest_get(const struct pvq_manifest *, const char *key);
void pvq_manifest_free(struct pvq_manifest *);

/* Creates the folder `wanted`, or reports/<host>-<utc time> if that is NULL. path: receives its path. created: whether
 * the folder is new. An empty raw.csv marks it as taken. 0 or -errno with one line on stderr. */
int pvq_rundir_create(const char *wanted, char *path, size_t cap, int *created);

/* Undoes pvq_rundir_create(), for a run that ended before it measured anything. */
void pvq_rundir_remove(const char *path, int created);

/* Makes the path reports/<prefix><host>-<utc time>. Creates the folder reports, but not the folder itself. 0 or -errno
 * with one line on stderr. */
int pvq_rundir_default(const char *prefix, char *path, size_t cap);

/* Points reports/latest at reports/NAME, where path leads. Failures are reported on stderr. */
void pvq_rundir_latest(const char *path);

/* Opens DIR/NAME in the given mode, e.g. "we"; NULL with errno and one line on stderr. */
FILE *pvq_rundir_open(const char *dir, const char *name, const char *mode);

/* Whether DIR/NAME exists. */
int pvq_rundir_has(const char *dir, const char *name);

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
