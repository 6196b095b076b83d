/* flush.h: flushes a stream, and finds what was lost before: stdio drops what it could not write, and goes on. */
#ifndef PVQ_FLUSH_H
#define PVQ_FLUSH_H

#include <errno.h>
#include <stdio.h>

/* 0 or -errno. stdio does not promise to set errno, so -EIO stands in for it. */
static inline int pvq_flush(FILE *f)
{
	errno = 0;
	if (fflush(f) == 0 && !ferror(f))
		return 0;
	return errno ? -errno : -EIO;
}

#endif
