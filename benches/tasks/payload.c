/* payload.c: makes inputs, and finds seeds and outputs in another way than payload.h. */
#include "payload.h"

#include <errno.h>
#include <stdlib.h>

uint64_t *pvq_payload_make(uint64_t seed, size_t bytes)
{
	size_t words = (bytes + 7) / 8;
	uint64_t *buffer = malloc(words * sizeof(*buffer));

	for (size_t i = 0; buffer && i < words; i++)
		buffer[i] = pvq_payload_number(seed, i);
	return buffer;
}

int pvq_payload_seed_slowly(const void *in, size_t len, uint64_t *seed)
{
	XXH3_state_t *state = XXH3_createState();

	if (!state)
		return -ENOMEM;
	XXH3_64bits_reset(state);
	for (size_t done = 0, piece; done < len; done += piece) {
		piece = len - done < 1021 ? len - done : 1021;
		XXH3_64bits_update(state, (const char *)in + done, piece);
	}
	*seed = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return 0;
}

void pvq_payload_fill_slowly(uint64_t seed, void *out, size_t want)
{
	for (size_t i = 0; i < want; i++) {
		uint64_t number = pvq_payload_number(seed, i / 8);

		((char *)out)[i] = ((char *)&number)[i % 8];
	}
}
