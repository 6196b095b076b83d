/* entry.h: a strategy's file, built into a program of its own in a temporary folder. */
#ifndef PVQ_ENTRY_H
#define PVQ_ENTRY_H

#include "grade/box.h"
#include "grade/grading.h"

struct pvq_entry {
	const char *file;        /* borrowed */
	char dir[PATH_MAX - 32]; /* the temporary folder; removed with pvq_entry_free() */
	char stem[PVQ_NAME_MAX]; /* of its descriptor pvq_impl_STEM */
	char line[2 * PATH_MAX]; /* the command that compiles it */
	char errors[4096];       /* what the compiler said */
	struct pvq_box_offer offer;
	unsigned as_user;
};

/* Builds the file. 0: built; 1: it cannot be, and the sentence says why; -EINTR; other -errno with one line on stderr. */
int pvq_entry_build(struct pvq_entry *, const char *file, double timeout_s, struct pvq_grading *);
void pvq_entry_free(struct pvq_entry *);

/* A script of that name in its folder that runs a program in the box: "program", or "leaks", which is the same with
 * a search for leaked memory. 0; -ENOENT: the compiler brings no such search; other -errno. */
int pvq_entry_box(const struct pvq_entry *, const char *name, const char *program, struct pvq_box *,
	char path[PATH_MAX]);

#endif
