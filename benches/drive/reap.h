/* reap.h: ends a process that launch.c started, and all that it started itself. */
#ifndef PVQ_REAP_H
#define PVQ_REAP_H

#include "drive/launch_io.h"

#include <stdint.h>

/* See pvq_launch_signals(). */
void pvq_reap_signals(void);

/* Call it before starting the first child: children that exist already are not ours to end. From then on, orphans of
 * our children become children of this process. */
void pvq_reap_begin(void);

/* Waits until the child ends or time is up, and leaves nothing of it. Calls the observer meanwhile. 1: it ended; 0:
 * time was up; -EINTR: the user interrupted. *wstatus: how it ended. *ended_ns: when, by CLOCK_MONOTONIC; if it ended
 * by itself, the moment before the clean-up, which may take the whole grace time. */
int pvq_reap(pid_t, double timeout_s, const struct pvq_launch_io *, int *wstatus, uint64_t *ended_ns);

#endif
