/* pool.pml: the pool's protocol (impls/pool_shared.h), for spin to try in every interleaving.
 *
 *	spin -a pool.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan    (tests/impls/model.bats does it)
 *	spin -a -DBUG_… pool.pml && cc … && ./pan, then: spin -t -p -g -DBUG_… pool.pml         (the trail)
 *
 * A caller and two workers; N items go through S slots, a ring of R entries, and a lane of as many for what a dead
 * worker left. A worker may die before any of its steps, DEATHS times in all; another then takes its seat. A step is one access to shared memory,
 * together with whatever concerns only the one who does it.
 *
 * Checked in every state that can be reached:
 *  - every item is delivered, once, with its own output; nobody waits for ever (no invalid end state)
 *  - what a living worker has claimed is never taken for an orphan; no two living workers own the same
 *    position or hold the same slot; a worker touches no slot but those it holds
 *  - no item is begun more than 1 + RETRIES times, so without retries at most once; none is given up unless
 *    workers said 1 + RETRIES times that they run it, so with as many retries as deaths none at all
 *  - the ring entries that a worker read before its swap are still those of its positions where it succeeds
 *
 * What is left out, and why that loses nothing:
 *  - Memory order. Steps happen one after the other here; the engine's comments argue for each weaker access.
 *  - Pieces of more than one item. Only its worker looks into a piece until that is done, or the worker is dead and
 *    reaped, and its words do not change any more. The pieces that it is cut into then are like items here: the first is
 *    done, that of the item which was begun is given up or published again, as is the last one.
 *  - Claims of more than two items: with two there is a first, a next and a last.
 *  - Who dies first: it is worker 0, for the two differ in nothing, and are looked at in both orders.
 *  - Sleeping: that is sleep.pml. Here who finds nothing to do waits until there is something.
 *  - The lengths of inputs, the errors of run(), recycling (a death with nothing left to account for), and
 *    time-outs (a death like any other).
 *
 * What is put together, because nobody could tell the difference:
 *  - Saying that an item runs, running it, and completing it (but a death may come in between): only who
 *    buries the worker reads `running`, and nobody else reads the item before it is completed.
 *  - Collecting a result, and using its slot again. A result that is there stays there, so collecting late is
 *    like collecting in time; workers see only that the slot is used again. So once everything
 *    is fed, all is collected at the end. Which slot is collected when is free: that holds imap's order.
 *  - Looking at the lane: its two words are read at once, and with the ring's `claimed` where it is empty. What comes
 *    to the lane a moment later is not seen in either case, and the look before sleeping is another one.
 *  - Publishing all orphans of a look: workers that claim the first change nothing about the others.
 *  - In a look for orphans, reading the last claim word and the results: a result only ever goes from not
 *    done to done, so reading it as early as that is what could go wrong most.
 *  - Looking again where a look left something undecided, while that would change nothing: it is waited until
 *    it would. Were it never to, that is found as a deadlock.
 *
 * Sizes: N=4 S=3 R=4 is 6 million states, 350 MB, 20 s, and uses slots again after a death; the lane's entries are used
 * again with DEATHS=2 N=2 S=2 R=2. N=5 (33 million, 1.4 GB, 2 minutes) and DEATHS=2 N=3 S=2 R=2 (4 million), with and
 * without retries, hold too, tried by hand.
 *
 * Each BUG_… takes one thing out of the protocol, and the checker must find what that breaks: so it is known
 * that it could. R < S must fail, too. WEAK lets the swap fail for no reason, as it may on some machines.
 */
#ifndef N
#define N 4 /* items, no fewer than slots */
#endif
#ifndef S
#define S 3 /* slots: 2 or 3 */
#endif
#ifndef R
#define R 4 /* ring entries, no fewer than slots */
#endif
#ifndef RETRIES
#define RETRIES 1
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#define W 2
#if S == 3
#define ANY(is) (is(0) || is(1) || is(2))
#define ALL(is) (is(0) && is(1) && is(2))
#else
#define ANY(is) (is(0) || is(1))
#define ALL(is) (is(0) && is(1))
#endif
#define NOWHERE 255 /* position of a slot that holds no item */
#define LANE 16     /* the lane's first position: beyond any of the ring */

/* A claim word: from, size, and the lowest bit: it is ours. */
#define INTENT(from, size) ((from) * 8 + (size) * 2)
#define OWN 1
#define FROM(word) ((word) / 8)
#define END(word) (FROM(word) + ((word) / 2) % 4)
#define COVERS(word, pos) ((pos) >= FROM(word) && (pos) < END(word))
#define IS_OWN(word) ((word) % 2)

