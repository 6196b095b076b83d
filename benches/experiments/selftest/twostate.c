/* twostate.c: simulates the runs, and judges them in both ways. */
#include "experiments/selftest/twostate.h"
#include "base/shuffle.h"
#include "drive/admit.h"
#include "drive/sweep.h"
#include "results/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRATEGIES = 4, BLOCKS = 20, BLOCKS_MOST = BLOCKS + BLOCKS / 2 };
enum { ROWS = BLOCKS_MOST * STRATEGIES * (1 + PVQ_SWEEP_AGAIN_MOST) };
enum { NEAR, FAR, SHARED, STATES = PVQ_TWOSTATE_MOST }; /* SHARED: both CPUs share a core */

static const double items = 1e6; /* of a map: it takes 15 ms or more */
static const double probe_s = 0.003, start_s = 0.01;
static const double noise = 0.03, outliers = 0.01, slower = 1.05;
static const double busy = 0.1; /* the share of groups during which no probe gets an answer */

/* The time of an item in each state, in ns. The first two change places. */
static const struct {
	const char *name;
	double ns[STATES];
} strategy[STRATEGIES] = {
	{"pool_ordered", {17, 45, 27}},
	{"pool_unordered", {20, 28, 32}},
	{"fork_pipe_queue", {15, 30, 24}},
	{"pthread_queue", {60, 62, 95}},
};

/* The hand-over in each state, in ns, and how much it scatters. */
static const double handover[STATES] = {105, 520, 52}, handover_noise[STATES] = {0.04, 0.03, 0.04};

/* ---- the machine ---- */

struct machine {
	uint64_t random;
	double now_s, change_s; /* change_s: when the state will change; INFINITY: never */
	int state, states;      /* states: how many there are */
};

static double draw(struct machine *m)
{
	return ((double)(pvq_random_next(&m->random) >> 11) + 0.5) / 9007199254740992.0;
}

static double draw_normal(struct machine *m)
{
	double radius = sqrt(-2 * log(draw(m)));

	return radius * cos(2 * M_PI * draw(m));
}

/* 1 to 30 s. */
static double draw_stay(struct machine *m)
{
	return exp(log(30) * draw(m));
}

static void boot(struct machine *m, int states, uint64_t seed)
{
	*m = (struct machine){.random = seed, .states = states};
	m->state = draw(m) < 0.5 ? NEAR : FAR;
	m->change_s = draw_stay(m);
}

static void pass(struct machine *m, double seconds)
{
	m->now_s += seconds;
	while (m->now_s >= m->change_s) {
		m->state += m->states > 2 && draw(m) < 0.5 ? 2 : 1;
		m->state %= m->states;
		m->change_s += draw_stay(m);
	}
}

static uint64_t look(struct machine *m)
{
	double ns = handover[m->state] * exp(handover_noise[m->state] * draw_normal(m));

	pass(m, probe_s);
	return (uint64_t)ns;
}

/* Runs a map, through changes of the state; returns its time in ns. */
static double map(struct machine *m, const double *ns)
{
	double factor = exp(noise * draw_normal(m)) * (draw(m) < outliers ? 1 + 2 * draw(m) : 1);
	double began_s = m->now_s, left = items * factor;

	for (;;) {
		double takes_s = left * ns[m->state] / 1e9, there_s = m->change_s - m->now_s;

		if (takes_s < there_s) {
			pass(m, takes_s);
			return (m->now_s - began_s) * 1e9;
		}
		left -= there_s * 1e9 / ns[m->state];
		pass(m, there_s);
	}
}

/* ---- runs ---- */

struct simulated {
	struct pvq_run run;
	unsigned char state[ROWS]; /* at the beginning of each row's trial */
	int had_enough;            /* blocks for its comparisons, when the plan's were measured */
	int has_enough;            /* at its end */
};

