/* rivals.c: starts and ends the processes beside the timed side. */
#include "rivals.h"
#include "child.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* What the processes share. */
struct lane {
	_Atomic unsigned begun;
	_Atomic int stop;
};

struct pvq_rivals {
	struct lane *lane;
	unsigned count;
	pid_t pid[];
};

__attribute__((noreturn)) static void rival(
	struct lane *lane, unsigned number, int cpu, void (*act)(void *, unsigned), void *ctx)
{
	int unpinned = cpu >= 0 ? pvq_micro_pin(cpu) : 0, begun = 0;

	while (!atomic_load_explicit(&lane->stop, memory_order_relaxed)) {
		act(ctx, number);
		if (!begun)
			atomic_fetch_add(&lane->begun, 1);
		begun = 1;
	}
	_exit(unpinned ? 1 : 0);
}

struct pvq_rivals *pvq_rivals_start(
	struct gb_state *state, unsigned count, int cpu, void (*act)(void *, unsigned), void *ctx)
{
	struct pvq_rivals *r = calloc(1, sizeof(*r) + count * sizeof(r->pid[0]));
	int ret = 0;

	if (r)
		r->lane = pvq_micro_share(sizeof(*r->lane));
	if (!r || !r->lane) {
		pvq_micro_fail(state, "the rivals' memory", ENOMEM);
		free(r);
		return NULL;
	}
	while (ret == 0 && r->count < count) {
		pid_t pid = pvq_child_fork();

		if (pid == 0)
			rival(r->lane, r->count, cpu, act, ctx);
		if (pid < 0)
			ret = (int)pid;
		else
			r->pid[r->count++] = pid;
	}
	while (ret == 0 && atomic_load(&r->lane->begun) < count)
		sched_yield();
	if (ret) {
		pvq_micro_fail(state, "fork", ret);
		pvq_rivals_end(state, r);
		return NULL;
	}
	return r;
}

void pvq_rivals_end(struct gb_state *state, struct pvq_rivals *r)
{
	atomic_store(&r->lane->stop, 1);
	for (unsigned i = 0; i < r->count; i++)
		if (pvq_child_reap(r->pid[i]))
			pvq_micro_fail(state, "a rival's end", EIO);
	pvq_micro_unshare(r->lane, sizeof(*r->lane));
	free(r);
}
