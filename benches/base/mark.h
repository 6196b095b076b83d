/* mark.h: the byte order mark that other programs put before the text of a file. */
#ifndef PVQ_MARK_H
#define PVQ_MARK_H

#include <stddef.h>
#include <string.h>

/* The length of the mark at the beginning of the text: 3, or 0 if there is none. */
static inline size_t pvq_mark_len(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

#endif
