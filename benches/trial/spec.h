/* spec.h: from the words on the command line to a task with its arguments, and back.
 *
 * A task is written T[:arg=value,…]. A comma starts a new argument only where a known name and '='
 * follow it, so a path may contain commas.
 */
#ifndef PVQ_SPEC_H
#define PVQ_SPEC_H

#include "impl.h"

#include <stdio.h>

enum { PVQ_SPEC_MAX = 512 };

/* A parsed task: value[] in the order of task->args; text values point into `text`. */
struct pvq_spec {
	const struct pvq_task *task;
	union pvq_value value[PVQ_ARGS_MAX];
	char text[PVQ_SPEC_MAX];
};

/* Place of the task of that name in pvq_tasks; where it is not known, that of the NULL at the end. */
size_t pvq_task_rank(const char *name);

/* NULL, with one line on stderr that lists the right names and the nearest one. */
const struct pvq_task *pvq_task_find(const char *name);

/* What a comma in a list of tasks or of arguments may be followed by; else it belongs to a value. */
enum pvq_piece {
	PVQ_PIECE_ARG,  /* name=value */
	PVQ_PIECE_TASK, /* a word that is no argument's name */
};

/* Length of text up to the first comma that such a piece follows, or its whole length. */
size_t pvq_spec_piece(const char *text, enum pvq_piece);

/* The argument whose "name=" text starts with: its index, or -1. */
int pvq_spec_arg_at(const struct pvq_task *, const char *text);

/* Fills spec with defaults and the given values. 0, or -EINVAL with one line on stderr. Specs must
 * not be copied: text values point into them. */
int pvq_spec_parse(struct pvq_spec *, const char *words);

/* Lets the task fix what depends on the machine, so that a later parse of pvq_spec_args() gives
 * identical work. */
void pvq_spec_settle(struct pvq_spec *);

/* Every argument, written so that it can be parsed again: "in=64,out=64"; "" without arguments. */
void pvq_spec_args(const struct pvq_spec *, char *buf, size_t cap);

/* Builds a load of n items. 0, or -errno with *err filled, after which pvq_load_free() is not needed. The
 * spec must outlive the load. */
int pvq_load_build(
	struct pvq_load *, const struct pvq_spec *, uint64_t n, uint64_t seed, struct pvq_error *err);
void pvq_load_free(struct pvq_load *);

#endif
