/* memory.c: reads from memory while other cores read too, which shows its bandwidth; and copies what another core has just written,
 * which is what a payload costs between cores.
 */
#include "base/clock.h"
#include "rivals.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BLOCK = 1 << 16 };  /* bytes of an iteration */
enum { TABLE = 64 << 20 }; /* bytes; larger than most last-level caches */
enum { READS = 1 << 10, COPIES = 200 };

/* Each reader goes round the table from its own place on. */
static void memory_read(const uint64_t *table, size_t *block)
{
	const uint64_t *at = table + *block * (BLOCK / sizeof(*at));
	uint64_t part[4] = {0};

	/* Four sums side by side: a single chain of additions is hardly faster than the memory. */
	for (size_t i = 0; i < BLOCK / sizeof(*at); i += 4)
		for (size_t k = 0; k < 4; k++)
			part[k] += at[i + k];
	GB_KEEP(part[0] + part[1] + part[2] + part[3]);
	*block = (*block + 1) % (TABLE / BLOCK);
}

static void memory_rival(void *ctx, unsigned number)
{
	static size_t block = SIZE_MAX; /* of this process */

	if (block == SIZE_MAX)
		block = (number + 1) * 97 % (TABLE / BLOCK);
	memory_read(ctx, &block);
}

static void memory_read_beside(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_rivals *rivals;
	uint64_t *table = run->env->spare_bytes < TABLE ? NULL : pvq_micro_share(TABLE);
	size_t block = 0;

	if (!table) {
		pvq_micro_fail(state, "too little memory is free", ENOMEM);
		return;
	}
	(void)madvise(table, TABLE, MADV_HUGEPAGE); /* may fail: then pages are small */
	memset(table, 1, TABLE);
	rivals = pvq_rivals_start(state, (unsigned)gb_arg(state, 0) - 1, -1, memory_rival, table);
	if (rivals) {
		while (gb_keep_running(state))
			memory_read(table, &block);
		pvq_rivals_end(state, rivals);
	}
	pvq_micro_unshare(table, TABLE);
}

/* ---- what another core wrote ---- */

struct handed {
	_Alignas(128) _Atomic uint32_t theirs; /* whose turn it is */
	_Alignas(128) char block[BLOCK];
};

/* Fills the block when it is asked to; else returns soon, so that it can be ended. */
static void memory_writer(void *ctx, unsigned number)
{
	struct handed *h = ctx;

	(void)number;
	for (int looks = 0; looks < 1000; looks++)
		if (atomic_load_explicit(&h->theirs, memory_order_acquire)) {
			memset(h->block, looks, BLOCK);
			atomic_store_explicit(&h->theirs, 0, memory_order_release);
			return;
		}
}

static void memory_copies(struct gb_state *state, struct handed *h, char *to)
{
	while (gb_keep_running(state)) {
		uint64_t begin;

		atomic_store_explicit(&h->theirs, 1, memory_order_release);
		while (atomic_load_explicit(&h->theirs, memory_order_acquire))
			;
		begin = pvq_clock_ns();
		memcpy(to, h->block, BLOCK);
		GB_CLOBBER();
		gb_set_iteration_time(state, (double)(pvq_clock_ns() - begin) / 1e9);
	}
	gb_set_bytes_processed(state, gb_iterations_done(state) * BLOCK);
}

static void memory_copy_other(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct handed *h = pvq_micro_share(sizeof(*h));
	char *to = calloc(1, BLOCK);
	struct pvq_rivals *writer = NULL;

	if (h && to)
		writer = pvq_rivals_start(state, 1, run->env->cpu[1], memory_writer, h);
	else
		pvq_micro_fail(state, "memory", ENOMEM);
	if (writer) {
		memory_copies(state, h, to);
		pvq_rivals_end(state, writer);
	}
	if (h)
		pvq_micro_unshare(h, sizeof(*h));
	free(to);
}

static const struct pvq_micro_case memory_cases[] = {
	{.name = "memory/read",
		.op = "read 64 KiB of a table beyond the caches, while all of that many cores do so",
		.run = memory_read_beside,
		.arg_name = "cores",
		.lo = 1,
		.hi = 256,
		.brief_hi = 256,
		.factor = 2,
		.flags = PVQ_MICRO_PER_CPU,
		.iterations = READS},
	{.name = "memory/copy_other",
		.op = "copy 64 KiB that another core has just written",
		.run = memory_copy_other,
		.flags = PVQ_MICRO_MANUAL | PVQ_MICRO_PINNED | PVQ_MICRO_TWO_CORES,
		.iterations = COPIES},
	{0},
};

const struct pvq_micro pvq_micro_memory = {.name = "memory", .cases = memory_cases};
