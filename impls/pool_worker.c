/* pool_worker.c: the worker: claims items, runs them in place, and sleeps while there are none. */
#include "pool_shared.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

struct worker {
	const struct pvq_pool *p;
	struct pool_seat *seat;
	unsigned w;         /* which one */
	uint64_t limit;     /* of a claim, in items */
	uint64_t left;      /* items until it is replaced */
	uint64_t began_ns;  /* when the present claim was made, about */
	uint64_t minded_ns; /* when it looked at its memory last */
	uint64_t running;   /* what it said last: its seat's word, unless the caller condemned it */
	uint64_t items;     /* of the present claim */
	uint64_t entry[PVQ_POOL_CHUNK_MAX];
};

/* ---- claiming ---- */

/* How many pieces at most: never so many that others would have to wait at the end (guided self-scheduling). */
static uint64_t most_pieces(const struct worker *k, uint64_t ready)
{
	const struct pvq_pool_config *c = &k->p->config;
	uint64_t wanted = pool_wanted(k->p), share = wanted ? ready / (2 * wanted) : 1;

	if (c->chunk == 0 && POOL_HAS(POOL_SHRINK) && share < ready)
		ready = share ? share : 1;
	if (!POOL_HAS(POOL_SEVERAL))
		ready = 1;
	return ready < PVQ_POOL_CHUNK_MAX ? ready : PVQ_POOL_CHUNK_MAX;
}

/* How many items at most, but for a single piece: nor so many that results come in lumps. */
static uint64_t most_items(const struct worker *k)
{
	uint64_t most = k->p->config.chunk ? k->p->config.chunk : k->limit;

	return most < k->left ? most : k->left;
}

/* Reads so many entries; returns how many. */
static inline uint64_t read_entries(
	struct worker *k, const pool_atomic_u64 *entry, uint64_t at, uint64_t most)
{
	uint64_t items = 0, limit = most_items(k), size = 0;

	while (size < most) {
		uint64_t e =
			atomic_load_explicit(&entry[(at + size) & k->p->ring_mask], memory_order_relaxed);

		items += pool_entry_n(e);
		if (size > 0 && items > limit)
			return size;
		k->items = items;
		k->entry[size++] = e;
	}
	return size;
}

/* Takes some entries off the ring, or one off the lane; returns how many, the first being at *from. 0: it is empty.
 *
 * Reading entries before the swap is sound. Entry e is overwritten when position e + R is published (R: size
 * of the ring, no less than the window). Each position from e on that is not claimed has a slot of its
 * own in flight; were e unclaimed, so would be all up to e + R, which is more than there are slots. So the
 * entry changes only after `claimed` has passed e, and then the swap below fails. The same chain orders memory:
 * our reads precede our swap (release); a later claimer's swap reads it (acquire) and precedes its result
 * (release), which the caller reads (acquire) before it publishes that slot again. Where the claimer has died there is no
 * result, and the caller reads `claimed` itself (acquire) before it publishes the slot on the lane. */
static inline uint64_t claim_some(struct worker *k, const pool_atomic_u64 *published_at,
	pool_atomic_u64 *claimed, const pool_atomic_u64 *entry, int some, uint64_t *from)
{
	uint64_t at = atomic_load_explicit(claimed, memory_order_relaxed);

	for (;;) {
		/* Acquire pairs with feed_some() and take_back(): entries and inputs are visible. `at` may be newer
		 * than this value of `published`, hence the signed difference. */
		uint64_t published = atomic_load_explicit(published_at, ACQUIRE(claim_published));
		uint64_t size;

		if ((int64_t)(published - at) <= 0)
			return 0;
		size = read_entries(k, entry, at, some ? most_pieces(k, published - at) : 1);
		/* The swap releases the intent: whoever sees `claimed` beyond it sees the intent. Relaxed itself: between
		 * the results of the claim before and this there is the fence of look_after_caller(). */
		atomic_store_explicit(&k->seat->claim, pool_intent(at, size), memory_order_relaxed);
		if (atomic_compare_exchange_weak_explicit(
			    claimed, &at, at + size, ACQ_REL(claim_swap), memory_order_relaxed)) {
			atomic_store_explicit(&k->seat->claim, pool_intent(at, size) | POOL_CLAIM_OWN,
				memory_order_relaxed);
			*from = at;
			return size;
		}
	}
}

