/* enact.c: reads the input, computes, sleeps, writes the output. */
#include "enact.h"
#include "kernel.h"
#include "payload.h"
#include "tutorial.h"

#include <errno.h>

ssize_t pvq_enact_run(const struct pvq_enact *e, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t x;

	if (cap < e->out)
		return -EMSGSIZE;
	x = pvq_kernel_walk(pvq_payload_seed(in, len), e->steps);
	if (e->wait_ns > 0)
		pvq_tutorial_sleep(e->wait_ns);
	pvq_payload_fill(x, out, e->out);
	return (ssize_t)e->out;
}

ssize_t pvq_enact_expect(const struct pvq_enact *e, struct pvq_span in, void *out, size_t cap)
{
	uint64_t x;
	int ret = pvq_payload_seed_slowly(in.ptr, in.len, &x);

	if (ret)
		return ret;
	if (cap < e->out)
		return -EMSGSIZE;
	pvq_payload_fill_slowly(pvq_kernel_jump(x, e->steps), out, e->out);
	return (ssize_t)e->out;
}
