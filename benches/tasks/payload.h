/* payload.h: the bytes of items that carry a payload: how an input becomes a seed, and a seed an output. */
#ifndef PVQ_PAYLOAD_H
#define PVQ_PAYLOAD_H

#include "task.h"

#include <string.h>
#include <xxhash.h>

/* The arguments `in`, of that many bytes at least, and `out`. */
#define PVQ_PAYLOAD_IN(least)                                                                   \
	{                                                                                       \
		.name = "in", .unit = PVQ_UNIT_BYTES, .help = "bytes of an input", .def = "64", \
		.min = (least), .max = PVQ_BYTES_MAX                                            \
	}
#define PVQ_PAYLOAD_OUT                                                                           \
	{                                                                                         \
		.name = "out", .unit = PVQ_UNIT_BYTES, .help = "bytes of an output", .def = "64", \
		.min = 1, .max = PVQ_BYTES_MAX                                                    \
	}

/* A step of splitmix64: the n-th number of the stream that starts at `seed`. */
static inline uint64_t pvq_payload_number(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + (n + 1) * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Reads every byte of an input. */
static inline uint64_t pvq_payload_seed(const void *in, size_t len)
{
	return XXH3_64bits(in, len);
}

/* Writes `want` bytes of the seed's stream. */
static inline void pvq_payload_fill(uint64_t seed, void *out, size_t want)
{
	uint64_t number;
	size_t done = 0;

	for (; done + sizeof(number) <= want; done += sizeof(number)) {
		number = pvq_payload_number(seed, done / 8);
		memcpy((char *)out + done, &number, sizeof(number));
	}
	number = pvq_payload_number(seed, done / 8);
	memcpy((char *)out + done, &number, want - done);
}

/* Makes `bytes` bytes, rounded up to a multiple of 8, of which inputs are slices. NULL: out of memory. */
uint64_t *pvq_payload_make(uint64_t seed, size_t bytes);

/* For oracles: the same seed through the streaming interface, in odd pieces. 0, or -ENOMEM. */
int pvq_payload_seed_slowly(const void *in, size_t len, uint64_t *seed);

/* For oracles: the same bytes, one by one. */
void pvq_payload_fill_slowly(uint64_t seed, void *out, size_t want);

#endif
