/* run.h: measures the outside view: hyperfine times whole runs of `pvq run`.
 *
 * It writes DIR/e2e.csv (the driver's row of each of these runs, as `pvq run --raw` adds it), facts in DIR/manifest.tsv and
 * at last DIR/e2e.json (hyperfine's own file): without it the view was interrupted, and is measured again. e2e.h reads them.
 */
#ifndef PVQ_E2E_RUN_H
#define PVQ_E2E_RUN_H

#include "drive/host.h"
#include "trial/registry.h"

#include <stdint.h>

struct pvq_e2e_wish {
	const struct pvq_registry *registry;
	int brief;         /* a check within a bench: at most about 15 s; leaves out what does not fit */
	unsigned runs;     /* of each command; 0: the mode's default */
	uint64_t n;        /* items of every load; 0: each load's default */
	const char *impls; /* "a,b", known names; NULL: the whole registry. The baseline is always added */
	const char *command; /* as typed, for the report of a folder with nothing but the outside view */
};

/* Measures every strategy of the registry with 1, cores and 2 x cores workers. DIR must exist. Call
 * pvq_launch_signals() before. 0; -ENOENT: hyperfine is not installed; -EEXIST: DIR already has an outside view; -EINTR:
 * the user interrupted; other -errno. All but -EINTR and -EEXIST print one line on stderr. */
int pvq_e2e_run(const struct pvq_e2e_wish *, const struct pvq_host *, const char *dir);

#endif
