/* cacheline.c: hands a cache line to another core and back, both sides spinning: the least that any communication
 * between cores can cost. Does not use link.h, whose calls would be a third of the price.
 */
#include "child.h"
#include "link.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

enum { BATCH = 100, WARM_UP = 1000 };
enum {
	SPINS = 1 << 16
}; /* looks before it yields: on a loaded machine the other side may wait for this CPU */

/* Whose turn it is. One word serves both ways, alone in its cache line. The side that writes it was also the last to read
 * it, so a hand-over moves one line. */
enum turn { OURS, THEIRS, OVER };

/* Waits until the word is no longer `other`. acquire pairs with the release of the side that hands over. */
static uint32_t cacheline_await(_Atomic uint32_t *word, uint32_t other)
{
	uint32_t seen;

	for (unsigned looks = 1;; looks++) {
		seen = atomic_load_explicit(word, memory_order_acquire);
		if (seen != other)
			return seen;
		if (looks % SPINS == 0)
			sched_yield();
	}
}

__attribute__((noreturn)) static void cacheline_answer(_Atomic uint32_t *word, int cpu)
{
	int unpinned =
		pvq_micro_pin(cpu); /* answer even if unpinned: else the other side would wait for ever */

	while (cacheline_await(word, OURS) != OVER)
		atomic_store_explicit(word, OURS, memory_order_release);
	_exit(unpinned ? 1 : 0);
}

static void cacheline_trips(_Atomic uint32_t *word, int count)
{
	for (int i = 0; i < count; i++) {
		atomic_store_explicit(word, THEIRS, memory_order_release);
		cacheline_await(word, THEIRS);
	}
}

static void cacheline_round_trip(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_link_word *word = pvq_micro_share(sizeof(*word));
	pid_t pid;

	if (!word) {
		pvq_micro_fail(state, "mmap", errno);
		return;
	}
	pid = pvq_child_fork();
	if (pid == 0)
		cacheline_answer(&word->value, run->env->cpu[1]);
	if (pid < 0) {
		pvq_micro_fail(state, "fork", (int)pid);
	} else {
		cacheline_trips(&word->value, WARM_UP); /* not timed: the other side is still starting */
		while (gb_keep_running_batch(state, BATCH))
			cacheline_trips(&word->value, BATCH);
		atomic_store_explicit(&word->value, OVER, memory_order_release);
		if (pvq_child_reap(pid))
			pvq_micro_fail(state, "the other side's end", EIO);
	}
	pvq_micro_unshare(word, sizeof(*word));
}

static const struct pvq_micro_case cacheline_cases[] = {
	{.name = "cacheline/round_trip",
		.op = "a word to a process on another core and back, both spinning",
		.run = cacheline_round_trip,
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
