/* shuffle.h: a random order that depends on a seed alone. */
#ifndef PVQ_SHUFFLE_H
#define PVQ_SHUFFLE_H

#include <stdint.h>

/* Makes a step of splitmix64. */
static inline uint64_t pvq_random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline void pvq_shuffle(unsigned *item, unsigned count, uint64_t *state)
{
	for (unsigned i = count; i > 1; i--) {
		unsigned j = (unsigned)(pvq_random_next(state) % i), swap = item[i - 1];

		item[i - 1] = item[j];
		item[j] = swap;
	}
}

#endif
