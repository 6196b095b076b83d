/* gb_throw.cc: benchmark bodies in C++ that throw, for test_gb.c: nothing of it may come out of the shim. */
#include "micro/gb.h"

#include <stdexcept>

extern "C" {
void gb_throw_known(struct gb_state *state, void *user);
void gb_throw_unknown(struct gb_state *state, void *user);
}

void gb_throw_known(struct gb_state *state, void *user)
{
	(void)user;
	while (gb_keep_running(state))
		throw std::runtime_error("thrown in the loop");
}

void gb_throw_unknown(struct gb_state *, void *)
{
	throw 42;
}
