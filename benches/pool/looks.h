/* looks.h: what the driver's probe (base/probe.h) saw around each trial, the levels found from that, and how blocks are
 * split by them. Figures come from one level, and comparisons are made within one, as in reports.
 */
#ifndef POOL_LOOKS_H
#define POOL_LOOKS_H

#include "stats/levels.h"

#include <stddef.h>
#include <stdint.h>

/* The hand-over between the trial's CPUs, before it and after it, in ns; 0: unknown. */
struct pool_look {
	double before, after;
};

/* The looks of a run. Freed with pool_looks_free(). */
struct pool_looks {
	struct pool_look *look;
	size_t count;
	struct pvq_levels levels; /* of all looks, once found */
	uint64_t began_ns;        /* the run */
	double again_s;           /* spent on measuring groups again */
};

/* Adds a look. 0 or -ENOMEM. */
int pool_looks_add(struct pool_looks *, struct pool_look);
/* Finds the levels of all looks so far. 0 or -ENOMEM. */
int pool_looks_find(struct pool_looks *);
void pool_looks_free(struct pool_looks *);

/* The level that looks have in common: an index, or PVQ_LEVELS_NONE: none is known, or PVQ_LEVELS_PASSING: they differ. */
int pool_looks_level(const struct pvq_levels *, const struct pool_look *const *look, size_t n);

enum { POOL_BLOCKS_MAX = 200 };

/* Blocks by level. */
struct pool_part {
	const char *name; /* of the level, or "levels mixed"; "": there is one level */
	size_t count;
	unsigned block[POOL_BLOCKS_MAX];
};

struct pool_split {
	struct pool_part part[PVQ_LEVELS_MAX];
	size_t parts; /* at least 1 */
};

/* Splits the blocks, whose levels are given, by the rule of reports (results/state.h). A level has a part if it has enough
 * blocks for an interval. If none has, or the level is unknown in too many blocks, all of them are one part. */
void pool_split_make(struct pool_split *, const struct pvq_levels *, const int *level, size_t blocks);
/* Makes one part of all blocks, whose levels differ. */
void pool_split_mixed(struct pool_split *, size_t blocks);

#endif
