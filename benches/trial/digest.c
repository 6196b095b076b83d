/* digest.c: digests long and failed results, and writes digests. */
#include "trial/digest.h"

#include <inttypes.h>
#include <stdio.h>
#define XXH_INLINE_ALL /* compiled with our flags, and without a call through the shared library */
#include <xxhash.h>

struct pvq_digest pvq_digest_any(uint64_t id, const void *out, size_t len, int status)
{
	XXH128_hash_t h;

	if (status == 0 && len <= PVQ_DIGEST_SHORT)
		return pvq_digest_short(id, out, len);
	h = XXH3_128bits_withSeed(out, len, pvq_digest_place(id, len) + (uint32_t)status);
	return (struct pvq_digest){.low = h.low64, .high = h.high64};
}

void pvq_digest_write(struct pvq_digest d, char text[33])
{
	snprintf(text, 33, "%016" PRIx64 "%016" PRIx64, d.high, d.low);
}
