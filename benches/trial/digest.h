/* digest.h: the digest of a set of results, which tells it from every other set that a fault could make.
 *
 * Each item has a number of 128 bits, made of its id, the length of its result and every byte of it. The digest is the
 * sum of these numbers, each half modulo 2^64: items may be added in any order. impls/PROTOCOL.md defines the numbers, for
 * programs that compute them without this file, and says what a digest misses.
 *
 * The number of a short result takes three multiplications. Why they are as they are:
 *
 *	- t, the place of a result, is an odd multiple: different for every item, and without likeness to what a task may
 *	  return. A place that is simply the id cancels where a result contains its id.
 *	- t is in both factors of the first product. For a given place and b, different a make different products.
 *	- A bit of a product depends only on bits of the factors that are as low or lower, so every product is folded: its
 *	  high half is combined with its low one.
 *	- Both halves are made of both halves of the first product, in different ways. So a fault that one half misses is no
 *	  likelier to be missed by the other.
 */
#ifndef PVQ_DIGEST_H
#define PVQ_DIGEST_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pvq_digest {
	uint64_t low, high;
};

__extension__ typedef unsigned __int128 pvq_product;

enum { PVQ_DIGEST_SHORT = 16 }; /* the longest result that pvq_digest_short() takes */

static inline uint64_t pvq_digest_read64(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

static inline uint64_t pvq_digest_read32(const unsigned char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return le32toh(word);
}

static inline uint64_t pvq_digest_fold(uint64_t x, uint64_t y)
{
	pvq_product product = (pvq_product)x * y;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The place of a result, t. The constants here are the first digits of pi, as others would be: they have no pattern. */
static inline uint64_t pvq_digest_place(uint64_t id, size_t len)
{
	return (id ^ (uint64_t)len << 56 ^ 0x13198a2e03707344) * 0x243f6a8885a308d3;
}

/* The number of an item whose result, with zeros after its end, is a and b. */
static inline struct pvq_digest pvq_digest_mix(uint64_t t, uint64_t a, uint64_t b)
{
	pvq_product p = (pvq_product)(a ^ t) * (b ^ (t << 32 | t >> 32));
	uint64_t low = (uint64_t)p, high = (uint64_t)(p >> 64);

	return (struct pvq_digest){.low = pvq_digest_fold(low ^ 0x082efa98ec4e6c89, high),
		.high = pvq_digest_fold(low ^ high, 0x452821e638d01377)};
}

/* The number of an item with a result of at most PVQ_DIGEST_SHORT bytes. */
static inline struct pvq_digest pvq_digest_short(uint64_t id, const void *out, size_t len)
{
	const unsigned char *byte = out;
	uint64_t a = 0, b = 0;

	if (len > 8) {
		a = pvq_digest_read64(byte);
		b = pvq_digest_read64(byte + len - 8) >> (8 * (16 - len));
	} else if (len == 8) {
		a = pvq_digest_read64(byte);
	} else if (len & 4) {
		a = pvq_digest_read32(byte) | pvq_digest_read32(byte + len - 4) << (8 * (len - 4));
	} else if (len & 2) {
		a = byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[len - 1] << (8 * (len - 1));
	} else if (len) {
		a = byte[0];
	}
	return pvq_digest_mix(pvq_digest_place(id, len), a, b);
}

/* The number of any item, of one with a longer result and of a failed one too. status: 0 or -errno. */
struct pvq_digest pvq_digest_any(uint64_t id, const void *out, size_t len, int status);

/* Writes a digest as 32 hex digits in lower case. */
void pvq_digest_write(struct pvq_digest, char text[33]);

#endif
