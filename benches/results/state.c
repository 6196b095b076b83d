/* state.c: sorts rows into groups, finds each group's level, and chooses the level of the figures. */
#include "results/state.h"
#include "base/grow.h"
#include "stats/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int order_place(const struct pvq_row *a, const struct pvq_row *b)
{
	int order = strcmp(a->task, b->task);

	if (!order)
		order = strcmp(a->args, b->args);
	if (!order)
		order = ORDER(a->n, b->n);
	return order ? order : ORDER(a->cores, b->cores);
}

static int order_group(const struct pvq_row *a, const struct pvq_row *b)
{
	int order = order_place(a, b);

	if (!order)
		order = ORDER(a->workers, b->workers);
	return order ? order : ORDER(a->block, b->block);
}

static int order_row(const void *x, const void *y)
{
	const struct pvq_row *a = *(const struct pvq_row *const *)x, *b = *(const struct pvq_row *const *)y;
	int order = order_group(a, b);

	return order ? order : ORDER(a, b); /* as they were measured */
}

static struct pvq_standing *standing(const struct pvq_states *s, const struct pvq_row *row)
{
	return &s->standing[row - s->row];
}

/* ---- levels ---- */

static struct pvq_state *state_of(const struct pvq_states *s, unsigned cores)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->state[i].cores == cores)
			return &s->state[i];
	return NULL;
}

static int has_several(struct pvq_states *s, unsigned cores)
{
	const struct pvq_state *state = state_of(s, cores);

	return state && state->levels.count > 1;
}

static int order_cores(const void *x, const void *y)
{
	const struct pvq_state *a = x, *b = y;

	return ORDER(a->cores, b->cores);
}

static int list_cores(struct pvq_states *s, const struct pvq_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct pvq_row *row = &rows->row[i];
		struct pvq_state *grown;

		if ((!row->handover_ns && !row->handover_after_ns) || state_of(s, row->cores))
			continue;
		grown = pvq_grow(s->state, s->count, sizeof(*s->state));
		if (!grown)
			return -ENOMEM;
		s->state = grown;
		grown[s->count++] = (struct pvq_state){.cores = row->cores, .most = PVQ_LEVELS_NONE};
	}
	if (s->count)
		qsort(s->state, s->count, sizeof(*s->state), order_cores);
	return 0;
}

static int find_levels(struct pvq_states *s, const struct pvq_rows *rows)
{
	double *value = calloc(2 * rows->count + 1, sizeof(*value));
	int ret = value ? list_cores(s, rows) : -ENOMEM;

	for (size_t c = 0; ret == 0 && c < s->count; c++) {
		size_t n = 0;

		for (size_t i = 0; i < rows->count; i++) {
			const struct pvq_row *row = &rows->row[i];

			if (row->cores != s->state[c].cores)
				continue;
			if (row->handover_ns)
				value[n++] = (double)row->handover_ns;
			if (row->handover_after_ns)
				value[n++] = (double)row->handover_after_ns;
		}
		pvq_levels_find(&s->state[c].levels, value, n);
	}
	free(value);
	return ret;
}

/* ---- groups ---- */

static int level_of(struct pvq_states *s, const struct pvq_row *row)
{
	const struct pvq_state *state = state_of(s, row->cores);

	return state ? pvq_levels_between(
			       &state->levels, (double)row->handover_ns, (double)row->handover_after_ns)
		     : PVQ_LEVELS_NONE;
}

static int has_later_attempt(const struct pvq_row *of, const struct pvq_row **row, size_t rows)
{
	for (size_t i = 0; i < rows; i++)
		if (row[i]->attempt > of->attempt && row[i]->cell == of->cell &&
			strcmp(row[i]->impl, of->impl) == 0)
			return 1;
	return 0;
}

/* Finds the levels of a group's trials, whose rows in one block are given in the order of time, and writes them into their
 * standings. Where there are several levels, a trial at an unknown one is at none for certain. Returns the group's. */
