/* pool_shared.h: what the caller and the workers of a pool share, and the protocol between them. Internal: the
 * public header is pool.h.
 *
 *	caller                    shared memory                             workers
 *	 next() ──>  in[slot]   ┌────┬────┬────┬────┬─ … ┐  ──────────────>  run()
 *	 publish ─>  ring[]     │piece    │piece    │  …      ──────────────>  claim a few at a time
 *	 put()  <──  out[slot]  ├────┼────┼────┼────┼─ … ┤  <──────────────  run()
 *	 collect <─  result[]   │done│    │done│    │  …      <──────────────  complete
 *
 * A slot is the place of an item in flight; inputs and outputs lie in arrays, so that small ones share cache lines, and
 * nothing is copied but what next() writes. There are as many slots as the window has items, or a few more: memory stays
 * flat, and no ring can overflow.
 *
 * A piece is a run of slots, up to 64, whose items are published, claimed and completed as one: one ring entry and one
 * result word for all of them, in the place of the first one's. So short items cost few cache lines that change cores. The
 * inputs of a piece have one length. Its result word holds for all items, or each has its own (POOL_MIXED). Pieces are of so
 * many items as take a few microseconds: of one where items are slow, or where it is not known yet how long they take.
 *
 * Slots are given out, and become free, in segments of as many as a piece may have: an item that takes long keeps its
 * segment's slots only. Where no segment is free, though the window is not full, single slots are given out.
 *
 * Positions count the pieces that were ever published. The ring maps a position to its piece. Only the caller appends to it;
 * workers claim [from, from + size) by moving `claimed` with compare-and-swap.
 *
 * The lane is a second ring, for what dead workers left, and for urgent items: such a piece is published there, at a new
 * position, and workers claim from the lane before they claim from the ring. So it goes first, however full the ring is. The
 * lane obeys the same rules, and its positions have a bit of their own (POOL_LANE), so whatever names a position or a
 * claim says which ring is meant. Between two looks at the rings a worker holds one claim at most, of one of them. The
 * lane's two words share a line, which changes only after a death, or for an urgent item: a look at it costs two loads from the worker's own
 * cache, once a claim.
 *
 * There is no lock, hence none that a dead worker could hold. What it held is known from three words:
 *  1. Before the swap a worker stores in its seat which range it is about to claim (intent), after it
 *     that the range is its own. So whoever sees `claimed` (or `lane_claimed`) beyond a position (acquire)
 *     sees in some worker's seat that worker's intent, or what that worker did since.
 *  2. A position that is claimed, not done, and in no living worker's claim, belonged to a dead one.
 *     In a living worker's intent: undecided for a few instructions of its; look again later.
 *  3. seat.running says which piece of the range was begun, and which item of that: those before it are done, with the result
 *     words that the worker had written by then; those after it may run at no risk. The caller cuts the piece there.
 * tests/impls/model/pool.pml checks this with every interleaving of two workers, pieces of up to three items and a death.
 *
 * Sleeping: whoever is about to sleep says so, then looks once more; the other side makes its work visible,
 * then looks for sleepers. On both sides a sequentially consistent fence lies between (pool_fence()), so one of the
 * two sees the other and no wake-up is lost.
 *
 * The processes: the caller forks a server, which forks the workers (pool_server.c). A worker that the caller has asked
 * for begins with nothing until the caller has its pidfd, and is done with when the server has told its end.
 */
#ifndef PVQ_POOL_SHARED_H
#define PVQ_POOL_SHARED_H

#include "child.h"
#include "pool.h"
#include "pool_atomic.h"

#include <string.h>
#include <sys/types.h>
#include <time.h>

/* The parts of the pool whose worth scripts/pool-parts measures: it compiles the engine without one or two, which
 * PVQ_WITHOUT names. Every other build has all of them. */
