/* pool_items.c: how items go into a pool and results come out: submit, collect, wait, cancel; and map, which is made of
 * the same parts.
 *
 * With small items the caller is what limits a pool, and on as many cores as workers it takes its time from theirs. So it
 * wakes no more workers than the queue needs, looks at nothing for longer than a wake-up costs, and where results come fast
 * sleeps until there are many.
 */
#include "pool_shared.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

enum {
	/* Items published at a time. */
	QUOTA_MAX = POOL_HAS(POOL_GATHER) ? 64 : 1,
	QUOTA_NS = 10000,  /* how long gathering them should take */
	PIECE_NS = 5000,   /* how long the items of a piece should take: the others wait for its last one */
	IN_ONE_GO = 512,   /* items fed, and put, at a time */
	LATE_NS = 1000000, /* how long a result may wait to be put along with others … */
	FAST_NS = LATE_NS / 5, /* … where they come in faster than this */
	LUMP = 512,            /* items at least that are worth a switch to the caller */
	DULL_NS = 1000000000,  /* the longest sleep where anything is in flight, about */
	HOLE_NS = 50000000,    /* see sleep_ns() */
	LOOK_NS = 5000000,     /* workers are looked after that often while the caller is busy */
	LATER_NS = 10000000,   /* next() is asked again, where it had nothing and nothing is put */
};

/* ---- waking ---- */

/* Whether the queue moves: else whoever is awake is busy with an item that takes long. */
static int is_stalled(struct pvq_pool *p, uint64_t claimed, uint64_t now)
{
	if (claimed != p->stalled_at) {
		p->stalled_at = claimed;
		p->stalled_ns = now;
	}
	return now - p->stalled_ns > POOL_SPIN_NS;
}

/* Items from that position on, where there are any. */
static uint64_t unclaimed(const struct pvq_pool *p, uint64_t claimed)
{
	uint32_t slot = pool_entry_slot(
		atomic_load_explicit(&p->ring[claimed & p->ring_mask], memory_order_relaxed));

	return p->next - p->piece[slot].id;
}

/* How many of the sleepers the queue needs: where those awake are through with it in less time than a wake-up
 * takes, none. */
static uint64_t needed(struct pvq_pool *p, uint64_t sleepers, uint64_t now)
{
	const struct pool_shared *sh = p->shared;
	uint64_t claimed = atomic_load_explicit(&sh->claimed, memory_order_relaxed);
	uint64_t backlog = atomic_load_explicit(&sh->published, memory_order_relaxed) - claimed;
	uint64_t items = backlog ? unclaimed(p, claimed) : 0;
	uint64_t pace = atomic_load_explicit(&sh->pace_ns, memory_order_relaxed);
	uint64_t awake = p->config.workers > sleepers ? p->config.workers - sleepers : 0, want;

	if (!POOL_HAS(POOL_WAKE_FEW) || pace == 0 || is_stalled(p, claimed, now))
		want = backlog;
	else
		want = items * pace / (awake ? awake : 1) / POOL_SPIN_NS;
	if (want == 0 && awake == 0)
		want = 1;
	/* What is on the lane waits for nobody: those awake may be busy for long. */
	return (want < backlog ? want : backlog) + pool_lane_left(p);
}

void pvq_pool_wake(struct pvq_pool *p, uint64_t want)
{
	for (unsigned w = 0; want > 0 && w < p->seats; w++) {
		pool_atomic_u32 *parked = &p->seat[w].parked;

		if (atomic_load_explicit(parked, memory_order_relaxed) &&
			atomic_exchange_explicit(parked, 0, ACQUIRE(wake_parked))) {
			pool_rouse(p, w);
			p->counts.wakes++;
			want--;
		}
	}
}

/* The caller may not come back for long: nobody sleeps while there is work for more. Those awake may be busy for long. */
static void wake_for_all(struct pvq_pool *p)
{
	const struct pool_shared *sh = p->shared;

	if (atomic_load_explicit(&sh->sleepers, memory_order_relaxed) > 0)
		pvq_pool_wake(p, atomic_load_explicit(&sh->published, memory_order_relaxed) -
					 atomic_load_explicit(&sh->claimed, memory_order_relaxed) +
					 pool_lane_left(p));
}