/* From the lane first, one at a time: so few are there that others should have a part in them. 0: there are none. */
static uint64_t worker_claim(struct worker *k, uint64_t *from)
{
	struct pool_shared *sh = k->p->shared;
	uint64_t size = 0;

	/* Relaxed: to miss what was put there this instant is to be one claim late. The look that must not miss it is
	 * park()'s. */
	if (pool_lane_left(k->p) > 0)
		size = claim_some(k, &sh->lane_published, &sh->lane_claimed, k->p->lane, 0, from);
	if (size == 0)
		size = claim_some(k, &sh->published, &sh->claimed, k->p->ring, 1, from);
	/* An intent that came to nothing must not stay: nobody could tell it from one that is about to become a claim.
	 * That of the lane gave way to one of the ring, unless the ring was empty too. */
	if (size == 0)
		atomic_store_explicit(&k->seat->claim, 0, memory_order_relaxed);
	return size;
}

/* ---- running ---- */

static void wake_caller(const struct pvq_pool *p)
{
	uint64_t one = 1;
	uint32_t was =
		atomic_exchange_explicit(&p->shared->caller, POOL_CALLER_AWAKE, memory_order_relaxed);

	/* Cannot block: the counter is never read, but 2^64 wake-ups from full. */
	if (was != POOL_CALLER_AWAKE)
		(void)!write(p->wake_fd, &one, sizeof(one));
	/* Where all CPUs are busy the caller would wait for the end of a worker's time slice, some milliseconds. That is
	 * soon enough for what follows, which is then put in lots. */
	if (was == POOL_CALLER_FIRST)
		pool_yield();
}

static int is_for_a_result(uint32_t caller)
{
	return caller == POOL_CALLER_EACH || caller == POOL_CALLER_FIRST;
}

static int is_wanted(const struct pool_shared *sh, uint64_t from, uint64_t size)
{
	uint64_t want = atomic_load_explicit(&sh->want, memory_order_relaxed);

	return want == POOL_ANY || want - from < size; /* unsigned: false below `from` too */
}

/* The result word for what is no length within bounds. */
static uint64_t failure(ssize_t len)
{
	int error = len > 0 ? EMSGSIZE : len < -POOL_RESULT_MAX ? EOVERFLOW : (int)-len;

	return POOL_DONE | POOL_FAILED | (uint32_t)error;
}

/* Wakes the caller if there is something in it for it. Pairs with caller_sleep(): either it sees our results
 * and claims, or we see it asleep. */
static void look_after_caller(const struct pvq_pool *p, uint64_t from, uint64_t size)
{
	struct pool_shared *sh = p->shared;
	uint32_t caller;

	pool_fence(completed_then_caller);
	caller = atomic_load_explicit(&sh->caller, memory_order_relaxed);
	if (is_for_a_result(caller) && is_wanted(sh, from, size))
		wake_caller(p);
	else if (caller == POOL_CALLER_LOW &&
		 atomic_load_explicit(&sh->published, memory_order_relaxed) -
				 atomic_load_explicit(&sh->claimed, memory_order_relaxed) <
			 atomic_load_explicit(&sh->low, memory_order_relaxed))
		wake_caller(p);
}

static void add_to(pool_atomic_u64 *sum, uint64_t more)
{
	atomic_store_explicit(
		sum, atomic_load_explicit(sum, memory_order_relaxed) + more, memory_order_relaxed);
}

/* The longest item of a claim is what the others, where they took what items take about, leave of its time. */
static void keep_books(const struct worker *k, uint64_t size, uint64_t took, uint64_t pace)
{
	struct pool_seat *seat = k->seat;
	uint64_t others = (size - 1) * pace, longest = took > others ? took - others : 0;

	add_to(&seat->items, size);
	add_to(&seat->busy_ns, took);
	if (longest > atomic_load_explicit(&seat->longest_ns, memory_order_relaxed))
		atomic_store_explicit(&seat->longest_ns, longest, memory_order_relaxed);
}

/* So many items that they take POOL_CLAIM_NS; beginning with one, and growing by doubling only. */
static void learn_pace(struct worker *k, uint64_t size)
{
	pool_atomic_u32 *pace = &k->p->shared->pace_ns;
	uint64_t now = pool_now_ns(), took = now - k->began_ns, each = took / size + 1;
	uint64_t old = atomic_load_explicit(pace, memory_order_relaxed);
	uint64_t fits = POOL_CLAIM_NS / each, most = 2 * size;

	keep_books(k, size, took, old ? old : each);
	k->began_ns = now;
	k->limit = POOL_HAS(POOL_BY_TIME) && fits < most ? fits : most;
	if (k->limit > PVQ_POOL_CHUNK_MAX)
		k->limit = PVQ_POOL_CHUNK_MAX;
	/* One claim that was preempted must not look like slow items: up by steps only. */
	if (old && each > 4 * old)
		each = 4 * old;
	if (each > UINT32_MAX)
		each = UINT32_MAX;
	atomic_store_explicit(
		pace, (uint32_t)(old ? (3 * old + each + 3) / 4 : each), memory_order_relaxed);
}

