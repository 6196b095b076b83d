/* job.c: a job described by figures: each item computes, waits and carries a payload. spin has no payload and echo no work;
 * this is for jobs that have both. */
#include "enact.h"
#include "kernel.h"
#include "payload.h"

#include <errno.h>
#include <stdlib.h>

enum { WORK, SLEEP, IN, OUT, SKEW, RATE };

/* Inputs are slices of one buffer. So many start at different words, which decide how long the item is. */
enum { STARTS = 1 << 16 };

static const struct pvq_arg job_args[] = {
	{.name = "work",
		.unit = PVQ_UNIT_NS,
		.help = "mean computing of an item, in nanoseconds",
		.def = "1000",
		.max = 1e10},
	{.name = "sleep",
		.unit = PVQ_UNIT_NS,
		.help = "mean waiting of an item, in nanoseconds",
		.def = "0",
		.max = 60e9},
	PVQ_PAYLOAD_IN(8),
	PVQ_PAYLOAD_OUT,
	{.name = "skew",
		.help = "tail index; the smaller, the more uneven; at most 1: all items are equal",
		.def = "0",
		.kind = PVQ_ARG_REAL,
		.max = 10},
	PVQ_KERNEL_RATE,
	{0},
};

static void job_settle(union pvq_value arg[PVQ_ARGS_MAX])
{
	if (arg[RATE].u == 0)
		arg[RATE].u = pvq_kernel_rate();
}

static int job_build(struct pvq_load *load, struct pvq_error *err)
{
	size_t starts = load->n < STARTS ? load->n : STARTS;

	job_settle(load->arg);
	load->priv = pvq_payload_make(load->seed, load->arg[IN].u + starts * 8);
	if (!load->priv)
		return pvq_fail(err, -ENOMEM, "job: cannot make the inputs");
	load->max_in = load->arg[IN].u;
	load->max_out = load->arg[OUT].u;
	return 0;
}

static struct pvq_span job_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	(void)scratch;
	return (struct pvq_span){.ptr = (uint64_t *)load->priv + id % STARTS, .len = load->arg[IN].u};
}

/* What the item does, drawn by its input's first word. */
static struct pvq_enact job_item(const struct pvq_load *load, const void *in)
{
	double work = (double)load->arg[WORK].u, wait = (double)load->arg[SLEEP].u;
	uint64_t word;

	if (load->arg[SKEW].d > 1) {
		double times;

		memcpy(&word, in, sizeof(word));
		times = pvq_kernel_tail(1, load->arg[SKEW].d, load->seed, word);
		work *= times;
		wait *= times;
	}
	return (struct pvq_enact){.steps = pvq_kernel_steps(work, load->arg[RATE].u),
		.wait_ns = (uint64_t)wait,
		.out = load->arg[OUT].u};
}

static ssize_t job_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	struct pvq_enact item;

	if (len != load->arg[IN].u)
		return -EBADMSG;
	item = job_item(load, in);
	return pvq_enact_run(&item, in, len, out, cap);
}

static ssize_t job_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	struct pvq_span in = job_input(load, id, NULL);
	struct pvq_enact item = job_item(load, in.ptr);

	return pvq_enact_expect(&item, in, out, cap);
}

static void job_free(struct pvq_load *load)
{
	free(load->priv);
}

const struct pvq_task pvq_task_job = {
	.name = "job",
	.summary = "computing, waiting and payload together, even or uneven",
	.plain = "{work} of computing, {sleep} of waiting, {in} in, {out} out",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = job_args,
	.uneven = 1,
	.settle = job_settle,
	.build = job_build,
	.input = job_input,
	.run = job_run,
	.expect = job_expect,
	.free = job_free,
};