/* At most `most`: waking takes time, in which the queue should not run dry. */
static void wake_needed(struct pvq_pool *p, uint64_t now, uint64_t most)
{
	uint64_t sleepers;

	pool_fence(
		published_then_sleepers); /* first make it visible, then look for sleepers: pairs with park() */
	sleepers = atomic_load_explicit(&p->shared->sleepers, memory_order_relaxed);
	if (sleepers > 0) {
		uint64_t want = needed(p, sleepers, now);

		pvq_pool_wake(p, want < most ? want : most);
	}
}

/* ---- items go in ---- */

static char *input_of(const struct pvq_pool *p, uint32_t slot)
{
	return p->in + slot * p->in_stride;
}

/* Whether there is room for an item, at `at`. */
static inline int has_room(struct pvq_pool *p)
{
	if (p->next - p->done >= p->config.window)
		return 0;
	if (p->at != POOL_NO_SLOT)
		return 1;
	if (p->nfree > 0) {
		p->at = p->free_segment[--p->nfree] * p->segment;
		p->segment_left[p->at / p->segment] = p->segment;
	} else {
		/* There is one: fewer items than the window has are in flight. */
		p->at = p->nfree_single ? p->free_single[--p->nfree_single] : p->slots + p->singles++;
	}
	return 1;
}

/* Past the slot `at`. */
static inline void step(struct pvq_pool *p)
{
	if (++p->at % p->segment == 0 || p->at > p->slots)
		p->at = POOL_NO_SLOT;
}

/* Ordered: the piece is the last in order. */
static void put_last(struct pvq_pool *p, uint32_t slot)
{
	if (p->piece[slot].id == p->done + p->putting.left) /* there is no other */
		p->head = slot;
	else
		p->piece[p->last].next = slot;
	p->last = slot;
}

/* Puts the piece that was filled, whose slots end with `end`, at the end of the ring, where nobody sees it before it is
 * published.
 *
 * Every position in [moved, tail) has slots of its own in flight, and there are no more slots in flight than ring entries:
 * none that is not noted yet is overwritten. */
static void close_piece(struct pvq_pool *p, uint32_t end)
{
	uint32_t slot = end - p->filled;

	p->piece[slot] = (struct pool_piece){
		.id = p->next - p->filled, .pos = p->tail, .in_len = p->fill_len, .n = p->filled};
	if (p->config.ordered)
		put_last(p, slot);
	atomic_store_explicit(&p->result[slot], 0, memory_order_relaxed);
	atomic_store_explicit(&p->ring[p->tail & p->ring_mask], pool_entry(slot, p->filled, p->fill_len),
		memory_order_relaxed);
	p->tail++;
	p->filled = 0;
}

static void close_filled(struct pvq_pool *p)
{
	if (p->filled > 0)
		close_piece(p, p->at);
}

/* The item at `at` is one of the piece that is being filled, or begins one. Pieces begin and end at multiples of their size,
 * as soon as that does not change: no two of them share cache lines. */
static inline void append(struct pvq_pool *p, size_t len)
{
	if (p->filled > 0 && len != p->fill_len)
		close_piece(p, p->at);
	if (p->filled == 0) {
		p->fill_len = (uint32_t)len;
		p->limit = p->at < p->slots ? p->grain - p->at % p->grain : 1;
	}
	p->next++;
	p->gathered++;
	if (++p->filled == p->limit)
		close_piece(p, p->at + 1);
	step(p);
}

/* The next item, in that slot, is a piece that does not go on the ring. Whatever was filled is closed. */
static void note_single(struct pvq_pool *p, uint32_t slot, uint32_t len)
{
	p->piece[slot] = (struct pool_piece){.id = p->next++, .pos = POOL_NOWHERE, .in_len = len, .n = 1};
	if (p->config.ordered)
		put_last(p, slot);
	else
		p->line[p->nline++] = slot;
}

/* So many calls of a hook next time that they take QUOTA_NS. */
static uint32_t adapt(uint32_t quota, uint64_t took_ns)
{
	if (took_ns / 2 > QUOTA_NS)
		return quota > 1 ? quota / 2 : 1;
	return took_ns < QUOTA_NS && quota < QUOTA_MAX ? 2 * quota : quota;
}

/* Items of the next pieces: as many as take PIECE_NS, and no more than are gathered; beginning with one, and growing by
 * doubling only. */
static uint32_t adapt_grain(const struct pvq_pool *p)
{
	uint32_t pace = atomic_load_explicit(&p->shared->pace_ns, memory_order_relaxed), grain = 1;

	while (POOL_HAS(POOL_PIECES) && grain < p->segment && grain < p->quota && grain <= p->grain &&
		pace > 0 && (uint64_t)grain * pace <= PIECE_NS / 2)
		grain *= 2;
	return grain;
}

