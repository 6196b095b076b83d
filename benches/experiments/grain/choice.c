/* choice.c: chooses the lengths beside each strategy's crossing. */
#include "experiments/grain/choice.h"
#include "stats/levels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ENOUGH = 10, ROUGH = 2, RARELY = 8 };

static const double goal = 0.05;
static const double around = 2, far_around = 4; /* by which factors lengths may differ from the crossing */
static const double trial_ns = 10e6;            /* what a trial takes beside its map, about */

/* ---- who is who ---- */

static struct pvq_grain_turn *turn_of(struct pvq_grain_choice *c, const struct pvq_impl *impl)
{
	for (size_t t = 0; t < c->turns; t++)
		if (c->turn[t].impl == impl)
			return &c->turn[t];
	c->turn[c->turns] = (struct pvq_grain_turn){.impl = impl, .every = 1};
	return &c->turn[c->turns++];
}

/* Serial's cell with the same items; the plan's number of cells if there is none. */
static unsigned base_of(const struct pvq_plan *plan, unsigned cell)
{
	unsigned i = 0;

	while (i < plan->ncell &&
		!(plan->cell[i].spec == plan->cell[cell].spec && plan->cell[i].impl->flags & PVQ_BASELINE))
		i++;
	return i;
}

int pvq_grain_choice_make(struct pvq_grain_choice *c, const struct pvq_plan *plan)
{
	*c = (struct pvq_grain_choice){
		.plan = plan, .cores = 1, .turn = calloc(plan->ncell + 1, sizeof(*c->turn))};
	if (!c->turn)
		return -ENOMEM;
	for (unsigned i = 0; i < plan->ncell; i++) {
		unsigned base = base_of(plan, i);
		struct pvq_grain_turn *turn;

		c->cores = fmax(c->cores, plan->cell[i].cores);
		if (plan->cell[i].impl->flags & PVQ_BASELINE || base == plan->ncell)
			continue;
		turn = turn_of(c, plan->cell[i].impl);
		if (turn->lengths == PVQ_METG_GRAINS)
			continue;
		turn->base[turn->lengths] = base;
		turn->own[turn->lengths++] = i;
	}
	return 0;
}

void pvq_grain_choice_free(struct pvq_grain_choice *c)
{
	free(c->turn);
	*c = (struct pvq_grain_choice){0};
}

/* ---- what was measured ---- */

/* The lengths of a strategy that have enough blocks at a level: their numbers, and the times of serial and of the strategy. */
struct part {
	unsigned length[PVQ_METG_GRAINS];
	size_t lengths, most; /* most: blocks of the length that has most */
	struct pvq_blocks blocks;
};

static double time_at(const struct pvq_sweep_seen *seen, unsigned block, unsigned cell, int level)
{
	size_t at = (size_t)block * seen->cells + cell;

	return seen->map_ns[at] > 0 && (seen->level[at] == level || seen->level[at] == PVQ_LEVELS_NONE)
		       ? seen->map_ns[at]
		       : NAN;
}

static size_t times_at(const struct pvq_sweep_seen *seen, unsigned cell, int level)
{
	size_t n = 0;

	for (unsigned b = 0; b < seen->blocks; b++)
		n += !isnan(time_at(seen, b, cell, level));
	return n;
}

/* Collects the lengths with at least so many blocks. Freed with pvq_blocks_free(). 0 or -ENOMEM. */
static int part_make(struct part *p, const struct pvq_grain_turn *turn, const struct pvq_sweep_seen *seen,
	int level, size_t least)
{
	*p = (struct part){.lengths = 0};
	for (unsigned i = 0; i < turn->lengths; i++) {
		size_t own = times_at(seen, turn->own[i], level);

		if (own < least || times_at(seen, turn->base[i], level) < least)
			continue;
		p->most = own > p->most ? own : p->most;
		p->length[p->lengths++] = i;
	}
	p->blocks = (struct pvq_blocks){.cells = 2 * p->lengths,
		.blocks = seen->blocks,
		.ns = calloc(2 * p->lengths * seen->blocks + 1, sizeof(double))};
	if (!p->blocks.ns)
		return -ENOMEM;
	for (size_t i = 0; i < p->lengths; i++)
		for (unsigned b = 0; b < seen->blocks; b++) {
			p->blocks.ns[i * seen->blocks + b] =
				time_at(seen, b, turn->base[p->length[i]], level);
			p->blocks.ns[(p->lengths + i) * seen->blocks + b] =
				time_at(seen, b, turn->own[p->length[i]], level);
		}
	return 0;
}

