/* trial_args.h: a trial as words on a command line, both ways: how the driver tells a trial's process what to
 * measure (PROTOCOL.md), and the part of it that `pvq run` takes from its user.
 */
#ifndef PVQ_TRIAL_ARGS_H
#define PVQ_TRIAL_ARGS_H

#include "base/process.h"
#include "trial/trial.h"

#include <getopt.h>
#include <limits.h>

/* The trial as given; trial points into the rest, so it must stay where it is. */
struct pvq_trial_args {
	struct pvq_trial trial;
	struct pvq_spec spec;
	int cpu[PVQ_CPUS_MAX];
};

/* Parses argv[1 …]. Beside the options that both share it takes those of extra, which ends with a {0}: each is
 * given to take() with getopt's optarg set; take() returns 0, or -EINVAL with one line on stderr. extra NULL: the
 * options that only the driver uses. Workers stay 0 where none are named. 0, or -EINVAL with one line on stderr. */
int pvq_trial_args_parse(struct pvq_trial_args *, int argc, char **argv, const struct option *extra,
	int (*take)(int option, void *ctx), void *ctx);

/* Seconds above 0, or also 0 (or_none). 0, or -EINVAL with one line on stderr. */
int pvq_parse_seconds(const char *name, const char *text, int or_none, double *seconds);

enum {
	PVQ_WORDS_MAX = 32,
	PVQ_WORDS_TEXT = 4 * (PVQ_SPEC_MAX + PVQ_ARGS_TEXT) + 8 * PVQ_CPUS_MAX + 2 * PATH_MAX
};

/* An argument vector whose texts live in one block. Some KiB: not for the stack. */
struct pvq_words {
	char *argv[PVQ_WORDS_MAX + 1]; /* NULL at the end */
	int argc;
	char text[PVQ_WORDS_TEXT];
	size_t used;
};

/* "pvq", "trial", and the options that pvq_trial_args_parse() with extra NULL makes the same trial of. */
void pvq_trial_args_words(struct pvq_words *, const struct pvq_trial *);

#endif
