/* admit.h: chooses which works take part in the next block of a sweep, when there is no time for all.
 *
 * On a machine with several levels of the hand-over (stats/levels.h) a work's figures come from one level, so a work may
 * have fewer blocks there than its comparisons need, although it has as many in all as the others. The rule, which is
 * fixed before anything is measured:
 *
 * - A work that lacks blocks goes first. The others take part if enough time is left for what these lack.
 * - While a work lacks blocks it stays open: neither precision nor the plan's most blocks close it. It may have half as
 *   many again, if time is left and the number of blocks was not asked for.
 *
 * A work lacks blocks by the looks at the machine alone. No time of a trial has a part in it, so the rule cannot favour a
 * strategy or make a difference where there is none, unlike a rule that stops when a difference shows.
 *
 * Levels are not joined instead, however near their hand-overs are: two CPUs that share a core (52 ns on one machine) and two
 * that share a cache (105 ns) are alike in the hand-over of short items, but computing took 1.6 times as long on the former.
 */
#ifndef PVQ_ADMIT_H
#define PVQ_ADMIT_H

struct pvq_admit {
	int closed;     /* precise enough, or there is no time for it */
	int whole;      /* it has this block already */
	double block_s; /* time of its slowest whole block */
	unsigned lacks; /* blocks at one level that its comparisons lack */
	unsigned
		in_blocks; /* in how many blocks it will get them, if it meets that level as often as before */
	int takes_part;    /* the answer */
};

/* Chooses from so many works, in that order. last: the plan's most blocks are measured, so that only works that lack some
 * may go on. left_s: the time left. Closes works for which there is not enough. Returns how many take part. */
unsigned pvq_admit(struct pvq_admit *const *work, unsigned works, int last, double left_s);

/* How many blocks at one level the comparisons of so many strategies need, on one number of cores. */
unsigned pvq_admit_needs(unsigned strategies);

/* In how many blocks a work will get what it lacks, if it had `have` of the blocks so far at its level: at most as many again
 * as it had. */
unsigned pvq_admit_in_blocks(unsigned lacks, unsigned have, unsigned blocks);

#endif
