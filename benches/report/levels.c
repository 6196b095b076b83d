/* levels.c: what the report says about the state of the machine: the levels that the run met, the verdict at each, and
 * what the distance of the CPUs costs.
 */
#include "report/part.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* "near (105 ns)". */
static struct pvq_text level_name(const struct pvq_state *state, int level)
{
	struct pvq_text text;

	snprintf(text.s, sizeof(text.s), "%s (%.0f ns)", pvq_state_name(state, level),
		state->levels.level[level].centre);
	return text;
}

static size_t groups_of(const struct pvq_state *state)
{
	size_t sum = 0;

	for (size_t i = 0; i < state->levels.count; i++)
		sum += state->groups[i];
	return sum;
}

/* ---- the answer ---- */

static void headline_levels(const struct pvq_report *r)
{
	const struct pvq_state *state = pvq_states_of(&r->summary->states, r->summary->max_cores);

	if (!state || state->levels.count < 2 || state->most < 0)
		return;
	fprintf(r->md,
		"**The CPUs were not always the same distance apart**: a cache line from one to another and back took ");
	for (size_t i = 0; i < state->levels.count; i++)
		fprintf(r->md, "%s%.0f ns (*%s*, %s of the groups)",
			i == 0                        ? ""
			: i + 1 < state->levels.count ? ", "
						      : " or ",
			state->levels.level[i].centre, pvq_state_name(state, (int)i),
			pvq_text_percent((double)state->groups[i] / (double)groups_of(state)).s);
	fprintf(r->md,
		". Trials are compared within one state only. Figures are for *%s*, unless the task names another.\n\n",
		pvq_state_name(state, state->most));
}

/* Names the cells whose trials were all off their task's level: no table of figures can hold them. */
static void headline_set_aside(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	size_t listed = 0;

	for (size_t w = 0; w < s->works; w++)
		for (size_t c = s->work[w].first; c < s->work[w].first + s->work[w].cells; c++) {
			const struct pvq_cell *cell = &s->cell[c];

			if (cell->ok || !cell->aside)
				continue;
			fputs(listed++ ? ", "
				       : "**Without a figure**, as every trial met another state than the task's: ",
				r->md);
			pvq_text_md(r->md, s->series[cell->series].name);
			fputs(" (", r->md);
			pvq_text_md(r->md, s->work[w].label);
			fprintf(r->md, ", %u worker%s on %u core%s)", cell->key->workers,
				cell->key->workers == 1 ? "" : "s", cell->key->cores,
				cell->key->cores == 1 ? "" : "s");
		}
	fputs(listed ? ".\n\n" : "", r->md);
}

void pvq_levels_headline(const struct pvq_report *r)
{
	headline_levels(r);
	headline_set_aside(r);
}

/* NULL: the work was not measured on that many cores. */
static const struct pvq_met *met_of(
	const struct pvq_summary *s, const struct pvq_work *work, unsigned cores)
{
	for (size_t c = work->first; c < work->first + work->cells; c++)
		if (s->cell[c].key->cores == cores)
			return pvq_states_met(&s->states, s->cell[c].key);
	return NULL;
}

const char *pvq_levels_of_work(const struct pvq_summary *s, const struct pvq_work *work, unsigned cores)
{
	const struct pvq_met *met = met_of(s, work, cores);

	return met ? pvq_state_name(pvq_states_of(&s->states, cores), met->level) : "";
}

const char *pvq_levels_usual(const struct pvq_summary *s, unsigned cores)
{
	const struct pvq_state *state = pvq_states_of(&s->states, cores);

	return state && state->levels.count > 1 && state->most >= 0 ? pvq_state_name(state, state->most)
								    : "";
}

static size_t blocks_at(const struct pvq_summary *s, const struct pvq_work *work, unsigned cores, int level)
{
	const struct pvq_met *met = met_of(s, work, cores);

	return met ? met->blocks[level] : 0;
}