static int levels_of(const struct pvq_sweep_seen *seen)
{
	int levels = 1;

	for (size_t i = 0; i < (size_t)seen->blocks * seen->cells; i++)
		if (seen->level[i] >= levels)
			levels = seen->level[i] + 1;
	return levels;
}

static struct pvq_metg_ramp ramp_of(
	const struct pvq_grain_choice *c, const struct pvq_grain_turn *turn, const struct part *p)
{
	return (struct pvq_metg_ramp){
		.grains = p->lengths, .cores = c->cores, .n = (double)c->plan->cell[turn->own[0]].n};
}

/* ---- choosing ---- */

/* A length as a share of the longest of its range, which is the same in all ranges. */
static double share_of(unsigned length)
{
	return pvq_metg_length_ns(0, length, 1) / pvq_metg_length_ns(0, PVQ_METG_GRAINS - 1, 1);
}

/* The share of an item with that much work of its own, by what serial took for the part's lengths. */
static double share_at(const struct part *p, const double *serial_ns, double map_ns)
{
	for (size_t i = 0; i < p->lengths; i++) {
		double share = share_of(p->length[i]);

		if (map_ns > serial_ns[i])
			continue;
		if (i == 0)
			return share;
		return share - (share - share_of(p->length[i - 1])) * (serial_ns[i] - map_ns) /
				       (serial_ns[i] - serial_ns[i - 1]);
	}
	return share_of(p->length[p->lengths - 1]);
}

/* Chooses the lengths around one; a crossing beyond the ramp is at its end. */
static void choose_around(struct pvq_grain_turn *turn, double share)
{
	double by = turn->open ? far_around : around;

	for (unsigned i = 0; i < turn->lengths; i++)
		turn->chosen[i] |= share_of(i) >= share / by && share_of(i) <= share * by;
}

/* Whether METG lies between the part's lengths, or beyond the ramp; otherwise lengths that would tell have too few blocks.
 * own_ns: the strategy's medians. */
static int is_told(const struct part *p, const struct pvq_grain_turn *turn, double metg,
	const double *own_ns, const struct pvq_metg_ramp *ramp)
{
	return (p->length[0] == 0 || metg > pvq_metg_granularity(own_ns[0], ramp)) &&
	       (p->length[p->lengths - 1] == turn->lengths - 1 || isfinite(metg));
}

/* Chooses a strategy's lengths by its times at one level, if these tell. 0 or -ENOMEM. */
static int choose_at(const struct pvq_grain_choice *c, struct pvq_grain_turn *turn,
	const struct pvq_sweep_seen *seen, int level)
{
	double median[2 * PVQ_METG_GRAINS] = {0}, *own, metg, even;
	struct pvq_metg_ramp ramp;
	struct part p;
	int ret = part_make(&p, turn, seen, level, ROUGH);

	if (ret == 0)
		ret = pvq_blocks_medians(&p.blocks, median);
	if (ret == 0 && p.lengths) {
		ramp = ramp_of(c, turn, &p);
		own = median + p.lengths;
		metg = pvq_metg(median, own, &ramp);
		even = pvq_break_even(median, own, &ramp);
		if (is_told(&p, turn, metg, own, &ramp))
			choose_around(turn, share_at(&p, median, PVQ_METG_SHARE * ramp.n * metg));
		if (is_told(&p, turn, even * c->cores, own, &ramp))
			choose_around(turn, share_at(&p, median, ramp.n * even));
	}
	pvq_blocks_free(&p.blocks);
	return ret;
}

/* The levels that a strategy met often enough; those of them at which its METG is known well enough; and those at which its
 * interval has an end beyond the lengths with enough blocks. */
struct precision {
	unsigned levels, well, open;
};

/* Notes whether METG is known well enough at a level, if that was met often enough. 0 or -ENOMEM. */
static int judge_level(const struct pvq_grain_choice *c, const struct pvq_grain_turn *turn,
	const struct pvq_sweep_seen *seen, int level, struct precision *known)
{
	double median[2 * PVQ_METG_GRAINS] = {0};
	struct pvq_estimate metg;
	struct pvq_metg_ramp ramp;
	struct part p;
	int ret = part_make(&p, turn, seen, level, pvq_median_needs(PVQ_ALPHA));

	if (ret == 0)
		ret = pvq_blocks_medians(&p.blocks, median);
	if (ret == 0 && p.lengths) {
		ramp = ramp_of(c, turn, &p);
		ret = pvq_metg_estimate(&p.blocks, &ramp, c->plan->seed, &metg, NULL);
		known->open += !is_told(&p, turn, metg.lo, median + p.lengths, &ramp) ||
			       !is_told(&p, turn, metg.hi, median + p.lengths, &ramp);
		known->levels += p.most >= ENOUGH;
		known->well += p.most >= ENOUGH && (isinf(metg.lo) || pvq_estimate_width(&metg) <= goal) &&
			       is_told(&p, turn, metg.median, median + p.lengths, &ramp);
	}
	pvq_blocks_free(&p.blocks);
	return ret;
}

