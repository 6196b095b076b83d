/* outfile.h: a file that is composed in memory and then written as a whole (whole.h). So callers need not check every
 * fprintf(), one place reports a full disk, with its reason, and a failure half-way leaves no partial file.
 */
#ifndef PVQ_OUTFILE_H
#define PVQ_OUTFILE_H

#include <stddef.h>
#include <stdio.h>

struct pvq_outfile {
	FILE *f; /* write here; pvq_outfile_compose() checks for errors */
	char *text;
	size_t len;
};

/* 0 or -ENOMEM. */
int pvq_outfile_begin(struct pvq_outfile *);
/* Ends the writing: text and len are valid from now on. 0 or -ENOMEM. */
int pvq_outfile_compose(struct pvq_outfile *);
/* Writes the text to DIR/NAME, and composes it first if that has not been done. 0, or -errno with one line on
 * stderr. */
int pvq_outfile_write(struct pvq_outfile *, const char *dir, const char *name);
/* Frees stream and text, whether written or not. */
void pvq_outfile_free(struct pvq_outfile *);

#endif