static int judge_group(struct pvq_states *s, const struct pvq_row **row, size_t rows, int *level)
{
	size_t last = 0;

	for (size_t i = 0; i < rows; i++)
		level[i] = level_of(s, row[i]);
	pvq_levels_fill(level, rows);
	for (size_t i = 0; i < rows; i++) {
		struct pvq_standing *st = standing(s, row[i]);
		int is_unknown = level[i] == PVQ_LEVELS_NONE && has_several(s, row[0]->cores);

		st->superseded = (unsigned char)has_later_attempt(row[i], row, rows);
		st->level = (signed char)(is_unknown ? PVQ_LEVELS_PASSING : level[i]);
		if (!st->superseded)
			level[last++] = level[i];
	}
	return pvq_levels_most(level, last);
}

static int is_again(const struct pvq_row **row, size_t rows)
{
	size_t i = 0;

	while (i < rows && !row[i]->attempt)
		i++;
	return i < rows;
}

/* Counts the trials of a group, at its level and off it. */
static void count_trials(struct pvq_states *s, const struct pvq_row **row, size_t rows, int level)
{
	struct pvq_state *state = state_of(s, row[0]->cores);

	for (size_t i = 0; i < rows; i++) {
		const struct pvq_standing *st = standing(s, row[i]);

		if (st->level >= 0)
			state->wall_ns[st->level] += (double)row[i]->wall_ns;
		s->off += !st->superseded && st->level != level;
	}
}

/* Counts a group. blocks: where its number of workers has groups, by level. level: room for those of its rows. */
static void count_group(struct pvq_states *s, struct pvq_met *met, const struct pvq_row **row, size_t rows,
	size_t blocks[PVQ_LEVELS_MAX], int *levels)
{
	struct pvq_state *state = state_of(s, row[0]->cores);
	int level = judge_group(s, row, rows, levels);
	size_t strategies = 0;

	for (size_t i = 0; i < rows; i++)
		strategies += !standing(s, row[i])->superseded;
	met->strategies = strategies > met->strategies ? strategies : met->strategies;
	if (level == PVQ_LEVELS_NONE) {
		met->unknown++;
		s->unknown += (size_t)has_several(s, row[0]->cores);
		return;
	}
	s->groups++;
	s->again += (size_t)is_again(row, rows);
	count_trials(s, row, rows, level);
	if (level == PVQ_LEVELS_PASSING)
		return;
	state->groups[level]++;
	met->known++;
	blocks[level]++;
	met->blocks[level] = blocks[level] > met->blocks[level] ? blocks[level] : met->blocks[level];
}

/* ---- the level of the figures ---- */

static int fullest(const size_t *count)
{
	int most = PVQ_LEVELS_NONE;

	for (int i = 0; i < PVQ_LEVELS_MAX; i++)
		if (count[i] && (most == PVQ_LEVELS_NONE || count[i] > count[most]))
			most = i;
	return most;
}

static void choose(struct pvq_states *s, struct pvq_met *met, unsigned cores)
{
	int several = has_several(s, cores), most = fullest(met->blocks), state_most;
	size_t needs;

	met->level = PVQ_LEVELS_NONE;
	met->all = several ? met->unknown >= met->known : most == PVQ_LEVELS_NONE && !met->unknown;
	if (!several || met->all)
		return;
	state_most = state_of(s, cores)->most;
	/* Each strategy is compared with the others and with serial (contest.h). */
	needs = pvq_median_needs(PVQ_ALPHA / (double)met->strategies);
	met->level = met->blocks[state_most] >= needs ? state_most : most;
}

static void enter(
	struct pvq_states *s, const struct pvq_met *met, const struct pvq_row **row, size_t rows, int only)
{
	int want = only == PVQ_LEVELS_NONE ? met->level : only;

	for (size_t i = 0; i < rows; i++) {
		struct pvq_standing *st = standing(s, row[i]);
		int fits = st->level == PVQ_LEVELS_NONE ||
			   (st->level >= 0 && (want == PVQ_LEVELS_NONE || st->level == want));

		st->in = !st->superseded && (fits || (met->all && only == PVQ_LEVELS_NONE));
	}
}