/* Says what it runs from now on. Before run(), in the program's order: that is what a dying process leaves visible.
 * The caller may have condemned this worker for the item before, whose result stands by now: then it begins no other one,
 * and waits for the signal. */
static inline void say_running(struct worker *k, uint64_t running, int may_be_condemned)
{
	pool_atomic_u64 *word = &k->seat->running;

	if (!may_be_condemned)
		atomic_store_explicit(word, running, memory_order_relaxed);
	else if (!atomic_compare_exchange_strong_explicit(
			 word, &k->running, running, memory_order_relaxed, memory_order_relaxed))
		for (;;)
			pause();
	k->running = running;
	atomic_signal_fence(memory_order_seq_cst);
}

/* The result word. */
static inline uint64_t run_one(const struct pvq_pool *p, uint32_t slot, uint64_t entry)
{
	char *out = p->out + slot * p->out_stride;
	ssize_t len;

	pool_guard(out, p->config.max_out, p->out_stride);
	len = entry & POOL_MARKED && pool_is_marked(p, slot)
		      ? -ECANCELED
		      : p->config.run(p->config.ctx, p->in + slot * p->in_stride, entry >> 32, out,
				p->config.max_out);
	if (pool_is_overrun(out, p->config.max_out, p->out_stride))
		len = SSIZE_MAX;
	return (size_t)len <= p->config.max_out ? POOL_DONE | (uint32_t)len : failure(len);
}

/* An item whose word is not that of all before it: from now on each has its own. Returns the first one's. */
static uint64_t mix(pool_atomic_u64 *result, uint32_t i, uint64_t first)
{
	for (uint32_t j = 1; j < i; j++)
		atomic_store_explicit(&result[j], first, memory_order_relaxed);
	return first | POOL_MIXED;
}

static inline void run_piece(struct worker *, uint64_t, uint64_t, int) __attribute__((always_inline));

/* may_be_condemned: as pool_may_condemn().
 *
 * What is to be known of the items before i, should this process die, is in the words of the piece before it says that it
 * runs i: in the program's order, as `running` is. */
static inline void run_piece(struct worker *k, uint64_t pos, uint64_t entry, int may_be_condemned)
{
	const struct pvq_pool *p = k->p;
	uint32_t slot = pool_entry_slot(entry), n = pool_entry_n(entry);
	pool_atomic_u64 *result = &p->result[slot];
	uint64_t first = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t word;

		say_running(k, pool_running(pos, i), may_be_condemned);
		word = run_one(p, slot + i, entry);
		if (i == 0) {
			first = word;
			if (n > 1)
				atomic_store_explicit(result, first & ~POOL_DONE, memory_order_relaxed);
		} else if (word != first) { /* MIXED included */
			int begins = !(first & POOL_MIXED);

			if (begins)
				first = mix(result, i, first);
			atomic_store_explicit(&result[i], word, memory_order_relaxed);
			if (begins)
				atomic_store_explicit(result, first & ~POOL_DONE, memory_order_relaxed);
		}
	}
	/* Releases the outputs' bytes, and the other words, to collect(). */
	atomic_store_explicit(result, first, RELEASE(result_done));
	/* Only a hint, for this load may have been made before the store above was seen. The look that cannot
	 * miss is the one after the fence at the claim's end. */
	if (is_for_a_result(atomic_load_explicit(&p->shared->caller, memory_order_relaxed)) &&
		is_wanted(p->shared, pos, 1))
		wake_caller(p);
}

/* Has it replaced where it has grown too large. The look takes a few microseconds. */
static void mind_memory(struct worker *k)
{
	if (k->began_ns - k->minded_ns < POOL_MIND_NS)
		return;
	k->minded_ns = k->began_ns;
	if (pvq_pool_has_grown(k->p))
		k->left = 0;
}