/* Makes visible what was gathered, and wakes whom that needs, at most `most`. Returns the time. */
static uint64_t publish(struct pvq_pool *p, uint64_t most)
{
	uint64_t now;

	close_filled(p);
	/* Releases entries and inputs to worker_claim(). */
	atomic_store_explicit(&p->shared->published, p->tail, RELEASE(publish));
	now = pool_now_ns();
	wake_needed(p, now, most);
	p->quota = adapt(p->quota, now - p->gather_ns);
	p->grain = adapt_grain(p);
	p->gather_ns = now;
	p->gathered = 0;
	return now;
}

/* The same for what is left, or where nothing is, but there may be work for more workers by now. */
static uint64_t flush(struct pvq_pool *p)
{
	uint64_t now;

	if (p->gathered > 0)
		return publish(p, UINT64_MAX);
	now = pool_now_ns();
	wake_needed(p, now, UINT64_MAX);
	return now;
}

/* Nothing was in flight. That time says nothing about how fast results come, and the first ones are not to wait for
 * others. */
static void begin_flight(struct pvq_pool *p, uint64_t now)
{
	p->got_ns = p->stalled_ns = p->gather_ns = now;
	p->dull_ns = HOLE_NS;
	p->quota = p->grain = 1;
	p->flight = p->done;
	if (pool_wanted(p) < p->config.workers)
		pvq_pool_hire_all(p, p->config.workers);
	if (p->gap_ns == 0)
		p->gap_ns = LATE_NS;
}

static int refuse(struct pvq_error *err)
{
	return pvq_fail(err, -EINVAL, "this pool has failed before, and can only be closed");
}

/* Whether an item of that length goes in: 0, at `at`; or -errno. */
static inline int admit(struct pvq_pool *p, size_t len, struct pvq_error *err)
{
	if (p->failed)
		return refuse(err);
	if (len > p->config.max_in)
		return pvq_fail(err, -EMSGSIZE, "an input has %zu bytes, and may have %zu at most", len,
			p->config.max_in);
	if (!has_room(p))
		return -EAGAIN;
	if (p->next == p->done)
		begin_flight(p, pool_now_ns());
	return 0;
}

int pvq_pool_submit(struct pvq_pool *p, const void *in, size_t len, uint64_t *id, struct pvq_error *err)
{
	int ret = admit(p, len, err);

	if (ret)
		return ret;
	if (len > 0)
		memcpy(input_of(p, p->at), in, len);
	append(p, len);
	if (id)
		*id = p->next - 1;
	if (p->gathered >= p->quota && p->filled == 0)
		(void)publish(p, p->config.cores);
	return 0;
}

int pvq_pool_submit_urgent(
	struct pvq_pool *p, const void *in, size_t len, uint64_t *id, struct pvq_error *err)
{
	int ret = admit(p, len, err);
	uint32_t slot = p->at;

	if (ret)
		return ret;
	if (len > 0)
		memcpy(input_of(p, slot), in, len);
	close_filled(p);
	if (id)
		*id = p->next;
	note_single(p, slot, (uint32_t)len);
	step(p);
	pvq_pool_put_on_lane(p, slot);
	wake_needed(p, pool_now_ns(), UINT64_MAX);
	return 0;
}

void pvq_pool_flush(struct pvq_pool *p)
{
	(void)flush(p);
	wake_for_all(p);
}

uint64_t pvq_pool_in_flight(const struct pvq_pool *p)
{
	return p->next - p->done;
}

/* ---- results come out ---- */

/* A round of puts ends when it has gone on for so long that somebody should look after the workers. The clock
 * is read once a lot, not once an item. */
struct round {
	uint64_t until_ns, lot_ns; /* lot_ns: when the present lot began */
	uint32_t left;             /* of it */
	int over;
	int refused; /* what put() failed with */
};

static struct round begin_round(const struct pvq_pool *p, uint64_t now)
{
	return (struct round){.until_ns = now + LOOK_NS, .lot_ns = now, .left = p->lot};
}

static void next_in_round(struct pvq_pool *p, struct round *r)
{
	uint64_t now;

	if (--r->left > 0)
		return;
	now = pool_now_ns();
	p->lot = r->left = adapt(p->lot, now - r->lot_ns);
	r->lot_ns = now;
	r->over = now > r->until_ns;
}

