/* sleep.pml: how the pool's sides sleep and wake each other (impls/pool_shared.h), for spin to try in every
 * interleaving. Beside pool.pml, which leaves this out.
 *
 *	spin -a sleep.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan      (tests/impls/model.bats does it)
 *
 * A caller and two workers; N items, WINDOW of them in flight at most. A worker may die before any of its
 * steps, DEATHS times in all; another then takes its seat, or cannot be forked while there is one left. A step is one
 * access to shared memory.
 *
 * Checked in every state that can be reached: nobody sleeps for ever while there is something to do (no
 * invalid end state), and the count of sleepers is never too low.
 *
 * What is left out, and why that is no loss:
 *  - Whose items are whose. Claiming is one step, and a dead worker's item comes back, on the lane: that is pool.pml.
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
byte lane; /* items on it that nobody has claimed */
byte done; /* results that are there, and not collected */
byte sleepers;
bool parked[W];
bool caller_asleep;
bool closing;
bool alarm; /* an edge of the eventfd that was not told yet */
byte gone[W]; /* 0, or one of these: */
#define DIED 1   /* which the caller does not know yet */
#define VACANT 2 /* it does, and has nobody for the seat */

/* ---- what only the checks know ---- */

byte deaths;  /* that may still happen */
byte orphans; /* items that died with a worker: pool.pml finds them */

/* ---- a worker ---- */

inline die()
{
	d_step {
		deaths > 0;
		deaths--;
		gone[me] = DIED;
		orphans = orphans + holds;
		holds = 0;
		seen = false
	}
}

/* Beside every access of a worker: it dies instead. */
#define DIES die(); goto dead

/* The two looks at work. */
inline look()
{
#ifndef BUG_LANE_NOT_SEEN
	if :: seen = (lane > 0) :: DIES fi;
#endif
	if :: seen = (seen || published != claimed || closing) :: DIES fi
}

proctype worker(byte me)
{
	byte holds;
	bool seen;

claim_one:
	if
	:: d_step { lane > 0 -> lane--; holds = 1 }
		goto complete
	:: lane == 0
	:: DIES
	fi;
	if
	:: d_step { published != claimed -> claimed++; holds = 1 }
	:: published == claimed -> goto idle
	:: DIES
	fi;
complete:
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
	look();
	if :: parked[me] = true :: DIES fi;
#else
	if :: parked[me] = true :: DIES fi;
	look();
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
	gone[me] == 0;
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

#ifdef BUG_LANE_NOT_WOKEN
#define FOR_LANE 0
#else
#define FOR_LANE lane
#endif

/* How many the ring needs is an estimate: any number, but one at least where all sleep. And one for each on the lane. */
inline wake_needed(count)
{
	if
	:: count == 0
	:: count > 0 && (published == claimed || count < W) -> want = FOR_LANE
	:: count > 0 && published - claimed > 0 -> want = 1 + FOR_LANE
	:: count > 0 && published - claimed > 1 -> want = 2 + FOR_LANE
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

/* Buries w, and lets another into its seat, if it can; its items are published again. */
inline bury(w)
{
	lane = lane + orphans;
	orphans = 0;
	if
	:: parked[w] -> parked[w] = false; assert(sleepers > 0); sleepers--
	:: else
	fi;
	if
	:: gone[w] = 0
	:: gone[1 - w] != VACANT -> gone[w] = VACANT
	fi
}

inline tend()
{
	atomic {
		alarm = false;
		if
		:: gone[0] == DIED -> bury(0)
		:: else
		fi;
		if
		:: gone[1] == DIED -> bury(1)
		:: else
		fi
	};
	want = FOR_LANE;
	wake_workers()
}

#define TO_FEED (fed < N && flying < WINDOW)

proctype caller()
{
	byte fed, flying, delivered, got, want, w, count;

	do
	:: TO_FEED ->
#ifdef BUG_CALLER_LOOKS_FIRST
		count = sleepers;
#endif
		d_step { fed++; flying++; published++ }
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
			want = published - claimed + FOR_LANE;
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
				alarm || gone[0] == DIED || gone[1] == DIED;
#endif
				tend()
			fi;
			caller_asleep = false
		fi
	:: alarm || gone[0] == DIED || gone[1] == DIED -> tend() /* it also looks after them every now and then */
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
