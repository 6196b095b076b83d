/* echo.c: payload: `in` bytes go to the worker, `out` bytes come back, and the item touches every byte of both. It
 * measures the cost of moving data, where the work itself is small. */
#include "task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { IN, OUT };

enum { SLACK = 4096 }; /* inputs are slices of one buffer; they start within its first SLACK bytes */

static const struct pvq_arg echo_args[] = {
	{.name = "in",
		.unit = PVQ_UNIT_BYTES,
		.help = "bytes of an input",
		.def = "64",
		.min = 1,
		.max = PVQ_BYTES_MAX},
	{.name = "out",
		.unit = PVQ_UNIT_BYTES,
		.help = "bytes of an output",
		.def = "64",
		.min = 1,
		.max = PVQ_BYTES_MAX},
	{0},
};

/* A step of splitmix64: the n-th number of the stream that starts at `seed`. */
static uint64_t echo_number(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static int echo_build(struct pvq_load *load, struct pvq_error *err)
{
	size_t words = (load->arg[IN].u + SLACK + 7) / 8;
	uint64_t *buffer = malloc(words * sizeof(*buffer));

	load->priv = buffer;
	if (!buffer)
		return pvq_fail(err, -ENOMEM, "echo: cannot make the inputs");
	for (size_t i = 0; i < words; i++)
		buffer[i] = echo_number(load->seed, i);
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
	uint64_t seed, number;
	size_t done = 0, want = load->arg[OUT].u;

	if (len != load->arg[IN].u)
		return -EBADMSG;
	if (cap < want)
		return -EMSGSIZE;
	seed = XXH3_64bits(in, len);
	for (; done + sizeof(number) <= want; done += sizeof(number)) {
		number = echo_number(seed, done / 8);
		memcpy((char *)out + done, &number, sizeof(number));
	}
	number = echo_number(seed, done / 8);
	memcpy((char *)out + done, &number, want - done);
	return (ssize_t)want;
}

/* The oracle: digests in odd pieces through the streaming interface, and makes the output byte by byte. */
static ssize_t echo_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	struct pvq_span in = echo_input(load, id, NULL);
	XXH3_state_t *state = XXH3_createState();
	uint64_t seed;

	if (!state)
		return -ENOMEM;
	XXH3_64bits_reset(state);
	for (size_t done = 0, piece; done < in.len; done += piece) {
		piece = in.len - done < 1021 ? in.len - done : 1021;
		XXH3_64bits_update(state, (const char *)in.ptr + done, piece);
	}
	seed = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	if (cap < load->arg[OUT].u)
		return -EMSGSIZE;
	for (size_t i = 0; i < load->arg[OUT].u; i++) {
		uint64_t number = echo_number(seed, i / 8);

		((char *)out)[i] = ((char *)&number)[i % 8];
	}
	return (ssize_t)load->arg[OUT].u;
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