/* What put() is told of a result that is no output. Returns the status. */
static int odd_result(struct pvq_pool *p, uint32_t slot, uint64_t word, const void **out, size_t *len)
{
	pool_atomic_u64 *mark = &p->mark[slot / 64];

	if (pool_is_marked(p, slot)) {
		atomic_store_explicit(mark,
			atomic_load_explicit(mark, memory_order_relaxed) & ~(1ull << slot % 64),
			memory_order_relaxed);
		p->cancelled--;
		p->counts.cancelled++;
		*out = NULL;
		*len = 0;
		return PVQ_POOL_CANCELLED;
	}
	if (word & POOL_LOST) {
		*out = &p->loss[slot];
		*len = sizeof(p->loss[slot]);
		return (int)(uint32_t)word;
	}
	if (word & POOL_FAILED) {
		*out = NULL;
		*len = 0;
		return -(int)(uint32_t)word;
	}
	return 0; /* another one is cancelled, or differs */
}

/* Puts what may be no output. Not in put_piece(): the address of `out` would have the compiler guard each piece. */
__attribute__((noinline, cold)) static int put_odd(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, uint64_t id, uint32_t slot, uint64_t word)
{
	const void *out = p->out + slot * p->out_stride;
	size_t len = (uint32_t)word;
	int status = odd_result(p, slot, word, &out, &len);

	return feed->put(feed->ctx, id, out, len, status);
}

/* All its items were put. */
static void free_piece(struct pvq_pool *p, const struct pool_putting *put)
{
	uint32_t segment = put->first / p->segment;

	if (put->first >= p->slots) {
		p->free_single[p->nfree_single++] = put->first;
		return;
	}
	p->segment_left[segment] -= put->n;
	if (p->segment_left[segment] == 0)
		p->free_segment[p->nfree++] = segment;
}

/* Puts results of the piece that was taken up. How many. */
static int64_t put_piece(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, struct round *round, struct pvq_error *err)
{
	struct pool_putting *put = &p->putting;
	int64_t sum = 0;

	while (put->left > 0 && !round->over) {
		uint32_t slot = put->slot++;
		uint64_t id = put->id++, word = put->word;
		int ret;

		if (word & POOL_MIXED && slot != put->first)
			word = atomic_load_explicit(&p->result[slot], memory_order_relaxed);
		put->left--;
		p->done++;
		sum++;
		ret = (word & (POOL_FAILED | POOL_LOST)) | p->cancelled
			      ? put_odd(p, feed, id, slot, word)
			      : feed->put(feed->ctx, id, p->out + slot * p->out_stride, (uint32_t)word, 0);
		if (ret < 0) {
			round->over = 1;
			round->refused =
				pvq_fail(err, ret, "result of item %llu refused", (unsigned long long)id);
		} else {
			next_in_round(p, round);
		}
	}
	if (put->left == 0)
		free_piece(p, put);
	return sum;
}

/* A piece that is done is the next to be put. */
static void take_up(struct pvq_pool *p, uint32_t slot, uint64_t word)
{
	const struct pool_piece *piece = &p->piece[slot];

	p->putting = (struct pool_putting){.id = piece->id,
		.word = word,
		.slot = slot,
		.left = piece->n,
		.first = slot,
		.n = piece->n};
}

/* What is left of a piece, then the next ones in order. */
static int64_t collect_ordered(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, struct round *round, struct pvq_error *err)
{
	int64_t sum = p->putting.left ? put_piece(p, feed, round, err) : 0;

	while (sum < IN_ONE_GO && !round->over && p->done < p->next) {
		/* Acquire: the outputs' bytes are visible. */
		uint64_t word = atomic_load_explicit(&p->result[p->head], ACQUIRE(collect_ordered));

		if (!(word & POOL_DONE))
			break;
		take_up(p, p->head, word);
		p->head = p->piece[p->head].next;
		sum += put_piece(p, feed, round, err);
	}
	return sum;
}

/* So many positions are noted at a time that the line stays short. */
static uint64_t claimed_soon(const struct pvq_pool *p)
{
	uint64_t claimed = atomic_load_explicit(&p->shared->claimed, memory_order_relaxed);

	return claimed - p->moved < IN_ONE_GO ? claimed : p->moved + IN_ONE_GO;
}

