/* reference.h: what a peer's results must be, by the suite's own means: a peer's word for it proves nothing. */
#ifndef PVQ_REFERENCE_H
#define PVQ_REFERENCE_H

#include "trial/trial.h"

/* Gives a peer's trial the digest of the right results, where it has none yet. 1: done, or there is none to be had
 * (t->oracle stays empty), or it is no peer's trial. 0: time was up. -errno; -EINTR: the user interrupted. */
int pvq_reference_find(struct pvq_trial *, double timeout_s);

#endif