static void run_trial(struct simulated *s, struct machine *m, unsigned block, unsigned attempt, unsigned at)
{
	size_t i = s->run.rows.count++;
	struct pvq_row *row = &s->run.rows.row[i];

	*row = (struct pvq_row){.n = (uint64_t)items,
		.workers = 2,
		.cores = 2,
		.chunk = 1,
		.window = 1,
		.block = block,
		.cell = at,
		.attempt = attempt,
		.verified = PVQ_VERIFIED_ORACLE};
	snprintf(row->impl, sizeof(row->impl), "%s", strategy[at].name);
	snprintf(row->task, sizeof(row->task), "noop");
	row->handover_ns = look(m);
	pass(m, start_s);
	s->state[i] = (unsigned char)m->state;
	row->map_ns = row->total_ns = (uint64_t)map(m, strategy[at].ns);
	row->handover_after_ns = look(m);
}

/* Of the last row of each strategy, a group: which are off the level of most, by all looks so far. Returns how many. */
static unsigned find_off(const struct simulated *s, const size_t last[STRATEGIES], unsigned off[STRATEGIES])
{
	const struct pvq_rows *rows = &s->run.rows;
	int level[STRATEGIES];
	struct pvq_levels levels;
	double ns[2 * ROWS];
	size_t n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (!rows->row[i].handover_ns)
			continue;
		ns[n++] = (double)rows->row[i].handover_ns;
		ns[n++] = (double)rows->row[i].handover_after_ns;
	}
	pvq_levels_find(&levels, ns, n);
	for (unsigned i = 0; i < STRATEGIES; i++) {
		const struct pvq_row *row = &rows->row[last[i]];

		level[i] = pvq_levels_between(
			&levels, (double)row->handover_ns, (double)row->handover_after_ns);
	}
	return pvq_levels_off(level, STRATEGIES, off);
}

/* Runs n strategies, and notes each one's row. */
static void run_some(struct simulated *s, struct machine *m, unsigned block, unsigned attempt,
	const unsigned *which, unsigned n, size_t last[STRATEGIES])
{
	struct pvq_row *row = &s->run.rows.row[s->run.rows.count];
	int is_busy = draw(m) < busy;

	for (unsigned i = 0; i < n; i++) {
		last[which[i]] = s->run.rows.count;
		run_trial(s, m, block, attempt, which[i]);
	}
	for (unsigned i = 0; is_busy && i < n; i++)
		row[i].handover_ns = row[i].handover_after_ns = 0;
}

/* How many blocks at one level the run lacks, by the rules of a sweep. */
static unsigned lacks(const struct simulated *s)
{
	unsigned needs = pvq_admit_needs(STRATEGIES), have = 0;
	struct pvq_states states;

	if (pvq_states_make(&states, &s->run.rows, PVQ_LEVELS_NONE))
		return 0;
	for (int i = 0; i < PVQ_LEVELS_MAX; i++)
		have = states.met[0].blocks[i] > have ? (unsigned)states.met[0].blocks[i] : have;
	if (pvq_states_levels(&states) < 2)
		have = needs;
	pvq_states_free(&states);
	return needs > have ? needs - have : 0;
}

static void run_block(
	struct simulated *s, struct machine *m, unsigned block, double began_s, double *again_s)
{
	unsigned which[STRATEGIES] = {0, 1, 2, 3}, n = STRATEGIES;
	size_t last[STRATEGIES];

	pass(m, 0.5 + draw(m)); /* the turns of other tasks */
	pvq_shuffle(which, STRATEGIES, &m->random);
	for (unsigned attempt = 0; n > 0 && attempt <= PVQ_SWEEP_AGAIN_MOST; attempt++) {
		double trial_s = m->now_s;

		run_some(s, m, block, attempt, which, n, last);
		trial_s = (m->now_s - trial_s) / n;
		*again_s += attempt ? n * trial_s : 0;
		n = find_off(s, last, which);
		if (*again_s + n * trial_s > PVQ_SWEEP_AGAIN_SHARE * (m->now_s - began_s))
			break;
	}
}

/* A whole run has the plan's blocks, and more if its comparisons lack some. */
static void run_blocks(struct simulated *s, struct machine *m, unsigned blocks)
{
	double began_s = m->now_s, again_s = 0;

	for (unsigned block = 0; block < blocks; block++)
		run_block(s, m, block, began_s, &again_s);
	if (blocks < BLOCKS)
		return;
	s->had_enough = s->has_enough = !lacks(s);
	for (unsigned block = blocks; block < BLOCKS_MOST && !s->has_enough; block++) {
		run_block(s, m, block, began_s, &again_s);
		s->has_enough = !lacks(s);
	}
}

