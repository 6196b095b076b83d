/* run.h: the outside view is measured: hyperfine times whole lives of `pvq run`.
 *
 * Writes DIR/e2e.json (hyperfine's own file), DIR/e2e.csv (the driver's row of every one of these runs, as
 * `pvq run --raw` adds it) and facts in DIR/manifest.tsv. e2e.h reads them.
 */
#ifndef PVQ_E2E_RUN_H
#define PVQ_E2E_RUN_H

#include "drive/host.h"
#include "trial/registry.h"

#include <stdint.h>

struct pvq_e2e_wish {
	const struct pvq_registry *registry;
	int brief;           /* a check within a bench: at most about 15 s, leaving out what does not fit */
	unsigned runs;       /* of each command; 0: as many as the mode wants */
	uint64_t n;          /* items of every load; 0: each load's own */
	const char *impls;   /* "a,b", known names; NULL: the whole registry; the baseline is always in */
	const char *command; /* as typed, for the report of a folder that holds nothing else */
};

/* Measures every strategy of the registry with 1, cores and 2 x cores workers. DIR must be there. 0;
 * -ENOENT without hyperfine, -EEXIST where DIR has an outside view already, -EINTR where the user
 * interrupted, other -errno; all but -EINTR with one line on stderr. Call pvq_launch_signals() before. */
int pvq_e2e_run(const struct pvq_e2e_wish *, const struct pvq_host *, const char *dir);

/* Whether DIR holds an outside view, whole or cut off. */
int pvq_e2e_is_there(const char *dir);

#endif