#define CLAIMED(pos) ((pos) < LANE -> (pos) < claimed : (pos) < lane_claimed)

/* Of a look at a slot: it is not concerned; nobody living has it; somebody has or had it in mind. */
#define NONE 0
#define NOBODY 1
#define UNDECIDED 2

#define OK 1
#define LOST 2

/* ---- shared memory ---- */

byte ring[R], input[S], output[S], result[S];
byte published, claimed;
byte lane[R], lane_published = LANE, lane_claimed = LANE;
byte claim[W], running[W];
bool closing;

/* ---- the caller's own ---- */

byte attempts[S]; /* that ended with a worker's death */

/* ---- what only the checks know ---- */

byte deaths;       /* that may still happen */
bool gone[W];      /* it died, and its seat is empty */
byte written;      /* the ring's entries ever written; the lane's are published at once */
byte holder[S];    /* 1 + the living worker that swapped for it and has not completed it; 0: none */
byte begun[N];     /* how often an item was run */
byte marked[N];    /* how often a worker said that it runs it */
bool delivered[N];

/* ---- a worker ---- */

#define ENTRY(pos) ((pos) < LANE -> ring[(pos) % R] : lane[(pos) % R])
#define IS_NEXT(pos) ((pos) < LANE -> claimed == (pos) : lane_claimed == (pos))
#define LANE_LEFT (lane_published != lane_claimed)
#ifdef BUG_LANE_NOT_NAMED
#define WORD(from, size) INTENT((from) % LANE, size)
#else
#define WORD(from, size) INTENT(from, size)
#endif

inline die()
{
	d_step {
		deaths > 0 && (me == 0 || deaths < DEATHS);
		deaths--;
		gone[me] = true;
		i = 0;
		do
		:: i < S ->
			if
			:: holder[i] == me + 1 -> holder[i] = 0
			:: else
			fi;
			i++
		:: else -> break
		od;
		from = 0; i = 0; forget()
	}
}

/* Beside every access of a worker: it dies instead. */
#define DIES die(); goto dead

inline forget()
{
	size = 0; first = 0; second = 0
}

/* Compare-and-swap succeeds; what was read before it must still be so. */
inline swap()
{
	if
	:: from < LANE ->
		claimed = from + size
	:: else ->
		lane_claimed = from + size
	fi;
#ifndef BUG_READ_AFTER
	assert((from < LANE -> written : lane_published) <= from + R);
	assert(ENTRY(from) == first);
	assert(size == 1 || ring[(from + 1) % R] == second);
	hold(first);
	if
	:: size == 2 -> hold(second)
	:: else
	fi
#endif
}

inline hold(slot)
{
	assert(holder[slot] == 0);
	holder[slot] = me + 1
}

inline own()
{
	claim[me] = WORD(from, size) + OWN;
	i = 1 - me;
	assert(gone[i] || !IS_OWN(claim[i]) || FROM(claim[i]) >= from + size || END(claim[i]) <= from);
	i = 0
}

inline mark(slot)
{
	running[me] = from + i + 1;
	marked[input[slot]]++
}

inline run_item(slot)
{
	assert(holder[slot] == me + 1);
	begun[input[slot]]++;
	assert(begun[input[slot]] <= 1 + RETRIES);
	output[slot] = input[slot]
}

/* What is known of the item and needed no longer is wiped, for fewer states. That it was begun as often as it
 * may be stays: it must not be begun again. */
inline complete(slot)
{
	assert(holder[slot] == me + 1);
	result[slot] = OK;
	holder[slot] = 0;
	begun[input[slot]] = 1 + RETRIES;
	marked[input[slot]] = 0;
	attempts[slot] = 0
}

