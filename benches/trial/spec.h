/* spec.h: parses a task with its arguments from the command line, and writes it back.
 *
 * A task is written T[:arg=value,…]. A comma starts a new argument only where a name and '=' follow it, so a path may
 * contain commas. A value may be quoted, '…' or "…": between the quotes every character stands for itself. Quoted pieces
 * may follow each other, so that a value can hold both quotes: 'say "it'"'"'s"'. A quote within a bare value is a
 * character like others.
 */
#ifndef PVQ_SPEC_H
#define PVQ_SPEC_H

#include "impl.h"

#include <stdio.h>

enum { PVQ_SPEC_MAX = 512 };

/* A parsed task. value[] is in the order of task->args; text values point into `text`. */
struct pvq_spec {
	const struct pvq_task *task;
	union pvq_value value[PVQ_ARGS_MAX];
	struct pvq_keep keep; /* nothing, until somebody sets it after pvq_spec_parse() */
	char text[PVQ_SPEC_MAX];
};

/* The place in pvq_tasks of the task of that name; if it is unknown, the place of the NULL at the end. */
size_t pvq_task_rank(const char *name);

/* The task of that name; NULL with one line on stderr that lists the known names and the nearest one. */
const struct pvq_task *pvq_task_find(const char *name);

/* What may follow a comma that separates tasks or arguments; any other comma belongs to a value. */
enum pvq_piece {
	PVQ_PIECE_ARG,  /* name=value */
	PVQ_PIECE_TASK, /* a word that is not an argument's name */
};

/* The length of text, which starts with a task, an argument or a value, up to the first comma that such a piece follows,
 * or its whole length. */
size_t pvq_spec_piece(const char *text, enum pvq_piece);

/* Takes a value's quotes away. -EINVAL: a quote stays open, or something follows the last one. */
int pvq_spec_unquote(char *value);

/* The index of the argument with whose "name=" the text starts, or -1. */
int pvq_spec_arg_at(const struct pvq_task *, const char *text);

/* Fills spec with defaults and the given values; numbers as in base/parse.h, in the argument's unit. Specs must not be
 * copied, since text values point into them. 0, or -EINVAL with one line on stderr. */
int pvq_spec_parse(struct pvq_spec *, const char *words);

/* Whether a text value is "-", which stands for standard input. */
int pvq_spec_stdin(const struct pvq_spec *);

/* Lets the task fix arguments that depend on the machine, so that parsing pvq_spec_args() later gives identical
 * work. */
void pvq_spec_settle(struct pvq_spec *);

/* Writes every argument in a form that can be parsed again, numbers without a suffix: "in=64,out=64"; "" without
 * arguments. */
void pvq_spec_args(const struct pvq_spec *, char *buf, size_t cap);

/* Turns the number of items that was asked for, 0 if none was, into that of the load: what the task's count() says. 0, or
 * -errno with one line on stderr. */
int pvq_spec_count(const struct pvq_spec *, uint64_t *n);

/* Builds a load of n items. The spec must outlive the load. 0, or -errno with *err filled; pvq_load_free() is then not
 * needed. */
int pvq_load_build(
	struct pvq_load *, const struct pvq_spec *, uint64_t n, uint64_t seed, struct pvq_error *err);
void pvq_load_free(struct pvq_load *);

#endif
