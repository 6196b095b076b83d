/* scratch.h: a folder for a while, in $TMPDIR or /tmp. */
#ifndef PVQ_SCRATCH_H
#define PVQ_SCRATCH_H

#include <stddef.h>

/* Makes an empty folder pvq-NAME.XXXXXX, which its user alone may enter. 0, or -errno with dir empty. */
int pvq_scratch_make(char *dir, size_t cap, const char *name);

/* Removes the folder and all that is in it, on its own file system only. Does nothing where dir is empty. If the walk fails, a
 * line on stderr names the folder. */
void pvq_scratch_remove(const char *dir);

#endif