/* The strategies left in a contest, as text: "`a`", "2 tie: `a`, `b`", "too few blocks". */
static void level_verdict(const struct pvq_report *r, const struct pvq_summary *s,
	const struct pvq_contest *contest, const struct pvq_work *work, int level)
{
	const struct pvq_rival *first = contest->rival;

	if (contest->outcome == PVQ_NOBODY) {
		fputs(" | – | –", r->md);
		return;
	}
	fputs(" | ", r->md);
	if (contest->outcome == PVQ_CLEAR) {
		fputs("**", r->md);
		pvq_text_md(r->md, s->series[first->cell->series].name);
		fputs("**", r->md);
	} else {
		fprintf(r->md, "%s: ", pvq_contest_words(contest).s);
		pvq_text_md(r->md, s->series[first->cell->series].name);
	}
	fprintf(r->md, ", n = %zu | ", blocks_at(r->summary, work, contest->cores, level));
	if (work->key->n) {
		double n = (double)work->key->n;
		const struct pvq_estimate *e = &first->cell->metric[PVQ_MAP_NS];

		fputs(pvq_text_ns_interval(e->median / n, e->lo / n, e->hi / n).s, r->md);
	}
}

/* Whether somebody is left in both contests. One with too few blocks says nothing against another. */
static int agree(const struct pvq_contest *a, const struct pvq_contest *b)
{
	for (size_t i = 0; i < a->rivals; i++)
		for (size_t j = 0; j < b->rivals; j++)
			if (!a->rival[i].beaten && !b->rival[j].beaten &&
				strcmp(a->rival[i].cell->key->impl, b->rival[j].cell->key->impl) == 0)
				return 1;
	return 0;
}

static int is_judged(const struct pvq_contest *contest)
{
	return contest->outcome != PVQ_NOBODY && contest->outcome != PVQ_ALONE &&
	       contest->outcome != PVQ_TOO_FEW;
}

static int level_row(const struct pvq_report *r, const struct pvq_work *work, size_t levels)
{
	struct pvq_contest contest[PVQ_LEVELS_MAX] = {{0}};
	int ret = 0, judged = 0, differ = 0;

	fputs("| ", r->md);
	pvq_text_md(r->md, work->label);
	for (size_t i = 0; i < levels; i++) {
		const struct pvq_summary *s = &r->levels[i];
		const struct pvq_work *here = pvq_summary_same_work(s, work);

		if (here)
			ret = pvq_contest_hold(&contest[i], s, here, r->summary->max_cores, PVQ_MAP_NS);
		if (ret)
			break;
		level_verdict(r, s, &contest[i], work, (int)i);
	}
	for (size_t i = 0; ret == 0 && i < levels; i++) {
		judged += is_judged(&contest[i]);
		for (size_t j = 0; j < i; j++)
			differ |= is_judged(&contest[i]) && is_judged(&contest[j]) &&
				  !agree(&contest[i], &contest[j]);
	}
	fputs(judged < 2 ? " | – |\n" : differ ? " | **no** |\n" : " | yes |\n", r->md);
	for (size_t i = 0; i < levels; i++)
		pvq_contest_free(&contest[i]);
	return ret;
}

int pvq_answer_levels(const struct pvq_report *r)
{
	const struct pvq_state *state = pvq_states_of(&r->summary->states, r->summary->max_cores);
	size_t levels = state ? state->levels.count : 0;
	int ret = 0;

	if (levels < 2 || r->level_count < levels)
		return 0;
	fprintf(r->md,
		"#### Near and far\n\nThe verdict on %u cores in each state of the machine, and the time of an item there. "
		"The last column says whether a strategy is among the fastest in all of them.\n\n| Task",
		r->summary->max_cores);
	for (size_t i = 0; i < levels; i++)
		fprintf(r->md, " | %s | An item", level_name(state, (int)i).s);
	fputs(" | Holds for all |\n|:--", r->md);
	for (size_t i = 0; i < levels; i++)
		fputs("|:--|--:", r->md);
	fputs("|:--|\n", r->md);
	for (size_t w = 0; ret == 0 && w < r->summary->works; w++)
		ret = level_row(r, &r->summary->work[w], levels);
	fputs("\n", r->md);
	return ret;
}

/* ---- trust ---- */

static void trust_state_row(const struct pvq_report *r, const struct pvq_state *state, int level)
{
	const struct pvq_level *l = &state->levels.level[level];

	fprintf(r->md, "| %u | %s | %.0f ns | %zu (%s) | %.0f s |\n", state->cores,
		state->levels.count > 1 ? pvq_state_name(state, level) : "the only one", l->centre,
		state->groups[level],
		pvq_text_percent((double)state->groups[level] / fmax(1, (double)groups_of(state))).s,
		state->wall_ns[level] / 1e9);
}

