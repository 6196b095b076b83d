/* tool.h: hands a load of commands to a program that runs commands in parallel: xargs, GNU parallel, make. Their users
 * redirect each command's output to a file, and so does this. When the program has ended, the files become results, in
 * order. The commands see an empty standard input.
 */
#ifndef PVQ_TOOL_H
#define PVQ_TOOL_H

#include "impl.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pvq_tool {
	const struct pvq_load *load;
	unsigned workers;
	int sweeper_fd;
	pid_t sweeper; /* removes the folder in the end, also if the trial is killed */
	char dir[64]; /* a folder of the trial's own, with the files N, N.err, N.status and perhaps N.sh of every item */
};

/* How a program is used. */
struct pvq_tool_kind {
	/* Writes what the program reads: a script for sh stands for each item. `input` is its standard input. 0 or -errno. */
	int (*write)(const struct pvq_tool *, FILE *input, uint64_t id, const char *script);
	/* Replaces this process by the program. `scripts`: one for each item. Returns only if that fails. */
	void (*exec)(const struct pvq_tool *, const char *workers, char **scripts);
};

/* The hooks of struct pvq_impl. start() does not begin the program: it begins with its first command. */
const char *pvq_tool_unsupported(const struct pvq_load *, const struct pvq_opts *);
void pvq_tool_tune(const struct pvq_load *, struct pvq_opts *);
int pvq_tool_start(void **self, const struct pvq_load *, const struct pvq_opts *, struct pvq_error *);
int pvq_tool_map(void *self, const struct pvq_tool_kind *, struct pvq_sink *, struct pvq_error *);
int pvq_tool_stop(void *self, struct pvq_error *);

#ifdef __cplusplus
}
#endif
#endif
