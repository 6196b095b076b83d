/* loop.h: the work of both sides of the comparison: one step of a generator. Each step needs the result of the one before.
 * It is about as short as anything worth timing.
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

/* The C side (loop.c), for gb_register(). Argument 0 is the batch. */
void loop_in_c(struct gb_state *, void *user);

#ifdef __cplusplus
}
#endif
#endif
