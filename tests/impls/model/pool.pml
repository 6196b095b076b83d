/* pool.pml: the pool's protocol (impls/pool_shared.h), for spin to try in every interleaving.
 *
 *	spin -a pool.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan    (tests/impls/model.bats does it)
 *	spin -a -DBUG_… pool.pml && cc … && ./pan, then: spin -t -p -g -DBUG_… pool.pml         (the trail)
 *
 * A caller and two workers. N pieces of P items each go through S segments of P slots, a ring of R entries, and a lane of
 * as many for what a dead worker left. With URGENT every other piece goes on the lane at once. A worker may die before any
 * of its steps, DEATHS times in all; another then takes its seat. A step is one access to shared memory, together with
 * whatever concerns only the one who does it.
 *
 * Checked in every state that can be reached:
 *  - every item is delivered, once, with its own output and its own status; nobody waits for ever (no invalid end state)
 *  - what a living worker has claimed is never taken for an orphan; no two living workers own the same
 *    position or hold the same slot; a worker touches no slot but those it holds
 *  - no item is begun more than 1 + RETRIES times, so without retries at most once; none is given up unless
 *    workers said 1 + RETRIES times that they run it, so with as many retries as deaths none at all
 *  - the items of a piece before the one that its worker says it runs are done: they are never run again, retries or not
 *  - the ring entries that a worker read before its swap are still those of its positions where it succeeds
 *
 * What is left out, and why that loses nothing:
 *  - Memory order. Steps happen one after the other here; the engine's comments argue for each weaker access, and relacy
 *    checks them.
 *  - Pieces of more than three items: with three there is a first, a middle and a last.
 *  - Claims of more than two pieces, for the same reason.
 *  - Who dies first: it is worker 0, for the two differ in nothing, and are looked at in both orders.
 *  - Sleeping: that is sleep.pml. Here who finds nothing to do waits until there is something.
 *  - The lengths of inputs, recycling (a death with nothing left to account for), time-outs (a death like any other), and
 *    cancelling (a status like any other).
 *
 * What is put together, because nobody could tell the difference:
 *  - All steps from saying that an item runs to completing its piece (but a death may come in between each two): only who
 *    buries the worker reads `running`, and nobody else reads the piece before it is completed.
 *  - Collecting the results of a segment, and using it again. A result that is there stays there, so collecting late is
 *    like collecting in time; workers see only that the slots are used again. So once everything
 *    is fed, all is collected at the end. Which segment is collected when is free: that holds imap's order.
 *  - Looking at the lane: its two words are read at once, and with the ring's `claimed` where it is empty. What comes
 *    to the lane a moment later is not seen in either case, and the look before sleeping is another one.
 *  - Publishing all orphans of a look: workers that claim the first change nothing about the others.
 *  - In a look for orphans, reading the last claim word and the results: a result only ever goes from not
 *    done to done, so reading it as early as that is what could go wrong most.
 *  - Looking again where a look left something undecided, while that would change nothing: it is waited until
 *    it would. Were it never to, that is found as a deadlock.
 *
 * Sizes: the defaults are a million states, 180 MB, 4 s, and use a segment again after a death. Too large for the test, but
 * tried by hand: P=1 N=4 S=3 R=4 (6 million), N=4 S=3 R=4 (10 million), and DEATHS=2 N=2 P=3 (4 million).
 *
 * Each BUG_… takes one thing out of the protocol, and the checker must find what that breaks: so it is known
 * that it could. R < S must fail, too. WEAK lets the swap fail for no reason, as it may on some machines.
 */
#ifndef N
#define N 3 /* pieces, no fewer than segments */
#endif
#ifndef P
#define P 2 /* items of a piece, and slots of a segment: 1 to 3 */
#endif
#ifndef S
#define S 2 /* segments: 2 or 3 */
#endif
#ifndef R
#define R 2 /* ring entries: no fewer than segments, each of which has one piece at most that is not done */
#endif
#ifndef RETRIES
#define RETRIES 1
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#define W 2
#define SLOTS (S * P)
#define ITEMS (N * P)
#if P == 3
#define ANY_OF(segment, is) (is((segment) * P) || is((segment) * P + 1) || is((segment) * P + 2))
#elif P == 2
#define ANY_OF(segment, is) (is((segment) * P) || is((segment) * P + 1))
#else
#define ANY_OF(segment, is) (is(segment))
#endif
#if S == 3
#define ANY(is) (ANY_OF(0, is) || ANY_OF(1, is) || ANY_OF(2, is))
#define ALL(is) (is(0) && is(1) && is(2))
#else
#define ANY(is) (ANY_OF(0, is) || ANY_OF(1, is))
#define ALL(is) (is(0) && is(1))
#endif
#define NOWHERE 255 /* position of a slot that begins no piece */
#define LANE 16     /* the lane's first position: beyond any of the ring */

