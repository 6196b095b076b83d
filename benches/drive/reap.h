/* reap.h: the end of a process that launch.c started, and of all that it started itself. */
#ifndef PVQ_REAP_H
#define PVQ_REAP_H

#include "drive/launch_io.h"

#include <stdint.h>

/* See pvq_launch_signals(). */
void pvq_reap_signals(void);

/* Before the first child of our own: children that are there already are not ours to end, and orphans of ours become
 * children of this process. */
void pvq_reap_begin(void);

/* Waits until the child ends or time is up, and leaves nothing of it. The observer is called meanwhile. 1: it ended;
 * 0: time was up; -EINTR: the user interrupted. *wstatus: how it ended. *ended_ns: when, by CLOCK_MONOTONIC; of a
 * child that ended, the moment before anything was cleaned up, since that may take the whole grace. */
int pvq_reap(pid_t, double timeout_s, const struct pvq_launch_io *, int *wstatus, uint64_t *ended_ns);

#endif