/* One cell's figures at two levels, if both have enough blocks. NAN: not both. */
static double cost_of(const struct pvq_cell *cell, int near, int far)
{
	const struct pvq_estimate *a = &cell->level_ns[near], *b = &cell->level_ns[far];

	return isnan(a->lo) || isnan(b->lo) ? (double)NAN : b->median / a->median;
}

/* The cell of a work that the distance costs most. */
static const struct pvq_cell *costliest(
	const struct pvq_summary *s, const struct pvq_work *work, unsigned cores, int near, int far)
{
	const struct pvq_cell *most = NULL;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (!pvq_cell_even(cell, cores) || isnan(cost_of(cell, near, far)))
			continue;
		if (!most || cost_of(cell, near, far) > cost_of(most, near, far))
			most = cell;
	}
	return most;
}

static void trust_cost(const struct pvq_report *r, const struct pvq_state *state)
{
	int head = 0, near = 0, far = (int)state->levels.count - 1;

	for (size_t w = 0; w < r->summary->works; w++) {
		const struct pvq_work *work = &r->summary->work[w];
		const struct pvq_cell *cell = costliest(r->summary, work, state->cores, near, far);
		double n = work->key->n ? (double)work->key->n : 1;

		if (!cell)
			continue;
		if (!head++)
			fprintf(r->md,
				"What the distance costs on %u cores, for the strategy that pays most: the time of an item in each "
				"state.\n\n| Task | Strategy | %s | %s | Ratio |\n|:--|:--|--:|--:|--:|\n",
				state->cores, pvq_state_name(state, near), pvq_state_name(state, far));
		fputs("| ", r->md);
		pvq_text_md(r->md, work->label);
		fputs(" | ", r->md);
		pvq_text_md(r->md, r->summary->series[cell->series].name);
		for (int at = near;; at = far) {
			const struct pvq_estimate *e = &cell->level_ns[at];

			fprintf(r->md, " | %s",
				pvq_text_ns_interval(e->median / n, e->lo / n, e->hi / n).s);
			if (at == far)
				break;
		}
		fprintf(r->md, " | %s |\n", pvq_text_number(cost_of(cell, near, far)).s);
	}
	fputs(head ? "\n" : "", r->md);
}

static size_t count_all(const struct pvq_states *s)
{
	size_t all = 0;

	for (size_t i = 0; i < s->mets; i++)
		all += (size_t)s->met[i].all;
	return all;
}

void pvq_trust_states(const struct pvq_report *r)
{
	const struct pvq_states *s = &r->summary->states;
	size_t all = count_all(s);

	if (s->count == 0)
		return; /* one core, or rows of before these columns were there */
	fputs("#### State of the machine\n\nBefore and after every trial a probe measured how far apart its CPUs were: the "
	      "time for one cache line from one CPU to another and back. The levels come from these values. A trial "
	      "counts at the level that both looks agree on, and a group, one task on one number of cores within a block, at that of "
	      "most of its trials.\n\n"
	      "| Cores | Level | Hand-over | Groups | Trials took |\n|--:|:--|--:|--:|--:|\n",
		r->md);
	for (size_t i = 0; i < s->count; i++)
		for (size_t l = 0; l < s->state[i].levels.count; l++)
			trust_state_row(r, &s->state[i], (int)l);
	fprintf(r->md,
		"\nIn %zu of %zu groups some trials were off the group's level, and were measured again at once. **%zu** trial%s "
		"stayed off it, and %s no figure or comparison at that level.",
		s->again, s->groups, s->off, s->off == 1 ? "" : "s", s->off == 1 ? "enters" : "enter");
	if (s->unknown)
		fprintf(r->md,
			" Nor do%s %zu group%s, during which the CPUs were too busy to tell the hand-over.",
			s->unknown == 1 ? "es" : "", s->unknown, s->unknown == 1 ? "" : "s");
	if (all)
		fprintf(r->md, " %zu task%s had too few groups at any level; %s figures are of all trials.",
			all, all == 1 ? "" : "s", all == 1 ? "its" : "their");
	fputs("\n\n", r->md);
	if (pvq_report_figure(r, "state", NULL, 0,
		    "The hand-over between the CPUs over the time of the run, and the shortest task beside it"))
		fputs("\n\n", r->md);
	for (size_t i = 0; i < s->count; i++)
		if (s->state[i].levels.count > 1)
			trust_cost(r, &s->state[i]);
}