/* A claim word: from, size, and the lowest bit: it is ours. */
#define INTENT(from, size) ((from) * 8 + (size) * 2)
#define OWN 1
#define FROM(word) ((word) / 8)
#define END(word) (FROM(word) + ((word) / 2) % 4)
#define COVERS(word, pos) ((pos) >= FROM(word) && (pos) < END(word))
#define IS_OWN(word) ((word) % 2)

#define CLAIMED(pos) ((pos) < LANE -> (pos) < claimed : (pos) < lane_claimed)

/* A ring entry: a piece's first slot, and how many there are. */
#define PIECE(slot, n) ((slot) * 4 + (n))
#define SLOT_OF(entry) ((entry) / 4)
#define N_OF(entry) ((entry) % 4)

/* `running`: item i of the piece at that position. */
#define RUNNING(pos, i) ((pos) * P + (i) + 1)
#define RUNS(word, pos) ((word) != 0 && ((word) - 1) / P == (pos))
#define ITEM_OF(word) (((word) - 1) % P)

/* A result word. That of a piece's first slot holds for all its items unless MIXED is set. */
#define DONE 1
#define FAILED 2
#define LOST 4
#define MIXED 8

/* Some items fail: a piece may have one status for all, another one from the first on, or in its midst. */
#define FAILS(item) ((item) % 4 == 2)
#define RESULT_OF(item) (FAILS(item) -> DONE | FAILED : DONE)

/* Of a look at a piece: it is not concerned; nobody living has it; somebody has or had it in mind. */
#define NONE 0
#define NOBODY 1
#define UNDECIDED 2

/* ---- shared memory ---- */

byte ring[R], input[SLOTS], output[SLOTS], result[SLOTS];
byte published, claimed;
byte lane[R], lane_published = LANE, lane_claimed = LANE;
byte claim[W], running[W];
bool closing;

/* ---- the caller's own ---- */

byte attempts[SLOTS]; /* of the first item of the piece there that ended with a worker's death */

/* ---- what only the checks know ---- */

byte deaths;       /* that may still happen */
bool gone[W];      /* it died, and its seat is empty */
byte written;      /* the ring's entries ever written; the lane's are published at once */
byte holder[SLOTS]; /* 1 + the living worker that swapped for it and has not completed it; 0: none */
byte begun[ITEMS];  /* how often an item was run */
byte marked[ITEMS]; /* how often a worker said that it runs it */
bool delivered[ITEMS];

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
		:: i < SLOTS ->
			if
			:: holder[i] == me + 1 -> holder[i] = 0
			:: else
			fi;
			i++
		:: else -> break
		od;
		from = 0; i = 0; j = 0; word = 0; forget()
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

inline hold(entry)
{
	do
	:: j < N_OF(entry) ->
		assert(holder[SLOT_OF(entry) + j] == 0);
		holder[SLOT_OF(entry) + j] = me + 1;
		j++
	:: else -> break
	od;
	j = 0
}

inline own()
{
	claim[me] = WORD(from, size) + OWN;
	i = 1 - me;
	assert(gone[i] || !IS_OWN(claim[i]) || FROM(claim[i]) >= from + size || END(claim[i]) <= from);
	i = 0
}

#define SLOT (SLOT_OF(first) + j)

/* What is known of an item and needed no longer is wiped, for fewer states. That it was begun as often as it
 * may be stays: it must not be begun again. */
inline done_with(slot)
{
	begun[input[slot]] = 1 + RETRIES;
	marked[input[slot]] = 0
}

inline mark()
{
	if
	:: j > 0 -> done_with(SLOT - 1)
	:: else
	fi;
	running[me] = RUNNING(from + i, j);
	marked[input[SLOT]]++
}

inline run_item()
{
	assert(holder[SLOT] == me + 1);
	begun[input[SLOT]]++;
	assert(begun[input[SLOT]] <= 1 + RETRIES);
	output[SLOT] = input[SLOT]
}

