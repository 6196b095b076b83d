/* sleep.pml: how the pool's sides sleep and wake each other (impls/pool_shared.h), for spin to try in every
 * interleaving. Beside pool.pml, which leaves this out.
 *
 *	spin -a sleep.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan      (tests/model.bats does it)
 *
 * A caller and two workers; N items, WINDOW of them in flight at most. A worker may die before any of its
 * steps, DEATHS times in all; another then takes its seat. A step is one access to shared memory.
 *
 * Checked in every state that can be reached: nobody sleeps for ever while there is something to do (no
 * invalid end state), and the count of sleepers is never too low.
 *
 * What is left out, and why that is no loss:
 *  - Whose items are whose. Claiming is one step, and a dead worker's item comes back: that is pool.pml.
 *  - Memory order: the engine has a fence between saying and looking. What could happen without it is what
 *    BUG_…_LOOKS_FIRST do.
 *  - Looking after the caller between two items of a claim, which only wakes it more often.
 *  - Time. The engine's sleeps end by themselves after a while, and a process that finds nothing may look for a
 *    while before it sleeps; here they sleep at once and for ever, so what is shown does not rest on that.
 *    The caller's sleep "low" always has an end, so it is left out too.
 *  - Futex and epoll are what they promise: a wait returns where the word is not 1 (any more); an edge of
 *    the eventfd is kept until epoll_wait() has told it; a worker's death tells until the caller has read of it.
 */
#ifndef N
#define N 3
#endif
#ifndef WINDOW
#define WINDOW 2
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#define W 2

/* ---- shared memory, and what the kernel keeps ---- */

byte published, claimed;
byte done; /* results that are there, and not collected */
byte sleepers;
bool parked[W];
bool caller_asleep;
bool closing;
bool alarm; /* an edge of the eventfd that was not told yet */
bool gone[W];

/* ---- what only the checks know ---- */

byte deaths;  /* that may still happen */
byte orphans; /* items that died with a worker: pool.pml finds them */

/* ---- a worker ---- */

inline die()
{
	d_step {
		deaths > 0;
		deaths--;
		gone[me] = true;
		orphans = orphans + holds;
		holds = 0;
		seen = false
	}
}

/* Beside every access of a worker: it dies instead. */
#define DIES die(); goto dead

#define IS_WORK (published != claimed || closing)

proctype worker(byte me)
{
	byte holds;
	bool seen;

claim_one:
	if
	:: d_step { published != claimed -> claimed++; holds = 1 }
	:: published == claimed -> goto idle
	:: DIES
	fi;
#ifdef BUG_WORKER_LOOKS_FIRST
	if :: seen = caller_asleep :: DIES fi;
	if :: d_step { holds = 0; done++ } :: DIES fi;
#else
	if :: d_step { holds = 0; done++ } :: DIES fi;
	if :: seen = caller_asleep :: DIES fi;
#endif
	if
	:: !seen -> goto claim_one
	:: else
	fi;
	/* Exchange: of several workers one wakes the caller. */
	if
	:: d_step { seen = caller_asleep; caller_asleep = false } :: DIES
	fi;
	if
	:: d_step { seen -> alarm = true; seen = false }
	:: !seen
	:: DIES
	fi;
	goto claim_one;

idle:
	if
	:: closing -> goto end
	:: !closing
	:: DIES
	fi;
	if :: sleepers++ :: DIES fi;
#ifdef BUG_PARK_LOOKS_FIRST
	if :: seen = IS_WORK :: DIES fi;
	if :: parked[me] = true :: DIES fi;
#else
	if :: parked[me] = true :: DIES fi;
	if :: seen = IS_WORK :: DIES fi;
#endif
#ifdef BUG_PARK_LOOKS_ONCE
	seen = false;
#endif
	if
	:: seen ->
		if :: d_step { seen = parked[me]; parked[me] = false } :: DIES fi;
		if
		:: d_step { seen -> assert(sleepers > 0); sleepers--; seen = false }
		:: !seen
		:: DIES
		fi
	:: else ->
		if :: !parked[me] :: DIES fi
	fi;
	goto claim_one;

dead:
end_dead: /* for good, where the caller has all it wanted */
	!gone[me];
	goto claim_one;
end:
	skip
}

/* ---- the caller ---- */

/* Wakes up to `want` of those that say that they sleep. */
inline wake_workers()
{
	w = 0;
	do
	:: want > 0 && w < W ->
		if
		:: d_step { parked[w] -> parked[w] = false; want-- }
			d_step { assert(sleepers > 0); sleepers-- }
		:: !parked[w]
		fi;
		w++
	:: else -> break
	od;
	w = 0;
	want = 0
}

/* How many the queue needs is an estimate: any number, but one at least where all sleep. */
inline wake_needed(count)
{
	if
	:: count == 0 || published == claimed
	:: count > 0 && count < W
	:: count > 0 && published - claimed > 0 -> want = 1
	:: count > 0 && published - claimed > 1 -> want = 2
	fi;
	wake_workers()
}

inline collect()
{
	d_step {
		got = done;
		done = 0;
		delivered = delivered + got;
		flying = flying - got
	}
}

/* Buries w, and lets another into its seat; its items are published again. */
inline bury(w)
{
	again = again + orphans;
	orphans = 0;
	if
	:: parked[w] -> parked[w] = false; assert(sleepers > 0); sleepers--
	:: else
	fi;
	gone[w] = false
}

inline tend()
{
	d_step {
		alarm = false;
		if
		:: gone[0] -> bury(0)
		:: else
		fi;
		if
		:: gone[1] -> bury(1)
		:: else
		fi
	}
}

#define TO_FEED (again > 0 || (fed < N && flying < WINDOW))

proctype caller()
{
	byte fed, flying, delivered, again, got, want, w, count;

	do
	:: TO_FEED ->
#ifdef BUG_CALLER_LOOKS_FIRST
		count = sleepers;
#endif
		d_step {
			if
			:: again > 0 -> again--
			:: else -> fed++; flying++
			fi;
			published++
		}
#ifndef BUG_CALLER_LOOKS_FIRST
		d_step { count = sleepers; assert(count >= parked[0] + parked[1]) }
#endif
		wake_needed(count);
		count = 0
	:: !TO_FEED ->
		collect();
		if
		:: got > 0 -> got = 0
		:: delivered == N -> break
		:: else ->
			/* Falls asleep. */
#ifndef BUG_CALLER_LOOKS_FIRST
			want = published - claimed;
			wake_workers();
#endif
			caller_asleep = true;
#ifndef BUG_CALLER_LOOKS_ONCE
			collect();
#endif
			if
			:: got > 0 -> got = 0
			:: else ->
#ifdef BUG_NO_PIDFD
				alarm;
#else
				alarm || gone[0] || gone[1];
#endif
				tend()
			fi;
			caller_asleep = false
		fi
	:: alarm || gone[0] || gone[1] -> tend() /* it also looks after them every now and then */
	od;
	closing = true;
	want = W;
	wake_workers()
}

init {
	atomic {
		/* Where a death is still to come nobody sleeps for ever: so without this choice no deadlock
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