enum pool_part {
	POOL_PACKED = 1 << 0,      /* small items share cache lines */
	POOL_SEVERAL = 1 << 1,     /* a worker claims several items at a time */
	POOL_SHRINK = 1 << 2,      /* claims shrink as the queue drains */
	POOL_BY_TIME = 1 << 3,     /* claims are of so many items as take POOL_CLAIM_NS */
	POOL_WAKE_FEW = 1 << 4,    /* no more workers are woken than the queue needs */
	POOL_SLEEP_LONG = 1 << 5,  /* the caller sleeps until there are many results */
	POOL_LEAVE_CORE = 1 << 6,  /* the caller leaves its core to the workers while they have work */
	POOL_SPIN = 1 << 7,        /* spinning where a core is free */
	POOL_WIDE = 1 << 8,        /* a window of many small items */
	POOL_CACHED = 1 << 9,      /* a window that stays in the caches */
	POOL_GATHER = 1 << 10,     /* several items are published at a time */
	POOL_APART = 1 << 11,      /* cache lines between what two sides write */
	POOL_FILL_FIRST = 1 << 12, /* the queue is filled before many are woken */
	POOL_SPREAD = 1 << 13,     /* workers begin on a CPU each */
	POOL_PIECES = 1 << 14      /* pieces have several items */
};
#ifndef PVQ_WITHOUT
#define PVQ_WITHOUT 0
#endif
#define POOL_HAS(part) (((PVQ_WITHOUT) & (part)) == 0)

enum {
	POOL_LINE = 64,             /* bytes of a cache line: what two sides write lies apart */
	POOL_CLAIM_NS = 20000,      /* how long an automatic claim should take */
	POOL_SPIN_NS = 50000,       /* how long to look at nothing before sleeping: a wake-up's price */
	POOL_MIND_NS = 100000,      /* between two looks of a worker at its memory */
	POOL_EXIT_INIT = 111,       /* a worker's exit status where init() failed */
	POOL_RESULT_MAX = INT32_MAX /* largest length, and largest errno, that a result word holds */
};

/* What the fields of two sides are aligned to; 0 has no effect. */
enum { POOL_GAP = POOL_HAS(POOL_APART) ? POOL_LINE : 0 };

/* A build with PVQ_POOL_GUARDS has so many bytes between a slot and the next, to find out who writes beyond a bound. */
#ifdef PVQ_POOL_GUARDS
enum { POOL_GUARD = 256 };
#else
enum { POOL_GUARD = 0 };
#endif

/* A ring entry, of a piece: its first slot, how many there are, and the length of each input. */
enum { POOL_PIECE_MAX = 64, POOL_SLOT_BITS = 25 };

static inline uint64_t pool_entry(uint32_t slot, uint32_t n, uint32_t in_len)
{
	return (uint64_t)in_len << 32 | (n - 1) << POOL_SLOT_BITS | slot;
}

static inline uint32_t pool_entry_slot(uint64_t entry)
{
	return (uint32_t)entry & ((1u << POOL_SLOT_BITS) - 1);
}

static inline uint32_t pool_entry_n(uint64_t entry)
{
	return 1 + ((uint32_t)entry >> POOL_SLOT_BITS & (POOL_PIECE_MAX - 1));
}

/* A result word. That of a piece's first slot says whether the piece is done, and holds for all its items unless MIXED is
 * set: then each other item has a word of its own. */
#define POOL_DONE (1ull << 32)
#define POOL_FAILED (1ull << 33) /* run() returned an error: the low half is its errno */
#define POOL_LOST (1ull << 34)   /* given up: see the caller's table of losses */
#define POOL_MIXED (1ull << 35)

/* In a ring entry: some items of the piece are cancelled, and not to be run: see `mark`. */
#define POOL_MARKED (1ull << 31)

/* In a position: it is one of the lane. */
#define POOL_LANE (1ull << 53)

/* A seat's claim word: 54 bits of `from` (POOL_LANE, and 2 years of 10 ns items), 9 of size, the lowest: it is ours. */
enum { POOL_CLAIM_OWN = 1, POOL_SIZE_SHIFT = 1, POOL_FROM_SHIFT = 10, POOL_SIZE_MASK = 511 };

static inline uint64_t pool_intent(uint64_t from, uint64_t size)
{
	return from << POOL_FROM_SHIFT | size << POOL_SIZE_SHIFT;
}

static inline int pool_claim_covers(uint64_t claim, uint64_t pos)
{
	uint64_t from = claim >> POOL_FROM_SHIFT, size = claim >> POOL_SIZE_SHIFT & POOL_SIZE_MASK;

	return pos - from < size; /* unsigned: false below `from` too, and where the word is 0 */
}

enum pool_phase { POOL_STARTING, POOL_READY, POOL_RETIRED };

