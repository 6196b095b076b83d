/* loop.h: the work that both sides of the comparison do: one step of a generator whose result the next
 * step needs, about as short as anything that is worth timing.
 */
#ifndef LOOP_H
#define LOOP_H

#include "../gb.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t loop_step(uint64_t x)
{
	x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	GB_KEEP(x);
	return x;
}

/* loop.c: the C side, for gb_register(); argument 0 is the batch. */
void loop_in_c(struct gb_state *, void *user);

#ifdef __cplusplus
}
#endif
#endif