proctype worker(byte me)
{
	byte from, size, i, first, second;

again:
	if
	:: d_step { LANE_LEFT -> from = lane_claimed; size = 1 }
		goto read
	:: d_step { !LANE_LEFT -> from = claimed }
	:: DIES
	fi;
again_ring:
	if
	:: d_step { published > from -> size = 1 }
	:: d_step { published > from + 1 -> size = 2 }
	:: d_step { published <= from -> from = 0 }
		goto idle
	:: DIES
	fi;
read:
#ifndef BUG_READ_AFTER
	if :: first = ENTRY(from) :: DIES fi;
	if :: size == 2 -> second = ring[(from + 1) % R] :: size == 1 :: DIES fi;
#endif
#ifndef BUG_NO_INTENT
	if :: claim[me] = WORD(from, size) :: DIES fi;
#endif
	if
	:: d_step { IS_NEXT(from) -> swap() }
	:: d_step { from < LANE && !IS_NEXT(from) -> from = claimed; forget() }
		goto again_ring
	:: d_step { from >= LANE && !IS_NEXT(from) -> from = 0; forget() }
		goto again
#ifdef WEAK
	:: from = 0; forget(); goto again /* it may fail for no reason */
#endif
	:: DIES
	fi;
	if :: d_step { own() } :: DIES fi;
#ifdef BUG_READ_AFTER
	if :: d_step { first = ENTRY(from); hold(first) } :: DIES fi;
	if :: d_step { size == 2 -> second = ring[(from + 1) % R]; hold(second) } :: size == 1 :: DIES fi;
#endif
	do
	:: i < size ->
		atomic {
#ifdef BUG_RUNNING_LATE
			if :: d_step { run_item(first) } :: DIES fi;
			if :: d_step { mark(first) } :: DIES fi;
#else
			if :: d_step { mark(first) } :: DIES fi;
			if :: d_step { run_item(first) } :: DIES fi;
#endif
			if :: d_step { complete(first); first = second; i++ } :: DIES fi
		}
	:: else -> break
	od;
	atomic {
		i = 0; from = 0; forget();
		if :: running[me] = 0 :: DIES fi;
		goto again
	}

idle:
#ifndef BUG_INTENT_STAYS
	if :: claim[me] = 0 :: DIES fi;
#endif
	if
	:: published != claimed -> goto again
#ifndef BUG_LANE_NOT_SEEN
	:: LANE_LEFT -> goto again
#endif
	:: closing -> goto end
	:: DIES
	fi;

dead:
end_dead: /* for good, where the caller has all it wanted */
	!gone[me];
	goto again;
end:
	skip
}

/* ---- the caller ---- */

/* Writes the entry of a slot. */
inline put_on_ring(slot)
{
	assert(written < claimed + R);
	result[slot] = 0;
	ring[written % R] = slot;
	pos[slot] = written;
	written++
}

/* The same on the lane, and publishes it. */
inline put_on_lane(slot)
{
	assert(lane_published < lane_claimed + R);
	lane[lane_published % R] = slot;
	pos[slot] = lane_published;
	lane_published++
}

/* The next item, in a free slot. */
inline feed(slot)
{
	input[slot] = next;
	id[slot] = next;
	next++;
	put_on_ring(slot)
}

/* Delivers a result; the rest is wiped, too. */
inline collect(slot)
{
	assert(!delivered[id[slot]]);
	assert(result[slot] == LOST || output[slot] == id[slot]);
	assert(result[slot] == OK || (marked[id[slot]] > RETRIES && DEATHS > RETRIES));
	delivered[id[slot]] = true;
	begun[id[slot]] = 1 + RETRIES;
	marked[id[slot]] = 0;
	n_delivered++;
	result[slot] = 0;
	input[slot] = 0;
	output[slot] = 0;
	pos[slot] = NOWHERE;
	attempts[slot] = 0;
	had_begun[slot] = false;
	id[slot] = 0
}

inline collect_rest()
{
	do
	:: t < S -> collect(t); t++
	:: else -> break
	od;
	t = 0;
	assert(n_delivered == N)
}

#ifdef BUG_ALL_BEGUN
#define WAS_BEGUN(word, running, pos) (IS_OWN(word) && COVERS(word, pos))
#else
#define WAS_BEGUN(word, running, pos) (IS_OWN(word) && COVERS(word, pos) && (pos) < (running))
#endif

/* Notes what a dead worker had begun, and lets another into the seat. It is reaped: its words and the results
 * of its items do not change any more. (The engine keeps the two words, and works it out from them later.) */
inline bury(w)
{
#ifdef BUG_SEAT_FIRST
	claim[w] = 0;
	running[w] = 0;
#endif
	do
	:: t < S ->
		had_begun[t] = had_begun[t] || (result[t] == 0 && WAS_BEGUN(claim[w], running[w], pos[t]));
		t++
	:: else -> break
	od;
	t = 0;
	claim[w] = 0;
	running[w] = 0;
	gone[w] = false
}

/* A look at the slots in flight. First it reads what is claimed, which says which of them it is about … */
#ifdef BUG_CLAIMED_LAST
#define LOOKS_CLAIMED(pos) ((pos) != NOWHERE)
#define IS_CLAIMED(pos) CLAIMED(pos)
#else
#define LOOKS_CLAIMED(pos) CLAIMED(pos)
#define IS_CLAIMED(pos) true
#endif

