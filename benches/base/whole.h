/* whole.h: files that exist under their names only when they are whole. They are written under another name, forced to the
 * disk, and renamed. So neither a resumed run nor a report takes a file that a kill or a full disk cut off for a complete
 * one, and a file that is replaced keeps its old content until the new one is there.
 */
#ifndef PVQ_WHOLE_H
#define PVQ_WHOLE_H

#include <stddef.h>

/* Writes the file at this path. What is no regular file, such as /dev/stdout, is written in place. 0 or -errno; after a
 * failure the file is what it was before. */
int pvq_whole_write(const char *path, const char *text, size_t len);

/* Gives a file that another program or function has completed its name. 0 or -errno. */
int pvq_whole_name(const char *part, const char *path);

#endif