/* What the words of the piece must say before the next item is said to run. `word` is the first one's to be. */
inline say_result()
{
	if
	:: j == 0 ->
		word = RESULT_OF(input[SLOT]);
		if
		:: N_OF(first) > 1 ->
			if :: result[SLOT] = word - DONE :: DIES fi
		:: else
		fi
	:: j > 0 && RESULT_OF(input[SLOT]) == word
	:: j > 0 && RESULT_OF(input[SLOT]) != word ->
#ifdef BUG_MIXED_EARLY
		if :: result[SLOT_OF(first)] = (word | MIXED) - DONE :: DIES fi;
#endif
		if
		:: j == 2 && !(word & MIXED) ->
			if :: result[SLOT - 1] = word :: DIES fi
		:: else
		fi;
		if :: result[SLOT] = RESULT_OF(input[SLOT]) :: DIES fi;
		if
		:: !(word & MIXED) ->
			word = word | MIXED;
			if :: result[SLOT_OF(first)] = word - DONE :: DIES fi
		:: else
		fi
	fi
}

inline complete()
{
	result[SLOT_OF(first)] = word;
	done_with(SLOT - 1);
	do
	:: j > 0 -> j--; assert(holder[SLOT] == me + 1); holder[SLOT] = 0
	:: else -> break
	od;
	attempts[SLOT] = 0;
	word = 0
}

proctype worker(byte me)
{
	byte from, size, i, j, first, second, word; /* i: which piece of the claim; j: which item of that */

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
			do
			:: j < N_OF(first) ->
#ifdef BUG_RUNNING_LATE
				if :: d_step { run_item() } :: DIES fi;
				if :: d_step { mark() } :: DIES fi;
#else
				if :: d_step { mark() } :: DIES fi;
				if :: d_step { run_item() } :: DIES fi;
#endif
#ifdef BUG_RESULT_LATE
				if
				:: j + 1 < N_OF(first) ->
					if :: running[me] = RUNNING(from + i, j + 1) :: DIES fi
				:: else
				fi;
#endif
				say_result();
				j++
			:: else -> break
			od;
			if :: d_step { complete(); first = second; i++ } :: DIES fi
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

#ifdef BUG_WORD_IS_DONE
#define IS_DONE(slot) (result[slot] != 0)
#else
#define IS_DONE(slot) (result[slot] & DONE)
#endif

/* Writes the entry of the piece that begins there. */
inline put_on_ring(slot)
{
	assert(written < claimed + R);
	result[slot] = 0;
	ring[written % R] = PIECE(slot, n[slot]);
	pos[slot] = written;
	written++
}

/* The same on the lane, and publishes it. */
inline put_on_lane(slot)
{
	assert(lane_published < lane_claimed + R);
	result[slot] = 0;
	lane[lane_published % R] = PIECE(slot, n[slot]);
	pos[slot] = lane_published;
	lane_published++
}

/* The next items, in a free segment. */
inline feed(segment)
{
	do
	:: item < P -> input[(segment) * P + item] = next * P + item; item++
	:: else -> break
	od;
	item = 0;
	n[(segment) * P] = P;
	number[segment] = next;
	next++;
#ifdef URGENT
	if
	:: next % 2 == 0 -> put_on_lane((segment) * P)
	:: else -> put_on_ring((segment) * P)
	fi
#else
	put_on_ring((segment) * P)
#endif
}

/* What is put of the item at `at`, whose piece begins at `head`. */
inline deliver(which)
{
	if
	:: at != head && result[head] & MIXED -> word = result[at]
	:: else -> word = result[head]
	fi;
	assert(word & DONE);
	assert(!delivered[which]);
	if
	:: word & LOST -> assert(marked[which] > RETRIES && DEATHS > RETRIES)
	:: else ->
		assert(output[at] == which);
		assert((word & FAILED) == (RESULT_OF(which) & FAILED))
	fi;
	delivered[which] = true;
	begun[which] = 1 + RETRIES;
	marked[which] = 0;
	n_delivered++
}

/* Delivers the results of a segment, piece by piece; the rest is wiped, too. */
inline collect(segment)
{
	do
	:: item < P ->
		at = (segment) * P + item;
		if
		:: n[at] > 0 -> assert(left == 0); left = n[at]; head = at
		:: else
		fi;
		assert(left > 0);
		left--;
		deliver(number[segment] * P + item);
		item++
	:: else -> break
	od;
	assert(left == 0);
	do
	:: item > 0 -> item--; wipe((segment) * P + item)
	:: else -> break
	od;
	number[segment] = 0;
	at = 0;
	head = 0;
	word = 0
}

inline wipe(slot)
{
	result[slot] = 0;
	input[slot] = 0;
	output[slot] = 0;
	n[slot] = 0;
	pos[slot] = NOWHERE;
	attempts[slot] = 0;
	had_begun[slot] = 0
}

inline collect_rest()
{
	do
	:: t < S -> collect(t); t++
	:: else -> break
	od;
	t = 0;
	assert(n_delivered == ITEMS)
}

/* 1 + the item of the piece that a dead worker had begun; 0: none. */
#ifdef BUG_ALL_BEGUN
#define BEGUN(word, running, pos) (IS_OWN(word) && COVERS(word, pos) -> (RUNS(running, pos) -> ITEM_OF(running) + 1 : 1) : 0)
#else
#define BEGUN(word, running, pos) (IS_OWN(word) && COVERS(word, pos) && RUNS(running, pos) -> ITEM_OF(running) + 1 : 0)
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
	:: t < SLOTS ->
		if
		:: had_begun[t] == 0 && !IS_DONE(t) -> had_begun[t] = BEGUN(claim[w], running[w], pos[t])
		:: else
		fi;
		t++
	:: else -> break
	od;
	t = 0;
	claim[w] = 0;
	running[w] = 0;
	gone[w] = false
}