/* What is not done yet stays in the line: no more than what the workers hold in their claims. */
static int64_t collect_unordered(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, struct round *round, struct pvq_error *err)
{
	uint32_t kept = 0;
	int64_t sum = p->putting.left ? put_piece(p, feed, round, err) : 0;

	pool_move(p, claimed_soon(p));
	for (uint32_t i = 0; i < p->nline; i++) {
		uint32_t slot = p->line[i];
		uint64_t word = atomic_load_explicit(&p->result[slot], ACQUIRE(collect_unordered));

		if (!(word & POOL_DONE) || round->over) {
			p->line[kept++] = slot;
			continue;
		}
		take_up(p, slot, word);
		sum += put_piece(p, feed, round, err);
	}
	p->nline = kept;
	return sum;
}

/* Puts results that are there. Their number, or what put() failed with. */
static int64_t collect(
	struct pvq_pool *p, const struct pvq_pool_feed *feed, uint64_t now, struct pvq_error *err)
{
	struct round round = begin_round(p, now);
	int64_t got = p->config.ordered ? collect_ordered(p, feed, &round, err)
					: collect_unordered(p, feed, &round, err);

	if (got > 0) {
		p->gap_ns = (3 * p->gap_ns + (now - p->got_ns) / (uint64_t)got) / 4;
		p->got_ns = now;
		p->dull_ns = HOLE_NS;
		p->barren = 0;
	}
	return round.refused ? round.refused : got;
}

/* Whether collect() would find one. */
static int is_any_there(struct pvq_pool *p)
{
	if (p->putting.left > 0)
		return 1;
	if (p->config.ordered)
		return p->done < p->next && pool_is_done(p, p->head);
	pool_move(p, claimed_soon(p));
	for (uint32_t i = 0; i < p->nline; i++)
		if (pool_is_done(p, p->line[i]))
			return 1;
	return 0;
}

/* ---- waiting ---- */

static int queue_is_empty(const struct pvq_pool *p)
{
	return atomic_load_explicit(&p->shared->published, memory_order_relaxed) ==
	       atomic_load_explicit(&p->shared->claimed, memory_order_relaxed);
}

/* What a worker is to wake the caller for: the position that is next in order, or any. */
static uint64_t wanted(const struct pvq_pool *p)
{
	return p->config.ordered && p->done < p->next ? p->piece[p->head].pos : POOL_ANY;
}

/* How long to sleep at most. In EACH, a result in the midst of a claim, completed just as the caller fell asleep,
 * is told at the claim's end only (run_one()). That is soon, but for an item in that claim that takes
 * unusually long. So the caller looks by itself, less and less often. */
static int64_t sleep_ns(const struct pvq_pool *p, int fast)
{
	int64_t patience = pvq_pool_patience(p), longest = fast ? LATE_NS : (int64_t)p->dull_ns;

	if (p->later && longest > LATER_NS)
		longest = LATER_NS;
	return patience < 0 || patience > longest ? longest : patience;
}

/* Says what the caller is to be woken for, and that it is asleep. */
static void fall_asleep(struct pvq_pool *p, int fast, int ended)
{
	struct pool_shared *sh = p->shared;
	uint64_t backlog = atomic_load_explicit(&sh->published, memory_order_relaxed) -
			   atomic_load_explicit(&sh->claimed, memory_order_relaxed);

	wake_for_all(p);
	/* Half of what is left now, not of the window: in order, results may all be waiting for one that is
	 * not done, and then nothing can be fed, however low the queue. */
	atomic_store_explicit(&sh->low, ended ? 0 : backlog / 2, memory_order_relaxed);
	atomic_store_explicit(&sh->want, wanted(p), memory_order_relaxed);
	atomic_store_explicit(&sh->caller,
		fast                   ? POOL_CALLER_LOW
		: p->done == p->flight ? POOL_CALLER_FIRST
				       : POOL_CALLER_EACH,
		memory_order_relaxed);
	pool_fence(asleep_then_results); /* first say so, then look: pairs with look_after_caller() */
}

static void be_awake(struct pvq_pool *p)
{
	atomic_store_explicit(&p->shared->caller, POOL_CALLER_AWAKE, memory_order_relaxed);
}

