/* futex.c: two processes wake each other in turn: twice a wake-up and the way back to the CPU. And the system call alone,
 * when nobody sleeps.
 */
#include "link.h"
#include "rivals.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 100 };

/* Not FUTEX_PRIVATE: processes share the word. */
static long futex_call(_Atomic uint32_t *word, int op, uint32_t value, const struct timespec *patience)
{
	return syscall(SYS_futex, word, op, value, patience, NULL, 0);
}

static int futex_open(struct pvq_link *link)
{
	(void)link;
	return 0;
}

static int futex_send(struct pvq_link *link, int way)
{
	_Atomic uint32_t *word = &link->shared->word[way].value;

	atomic_store(word, 1);
	return futex_call(word, FUTEX_WAKE, 1, NULL) < 0 ? -errno : 0;
}

/* Sleeps while the word is 0. If the word has changed since, the kernel returns at once. */
static int futex_receive(struct pvq_link *link, int way)
{
	static const struct timespec patience = {.tv_sec = 10};
	_Atomic uint32_t *word = &link->shared->word[way].value;

	while (atomic_exchange(word, 0) == 0)
		if (futex_call(word, FUTEX_WAIT, 0, &patience) < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
	return 0;
}

static void futex_close(struct pvq_link *link)
{
	(void)link;
}

static const struct pvq_link_kind futex_kind = {
	.open = futex_open,
	.send = futex_send,
	.receive = futex_receive,
	.close = futex_close,
};

static void futex_rival(void *ctx, unsigned number)
{
	(void)ctx;
	for (unsigned i = 0; i < 1000 + number; i++)
		GB_CLOBBER();
}

/* The partner shares its CPU with a process that computes all the time. */
static void futex_busy(struct gb_state *state, const struct pvq_micro_run *run)
{
	struct pvq_rivals *rival = pvq_rivals_start(state, 1, run->env->cpu[1], futex_rival, NULL);

	if (!rival)
		return;
	pvq_link_round_trips(state, run);
	pvq_rivals_end(state, rival);
}

static void futex_wake_nobody(struct gb_state *state, const struct pvq_micro_run *run)
{
	_Atomic uint32_t word = 0;
	long woken = 0;

	(void)run;
	while (gb_keep_running_batch(state, BATCH))
		for (int i = 0; i < BATCH; i++)
			woken |= futex_call(&word, FUTEX_WAKE, 1, NULL);
	if (woken)
		pvq_micro_fail(state, "futex", EIO);
}

static const struct pvq_micro_case futex_cases[] = {
	{.name = "futex/round_trip",
		.op = "wake a sleeping process, sleep, be woken",
		.run = pvq_link_round_trips,
		.data = &futex_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 1,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED},
	{.name = "futex/busy_round_trip",
		.op = "wake a sleeping process whose CPU computes for another one, sleep, be woken",
		.run = futex_busy,
		.data = &futex_kind,
		.handovers = 2,
		.syscalls = 4,
		.arg_name = "cores",
		.lo = 2,
		.hi = 2,
		.brief_hi = 2,
		.factor = 2,
		.flags = PVQ_MICRO_PINNED | PVQ_MICRO_TWO_CORES},
	{.name = "futex/wake_nobody",
		.op = "the wake-up call when nobody sleeps",
		.run = futex_wake_nobody,
		.syscalls = 1,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_futex = {.name = "futex", .cases = futex_cases};