static int make_rows(struct simulated *s)
{
	static const char *const fact[][2] = {{"host_cpu_model", "simulated"}, {"host_cpus", "2"}};
	struct pvq_manifest *facts = &s->run.manifest;

	*s = (struct simulated){.run.dir = "simulated"};
	s->run.rows.row = calloc(ROWS, sizeof(*s->run.rows.row));
	facts->fact = calloc(2, sizeof(*facts->fact));
	if (!s->run.rows.row || !facts->fact)
		return -ENOMEM;
	for (size_t i = 0; i < 2; i++) {
		facts->fact[i] = (struct pvq_fact){strdup(fact[i][0]), strdup(fact[i][1])};
		facts->count += facts->fact[i].key && facts->fact[i].value;
	}
	return facts->count == 2 ? 0 : -ENOMEM;
}

static int summarise(struct simulated *s, const struct pvq_registry *registry)
{
	pvq_summary_free(&s->run.summary);
	return pvq_summarise(&s->run.summary, registry, &s->run.rows);
}

/* Copies the run as a suite would have measured it that knows nothing of states. */
static int copy_blind(
	struct simulated *blind, const struct simulated *s, const struct pvq_registry *registry)
{
	struct pvq_rows *rows = &blind->run.rows;
	int ret = make_rows(blind);

	for (size_t i = 0; ret == 0 && i < s->run.rows.count; i++) {
		if (s->run.rows.row[i].attempt || s->run.rows.row[i].block >= BLOCKS)
			continue;
		blind->state[rows->count] = s->state[i];
		rows->row[rows->count] = s->run.rows.row[i];
		rows->row[rows->count].handover_ns = rows->row[rows->count].handover_after_ns = 0;
		rows->count++;
	}
	return ret ? ret : summarise(blind, registry);
}

/* A run of so many blocks on the machine. */
static int make_run(
	struct simulated *s, struct machine *m, unsigned blocks, const struct pvq_registry *registry)
{
	int ret = make_rows(s);

	if (ret)
		return ret;
	run_blocks(s, m, blocks);
	return summarise(s, registry);
}

/* ---- judging ---- */

static void add(struct pvq_share *share, int happened)
{
	share->of++;
	share->count += happened != 0;
}

static int is_of(const struct pvq_row *row, size_t at)
{
	return strcmp(row->impl, strategy[at].name) == 0;
}

static const struct pvq_cell *cell_of(const struct pvq_summary *summary, size_t at)
{
	for (size_t c = 0; c < summary->cells; c++)
		if (is_of(summary->cell[c].key, at))
			return &summary->cell[c];
	return NULL;
}

/* In how many of the cell's figures' trials the machine was in each state. */
static void count_states(const struct simulated *s, const struct pvq_cell *cell, size_t count[STATES])
{
	memset(count, 0, STATES * sizeof(*count));
	for (size_t i = 0; i < cell->ok; i++)
		count[s->state[cell->row[i] - s->run.rows.row]]++;
}

static void judge_figures(struct pvq_twostate_way *way, const struct simulated *s)
{
	for (size_t i = 0; i < STRATEGIES; i++) {
		const struct pvq_cell *cell = cell_of(&s->run.summary, i);
		size_t count[STATES], most = NEAR;
		const struct pvq_estimate *e;
		double truth;

		if (!cell || isnan(cell->metric[PVQ_MAP_NS].lo))
			continue;
		e = &cell->metric[PVQ_MAP_NS];
		count_states(s, cell, count);
		for (size_t state = 0; state < STATES; state++)
			most = count[state] > count[most] ? state : most;
		truth = items * strategy[i].ns[most];
		add(&way->covered, e->lo <= truth && truth <= e->hi);
	}
}

/* Judges a verdict on the first two strategies. */
static void judge_verdict(
	struct pvq_twostate_way *way, const struct simulated *s, const struct pvq_summary *summary)
{
	const struct pvq_cell *a = cell_of(summary, 0), *b = cell_of(summary, 1);
	enum pvq_verdict verdict;
	size_t count[STATES];
	int wrong = 0;

