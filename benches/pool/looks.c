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

	for (size_t i = 0; i < n; i++)
		level = pvq_levels_both(level, pvq_levels_between(levels, look[i]->before, look[i]->after));
	return level;
}

/* Makes one part of all blocks. */
static void split_whole(struct pool_split *split, size_t blocks, const char *name)
{
	split->parts = 1;
	split->part[0].name = name;
	split->part[0].count = blocks;
	for (size_t b = 0; b < blocks; b++)
		split->part[0].block[b] = (unsigned)b;
}

void pool_split_mixed(struct pool_split *split, size_t blocks)
{
	split_whole(split, blocks, "levels mixed");
}

void pool_split_make(
	struct pool_split *split, const struct pvq_levels *levels, const int *level, size_t blocks)
{
	const struct pvq_state state = {.levels = *levels};
	size_t known = 0, unknown = 0;

	for (size_t b = 0; b < blocks; b++) {
		known += level[b] >= 0;
		unknown += level[b] == PVQ_LEVELS_NONE;
	}
	if (unknown == blocks || levels->count < 2) {
		split_whole(split, blocks, "");
		return;
	}
	split->parts = 0;
	for (int want = 0; unknown < known && want < (int)levels->count; want++) {
		struct pool_part *part = &split->part[split->parts];

		part->name = pvq_state_name(&state, want);
		part->count = 0;
		for (size_t b = 0; b < blocks; b++)
			if (level[b] == want)
				part->block[part->count++] = (unsigned)b;
		split->parts += part->count >= pvq_median_needs(PVQ_ALPHA);
	}
	if (split->parts == 0)
		pool_split_mixed(split, blocks);
}