/* Finds out how well a strategy's METG is known. 0 or -ENOMEM. */
static int judge(const struct pvq_grain_choice *c, struct pvq_grain_turn *turn,
	const struct pvq_sweep_seen *seen, int levels)
{
	struct precision known = {0, 0, 0};
	int ret = 0;

	for (int level = 0; ret == 0 && level < levels; level++)
		ret = judge_level(c, turn, seen, level, &known);
	turn->done = known.levels > 0 && known.well == known.levels;
	turn->open = known.open > 0;
	return ret;
}

/* The mean of a cell's map times; 0: it has none. */
static double mean_ns(const struct pvq_sweep_seen *seen, unsigned cell)
{
	double sum = 0, n = 0;

	for (unsigned b = 0; b < seen->blocks; b++) {
		double ns = seen->map_ns[(size_t)b * seen->cells + cell];

		sum += fmax(ns, 0);
		n += ns > 0;
	}
	return n > 0 ? sum / n : 0;
}

/* What the chosen lengths of a strategy take in a block, about. */
static double turn_ns(const struct pvq_grain_turn *turn, const struct pvq_sweep_seen *seen)
{
	double sum = 0, before = 0;

	for (unsigned i = 0; i < turn->lengths; i++) {
		double ns = mean_ns(seen, turn->own[i]);

		if (ns <= 0 && i) /* not measured so far: in proportion */
			ns = before * share_of(i) / share_of(i - 1);
		sum += turn->chosen[i] * (ns + trial_ns);
		before = ns;
	}
	return sum;
}

/* Chooses a strategy's lengths; the wide ramp if nothing is known of it. 0 or -ENOMEM. */
static int choose_lengths(const struct pvq_grain_choice *c, struct pvq_grain_turn *turn,
	const struct pvq_sweep_seen *seen, int levels)
{
	int ret = 0;

	memset(turn->chosen, 0, sizeof(turn->chosen));
	for (int level = 0; ret == 0 && level < levels; level++)
		ret = choose_at(c, turn, seen, level);
	if (!memchr(turn->chosen, 1, sizeof(turn->chosen)))
		for (unsigned i = 0; i < turn->lengths; i += PVQ_METG_WIDE)
			turn->chosen[i] = 1;
	return ret;
}

/* Decides on every strategy. 0 or -ENOMEM. */
static int decide(struct pvq_grain_choice *c, const struct pvq_sweep_seen *seen)
{
	double least = INFINITY;
	int ret = 0, levels = levels_of(seen);

	for (size_t t = 0; ret == 0 && t < c->turns; t++) {
		struct pvq_grain_turn *turn = &c->turn[t];

		ret = judge(c, turn, seen, levels);
		if (ret == 0)
			ret = choose_lengths(c, turn, seen, levels);
		if (!turn->done)
			least = fmin(least, turn_ns(turn, seen));
	}
	for (size_t t = 0; ret == 0 && t < c->turns; t++)
		c->turn[t].every =
			(unsigned)fmin(RARELY, fmax(1, round(turn_ns(&c->turn[t], seen) / least)));
	return ret;
}

static void take_part(const struct pvq_grain_choice *c, const struct pvq_grain_turn *turn, unsigned block,
	unsigned char *takes_part)
{
	int first = block < PVQ_GRAIN_FIRST;

	if (!first && (turn->done || (block - PVQ_GRAIN_FIRST) % turn->every))
		return;
	for (unsigned i = 0; i < turn->lengths; i++)
		if ((first ? i % PVQ_METG_WIDE == 0 : turn->chosen[i]) &&
			!c->plan->cell[turn->own[i]].skip && !c->plan->cell[turn->base[i]].skip)
			takes_part[turn->own[i]] = takes_part[turn->base[i]] = 1;
}

int pvq_grain_choose(void *choice, const struct pvq_sweep_seen *seen, unsigned char *takes_part)
{
	struct pvq_grain_choice *c = choice;
	int ret = 0;

	if (pvq_profile_is_look(seen->blocks, PVQ_GRAIN_FIRST))
		ret = decide(c, seen);
	memset(takes_part, 0, seen->cells);
	for (size_t t = 0; t < c->turns; t++)
		take_part(c, &c->turn[t], seen->blocks, takes_part);
	return ret;
}