/* What one worker shares with the caller. */
struct pool_seat {
	/* Written by the worker. */
	_Alignas(2 * POOL_GAP) pool_atomic_u64 claim;
	pool_atomic_u64
		running; /* pool_running() of the item that it runs, or 0; POOL_CONDEMNED is the caller's */
	pool_atomic_i32 phase; /* enum pool_phase, or the -errno that init() returned */
	/* Of all workers that have sat here: see struct pvq_pool_worker. */
	pool_atomic_u64 start_ns, busy_ns, wait_ns, items, longest_ns;
	/* Written by both. */
	_Alignas(POOL_GAP) pool_atomic_u32 parked; /* futex: 1 while it sleeps, or is about to */
	/* Written by the caller. Futex: 1 once the caller knows the worker. Until then it does nothing, so that one that the
	 * caller never gets to know has claimed nothing. */
	pool_atomic_u32 watched;
};

/* In `running`, set by the caller with compare-and-swap before it kills a worker for an item that is overdue or cancelled: so that the
 * worker, should it be through with that item by then, begins no other one. The kill takes that item, or none. */
#define POOL_CONDEMNED (1ull << 63)

/* A worker runs item i of the piece at that position; those before i are done. */
static inline uint64_t pool_running(uint64_t pos, uint32_t i)
{
	return (pos * POOL_PIECE_MAX | i) + 1;
}

/* Whether it is of the piece at that position, and which item it is of that. */
static inline int pool_runs(uint64_t running, uint64_t pos, uint32_t *i)
{
	*i = (uint32_t)(running - 1) % POOL_PIECE_MAX;
	return running != 0 && (running - 1) / POOL_PIECE_MAX == pos;
}

/* The position of an item that never was on a ring; beyond any that is. */
#define POOL_NOWHERE (UINT64_MAX - 1)

#define POOL_ANY UINT64_MAX

/* No segment has been taken for the next item. */
#define POOL_NO_SLOT UINT32_MAX

/* Is the caller asleep, and what is it to be woken for? */
enum pool_caller {
	POOL_CALLER_AWAKE,
	POOL_CALLER_EACH,  /* for the result it wants */
	POOL_CALLER_FIRST, /* the same, and it is the first one: the caller is to have a CPU at once */
	POOL_CALLER_LOW,   /* for an empty or low queue only: it looks by itself every now and then */
};

struct pool_shared {
	/* Written by the caller. */
	_Alignas(2 * POOL_GAP) pool_atomic_u64 published;
	/* Written by the workers. */
	_Alignas(2 * POOL_GAP) pool_atomic_u64 claimed; /* by compare-and-swap only */
	pool_atomic_u32 pace_ns; /* of an item, about; 0: not known yet. Workers overwrite each other's
	                           * estimates: it decides how many are woken, never whether */
	/* Written by the caller, and by a worker that wakes it; seldom. */
	_Alignas(2 * POOL_GAP) pool_atomic_u32 caller; /* enum pool_caller */
	pool_atomic_u32
		wanted; /* workers: whoever sits at a seat from there on ends when there is no work; 0: all of them.
	                         * Changes only while nothing is in flight, or for good */
	pool_atomic_u64 low;  /* the queue is low where fewer than that are left */
	pool_atomic_u64 want; /* position whose result it waits for, or POOL_ANY */
	/* Written only after a worker has died, and for urgent items: by the caller, and by workers with compare-and-swap. */
	_Alignas(2 * POOL_GAP) pool_atomic_u64 lane_published, lane_claimed;
	/* Written by both sides, seldom. */
	_Alignas(2 * POOL_GAP) pool_atomic_u32 sleepers; /* parked workers; never too low. One that dies
	                                                    * about to park may leave it too high: the
	                                                    * caller then looks for sleepers in vain. */
};

/* What the caller knows of a piece, by its first slot. */
struct pool_piece {
	uint64_t id, pos; /* of its first item */
	uint32_t in_len, n;
	uint32_t next; /* ordered: the piece after it */
	uint32_t
		attempts; /* of its first item that ended with a worker's death; the others have had none */
};

/* The piece that the caller is putting: it may stop in the midst of it. */
struct pool_putting {
	uint64_t id, word;
	uint32_t slot, left; /* the next item */
	uint32_t first, n;
};