/* A look at the pieces in flight. First it reads what is claimed, which says which of them it is about … */
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
	:: t < SLOTS ->
		if
		:: LOOKS_CLAIMED(pos[t]) && !IS_DONE(t) -> verdict[t] = NOBODY
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
	:: t < SLOTS ->
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
	:: IS_DONE(slot) -> verdict[slot] = NONE
	:: else
	fi
#endif
}

inline judge()
{
	do
	:: t < SLOTS ->
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

/* Cuts a piece before its item i, which begins one of its own. */
inline cut(slot, i)
{
	n[slot + i] = n[slot] - (i);
	n[slot] = (i);
	pos[slot + i] = pos[slot];
#ifdef BUG_ATTEMPTS_STAY
	attempts[slot + i] = attempts[slot];
#endif
	attempts[slot] = 0
}

/* An orphan: its first items are done, one may have been begun and is given up or published again, and so are
 * the others. Pieces that come of it are met later in the same look, which is not about them. */
inline take_back(slot)
{
	assert(holder[slot] == 0); /* else a living worker has it */
	rest = slot;
	if
	:: had_begun[slot] > 0 ->
#ifndef BUG_BEGUN_AGAIN
		if
		:: had_begun[slot] > 1 ->
			rest = slot + had_begun[slot] - 1;
			cut(slot, had_begun[slot] - 1);
			result[slot] = result[slot] | DONE
		:: else
		fi;
#endif
		had_begun[slot] = 0;
		attempts[rest]++;
		if
		:: attempts[rest] > RETRIES ->
			result[rest] = DONE | LOST;
			attempts[rest] = 0;
#ifndef BUG_LOST_WHOLE
			if
			:: n[rest] > 1 -> cut(rest, 1); rest++
			:: else -> rest = NOWHERE
			fi
#else
			rest = NOWHERE
#endif
		:: else
		fi
	:: else
	fi;
	if
	:: rest != NOWHERE -> put_on_lane(rest)
	:: else
	fi;
	rest = 0
}

/* What a look would find at this moment. */
#define IS_OPEN(slot) (CLAIMED(pos[slot]) && !IS_DONE(slot))
#define HAS(w, slot) COVERS(claim[w], pos[slot])
#define MAY(w, slot) (HAS(w, slot) && !IS_OWN(claim[w]))
#define IS_ORPHAN(slot) (IS_OPEN(slot) && !HAS(0, slot) && !HAS(1, slot))
#define IS_UNDECIDED(slot) (IS_OPEN(slot) && (MAY(0, slot) || MAY(1, slot)))
#define WOULD_CHANGE (ANY(IS_ORPHAN) || !ANY(IS_UNDECIDED))

/* Whether all pieces of a segment are done. */
#define IS_LEFT(slot) (n[slot] > 0 && !IS_DONE(slot))
#ifdef BUG_SEGMENT_EARLY
#define IS_THROUGH(segment) (n[(segment) * P] > 0 && !IS_LEFT((segment) * P))
#else
#define IS_THROUGH(segment) (n[(segment) * P] > 0 && !ANY_OF(segment, IS_LEFT))
#endif

proctype caller()
{
	byte pos[SLOTS], n[SLOTS], had_begun[SLOTS], verdict[SLOTS]; /* of the piece that begins there */
	byte number[S];                                              /* which piece it was fed */
	byte next, n_delivered, t, item, at, head, left, word, rest;
	bool undecided;

	d_step {
		do
		:: t < SLOTS -> pos[t] = NOWHERE; t++
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
	:: d_step { IS_THROUGH(0) && next < N -> collect(0); feed(0) }
	:: d_step { IS_THROUGH(1) && next < N -> collect(1); feed(1) }
#if S == 3
	:: d_step { IS_THROUGH(2) && next < N -> collect(2); feed(2) }
#endif
	:: d_step { ALL(IS_THROUGH) && next == N -> collect_rest() }
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
