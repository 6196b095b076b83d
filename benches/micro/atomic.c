/* atomic.c: adds to a shared counter, alone and while another core does the same: the least that it costs to claim an
 * item from a shared queue.
 */
#include "child.h"
#include "link.h"

#include <errno.h>
#include <unistd.h>

enum { BATCH = 1000 };

static void atomic_loop(struct gb_state *state, _Atomic uint32_t *word)
{
	while (gb_keep_running_batch(state, BATCH))
		for (int i = 0; i < BATCH; i++)
			atomic_fetch_add_explicit(word, 1, memory_order_relaxed);
}

static void atomic_alone(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_link_word word = {0};

	(void)run;
	atomic_loop(state, &word.value);
}

/* The rival reports that it has begun, then adds until it sees `stop`. */
__attribute__((noreturn)) static void atomic_rival(struct pvq_link_shared *shared, int cpu)
{
	int unpinned = pvq_micro_pin(cpu);

	atomic_store(&shared->word[1].value, 1);
	while (!atomic_load_explicit(&shared->stop, memory_order_relaxed))
		for (int i = 0; i < BATCH; i++)
			atomic_fetch_add_explicit(&shared->word[0].value, 1, memory_order_relaxed);
	_exit(unpinned ? 1 : 0);
}

static void atomic_contended(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_link_shared *shared = pvq_micro_share(sizeof(*shared));
	pid_t pid;

	if (!shared) {
		pvq_micro_fail(state, "mmap", errno);
		return;
	}
	pid = pvq_child_fork();
	if (pid == 0)
		atomic_rival(shared, run->env->cpu[1]);
	if (pid < 0) {
		pvq_micro_fail(state, "fork", (int)pid);
	} else {
		for (int i = 0; i < 1000 && !atomic_load(&shared->word[1].value); i++)
			usleep(1000);
		atomic_loop(state, &shared->word[0].value);
		atomic_store(&shared->stop, 1);
		if (pvq_child_reap(pid))
			pvq_micro_fail(state, "the rival's end", EIO);
	}
	pvq_micro_unshare(shared, sizeof(*shared));
}

static const struct pvq_micro_case atomic_cases[] = {
	{.name = "atomic/add_alone",
		.op = "fetch-add to a word that no other core wants",
		.run = atomic_alone,
		.flags = PVQ_MICRO_PINNED},
	{.name = "atomic/add_contended",
		.op = "fetch-add to a word that one other core adds to all the time",
		.run = atomic_contended,
		.flags = PVQ_MICRO_PINNED | PVQ_MICRO_TWO_CORES},
	{0},
};

const struct pvq_micro pvq_micro_atomic = {.name = "atomic", .cases = atomic_cases};