	if (!a || !b)
		return;
	verdict = pvq_cells_compare(a, b, PVQ_MAP_NS, PVQ_ALPHA).verdict;
	count_states(s, a, count);
	for (int state = 0; state < STATES; state++)
		wrong |= count[state] &&
			 (verdict == PVQ_FASTER) != (strategy[0].ns[state] < strategy[1].ns[state]);
	if (verdict == PVQ_FASTER || verdict == PVQ_SLOWER)
		add(&way->wrong, wrong);
}

/* Judges the verdict at each level. */
static int judge_levels(
	struct pvq_twostate_way *way, const struct simulated *s, const struct pvq_registry *registry)
{
	size_t levels = pvq_states_levels(&s->run.summary.states);
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < levels; i++) {
		struct pvq_summary summary;

		ret = pvq_summarise_at(&summary, registry, &s->run.rows, (int)i);
		if (ret == 0)
			judge_verdict(way, s, &summary);
		pvq_summary_free(&summary);
	}
	return ret;
}

static int compare(
	struct pvq_comparison_table *t, const struct simulated *before, const struct simulated *after)
{
	return pvq_compare_sides(
		t, (struct pvq_side){&before->run, 1}, (struct pvq_side){&after->run, 1}, PVQ_MAP_NS);
}

/* Judges two runs of the same program. */
static int judge_same(
	struct pvq_twostate_way *way, const struct simulated *before, const struct simulated *after)
{
	struct pvq_comparison_table t;
	int ret = compare(&t, before, after), different = 0;

	if (ret)
		return ret;
	for (size_t i = 0; i < t.cells; i++)
		different |= t.cell[i].verdict == PVQ_FASTER || t.cell[i].verdict == PVQ_SLOWER;
	if (t.judged)
		add(&way->different, different);
	pvq_compare_free(&t);
	return 0;
}

/* The state in which the first strategy takes about so long for an item. */
static int nearest_state(double ns)
{
	int nearest = NEAR;

	for (int state = 0; state < STATES; state++)
		if (fabs(log(ns / strategy[0].ns[state])) < fabs(log(ns / strategy[0].ns[nearest])))
			nearest = state;
	return nearest;
}

/* Whether the first strategy, slowed down after, is found slower. state: receives the one that was compared. 1: it was
 * judged; 0: not; -ENOMEM. */
static int judge_slower(
	struct pvq_share *found, const struct simulated *before, const struct simulated *after, int *state)
{
	struct pvq_comparison_table t;
	int ret = compare(&t, before, after);

	if (ret)
		return ret;
	for (size_t i = 0; i < t.cells; i++)
		if (is_of(t.cell[i].cell->key, 0) && t.cell[i].basis == PVQ_JUDGED) {
			*state = nearest_state(t.cell[i].before_ns / items);
			add(found, t.cell[i].verdict == PVQ_SLOWER);
			ret = 1;
		}
	pvq_compare_free(&t);
	return ret;
}

static int slow_down(struct simulated *s, const struct pvq_registry *registry)
{
	for (size_t i = 0; i < s->run.rows.count; i++)
		if (is_of(&s->run.rows.row[i], 0))
			s->run.rows.row[i].map_ns = (uint64_t)((double)s->run.rows.row[i].map_ns * slower);
	return summarise(s, registry);
}

/* The blocks in which the group ran at that state's level. */
static unsigned blocks_in(const struct simulated *s, int state)
{
	const struct pvq_states *states = &s->run.summary.states;
	int level = pvq_levels_of(&states->state[0].levels, handover[state]);

	return level < 0 ? 0 : (unsigned)states->met[0].blocks[level];
}

/* The slow-down on a machine that stays in one state, with as many blocks as the pair had there. */
static int judge_single(struct pvq_twostate *t, const struct simulated pair[2], int state, uint64_t seed,
	const struct pvq_registry *registry)
{
	struct machine m = {.random = seed, .state = state, .states = 1, .change_s = INFINITY};
	struct simulated before = {0}, after = {0};
	int ret = make_run(&before, &m, blocks_in(&pair[0], state), registry);

	if (ret == 0)
		ret = make_run(&after, &m, blocks_in(&pair[1], state), registry);
	if (ret == 0)
		ret = slow_down(&after, registry);
	if (ret == 0)
		ret = judge_slower(&t->single, &before, &after, &state);
	pvq_run_free(&before.run);
	pvq_run_free(&after.run);
	return ret < 0 ? ret : 0;
}