/* A worker that died, until all its items are accounted for. */
struct pool_death {
	int wstatus;
	uint64_t claim, running; /* its seat's words */
	uint64_t overdue;        /* what it was killed for, as `running`; 0: nothing */
};

/* ASKED: the server is to fork it. ENDED: it has died, and its items are not seen to yet. */
enum pool_life { POOL_ABSENT, POOL_ASKED, POOL_ALIVE, POOL_ENDED };

/* The caller's view of a worker. */
struct pool_hand {
	enum pool_life life;
	int pidfd;                     /* while it is alive */
	int wstatus;                   /* once it has ended */
	int excused;                   /* the pool kills it: it has not failed */
	uint64_t seen_running, ran_ns; /* with item_timeout_ns: what it ran, and for how long */
	uint64_t overdue;              /* as above */
	uint64_t hired_ns;             /* when it began */
	uint64_t had_run;              /* what its seat's `items` was then */
	/* Kept when the worker is replaced: how many in a row died at once, and when the next one may be asked for. */
	unsigned early;
	uint64_t due_ns;
};

struct pvq_pool {
	struct pvq_pool_config config; /* its `workers` holds from now on: see pvq_pool_resize() */
	unsigned seats;                /* for the most workers that there may be */
	/* In shared memory, one mapping: */
	struct pool_shared *shared;
	struct pool_seat *seat;  /* `seats` of them */
	pool_atomic_u64 *ring;   /* ring_mask + 1 entries, no fewer than slots … */
	pool_atomic_u64 *lane;   /* … and as many again */
	pool_atomic_u64 *result; /* one a slot */
	pool_atomic_u64 *mark;   /* a bit a slot, written by the caller: the item is cancelled */
	char *in, *out;          /* a slot's bytes at slot * stride */
	size_t in_stride, out_stride, mapped;
	uint64_t ring_mask;
	int wake_fd; /* eventfd: the caller's alarm clock; never read, each write is an edge */

	/* The caller's own: */
	int epoll_fd;
	int timer_fd;           /* wakes a program that polls the descriptor by itself; -1: none does */
	int talk_fd, server_fd; /* the socket to the server, and the server's pidfd */
	pid_t server;           /* 0: none */
	struct pool_hand *hand; /* one a seat */
	unsigned alive, asked, ended; /* of them */
	int failed;                   /* or in a map or in a hook: only to be closed */
	int armed;                    /* the program polls the descriptor */
	int feed_error;               /* what next() failed with, in this map */
	int later;                    /* next() had nothing when it was asked last */

	uint32_t all_slots;       /* with the single ones, below */
	uint32_t slots;           /* no fewer than the window; a multiple of … */
	uint32_t segment;         /* … a power of two: so many slots are taken, and freed, at a time */
	struct pool_piece *piece; /* one a slot */
	/* The piece that is being filled: `filled` slots up to `at`, each with an input of fill_len bytes; it is closed
	 * when it has `limit`. */
	uint32_t at, filled, fill_len, limit;
	uint32_t grain; /* items of a piece, a power of two */
	struct pool_putting putting;
	/* Stack of segments; for each, how many of its items were not put yet. Last in, first out: few items in flight stay
	 * in the caches. */
	uint32_t *free_segment, *segment_left;
	uint32_t nfree;
	/* Where items that take long hold many segments, there are `window` single slots behind these, so that the window can
	 * be full all the same; `singles` of them have been used so far, and the stack holds those that are free. */
	uint32_t *free_single;
	uint32_t nfree_single, singles;
	/* ordered: the first piece that was not taken up to be put, where there is one, and the last piece. */
	uint32_t head, last;
	/* unordered: the first slots, nline of them, of the pieces whose results were not put yet, of positions on the ring
	 * below `moved` and on the lane. */
	uint32_t *line;
	uint32_t nline;
	uint64_t moved;
	uint64_t tail;     /* the position of the next piece: `published`, and what is not published yet */
	uint64_t gathered; /* items that are not published yet */
	uint64_t next, done;        /* since the last map began: items appended, items put … */
	uint64_t flight;            /* … and put when the first item of those in flight was appended */
	uint64_t cancelled;         /* items in flight that are */
	struct pvq_pool_loss *loss; /* of a slot; made at the first loss */

