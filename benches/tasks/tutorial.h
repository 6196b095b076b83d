/* tutorial.h: the tutorial's item, which noop, sleep, straggler and fault share: a parameter that counts from 1
 * goes in, parameter * 10 comes out, both as 8 bytes. The functions fit the hooks of task.h.
 */
#ifndef PVQ_TUTORIAL_H
#define PVQ_TUTORIAL_H

#include "task.h"

int pvq_tutorial_build(struct pvq_load *, struct pvq_error *);
struct pvq_span pvq_tutorial_input(const struct pvq_load *, uint64_t id, void *scratch);
ssize_t pvq_tutorial_run(const struct pvq_load *, const void *in, size_t len, void *out, size_t cap);
/* The same number by shifts. */
ssize_t pvq_tutorial_expect(const struct pvq_load *, uint64_t id, void *out, size_t cap);

/* Sleeps for so many microseconds. */
void pvq_tutorial_sleep(uint64_t us);

#endif
