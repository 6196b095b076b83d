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
	BATCHES_LEAST = 5,     /* fewer say nothing */
	PIECES = 3,            /* the fastest of so many pieces counts: interruptions only ever add time */
	STEPS = 6000,          /* of the loop in a piece: some 20 us */
	LIMIT_NS = 1000000,    /* of one pair */
	SPINS_A_LOOK = 1 << 8, /* how often a waiting thread looks at the clock */
};

/* What the two threads of a pair share. The partner answers every change of `ask`, until it is told to compute or to
 * end. */
enum { COMPUTE = 0x40000000, END = 0x50000000 };

struct pair {
	_Alignas(LINE) atomic_uint ask;
	_Alignas(LINE) atomic_uint answer;
	_Alignas(LINE) int cpu;
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
	unsigned batches = 0, ask = 0;

	if (hand_over(p, ++ask, limit_ns))
		return 0; /* the first one waits for the thread to start */
	while (batches < BATCHES) {
		uint64_t began = pvq_clock_ns();

		for (unsigned i = 0; i < ROUNDS; i++)
			if (hand_over(p, ++ask, limit_ns))
				return 0;
		batch[batches++] = (pvq_clock_ns() - began) / ROUNDS;
		if (began > limit_ns)
			break;
	}
	if (batches < BATCHES_LEAST)
		return 0;
	qsort(batch, batches, sizeof(*batch), order);
	return batch[batches / 2];
}

/* Looks at the caller's CPU and another one. */
static uint64_t look_at_pair(int cpu, uint64_t *beside_ns)
{
	static struct pair p;
	uint64_t limit_ns = pvq_clock_ns() + LIMIT_NS, handover_ns;
	pthread_t thread;

	p = (struct pair){.cpu = cpu};
	if (pthread_create(&thread, NULL, partner, &p))
		return 0;
	handover_ns = time_handover(&p, limit_ns);
	if (beside_ns && handover_ns && hand_over(&p, COMPUTE, limit_ns) == 0)
		*beside_ns = time_pieces();
	atomic_store_explicit(&p.ask, END, memory_order_release);
	pthread_join(thread, NULL);
	return handover_ns;
}

void pvq_probe_look(struct pvq_probe *probe, const int *cpu, unsigned ncpu)
{
	const unsigned with[PVQ_PROBE_PAIRS] = {1, ncpu / 2, ncpu - 1};
	uint64_t seen[PVQ_PROBE_PAIRS];
	unsigned looked = 0, before = 0;
	cpu_set_t was;

	memset(probe, 0, sizeof(*probe));
	if (ncpu == 0 || sched_getaffinity(0, sizeof(was), &was) || pin(cpu[0]))
		return;
	probe->compute_ns = time_pieces();
	for (unsigned i = 0; i < PVQ_PROBE_PAIRS; i++) {
		uint64_t ns;

		if (with[i] <= before || with[i] >= ncpu)
			continue; /* two CPUs have one pair */
		ns = look_at_pair(cpu[with[i]], before == 0 ? &probe->beside_ns : NULL);
		before = with[i];
		if (ns)
			seen[looked++] = ns;
	}
	qsort(seen, looked, sizeof(*seen), order);
	if (looked)
		probe->handover_ns = seen[(looked - 1) / 2];
	sched_setaffinity(0, sizeof(was), &was);
}
