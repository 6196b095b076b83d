/* tutorial.h: the tutorial's item, shared by noop, sleep, straggler and fault. The input is a parameter that counts from
 * 1; the output is parameter * 10. Both are 8 bytes. The functions fit the hooks of task.h.
 */
#ifndef PVQ_TUTORIAL_H
#define PVQ_TUTORIAL_H

#include "task.h"

int pvq_tutorial_build(struct pvq_load *, struct pvq_error *);
struct pvq_span pvq_tutorial_input(const struct pvq_load *, uint64_t id, void *scratch);
ssize_t pvq_tutorial_run(const struct pvq_load *, const void *in, size_t len, void *out, size_t cap);
/* The oracle: the same number by shifts. */
ssize_t pvq_tutorial_expect(const struct pvq_load *, uint64_t id, void *out, size_t cap);

/* Sleeps for `ns` nanoseconds. */
void pvq_tutorial_sleep(uint64_t ns);

#endif
