/* loop.c: the loop in C, through the shim. overhead.cc has the same loop in C++, line by line. */
#include "loop.h"

void loop_in_c(struct gb_state *state, void *user)
{
	int64_t batch = gb_arg(state, 0);
	uint64_t x = 1;

	(void)user;
	while (gb_keep_running_batch(state, batch))
		for (int64_t i = 0; i < batch; i++)
			x = loop_step(x);
}
