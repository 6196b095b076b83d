/* trace.h: writes observed trials as a file of Chrome trace events, which Perfetto and speedscope read.
 *
 * Each trial is a process, whose clock begins with the trial's start; so trials that ran one after the other stand beside
 * each other. A process has a track for the caller and one for each worker (lanes.h). The slices of a track never
 * overlap: those of a worker follow each other, and so do the caller's within its slice "map". All are one or two
 * nanoseconds shorter than they were.
 */
#ifndef PVQ_TRACE_H
#define PVQ_TRACE_H

#include "base/outfile.h"
#include "trial/observed.h"

/* A trace being written. Owned; pvq_trace_end() frees it. */
struct pvq_trace {
	const char *path; /* borrowed */
	struct pvq_outfile out;
	int error;    /* the first failure, -errno; later calls then do nothing */
	int events;   /* 1: it has some */
	unsigned ids; /* given to processes and threads so far; each is used once */
};

void pvq_trace_begin(struct pvq_trace *, const char *path);

/* Adds a trial; the moments are in the order of delivery. 0, or -errno with one line on stderr. */
int pvq_trace_add(struct pvq_trace *, const struct pvq_observed *, const struct pvq_moment *, size_t n);

/* Writes the file. 0, or -errno with one line on stderr and no new file; -ENODATA: no trial was added. */
int pvq_trace_end(struct pvq_trace *);

#endif