	struct pool_death *death;
	unsigned deaths, barren; /* barren: deaths in a row before the worker was ready */
	uint64_t looked_ns;
	uint64_t due_ns; /* when workers that are missing are asked for next; UINT64_MAX: none is missing */
	/* For how long forking was not tried again when it failed last, and since when it fails; 0: it does not. */
	uint64_t fork_wait_ns, failing_ns;

	uint32_t quota, lot;             /* items published, and put, between two looks at the clock */
	uint64_t gather_ns;              /* when the items that are not published yet began to come */
	uint64_t dull_ns;                /* how long to sleep where nothing has come of it lately */
	uint64_t gap_ns;                 /* between results, about */
	uint64_t got_ns;                 /* when the last ones came */
	uint64_t stalled_at, stalled_ns; /* `claimed` when last looked at, and since when */
	struct pvq_pool_counts counts;

	/* The server's own: */
	pid_t *pid; /* one a seat; 0: nobody at the moment */
};

/* How many workers are to be there. */
static inline uint32_t pool_wanted(const struct pvq_pool *p)
{
	return atomic_load_explicit(&p->shared->wanted, memory_order_relaxed);
}

/* Not inline: the compiler guards each function in which the address of a variable is taken, at each call. */
__attribute__((noinline, unused)) static uint64_t pool_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void pool_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* Whether everybody who is awake has a core, one of them looking for work. */
static inline int pool_may_spin(const struct pvq_pool *p)
{
	uint32_t asleep = atomic_load_explicit(&p->shared->sleepers, memory_order_relaxed);
	uint32_t caller =
		atomic_load_explicit(&p->shared->caller, memory_order_relaxed) == POOL_CALLER_AWAKE;

	return POOL_HAS(POOL_SPIN) && pool_wanted(p) + caller <= p->config.cores + asleep;
}

/* Unordered: takes note of the positions claimed by now, in the line of those that are waited for. */
static inline void pool_move(struct pvq_pool *p, uint64_t claimed)
{
	for (; !p->config.ordered && p->moved < claimed; p->moved++)
		p->line[p->nline++] = pool_entry_slot(
			atomic_load_explicit(&p->ring[p->moved & p->ring_mask], memory_order_relaxed));
}

/* Goes through the pieces in flight that are closed, but for the one that is being put; begin with a walk of 0. */
struct pool_walk {
	uint64_t i; /* ordered: items passed; else pieces */
	uint32_t slot;
};

/* The next one's first slot. 0: that was all. */
static inline int pool_walk(const struct pvq_pool *p, struct pool_walk *walk, uint32_t *slot)
{
	if (p->config.ordered) {
		if (walk->i == p->next - p->done - p->putting.left - p->filled)
			return 0;
		*slot = walk->i == 0 ? p->head : walk->slot;
		walk->slot = p->piece[*slot].next;
		walk->i += p->piece[*slot].n;
		return 1;
	}
	if (walk->i == p->nline + p->tail - p->moved)
		return 0;
	*slot = walk->i < p->nline ? p->line[walk->i]
				   : pool_entry_slot(atomic_load_explicit(
					     &p->ring[(p->moved + walk->i - p->nline) & p->ring_mask],
					     memory_order_relaxed));
	walk->i++;
	return 1;
}

static inline int pool_is_marked(const struct pvq_pool *p, uint32_t slot)
{
	return atomic_load_explicit(&p->mark[slot / 64], memory_order_relaxed) >> slot % 64 & 1;
}

static inline int pool_is_done(const struct pvq_pool *p, uint32_t slot)
{
	return (atomic_load_explicit(&p->result[slot], memory_order_relaxed) & POOL_DONE) != 0;
}

/* Whether the caller may have to kill a worker for the item that it runs, and for no other. */
static inline int pool_may_condemn(const struct pvq_pool *p)
{
	return p->config.item_timeout_ns || p->config.interrupt;
}

/* Wakes worker w, by whoever took its `parked` away. */
static inline void pool_rouse(struct pvq_pool *p, unsigned w)
{
	atomic_fetch_sub_explicit(&p->shared->sleepers, 1, memory_order_relaxed);
	pool_futex_wake(&p->seat[w].parked);
}

/* How many items on the lane nobody has claimed yet. */
static inline uint64_t pool_lane_left(const struct pvq_pool *p)
{
	return atomic_load_explicit(&p->shared->lane_published, memory_order_relaxed) -
	       atomic_load_explicit(&p->shared->lane_claimed, memory_order_relaxed);
}

