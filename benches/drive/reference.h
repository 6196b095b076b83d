/* reference.h: finds the right results of a peer's trial by the suite's own code, since a peer's own check proves
 * nothing. */
#ifndef PVQ_REFERENCE_H
#define PVQ_REFERENCE_H

#include "trial/trial.h"

/* Gives a peer's trial the digest of the right results if it has none yet. 1: done, or none can be found (t->oracle
 * stays empty), or it is not a peer's trial; 0: time was up; -EINTR: the user interrupted; other -errno. */
int pvq_reference_find(struct pvq_trial *, double timeout_s);

#endif
