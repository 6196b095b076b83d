/* echo.c: payload: `in` bytes go to the worker, `out` bytes come back, and the item touches every byte of both. It
 * measures the cost of moving data, where the work itself is small. */
#include "enact.h"
#include "payload.h"

#include <errno.h>
#include <stdlib.h>

enum { IN, OUT };

enum { SLACK = 4096 }; /* inputs are slices of one buffer; they start within its first SLACK bytes */

static const struct pvq_arg echo_args[] = {
	PVQ_PAYLOAD_IN(1),
	PVQ_PAYLOAD_OUT,
	{0},
};

static int echo_build(struct pvq_load *load, struct pvq_error *err)
{
	load->priv = pvq_payload_make(load->seed, load->arg[IN].u + SLACK);
	if (!load->priv)
		return pvq_fail(err, -ENOMEM, "echo: cannot make the inputs");
	load->max_in = load->arg[IN].u;
	load->max_out = load->arg[OUT].u;
	return 0;
}

static struct pvq_span echo_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	(void)scratch;
	return (struct pvq_span){.ptr = (char *)load->priv + id * 8 % SLACK, .len = load->arg[IN].u};
}

static ssize_t echo_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	size_t want = load->arg[OUT].u;

	if (len != load->arg[IN].u)
		return -EBADMSG;
	if (cap < want)
		return -EMSGSIZE;
	pvq_payload_fill(pvq_payload_seed(in, len), out, want);
	return (ssize_t)want;
}

static ssize_t echo_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	const struct pvq_enact item = {.out = load->arg[OUT].u}; /* without computing and waiting */

	return pvq_enact_expect(&item, echo_input(load, id, NULL), out, cap);
}

static void echo_free(struct pvq_load *load)
{
	free(load->priv);
}

const struct pvq_task pvq_task_echo = {
	.name = "echo",
	.summary = "payload of any size both ways, every byte touched",
	.plain = "{in} in, {out} out",
	.situation = PVQ_SITUATION_PAYLOAD,
	.args = echo_args,
	.build = echo_build,
	.input = echo_input,
	.run = echo_run,
	.expect = echo_expect,
	.free = echo_free,
};
