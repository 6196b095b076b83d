/* infile.h: reads a whole file into memory. */
#ifndef PVQ_INFILE_H
#define PVQ_INFILE_H

#include <stddef.h>
#include <stdio.h>

/* Reads all that is left of the stream, and puts a NUL behind it. 0 or -errno. *text: NULL on an error; otherwise the
 * caller frees it. */
int pvq_infile_take(FILE *, char **text, size_t *len);

/* The same for DIR/NAME. No message. */
int pvq_infile_read(const char *dir, const char *name, char **text, size_t *len);

#endif
