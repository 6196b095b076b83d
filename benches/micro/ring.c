/* ring.c: a ring in shared memory; one process puts words in, another takes them out: the cost of an item without sleep
 * and without system calls.
 */
#include "child.h"
#include "link.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

enum { SLOTS = 1024, BATCH = 1000, SPINS = 1 << 10, WARM_UP = 4 * SLOTS };

/* Counts of items ever put and taken. Each count has one side that writes it. */
struct ring {
	_Alignas(PVQ_LINE_BYTES) _Atomic uint64_t put;
	_Alignas(PVQ_LINE_BYTES) _Atomic uint64_t taken;
	_Alignas(PVQ_LINE_BYTES) uint64_t slot[SLOTS];
};

/* Yields after many looks in vain: on a loaded machine the other side may wait for this CPU. */
static void ring_idle(unsigned *looks)
{
	if (++*looks % SPINS == 0)
		sched_yield();
}

/* `known` is the other side's count when last read. Its cache line is fetched only when needed. */
static void ring_put(struct ring *r, uint64_t item, uint64_t *known)
{
	uint64_t put = atomic_load_explicit(&r->put, memory_order_relaxed);
	unsigned looks = 0;

	while (put - *known == SLOTS) {
		*known = atomic_load_explicit(&r->taken, memory_order_acquire);
		ring_idle(&looks);
	}
	r->slot[put % SLOTS] = item;
	atomic_store_explicit(&r->put, put + 1, memory_order_release);
}

static uint64_t ring_take(struct ring *r, uint64_t *known)
{
	uint64_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed), item;
	unsigned looks = 0;

	while (taken == *known) {
		*known = atomic_load_explicit(&r->put, memory_order_acquire);
		ring_idle(&looks);
	}
	item = r->slot[taken % SLOTS];
	atomic_store_explicit(&r->taken, taken + 1, memory_order_release);
	return item;
}

/* The partner: takes items 1, 2, 3, … until a 0; any other order is an error. */
__attribute__((noreturn)) static void ring_consume(struct ring *r, int cpu)
{
	uint64_t known = 0, wanted = 0, wrong = pvq_micro_pin(cpu) != 0, item;

	/* Keep taking after a wrong item: else the other side would wait for ever. */
	while ((item = ring_take(r, &known)))
		wrong += item != ++wanted;
	_exit(wrong ? 1 : 0);
}

static void ring_feed(struct gb_state *state, struct ring *r)
{
	uint64_t known = 0, item = 0;

	/* Untimed: the consumer may still be starting until it has emptied the ring several times. */
	while (item < WARM_UP)
		ring_put(r, ++item, &known);
	while (gb_keep_running_batch(state, BATCH))
		for (int i = 0; i < BATCH; i++)
			ring_put(r, ++item, &known);
	ring_put(r, 0, &known);
}

static void ring_run(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct ring *r = pvq_micro_share(sizeof(*r));
	pid_t pid;

	if (!r) {
		pvq_micro_fail(state, "mmap", errno);
		return;
	}
	pid = pvq_child_fork();
	if (pid == 0)
		ring_consume(r, run->env->cpu[1]);
	if (pid < 0)
		pvq_micro_fail(state, "fork", (int)pid);
	else
		ring_feed(state, r);
	if (pid > 0 && pvq_child_reap(pid))
		pvq_micro_fail(state, "the items did not arrive in order", EIO);
	pvq_micro_unshare(r, sizeof(*r));
}

static const struct pvq_micro_case ring_cases[] = {
	{.name = "ring/item",
		.op = "a word through a ring in shared memory to a process on another core",
		.run = ring_run,
		.handovers = 1,
		.flags = PVQ_MICRO_PINNED | PVQ_MICRO_TWO_CORES},
	{0},
};

const struct pvq_micro pvq_micro_ring = {.name = "ring", .cases = ring_cases};