/* Both runs of a pair as they are, and as the old way sees them. */
static int judge_pair(struct pvq_twostate *t, struct simulated pair[2], struct simulated blind[2],
	uint64_t seed, const struct pvq_registry *registry)
{
	int ret = 0, state = NEAR;

	for (int i = 0; ret == 0 && i < 2; i++) {
		add(&t->had_enough, pair[i].had_enough);
		add(&t->has_enough, pair[i].has_enough);
		judge_figures(&t->together, &blind[i]);
		judge_figures(&t->within, &pair[i]);
		judge_verdict(&t->together, &blind[i], &blind[i].run.summary);
		ret = judge_levels(&t->within, &pair[i], registry);
	}
	if (ret == 0)
		ret = judge_same(&t->together, &blind[0], &blind[1]);
	if (ret == 0)
		ret = judge_same(&t->within, &pair[0], &pair[1]);
	if (ret == 0)
		ret = slow_down(&blind[1], registry);
	if (ret == 0)
		ret = slow_down(&pair[1], registry);
	if (ret == 0)
		ret = judge_slower(&t->together.found, &blind[0], &blind[1], &state);
	if (ret >= 0)
		ret = judge_slower(&t->within.found, &pair[0], &pair[1], &state);
	return ret == 1 ? judge_single(t, pair, state, seed, registry) : ret;
}

int pvq_twostate_simulate(struct pvq_twostate *t, const struct pvq_registry *registry, int states,
	size_t pairs, uint64_t seed)
{
	int ret = 0;

	*t = (struct pvq_twostate){.states = states, .pairs = pairs};
	for (size_t p = 0; ret == 0 && p < pairs; p++) {
		struct simulated pair[2] = {{.run.dir = ""}}, blind[2] = {{.run.dir = ""}};

		for (size_t i = 0; ret == 0 && i < 2; i++) {
			struct machine m;

			boot(&m, states, seed * 1000003 + 2 * p + i);
			ret = make_run(&pair[i], &m, BLOCKS, registry);
			if (ret == 0)
				ret = copy_blind(&blind[i], &pair[i], registry);
		}
		if (ret == 0)
			ret = judge_pair(t, pair, blind, seed * 7919 + p, registry);
		for (size_t i = 0; i < 2; i++) {
			pvq_run_free(&pair[i].run);
			pvq_run_free(&blind[i].run);
		}
	}
	return ret;
}

/* ---- limits ---- */

double pvq_share_of(const struct pvq_share *share)
{
	return (double)share->count / (double)share->of;
}

double pvq_share_most(const struct pvq_share *share, double most)
{
	return most + 2 * sqrt(most * (1 - most) / (double)share->of);
}

double pvq_share_least(const struct pvq_share *share, const struct pvq_share *other, double less)
{
	double n = (double)share->of, m = (double)other->of;
	double p = (double)(share->count + other->count) / (n + m);

	return pvq_share_of(other) - less - 2 * sqrt(p * (1 - p) * (1 / n + 1 / m));
}

/* A share of nothing is NAN, and keeps no limit. */
int pvq_twostate_passed(const struct pvq_twostate *t)
{
	const struct pvq_twostate_way *way = &t->within;
	double covered = pvq_share_of(&way->covered);

	return covered >= PVQ_TWOSTATE_COVERED_LEAST && covered <= PVQ_TWOSTATE_COVERED_MOST &&
	       pvq_share_of(&way->different) <= pvq_share_most(&way->different, PVQ_TWOSTATE_WRONG_MOST) &&
	       pvq_share_of(&way->wrong) <= pvq_share_most(&way->wrong, PVQ_TWOSTATE_WRONG_MOST) &&
	       pvq_share_of(&way->found) >=
		       pvq_share_least(&way->found, &t->single, PVQ_TWOSTATE_FOUND_LESS);
}
