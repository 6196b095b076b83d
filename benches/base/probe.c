/* probe.c: times a cache line between pinned threads, and a loop that keeps all of a core's units busy. */
#include "base/probe.h"
#include "base/clock.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE = 128, /* no two of these words share a cache line, or a pair of lines that is fetched together */
	ROUNDS = 40, /* hand-overs in a batch: the clock is read between batches only */
	BATCHES = 15,
	PIECES = 3,            /* the fastest of so many pieces counts: interruptions only ever add time */
	STEPS = 6000,          /* of the loop in a piece: some 20 us */
	LIMIT_NS = 2500000,    /* of all waiting: to wake an idle CPU may take a millisecond */
	SPINS_A_LOOK = 1 << 8, /* how often a waiting thread looks at the clock */
};

/* What the caller and a partner share. The partner answers every change of `ask`, until it is told to compute or to
 * end. */
enum { COMPUTE = 0x40000000, END = 0x50000000 };

struct pair {
	_Alignas(LINE) atomic_uint ask;
	_Alignas(LINE) atomic_uint answer;
	_Alignas(LINE) int cpu;
	pthread_t thread;
	unsigned asked; /* the last value of `ask` */
	int begun;      /* the thread exists */
};

/* Four chains of unlike instructions that do not wait for each other, so that one thread fills its core, and a second
 * thread on the same core shows. The empty asm keeps the compiler from shortening the loop. */
static void piece(void)
{
	uint64_t a = 1, b = 2, c = 3, d = 4;

	for (unsigned i = 0; i < STEPS; i++) {
		a = a * 6364136223846793005u + 1442695040888963407u;
		b ^= b << 13;
		b ^= b >> 7;
		c += c << 3 | 1;
		d = (d << 5 | d >> 59) + i;
		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
	}
}

static uint64_t time_pieces(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < PIECES; i++) {
		uint64_t began = pvq_clock_ns(), took;

		piece();
		took = pvq_clock_ns() - began;
		least = took < least ? took : least;
	}
	return least;
}

/* Runs this thread on that CPU alone. 0 or -1. */
static int pin(int cpu)
{
	cpu_set_t *set = CPU_ALLOC(cpu + 1);
	size_t size = CPU_ALLOC_SIZE(cpu + 1);
	int ret = -1;

	if (set) {
		CPU_ZERO_S(size, set);
		CPU_SET_S(cpu, size, set);
		ret = sched_setaffinity(0, size, set);
		CPU_FREE(set);
	}
	return ret;
}

static void *partner(void *arg)
{
	struct pair *p = arg;
	unsigned seen = 0;

	if (pin(p->cpu))
		return NULL; /* never answers: the hand-over stays unknown */
	while (seen != END) {
		unsigned ask = atomic_load_explicit(&p->ask, memory_order_acquire);

		if (seen == COMPUTE && ask == COMPUTE)
			piece();
		if (ask == seen)
			continue;
		seen = ask;
		atomic_store_explicit(&p->answer, ask, memory_order_release);
	}
	return NULL;
}

/* Asks, and waits for the answer. 0, or -1 after the time limit: the partner's CPU runs something else. */
static int hand_over(struct pair *p, unsigned ask, uint64_t limit_ns)
{
	unsigned spins = 0;

	atomic_store_explicit(&p->ask, ask, memory_order_release);
	while (atomic_load_explicit(&p->answer, memory_order_acquire) != ask)
		if (++spins % SPINS_A_LOOK == 0 && pvq_clock_ns() > limit_ns)
			return -1;
	return 0;
}

static int order(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* The median over batches, so that an interruption of one or two does not count. 0: unknown. */
static uint64_t time_handover(struct pair *p, uint64_t limit_ns)
{
	uint64_t batch[BATCHES];
	unsigned batches = 0;

	if (!p->begun || hand_over(p, ++p->asked, limit_ns))
		return 0; /* this one waits for the thread to start */
	while (batches < BATCHES) {
		uint64_t began = pvq_clock_ns();

		for (unsigned i = 0; i < ROUNDS; i++)
			if (hand_over(p, ++p->asked, limit_ns))
				return 0;
		batch[batches++] = (pvq_clock_ns() - began) / ROUNDS;
	}
	qsort(batch, batches, sizeof(*batch), order);
	return batch[batches / 2];
}

/* Looks at the caller's CPU and the partners'. All of them are woken at once, since that takes the longest. */
static void look_at_pairs(struct pvq_probe *probe, struct pair *pair, unsigned pairs)
{
	uint64_t limit_ns = pvq_clock_ns() + LIMIT_NS, seen[PVQ_PROBE_PAIRS] = {0};
	unsigned looked = 0;

	for (unsigned i = 0; i < pairs; i++)
		pair[i].begun = pthread_create(&pair[i].thread, NULL, partner, &pair[i]) == 0;
	for (unsigned i = 0; i < pairs; i++) {
		uint64_t ns = time_handover(&pair[i], limit_ns);

		if (!ns)
			continue;
		if (looked == 0 && hand_over(&pair[i], COMPUTE, limit_ns) == 0) {
			probe->beside_ns = time_pieces();
			atomic_store_explicit(
				&pair[i].ask, pair[i].asked, memory_order_release); /* enough */
		}
		seen[looked++] = ns;
	}
	for (unsigned i = 0; i < pairs; i++)
		atomic_store_explicit(&pair[i].ask, END, memory_order_release);
	for (unsigned i = 0; i < pairs; i++)
		if (pair[i].begun)
			pthread_join(pair[i].thread, NULL);
	qsort(seen, looked, sizeof(*seen), order);
	if (looked)
		probe->handover_ns = seen[(looked - 1) / 2];
}

void pvq_probe_look(struct pvq_probe *probe, const int *cpu, unsigned ncpu)
{
	const unsigned with[PVQ_PROBE_PAIRS] = {1, ncpu / 2, ncpu - 1};
	static struct pair pair[PVQ_PROBE_PAIRS];
	unsigned pairs = 0, before = 0;
	cpu_set_t was;

	memset(probe, 0, sizeof(*probe));
	if (ncpu == 0 || sched_getaffinity(0, sizeof(was), &was) || pin(cpu[0]))
		return;
	probe->compute_ns = time_pieces();
	for (unsigned i = 0; i < PVQ_PROBE_PAIRS; i++) {
		if (with[i] <= before || with[i] >= ncpu)
			continue; /* two CPUs have one pair */
		before = with[i];
		pair[pairs++] = (struct pair){.cpu = cpu[before]};
	}
	look_at_pairs(probe, pair, pairs);
	sched_setaffinity(0, sizeof(was), &was);
}