/* Says that the caller sleeps, unless there is something to collect: 0. Else for how long at most. */
static int64_t doze(struct pvq_pool *p, int ended, int *fast)
{
	uint64_t now = pool_now_ns(), waited = now - p->got_ns;

	if (waited > p->gap_ns)
		p->gap_ns = (3 * p->gap_ns + waited) / 4;
	*fast = POOL_HAS(POOL_SLEEP_LONG) && p->gap_ns < FAST_NS;
	fall_asleep(p, *fast, ended);
	if ((!*fast || queue_is_empty(p)) && is_any_there(p)) {
		be_awake(p);
		return 0;
	}
	return sleep_ns(p, *fast);
}

/* Sleeps until there is something to collect, to feed or to bury, or for most_ns; < 0: any time. As pvq_pool_tend(). */
static int caller_sleep(struct pvq_pool *p, int ended, int64_t most_ns, struct pvq_error *err)
{
	int fast, ret;
	int64_t sleep = doze(p, ended, &fast);

	if (sleep == 0)
		return 0;
	if (most_ns >= 0 && most_ns < sleep)
		sleep = most_ns;
	else if (!fast && p->dull_ns < DULL_NS)
		p->dull_ns *= 2;
	p->counts.sleeps++;
	ret = pvq_pool_tend(p, sleep, err);
	be_awake(p);
	return ret;
}

/* There is nothing to feed, and was nothing to collect. As caller_sleep(). */
static int caller_wait(struct pvq_pool *p, int ended, int64_t most_ns, struct pvq_error *err)
{
	uint64_t began = pool_now_ns(), now = began,
		 most = most_ns >= 0 && most_ns < POOL_SPIN_NS ? (uint64_t)most_ns : POOL_SPIN_NS;

	/* Not where the next result is further away than a wake-up anyway. */
	while (now - began < most && p->gap_ns < POOL_SPIN_NS && pool_may_spin(p)) {
		for (int i = 0; i < 16; i++)
			pool_relax();
		if (is_any_there(p))
			return 0;
		now = pool_now_ns();
	}
	return caller_sleep(p, ended, most_ns, err);
}

/* Where the workers have work for a while and want all cores, little by little takes from them more than it
 * gives. */
static int is_better_asleep(const struct pvq_pool *p, uint64_t lump)
{
	const struct pool_shared *sh = p->shared;
	uint64_t claimed = atomic_load_explicit(&sh->claimed, memory_order_relaxed);

	return POOL_HAS(POOL_LEAVE_CORE) && lump < LUMP && p->gap_ns < FAST_NS &&
	       claimed != atomic_load_explicit(&sh->published, memory_order_relaxed) &&
	       unclaimed(p, claimed) > p->config.window / 2 && !pool_may_spin(p);
}

static int is_time_to_look(const struct pvq_pool *p, uint64_t now)
{
	int64_t patience = pvq_pool_patience(p);
	uint64_t longest = patience < 0 || patience > LOOK_NS ? LOOK_NS : (uint64_t)patience;

	return now - p->looked_ns > longest;
}

/* ---- step by step ---- */

/* The program is about to sleep by itself: the descriptor is to tell it when there is something. 1: there is already. */
static int arm(struct pvq_pool *p, struct pvq_error *err)
{
	int fast;
	int64_t sleep = doze(p, 0, &fast);
	const struct itimerspec at = {
		.it_value = {.tv_sec = sleep / 1000000000, .tv_nsec = sleep % 1000000000}};

	if (sleep == 0)
		return 1;
	p->armed = 1;
	if (p->timer_fd >= 0 && timerfd_settime(p->timer_fd, 0, &at, NULL))
		return pvq_fail(err, -errno, "cannot set a timer");
	return 0;
}

/* Looks after the workers where it is time to, or the descriptor says so. */
static int look(struct pvq_pool *p, uint64_t now, struct pvq_error *err)
{
	int ret = 0, was_armed = p->armed;

	if (was_armed)
		be_awake(p);
	p->armed = 0;
	if (was_armed || is_time_to_look(p, now))
		ret = pvq_pool_tend(p, 0, err);
	return ret < 0 ? ret : 0;
}

int pvq_pool_collect(struct pvq_pool *p, const struct pvq_pool_feed *feed, struct pvq_error *err)
{
	int64_t got = 0;
	uint64_t now;
	int ret;

	if (p->failed)
		return refuse(err);
	p->failed = 1; /* so it stays where the hook does not return */
	now = flush(p);
	ret = look(p, now, err);
	if (ret == 0)
		got = collect(p, feed, now, err);
	if (got == 0)
		wake_for_all(p);
	p->failed = ret != 0;
	return ret ? ret : (int)got;
}

