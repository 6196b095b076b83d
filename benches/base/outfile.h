/* outfile.h: a file of a report, composed in memory and then written at one go. So whoever composes
 * need not look at every fprintf(), a full disk is seen in one place with the reason it gave, and a
 * report that fails half-way leaves no half of a file.
 */
#ifndef PVQ_OUTFILE_H
#define PVQ_OUTFILE_H

#include <stddef.h>
#include <stdio.h>

struct pvq_outfile {
	FILE *f; /* write here; its errors are looked at by pvq_outfile_compose() */
	char *text;
	size_t len;
};

/* 0 or -ENOMEM. */
int pvq_outfile_begin(struct pvq_outfile *);
/* Ends the writing: text and len are there now. 0 or -ENOMEM. */
int pvq_outfile_compose(struct pvq_outfile *);
/* Writes the text to DIR/NAME (composing first where that is left to do). 0, or -errno with one line
 * on stderr. */
int pvq_outfile_write(struct pvq_outfile *, const char *dir, const char *name);
/* Frees what is there, written or not. */
void pvq_outfile_free(struct pvq_outfile *);

#endif
