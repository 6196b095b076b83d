/* cacheline.c: a cache line handed to another core and back, both sides spinning: the least that any
 * communication between cores can cost.
 */
#include "link.h"

#include <errno.h>

enum { SPINS = 1 << 27 }; /* looks before the other side is given up: seconds, where microseconds are due */

static int cacheline_open(struct pvq_link *link)
{
	(void)link;
	return 0;
}

static int cacheline_send(struct pvq_link *link, int way)
{
	_Atomic uint32_t *value = &link->shared->word[way].value;

	/* release: what was written before is handed over with it; pairs with the acquire below */
	atomic_store_explicit(
		value, atomic_load_explicit(value, memory_order_relaxed) ^ 1, memory_order_release);
	return 0;
}

/* Each way's word alternates, so the receiver need only remember what it saw last, which is what it has
 * sent: the two words are always equal when it is this side's turn. */
static int cacheline_receive(struct pvq_link *link, int way)
{
	_Atomic uint32_t *other = &link->shared->word[way].value, *own = &link->shared->word[!way].value;
	uint32_t mine = atomic_load_explicit(own, memory_order_relaxed);
	uint32_t wanted = way == PVQ_TO_PARTNER ? mine ^ 1 : mine;

	for (long i = 0; i < SPINS; i++)
		if (atomic_load_explicit(other, memory_order_acquire) == wanted)
			return 0;
	return -ETIMEDOUT;
}

static void cacheline_close(struct pvq_link *link)
{
	(void)link;
}

static const struct pvq_link_kind cacheline_kind = {
	.open = cacheline_open,
	.send = cacheline_send,
	.receive = cacheline_receive,
	.close = cacheline_close,
	.batch = 100,
};

static const struct pvq_micro_case cacheline_cases[] = {
	{.name = "cacheline/round_trip",
		.op = "a word to a process on another core and back, both spinning",
		.run = pvq_link_round_trips,
		.data = &cacheline_kind,
		.handovers = 2,
		.arg_name = "cores",
		.lo = 2,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED | PVQ_MICRO_TWO_CORES},
	{0},
};

const struct pvq_micro pvq_micro_cacheline = {.name = "cacheline", .cases = cacheline_cases};