inline look_at_claimed()
{
	undecided = false;
	do
	:: t < S ->
		if
		:: LOOKS_CLAIMED(pos[t]) && result[t] == 0 -> verdict[t] = NOBODY
		:: else
		fi;
		t++
	:: else -> break
	od;
	t = 0
}

/* … then the claim words of the living … */
inline look_at(w)
{
	do
	:: t < S ->
		if
		:: verdict[t] == NONE || !COVERS(claim[w], pos[t])
		:: else -> verdict[t] = (IS_OWN(claim[w]) -> NONE : UNDECIDED)
		fi;
		drop_done(t);
		t++
	:: else -> break
	od;
	t = 0
}

/* … and last the results. (What is done stays done, so it may be dropped earlier, for fewer states.) */
inline drop_done(slot)
{
#ifdef BUG_RESULTS_FIRST
	skip /* done before, with `claimed` */
#else
	if
	:: result[slot] != 0 -> verdict[slot] = NONE
	:: else
	fi
#endif
}

inline judge()
{
	do
	:: t < S ->
		drop_done(t);
		if
		:: verdict[t] == NOBODY && IS_CLAIMED(pos[t]) -> take_back(t)
#ifndef BUG_FORGETS
		:: verdict[t] == UNDECIDED -> undecided = true
#endif
		:: else
		fi;
		verdict[t] = NONE;
		t++
	:: else -> break
	od;
	t = 0
}

/* An orphan: it is given up, or published again. */
inline take_back(slot)
{
	assert(holder[slot] == 0); /* else a living worker has it */
	if
	:: had_begun[slot] -> attempts[slot]++
	:: else
	fi;
	if
	:: had_begun[slot] && attempts[slot] > RETRIES -> result[slot] = LOST
	:: else -> put_on_lane(slot)
	fi;
	had_begun[slot] = false
}

/* What a look would find at this moment. */
#define IS_OPEN(slot) (CLAIMED(pos[slot]) && result[slot] == 0)
#define HAS(w, slot) COVERS(claim[w], pos[slot])
#define MAY(w, slot) (HAS(w, slot) && !IS_OWN(claim[w]))
#define IS_ORPHAN(slot) (IS_OPEN(slot) && !HAS(0, slot) && !HAS(1, slot))
#define IS_UNDECIDED(slot) (IS_OPEN(slot) && (MAY(0, slot) || MAY(1, slot)))
#define WOULD_CHANGE (ANY(IS_ORPHAN) || !ANY(IS_UNDECIDED))

#define IS_DONE(slot) (pos[slot] != NOWHERE && result[slot] != 0)

proctype caller()
{
	byte pos[S], id[S], verdict[S];
	byte next, n_delivered, t;
	bool undecided, had_begun[S];

	d_step {
		do
		:: t < S -> pos[t] = NOWHERE; t++
		:: else -> break
		od;
		t = 0
	}
	do
	:: d_step { t < S -> feed(t); t++ }
	:: written > published -> published = written
	:: t == S -> t = 0; break
	od;
	do
	:: written > published -> published = written
	/* Collects, and feeds. */
	:: d_step { IS_DONE(0) && next < N -> collect(0); feed(0) }
	:: d_step { IS_DONE(1) && next < N -> collect(1); feed(1) }
#if S == 3
	:: d_step { IS_DONE(2) && next < N -> collect(2); feed(2) }
#endif
	:: d_step { ALL(IS_DONE) && next == N -> collect_rest() }
		break
	/* Sees to the dead. */
	:: d_step { gone[0] -> bury(0); look_at_claimed() }
		goto look
	:: d_step { gone[1] -> bury(1); look_at_claimed() }
		goto look
	:: d_step { undecided && WOULD_CHANGE -> look_at_claimed() }
look:
		if
		:: d_step { look_at(0) }
			d_step { look_at(1); judge() }
		:: d_step { look_at(1) }
			d_step { look_at(0); judge() }
		fi
	od;
	closing = true
}

init {
	atomic {
		/* Where a death is still to come nobody waits for ever: so without this choice no deadlock
		 * would be found before the last death. */
		if
		:: deaths = 0
#if DEATHS > 0
		:: deaths = 1
#endif
#if DEATHS > 1
		:: deaths = 2
#endif
		fi;
		run caller();
		run worker(0);
		run worker(1)
	}
}
