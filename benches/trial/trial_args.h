/* trial_args.h: reads and writes a trial as a command line. The driver tells a trial's process what to measure by it
 * (PROTOCOL.md), and `pvq run` takes a part of it from its user.
 */
#ifndef PVQ_TRIAL_ARGS_H
#define PVQ_TRIAL_ARGS_H

#include "base/options.h"
#include "base/process.h"
#include "trial/registry.h"
#include "trial/trial.h"

#include <limits.h>

/* The trial as given. `trial` points into the other fields, so the struct must not move. */
struct pvq_trial_args {
	struct pvq_trial trial;
	const char *impl, *task; /* as written; borrowed from argv */
	struct pvq_spec spec;
	struct pvq_keep keep; /* as given; the spec gets it */
	int cpu[PVQ_CPUS_MAX];
};

/* The options that the driver and the user of `pvq run` share; they fill in a struct pvq_trial_args. */
extern const struct pvq_option pvq_trial_options[];

/* Sets the defaults, before any option is parsed. Workers stay 0 if no option names them. */
void pvq_trial_args_init(struct pvq_trial_args *);

/* Sets the defaults, and parses argv[1 …], the driver's words. As pvq_options_parse(). */
int pvq_trial_args_parse(struct pvq_trial_args *, int argc, char **argv);

/* Reads the task. 0, or -EINVAL with one line on stderr. */
int pvq_trial_args_task(struct pvq_trial_args *);

/* Looks up the parsed strategy, and reads the task. 0, or -EINVAL with one line on stderr. */
int pvq_trial_args_find(struct pvq_trial_args *, const struct pvq_registry *);

enum {
	PVQ_WORDS_MAX = 32,
	PVQ_WORDS_TEXT = 4 * (PVQ_SPEC_MAX + PVQ_ARGS_TEXT) + 8 * PVQ_CPUS_MAX + 4 * PATH_MAX
};

/* An argument vector whose texts lie in one block. It has some KiB: too large for the stack. */
struct pvq_words {
	char *argv[PVQ_WORDS_MAX + 1]; /* NULL at the end */
	int argc;
	char text[PVQ_WORDS_TEXT];
	size_t used;
};

/* Writes "pvq", "trial", and the options from which pvq_trial_args_parse() makes the same trial. */
void pvq_trial_args_words(struct pvq_words *, const struct pvq_trial *);

#endif