/* The number of rows from row[0] on that the order calls equal to it. */
static size_t run_of(const struct pvq_row **row, size_t rows,
	int (*order)(const struct pvq_row *, const struct pvq_row *))
{
	size_t n = 1;

	while (n < rows && order(row[0], row[n]) == 0)
		n++;
	return n;
}

static void sort_out(struct pvq_states *s, const struct pvq_row **row, size_t rows, int only, int *level)
{
	size_t run;

	for (size_t at = 0; at < rows; at += run) {
		struct pvq_met *met = &s->met[s->mets++];
		size_t group, blocks[PVQ_LEVELS_MAX] = {0};

		run = run_of(row + at, rows - at, order_place);
		met->key = row[at];
		for (size_t i = at; i < at + run; i += group) {
			group = run_of(row + i, at + run - i, order_group);
			if (i > at && row[i]->workers != row[i - 1]->workers)
				memset(blocks, 0, sizeof(blocks));
			count_group(s, met, row + i, group, blocks, level);
		}
	}
	for (size_t i = 0; i < s->count; i++)
		s->state[i].most = fullest(s->state[i].groups);
	for (size_t m = 0, at = 0; m < s->mets; m++, at += run) {
		run = run_of(row + at, rows - at, order_place);
		choose(s, &s->met[m], row[at]->cores);
		enter(s, &s->met[m], row + at, run, only);
	}
}

int pvq_states_make(struct pvq_states *s, const struct pvq_rows *rows, int only)
{
	const struct pvq_row **row = calloc(rows->count + 1, sizeof(struct pvq_row *));
	int *level = calloc(rows->count + 1, sizeof(*level)), ret;

	*s = (struct pvq_states){.row = rows->row};
	s->standing = calloc(rows->count + 1, sizeof(*s->standing));
	s->met = calloc(rows->count + 1, sizeof(*s->met));
	ret = row && level && s->standing && s->met ? find_levels(s, rows) : -ENOMEM;
	if (ret == 0) {
		for (size_t i = 0; i < rows->count; i++)
			row[i] = &rows->row[i];
		qsort(row, rows->count, sizeof(struct pvq_row *), order_row);
		sort_out(s, row, rows->count, only, level);
	}
	free(level);
	free(row);
	if (ret)
		pvq_states_free(s);
	return ret;
}

void pvq_states_free(struct pvq_states *s)
{
	free(s->state);
	free(s->met);
	free(s->standing);
	memset(s, 0, sizeof(*s));
}

/* ---- queries ---- */

const struct pvq_standing *pvq_states_standing(const struct pvq_states *s, const struct pvq_row *row)
{
	return standing(s, row);
}

const struct pvq_state *pvq_states_of(const struct pvq_states *s, unsigned cores)
{
	return state_of(s, cores);
}

const struct pvq_met *pvq_states_met(const struct pvq_states *s, const struct pvq_row *row)
{
	for (size_t i = 0; i < s->mets; i++)
		if (order_place(s->met[i].key, row) == 0)
			return &s->met[i];
	return NULL;
}

size_t pvq_states_levels(const struct pvq_states *s)
{
	size_t most = 0;

	for (size_t i = 0; i < s->count; i++)
		most = s->state[i].levels.count > most ? s->state[i].levels.count : most;
	return most;
}

const char *pvq_state_name(const struct pvq_state *state, int level)
{
	static const char *const two[] = {"near", "far"}, *const three[] = {"near", "middle", "far"},
				 *const more[PVQ_LEVELS_MAX] = {"level 1", "level 2", "level 3", "level 4"};

	if (!state || level < 0 || (size_t)level >= state->levels.count || state->levels.count < 2)
		return "";
	return state->levels.count == 2   ? two[level]
	       : state->levels.count == 3 ? three[level]
					  : more[level];
}
