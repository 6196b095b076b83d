/* joblog.h: a log of commands in GNU parallel's columns: Seq, Host, Starttime, JobRuntime, Send, Receive, Exitval, Signal,
 * Command, with tabs between. Every line is appended by one write, so a log that is cut off is whole up to its last line.
 */
#ifndef PVQ_JOBLOG_H
#define PVQ_JOBLOG_H

#include <stdint.h>

/* Begins the log unless it has been begun, and ends a line that was cut off. 0 or -errno. */
int pvq_joblog_begin(const char *path);

/* A command that has ended. */
struct pvq_joblog_line {
	uint64_t seq;           /* the item's number, from 1 */
	uint64_t at_ns, for_ns; /* its start, in ns since 1970, and how long it took */
	uint64_t received;      /* bytes of its output */
	int wstatus;
	const char *command; /* control characters in it are escaped */
};

/* Appends a line. 0 or -errno. */
int pvq_joblog_add(const char *path, const struct pvq_joblog_line *line);

/* Calls each() for every whole line whose command succeeded; stops if it returns another value than 0, and returns that.
 * 0; -errno; -EBADMSG: the file is no such log. */
int pvq_joblog_succeeded(
	const char *path, int (*each)(void *ctx, uint64_t seq, const char *command), void *ctx);

/* Whether a line's command is this one. */
int pvq_joblog_same(const char *logged, const char *command);

#endif