static int wait_until(struct pvq_pool *p, int64_t wait_ns, struct pvq_error *err)
{
	uint64_t now = flush(p), until = wait_ns < 0 ? UINT64_MAX : now + (uint64_t)wait_ns;
	int ret = look(p, now, err);

	while (ret == 0) {
		if (is_any_there(p))
			return 1;
		if (p->next == p->done || (wait_ns > 0 && now >= until))
			return 0;
		if (wait_ns == 0)
			return arm(p, err);
		ret = caller_wait(p, 0, wait_ns < 0 ? -1 : (int64_t)(until - now), err);
		now = pool_now_ns();
	}
	return ret < 0 ? ret : is_any_there(p); /* > 0: a signal */
}

int pvq_pool_wait(struct pvq_pool *p, int64_t wait_ns, struct pvq_error *err)
{
	int ret = p->failed ? refuse(err) : wait_until(p, wait_ns, err);

	p->failed |= ret < 0;
	return ret;
}

int pvq_pool_fd(struct pvq_pool *p, struct pvq_error *err)
{
	int ret;

	if (p->timer_fd >= 0)
		return p->epoll_fd;
	p->timer_fd = pvq_pool_lift(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
	ret = p->timer_fd < 0 ? -errno : pvq_pool_watch(p, p->timer_fd, EPOLLIN | EPOLLET, POOL_ALARM);
	if (ret == 0)
		return p->epoll_fd;
	if (p->timer_fd >= 0)
		close(p->timer_fd);
	p->timer_fd = -1;
	return pvq_fail(err, ret, "cannot make a timer");
}

/* ---- cancelling ---- */

/* The item is marked, and the entry of its piece says so, should nobody have read it yet. It goes its way like any other.
 * piece: its first slot. */
static int cancel_slot(struct pvq_pool *p, uint32_t first, uint32_t slot)
{
	const struct pool_piece *piece = &p->piece[first];
	int lane = (piece->pos & POOL_LANE) != 0;
	pool_atomic_u64 *ring = lane ? p->lane : p->ring, *mark = &p->mark[slot / 64];
	uint64_t tail =
		lane ? atomic_load_explicit(&p->shared->lane_published, memory_order_relaxed) : p->tail;

	if (pool_is_done(p, first))
		return -EALREADY;
	if (pool_is_marked(p, slot))
		return 0;
	p->cancelled++;
	atomic_store_explicit(mark, atomic_load_explicit(mark, memory_order_relaxed) | 1ull << slot % 64,
		memory_order_relaxed);
	if (tail - piece->pos <= p->ring_mask + 1) /* else the entry is another piece's by now */
		atomic_store_explicit(&ring[piece->pos & p->ring_mask],
			pool_entry(first, piece->n, piece->in_len) | POOL_MARKED, memory_order_relaxed);
	return 0;
}

int pvq_pool_cancel(struct pvq_pool *p, uint64_t id)
{
	struct pool_walk walk = {0};
	uint32_t first;
	int ret = -ENOENT;

	if (p->failed)
		return -EINVAL;
	close_filled(p);
	if (id - p->putting.id < p->putting.left)
		return -EALREADY;
	while (ret == -ENOENT && pool_walk(p, &walk, &first)) {
		const struct pool_piece *piece = &p->piece[first];

		if (id - piece->id < piece->n)
			ret = cancel_slot(p, first, first + (uint32_t)(id - piece->id));
	}
	pvq_pool_interrupt(p);
	return ret;
}

int pvq_pool_cancel_all(struct pvq_pool *p)
{
	struct pool_walk walk = {0};
	uint32_t first;
	int sum = 0;

	if (p->failed)
		return -EINVAL;
	close_filled(p);
	while (pool_walk(p, &walk, &first))
		for (uint32_t i = 0; i < p->piece[first].n; i++)
			sum += cancel_slot(p, first, first + i) == 0;
	pvq_pool_interrupt(p);
	return sum;
}

/* ---- map ---- */

/* What next() returned is no length within bounds. 1: the item is too long, and done as it is; 0: no more for now. */
static int feed_odd(struct pvq_pool *p, ssize_t len, int *ended)
{
	uint32_t slot = p->at;

	if (len == PVQ_POOL_LATER) {
		p->later = 1;
		return 0;
	}
	if (len < 0) {
		*ended = 1;
		p->feed_error = len == PVQ_POOL_END ? 0 : len < -POOL_RESULT_MAX ? -EOVERFLOW : (int)len;
		return 0;
	}
	close_filled(p);
	note_single(p, slot, 0);
	atomic_store_explicit(
		&p->result[slot], POOL_DONE | POOL_FAILED | (uint32_t)EMSGSIZE, memory_order_relaxed);
	step(p);
	return 1;
}

/* What next() returns; of an item that it wrote beyond the bound, a length beyond it. */
static ssize_t feed_slot(const struct pvq_pool *p, const struct pvq_pool_feed *feed, char *in)
{
	ssize_t len;

	pool_guard(in, p->config.max_in, p->in_stride);
	len = feed->next(feed->ctx, p->next, in);
	return len >= 0 && pool_is_overrun(in, p->config.max_in, p->in_stride) ? SSIZE_MAX : len;
}

/* 0: there is no item, or no room. */
static int feed_one(struct pvq_pool *p, const struct pvq_pool_feed *feed, int *ended)
{
	ssize_t len;

	do {
		if (*ended || !has_room(p))
			return 0;
		len = feed_slot(p, feed, input_of(p, p->at));
	} while ((size_t)len > p->config.max_in && feed_odd(p, len, ended));
	if ((size_t)len > p->config.max_in)
		return 0;
	append(p, (size_t)len);
	return 1;
}

/* Whether a whole piece may be begun: else each result that is put would make room for a piece of one item. */
static int has_room_for_piece(const struct pvq_pool *p)
{
	return p->next == p->done || p->next - p->done + p->grain <= p->config.window;
}

/* Fills free slots and makes them visible, some at a time; few, as long as nothing of them has been put. Returns how
 * many. */
static uint64_t feed_some(struct pvq_pool *p, const struct pvq_pool_feed *feed, int *ended, uint64_t *now)
{
	uint64_t from = p->next, most = 2 * (uint64_t)p->config.workers, until = *now + LOOK_NS;
	int more = 1;

	if (p->done > p->flight && most < IN_ONE_GO)
		most = IN_ONE_GO;
	p->later = 0;
	p->gather_ns = *now;
	while (more && p->next - from < most && *now < until) {
		while (more && (p->gathered < p->quota || p->filled > 0))
			more = (p->filled > 0 || has_room_for_piece(p)) && feed_one(p, feed, ended);
		if (p->gathered > 0)
			*now = publish(p, POOL_HAS(POOL_FILL_FIRST) ? p->config.cores : UINT64_MAX);
	}
	if (p->next > from)
		wake_needed(p, *now, UINT64_MAX);
	return p->next - from;
}

static int feed_failed(const struct pvq_pool *p, struct pvq_error *err)
{
	return pvq_fail(err, p->feed_error, "no input for item %llu", (unsigned long long)p->next);
}

static int map_items(struct pvq_pool *p, const struct pvq_pool_feed *feed, struct pvq_error *err)
{
	uint64_t now = pool_now_ns();
	int ended = 0, ret = 0;

	begin_flight(p, now);
	p->gap_ns = LATE_NS;
	do {
		uint64_t fed = feed_some(p, feed, &ended, &now);
		int64_t got = p->feed_error ? feed_failed(p, err) : collect(p, feed, now, err);

		if (got < 0)
			return (int)got;
		if (ended && p->done == p->next)
			return 0;
		if (fed == 0) /* else feed_some() has seen to it */
			wake_needed(p, now, UINT64_MAX);
		if (got == 0 && fed == 0)
			ret = caller_wait(p, ended, -1, err);
		else if (is_better_asleep(p, (uint64_t)got + fed))
			ret = caller_sleep(p, ended, -1, err);
		now = pool_now_ns();
		if (ret >= 0 && is_time_to_look(p, now))
			ret = pvq_pool_tend(p, 0, err);
	} while (ret >= 0);
	return ret;
}

int pvq_pool_map(struct pvq_pool *p, const struct pvq_pool_feed *feed, struct pvq_error *err)
{
	int ret;

	if (p->failed)
		return refuse(err);
	if (p->next != p->done)
		return pvq_fail(err, -EBUSY, "%llu items that were submitted are in flight",
			(unsigned long long)(p->next - p->done));
	p->next = p->done = 0;
	p->feed_error = 0;
	p->failed = 1; /* so it stays where a hook does not return */
	ret = map_items(p, feed, err);
	p->failed = ret != 0;
	return ret;
}
