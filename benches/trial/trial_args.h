/* trial_args.h: a trial as words on a command line, both ways: how the driver tells a trial's process what to
 * measure (PROTOCOL.md), and the part of it that `pvq run` takes from its user.
 */
#ifndef PVQ_TRIAL_ARGS_H
#define PVQ_TRIAL_ARGS_H

#include "base/options.h"
#include "base/process.h"
#include "trial/registry.h"
#include "trial/trial.h"

#include <limits.h>

/* The trial as given; trial points into the rest, so it must stay where it is. */
struct pvq_trial_args {
	struct pvq_trial trial;
	const char *impl, *task; /* as written; borrowed from argv */
	struct pvq_spec spec;
	int cpu[PVQ_CPUS_MAX];
};

/* The options that the driver and the user of `pvq run` share; they fill in a struct pvq_trial_args. */
extern const struct pvq_option pvq_trial_options[];

/* Before any option. Workers stay 0 where none are named. */
void pvq_trial_args_init(struct pvq_trial_args *);

/* Init, and parses argv[1 …], the driver's words. As pvq_options_parse(). */
int pvq_trial_args_parse(struct pvq_trial_args *, int argc, char **argv);

/* Looks up the strategy and the task that were parsed. 0, or -EINVAL with one line on stderr. */
int pvq_trial_args_find(struct pvq_trial_args *, const struct pvq_registry *);

enum {
	PVQ_WORDS_MAX = 32,
	PVQ_WORDS_TEXT = 4 * (PVQ_SPEC_MAX + PVQ_ARGS_TEXT) + 8 * PVQ_CPUS_MAX + 3 * PATH_MAX
};

/* An argument vector whose texts live in one block. Some KiB: not for the stack. */
struct pvq_words {
	char *argv[PVQ_WORDS_MAX + 1]; /* NULL at the end */
	int argc;
	char text[PVQ_WORDS_TEXT];
	size_t used;
};

/* "pvq", "trial", and the options that pvq_trial_args_parse() makes the same trial of. */
void pvq_trial_args_words(struct pvq_words *, const struct pvq_trial *);

#endif
