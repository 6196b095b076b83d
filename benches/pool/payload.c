/* payload.c: measures large items through the strategy contract (impl.h), with the same load and sink for all.
 *
 * The work is the least that moves all bytes: the worker reads each word of the input once and writes a word of the
 * output; the caller adds up each word of the output. The input is a window into a buffer of the caller, which moves a
 * little for each item; the strategy copies it to the worker. The buffer is written after the workers have started, so
 * that they cannot inherit it.
 */
#include "base/clock.h"
#include "pool/measure.h"
#include "trial/registry.h"
#include "trial/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOWS = 512 }; /* number of windows, a word apart, before they repeat */

static const uint64_t key = 0x9e3779b97f4a7c15u; /* added to each word */

static struct pvq_span payload_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	const uint64_t *buffer = load->priv;

	(void)scratch;
	return (struct pvq_span){.ptr = buffer + id % WINDOWS, .len = load->max_in};
}

static ssize_t payload_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const uint64_t *from = in;
	uint64_t *to = out;

	if (len != load->max_in || cap < len)
		return -EMSGSIZE;
	for (size_t i = 0; i < len / sizeof(*to); i++)
		to[i] = from[i] + key;
	return (ssize_t)len;
}

static const struct pvq_task payload_task = {
	.name = "payload",
	.summary = "bytes both ways, each read and written once",
	.input = payload_input,
	.run = payload_run,
};

static uint64_t add_up(const uint64_t *word, size_t bytes)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < bytes / sizeof(*word); i++)
		sum += word[i];
	return sum;
}

struct adder {
	struct pvq_sink sink; /* must be first: put() gets it */
	enum pvq_order order; /* the order that the strategy promises */
	size_t bytes;
	uint64_t arrived, sum;
};

static int adder_put(struct pvq_sink *sink, uint64_t id, const void *out, size_t len, int status)
{
	struct adder *a = (struct adder *)sink;

	if (status || len != a->bytes || (a->order == PVQ_ORDERED && id != a->arrived))
		return -EBADMSG;
	a->sum += add_up(out, len);
	a->arrived++;
	return 0;
}

static uint64_t payload_expect(const struct pvq_load *load)
{
	uint64_t sum = load->n * (load->max_in / sizeof(key)) * key;

	for (uint64_t id = 0; id < load->n; id++)
		sum += add_up(payload_input(load, id, NULL).ptr, load->max_in);
	return sum;
}

/* Runs one map with fresh contents of the buffer. */
static int payload_map(const struct pvq_impl *impl, void *self, const struct pvq_load *load, uint64_t round,
	double *value, struct pvq_error *err)
{
	struct adder adder = {.sink.put = adder_put, .order = impl->order, .bytes = load->max_in};
	uint64_t *buffer = load->priv, from;
	int ret;

	for (size_t i = 0; i < load->max_in / sizeof(*buffer) + WINDOWS; i++)
		buffer[i] = (i + 1) * (round + 1) * key;
	from = pvq_clock_ns();
	ret = impl->map(self, &adder.sink, err);
	*value = (double)(pvq_clock_ns() - from);
	if (ret == 0 && (adder.arrived != load->n || adder.sum != payload_expect(load)))
		ret = pvq_fail(err, -EBADMSG, "the results are wrong");
	return ret;
}

static int payload_maps(const struct pvq_impl *impl, const struct pvq_load *load, struct pvq_opts *opts,
	double *value, struct pvq_error *err)
{
	void *self;
	int ret, stopped;

	if (impl->tune)
		impl->tune(load, opts);
	ret = impl->start(&self, load, opts, err);
	if (ret)
		return ret;
	ret = payload_map(impl, self, load, 0, value, err);
	if (ret == 0)
		ret = payload_map(impl, self, load, 1, value, err);
	stopped = impl->stop(self, err);
	return ret ? ret : stopped;
}

int pool_measure_payload(
	const struct pool_cell *cell, const int *cpu, unsigned ncpu, double *value, struct pvq_error *err)
{
	const struct pvq_registry registry = {.linked_in = pvq_linked_in};
	const struct pvq_impl *impl = pvq_registry_find(&registry, cell->who);
	struct pvq_opts opts = {.workers = cell->workers, .cpu = cpu, .ncpu = ncpu};
	struct pvq_load load = {
		.task = &payload_task, .n = cell->n, .max_in = cell->arg, .max_out = cell->arg};
	int ret;

	if (!impl || !(impl->flags & PVQ_REUSABLE))
		return pvq_fail(err, -EINVAL, "no strategy '%s' that maps twice", cell->who);
	load.priv = malloc(load.max_in + WINDOWS * sizeof(key));
	if (!load.priv)
		return pvq_fail(err, -ENOMEM, "cannot make the inputs");
	ret = payload_maps(impl, &load, &opts, value, err);
	free(load.priv);
	return ret;
}
