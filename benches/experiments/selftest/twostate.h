/* twostate.h: a simulated machine whose CPUs are near each other at some times and far at others, or share a core. Do
 * intervals cover, and do verdicts hold there?
 *
 * The machine has two states, near and far, or three, and stays in one for 1 to 30 s at a time. A run has 20 blocks about a second apart; in each a group of four
 * strategies runs, whose true times are known in both states. Noise is lognormal with a sigma of 3 %, and one trial in a
 * hundred takes up to three times as long. The hand-over is seen before and after every trial, but in one group in ten the
 * CPUs are too busy to tell it. Trials off the group's level are measured again, by the rules of a sweep (drive/sweep.h). All is drawn from a seed, so that the result is the
 * same on every machine. A run whose comparisons lack blocks at one level goes on (drive/admit.h).
 *
 * The rows are judged in two ways: all trials together, as if the hand-over were unknown and nothing had been measured
 * again; and within a level, as this suite judges them (results/state.h, results/compare.h).
 */
#ifndef PVQ_TWOSTATE_H
#define PVQ_TWOSTATE_H

#include "trial/registry.h"

#include <stddef.h>
#include <stdint.h>

/* How often something happened. */
struct pvq_share {
	size_t count, of;
};

/* What one way of judging the rows says. */
struct pvq_twostate_way {
	struct pvq_share
		covered; /* figures whose interval holds the true time in the state of most of their trials */
	struct pvq_share
		different; /* pairs of runs of one program in which compare calls some cell different */
	struct pvq_share
		wrong; /* verdicts that are wrong in a state in which some of their trials ran, between two
				     * strategies of which one is faster near and the other far */
	struct pvq_share found; /* pairs in which compare finds a slow-down of 5 % */
};

enum { PVQ_TWOSTATE_MOST = 3 }; /* states */

struct pvq_twostate {
	int states;
	size_t pairs; /* of runs; 0: nothing was simulated */
	struct pvq_share had_enough,
		has_enough; /* runs with enough blocks to compare, after the plan's blocks and at their end */
	struct pvq_twostate_way together, within;
	struct pvq_share
		single; /* found on a machine with one state, in pairs with as many blocks as within a level */
};

/* The limits to pass. */
#define PVQ_TWOSTATE_COVERED_LEAST 0.93
#define PVQ_TWOSTATE_COVERED_MOST 0.97
#define PVQ_TWOSTATE_WRONG_MOST 0.05 /* of pairs called different, and of verdicts */
#define PVQ_TWOSTATE_FOUND_LESS 0.05 /* share of slow-downs found, less than on a machine with one state */

/* states: 2 or 3. 0 or -ENOMEM. */
int pvq_twostate_simulate(
	struct pvq_twostate *, const struct pvq_registry *, int states, size_t pairs, uint64_t seed);

double pvq_share_of(const struct pvq_share *);

/* The most that a share of so many may be if it should be at most that; the least, if it should fall short of the other one
 * by no more than that. Chance is granted two standard errors. */
double pvq_share_most(const struct pvq_share *, double most);
double pvq_share_least(const struct pvq_share *, const struct pvq_share *other, double less);

/* Whether judging within a level keeps all limits. */
int pvq_twostate_passed(const struct pvq_twostate *);

#endif
