/* looks.c: collects looks, and sorts blocks by their level. */
#include "pool/looks.h"
#include "base/grow.h"
#include "results/state.h"
#include "stats/stats.h"

#include <errno.h>
#include <stdlib.h>

int pool_looks_add(struct pool_looks *l, struct pool_look look)
{
	struct pool_look *grown = pvq_grow(l->look, l->count, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	l->look = grown;
	grown[l->count++] = look;
	return 0;
}

int pool_looks_find(struct pool_looks *l)
{
	double *value = calloc(2 * l->count + 1, sizeof(*value));
	size_t n = 0;

	if (!value)
		return -ENOMEM;
	for (size_t i = 0; i < l->count; i++) {
		if (l->look[i].before > 0)
			value[n++] = l->look[i].before;
		if (l->look[i].after > 0)
			value[n++] = l->look[i].after;
	}
	pvq_levels_find(&l->levels, value, n);
	free(value);
	return 0;
}

void pool_looks_free(struct pool_looks *l)
{
	free(l->look);
	*l = (struct pool_looks){0};
}

int pool_looks_level(const struct pvq_levels *levels, const struct pool_look *const *look, size_t n)
{
	int level = PVQ_LEVELS_NONE;

	for (size_t i = 0; i < n; i++) {
		int own = pvq_levels_between(levels, look[i]->before, look[i]->after);

		if (own == PVQ_LEVELS_PASSING || (own >= 0 && level >= 0 && own != level))
			return PVQ_LEVELS_PASSING;
		level = own >= 0 ? own : level;
	}
	return level;
}

/* Fills a part with the blocks at that level, or with all. */
static void part_fill(struct pool_part *part, const int *level, size_t blocks, int want, int all)
{
	part->count = 0;
	for (size_t b = 0; b < blocks; b++)
		if (all || level[b] == want || level[b] == PVQ_LEVELS_NONE)
			part->block[part->count++] = (unsigned)b;
}

void pool_split_make(
	struct pool_split *split, const struct pvq_levels *levels, const int *level, size_t blocks)
{
	const struct pvq_state state = {.levels = *levels};
	int known = 0;

	split->parts = 0;
	for (size_t b = 0; b < blocks; b++)
		known |= level[b] != PVQ_LEVELS_NONE;
	for (int want = 0; known && levels->count > 1 && want < (int)levels->count; want++) {
		struct pool_part *part = &split->part[split->parts];

		part_fill(part, level, blocks, want, 0);
		part->name = pvq_state_name(&state, want);
		split->parts += part->count >= pvq_median_needs(PVQ_ALPHA);
	}
	if (split->parts)
		return;
	part_fill(&split->part[split->parts++], level, blocks, 0, 1);
	split->part[0].name = known && levels->count > 1 ? "levels mixed" : "";
}