/* Fills what follows the bound, up to the next slot: before a hook is called that may write up to the bound. */
static inline void pool_guard(char *slot, size_t max, size_t stride)
{
	if (POOL_GUARD)
		memset(slot + max, 0xa5, stride - max);
}

/* After that: whether it wrote beyond. */
static inline int pool_is_overrun(const char *slot, size_t max, size_t stride)
{
	int overrun = 0;

	for (size_t i = max; POOL_GUARD > 0 && i < stride; i++)
		overrun |= (unsigned char)slot[i] != 0xa5;
	return overrun;
}

/* pool_worker.c: the life of worker w. */
_Noreturn void pvq_pool_work(const struct pvq_pool *, unsigned w);
/* Ends a worker that cannot begin: map() fails with the -errno. */
_Noreturn void pvq_pool_refuse(struct pool_seat *, int ret);

/* pool_server.c: forks the server. 0, or -errno; pvq_pool_dismiss() is needed in either case. */
int pvq_pool_serve(struct pvq_pool *);
/* Kills the workers and ends the server, where there is one. */
int pvq_pool_dismiss(struct pvq_pool *);
/* The same for a server that has died. -EOWNERDEAD, with *err filled. */
int pvq_pool_server_died(struct pvq_pool *, struct pvq_error *err);
/* Asks for worker w. 0; or -errno: the server cannot be asked now, and the worker stays absent. */
int pvq_pool_hire(struct pvq_pool *, unsigned w);
/* Kills worker w, which is alive. */
void pvq_pool_kill(struct pvq_pool *, unsigned w);
/* Takes note of what the server says; waits for that so long at most. 0; -errno: why a worker could not be forked;
 * -EOWNERDEAD: the server is dead. */
int pvq_pool_listen(struct pvq_pool *, int wait_ms);
/* In a worker: has the kernel kill it when the server dies. */
void pvq_pool_bind(const struct pvq_pool *);
/* The descriptor, moved above those of stdio; -1 with errno where that fails, or it is -1. */
int pvq_pool_lift(int fd);

/* pool_memory.c, in a worker: notes how much memory it has, and bounds it where the configuration does. 0, or -errno. */
int pvq_pool_bound_memory(const struct pvq_pool *);
/* Whether it has grown beyond recycle_memory since. */
int pvq_pool_has_grown(const struct pvq_pool *);

/* pool_crash.c: in the caller, before it forks a server whose workers are to catch crashes. */
void pvq_pool_load_backtrace(void);
/* In worker w: says where it crashes. */
void pvq_pool_catch_crashes(unsigned w);

/* pool.c: has the descriptor wake the caller too. 0, or -errno. */
enum pool_event { POOL_ALARM, POOL_SERVER };
int pvq_pool_watch(const struct pvq_pool *, int fd, uint32_t events, enum pool_event);

/* pool_items.c: wakes so many of the workers that sleep, if there are so many. */
void pvq_pool_wake(struct pvq_pool *, uint64_t want);

/* pool_recover.c: looks after the workers: sees to the items of those that died, replaces them, kills whoever
 * runs an item for too long. Before that sleeps until a worker dies or wakes the caller, for wait_ns at
 * most; < 0: for any time. 0; 1: a signal has ended the sleep; or -errno with *err filled: the pool cannot go on. */
int pvq_pool_tend(struct pvq_pool *, int64_t wait_ns, struct pvq_error *err);
/* Has so many workers: asks for those that are missing, as after a death. The others have ended. */
void pvq_pool_hire_all(struct pvq_pool *, unsigned wanted);
/* Publishes a piece on the lane: before all that nobody has claimed on the ring. */
void pvq_pool_put_on_lane(struct pvq_pool *, uint32_t slot);
/* Worker w could not begin: its phase says why, and is returned. */
int pvq_pool_init_failed(int32_t phase, unsigned w, struct pvq_error *err);
/* Nanoseconds after which it must be called again at the latest; < 0: any time. */
int64_t pvq_pool_patience(const struct pvq_pool *);
/* Where the configuration allows that, kills workers that run an item which is cancelled. */
void pvq_pool_interrupt(struct pvq_pool *);

#endif