static void run_claim(struct worker *k, uint64_t from, uint64_t size)
{
	int may_be_condemned = pool_may_condemn(k->p);

	/* Written twice, so that no item pays for the question. */
	if (may_be_condemned)
		for (uint64_t i = 0; i < size; i++)
			run_piece(k, from + i, k->entry[i], 1);
	else
		for (uint64_t i = 0; i < size; i++)
			run_piece(k, from + i, k->entry[i], 0);
	say_running(k, 0, may_be_condemned);
	k->left -= k->items < k->left ? k->items : k->left;
	learn_pace(k, k->items);
	if (k->p->config.recycle_memory)
		mind_memory(k);
	look_after_caller(k->p, from, size);
}

/* ---- waiting ---- */

static int is_work(const struct pvq_pool *p)
{
	return pool_lane_left(p) > 0 ||
	       atomic_load_explicit(&p->shared->published, memory_order_relaxed) !=
		       atomic_load_explicit(&p->shared->claimed, memory_order_relaxed);
}

/* Whether this worker is to end, once there is no work. */
static int is_dismissed(const struct worker *k)
{
	return k->w >= pool_wanted(k->p);
}

/* Looks for work for a while, where a core is free for that. */
static int spin(const struct worker *k)
{
	const struct pvq_pool *p = k->p;
	uint64_t until = pool_now_ns() + POOL_SPIN_NS;

	while (pool_may_spin(p) && !is_dismissed(k)) {
		for (int i = 0; i < 32; i++) {
			if (is_work(p))
				return 1;
			pool_relax();
		}
		if (pool_now_ns() > until)
			break;
	}
	return is_work(p);
}

/* `sleepers` first, then `parked`, and back by whoever takes `parked` away: so the count is never too low. */
static void park(const struct worker *k)
{
	struct pool_shared *sh = k->p->shared;
	pool_atomic_u32 *parked = &k->seat->parked;

	atomic_fetch_add_explicit(&sh->sleepers, 1, memory_order_relaxed);
	atomic_store_explicit(parked, 1, RELEASE(parked));
	pool_fence(
		parked_then_work); /* first say so, then look: pairs with wake_needed() and dismiss_from() */
	if (is_work(k->p) || is_dismissed(k)) {
		if (atomic_exchange_explicit(parked, 0, memory_order_relaxed))
			atomic_fetch_sub_explicit(&sh->sleepers, 1, memory_order_relaxed);
		return;
	}
	while (atomic_load_explicit(parked, memory_order_relaxed))
		pool_futex_wait(parked, 1);
}

/* Until there may be work. 0: there is none, and this worker is to end. */
static int worker_wait(const struct worker *k)
{
	struct pool_shared *sh = k->p->shared;

	/* An empty queue is what a caller in a longer sleep wants to hear of. */
	if (atomic_load_explicit(&sh->caller, memory_order_relaxed) == POOL_CALLER_LOW)
		wake_caller(k->p);
	if (spin(k))
		return 1;
	if (is_dismissed(k))
		return 0;
	park(k);
	return 1;
}

_Noreturn void pvq_pool_refuse(struct pool_seat *seat, int ret)
{
	atomic_store_explicit(&seat->phase, ret, memory_order_relaxed);
	_exit(POOL_EXIT_INIT);
}

_Noreturn void pvq_pool_work(const struct pvq_pool *p, unsigned w)
{
	struct worker k = {.p = p, .seat = &p->seat[w], .w = w, .limit = 1, .left = UINT64_MAX};
	uint64_t now;
	int ret;

	while (!atomic_load_explicit(&k.seat->watched, memory_order_relaxed))
		pool_futex_wait(&k.seat->watched, 0);
	k.began_ns = pool_now_ns();
	ret = p->config.init ? p->config.init(p->config.ctx, w) : 0;
	if (ret < 0)
		pvq_pool_refuse(k.seat, ret);
	pvq_pool_bind(p); /* once more: init() may have changed its credentials, which undoes it */
	atomic_store_explicit(&k.seat->phase, POOL_READY, memory_order_relaxed);
	now = pool_now_ns();
	add_to(&k.seat->start_ns, now - k.began_ns);
	k.began_ns = now;
	if (p->config.recycle)
		k.left = p->config.recycle;
	for (;;) {
		uint64_t from, size;

		while (k.left && (size = worker_claim(&k, &from)) > 0)
			run_claim(&k, from, size);
		if (!k.left || !worker_wait(&k))
			break;
		now = pool_now_ns();
		add_to(&k.seat->wait_ns, now - k.began_ns);
		k.began_ns = now;
	}
	/* First: so a worker that its hook ends is one that was to end. */
	atomic_store_explicit(&k.seat->phase, POOL_RETIRED, memory_order_relaxed);
	if (p->config.worker_exit)
		p->config.worker_exit(p->config.ctx, w);
	_exit(0);
}
