/* chapter.c: the tutorial's claims, each answered with this run's figures, in CPython and in C. Every verdict follows
 * from an interval.
 */
#include "experiments/claims/claims.h"
#include "results/ordering.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *metric_words(enum pvq_metric metric)
{
	switch (metric) {
	case PVQ_FIRST_NS:
		return "first result";
	case PVQ_TOTAL_NS:
		return "with start and stop";
	default:
		return "map";
	}
}

/* On all cores, with so many workers for each. best: with the best chunk size; otherwise with the default one. The search
 * for the best size decided beforehand which was measured. */
static const struct pvq_cell *claim_cell(const struct pvq_claims_seen *claims, const struct pvq_work *work,
	const char *impl, unsigned times, int best)
{
	unsigned cores = claims->summary.max_cores;
	const struct pvq_cell *found = NULL;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &claims->summary.cell[c];

		/* The default is the smallest chunk in force, and comes first. */
		if (cell->ok && strcmp(cell->key->impl, impl) == 0 && cell->key->cores == cores &&
			cell->key->workers == cores * times && (!found || best))
			found = cell;
	}
	return found;
}

/* a's time over b's, and the verdict. */
struct answer {
	struct pvq_comparison versus;
	int verdict; /* -1 where one of them was not measured */
};

static struct answer claim_compare(
	const struct pvq_cell *a, const struct pvq_cell *b, enum pvq_metric metric, double alpha)
{
	struct answer answer = {.verdict = -1};

	if (!a || !b || !(a->metric[metric].median > 0) || !(b->metric[metric].median > 0))
		return answer;
	answer.versus = pvq_cells_compare(a, b, metric, alpha);
	answer.verdict = isnan(answer.versus.lo) ? PVQ_INCONCLUSIVE : (int)answer.versus.verdict;
	return answer;
}

/* " ×0.81 (0.75–0.88), faster" */
static void claim_write(const struct pvq_report *r, const struct answer *answer)
{
	const struct pvq_comparison *versus = &answer->versus;

	if (answer->verdict < 0)
		fputs(" –", r->md);
	else
		fprintf(r->md, " ×%s, %s", pvq_text_ratio_interval(versus->ratio, versus->lo, versus->hi).s,
			pvq_comparison_words(versus));
}

/* An answer in words: a difference may be certain, and still too small to matter. */
enum claim_word { FASTER, SLOWER, BIT_FASTER, BIT_SLOWER, EQUIVALENT, INCONCLUSIVE, CLAIM_WORDS };

static enum claim_word claim_word(const struct answer *answer)
{
	int small = answer->versus.ratio < PVQ_EQUIVALENT_RATIO &&
		    answer->versus.ratio > 1 / PVQ_EQUIVALENT_RATIO;

	switch (answer->verdict) {
	case PVQ_FASTER:
		return small ? BIT_FASTER : FASTER;
	case PVQ_SLOWER:
		return small ? BIT_SLOWER : SLOWER;
	case PVQ_EQUIVALENT:
		return EQUIVALENT;
	default:
		return INCONCLUSIVE;
	}
}

/* "faster on `sleep` (×0.90) and `spin` (×0.63); inconclusive on `echo`", from count answers and what each is of;
 * on: "on", "with".
 */
static void claim_words(const struct pvq_report *r, const struct answer *answer, const char *on,
	const char *const *of, size_t count)
{
	static const char *const words[CLAIM_WORDS] = {"faster", "slower", "faster by less than 3 %",
		"slower by less than 3 %", "equivalent", "inconclusive"};
	int any = 0;

	for (enum claim_word word = 0; word < CLAIM_WORDS; word++) {
		size_t left = 0, said = 0;

		for (size_t k = 0; k < count; k++)
			left += answer[k].verdict >= 0 && claim_word(&answer[k]) == word;
		if (left)
			fprintf(r->md, "%s%s %s ", any++ ? "; " : "", words[word], on);
		for (size_t k = 0; k < count; k++) {
			if (answer[k].verdict < 0 || claim_word(&answer[k]) != word)
				continue;
			fprintf(r->md, "%s`%s`", said++ ? (--left == 1 ? " and " : ", ") : "", of[k]);
			if (word < EQUIVALENT)
				fprintf(r->md, " (×%s)", pvq_text_number(answer[k].versus.ratio).s);
		}
	}
	fputs(".\n", r->md);
}

/* Whether both were measured on some task of the claim. */
static int claim_has_pair(const struct pvq_claims_seen *claims, const struct pvq_claim *claim,
	const struct pvq_claim_pair *pair)
{
	for (size_t w = 0; w < claims->summary.works; w++) {
		const struct pvq_work *work = &claims->summary.work[w];

		if (pvq_claim_has_task(claim, work->key->task) && claim_cell(claims, work, pair->a, 1, 0) &&
			claim_cell(claims, work, pair->b, 1, 0))
			return 1;
	}
	return 0;
}

/* A line of the table: a pair, and the figure that is compared. */
struct line {
	const struct pvq_claim_pair *pair;
	enum pvq_metric metric;
	int best;              /* with the best chunk sizes, not the default ones */
	struct answer *answer; /* of each of the claim's tasks */
};

/* Whether the search tried several chunk sizes of the strategy on that load. */
static int claim_has_chunk(
	const struct pvq_claims_seen *claims, const char *impl, const struct pvq_work *work)
{
	for (size_t c = 0; c < claims->chunks.cells; c++) {
		const struct pvq_cell *cell = &claims->chunks.cell[c];
		const struct pvq_row *key = cell->key;

		if (cell->ok && strcmp(key->impl, impl) == 0 && strcmp(key->task, work->key->task) == 0 &&
			strcmp(key->args, work->key->args) == 0 && key->n == work->key->n &&
			pvq_claims_chunk(&claims->chunks, impl, key, 0) != cell)
			return 1;
	}
	return 0;
}

static int claim_is_searched(const struct pvq_claims_seen *claims, const struct pvq_claim_pair *pair,
	const struct pvq_work *work)
{
	return claim_has_chunk(claims, pair->a, work) || claim_has_chunk(claims, pair->b, work);
}

/* Whether there is a best chunk size to speak of on some task of the claim. */
static int claim_has_best(const struct pvq_claims_seen *claims, const struct pvq_claim *claim,
	const struct pvq_claim_pair *pair)
{
	for (size_t w = 0; w < claims->summary.works; w++)
		if (pvq_claim_has_task(claim, claims->summary.work[w].key->task) &&
			claim_is_searched(claims, pair, &claims->summary.work[w]))
			return 1;
	return 0;
}

/* Those that there is something for. Returns how many. */
static size_t claim_lines(const struct pvq_claims_seen *claims, const struct pvq_claim *claim,
	struct line line[PVQ_CLAIM_LINES_MAX])
{
	size_t count = 0;

	for (const struct pvq_claim_pair *pair = claim->pair; pair->a; pair++) {
		if (!claim_has_pair(claims, claim, pair))
			continue;
		line[count++] = (struct line){.pair = pair, .metric = claim->metric[0]};
		if (claim_has_best(claims, claim, pair))
			line[count++] = (struct line){.pair = pair, .metric = claim->metric[0], .best = 1};
		for (size_t m = 1; m < claim->metrics; m++)
			line[count++] = (struct line){.pair = pair, .metric = claim->metric[m]};
	}
	return count;
}

/* "`python_pool_imap_unordered` against `python_pool_imap`, first result" */
static void claim_title(const struct pvq_report *r, const struct pvq_claim *claim, const struct line *line)
{
	fprintf(r->md, "`%s` against `%s`", line->pair->a, line->pair->b);
	if (claim->metrics > 1)
		fprintf(r->md, ", %s", metric_words(line->metric));
	if (line->best)
		fputs(", at the best chunk size", r->md);
}

/* ", at 10", or ", at 10 and 1" where both have a chunk: the best sizes on that task. */
static void claim_sizes(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct pvq_claim_pair *pair, const struct pvq_work *work)
{
	const char *const impl[] = {pair->a, pair->b};
	int any = 0;

	for (int side = 0; side < 2; side++) {
		const struct pvq_cell *cell = claim_cell(claims, work, impl[side], 1, 1);

		if (!cell || !claim_has_chunk(claims, impl[side], work))
			continue;
		fputs(any++ ? " and " : ", at ", r->md);
		if (cell->key->chunk)
			fprintf(r->md, "%u", cell->key->chunk);
		else
			fputs("the default", r->md);
	}
}

/* A row a comparison, a column a task. */
static void claim_table(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct line *line, size_t lines, const struct pvq_claim *claim, const struct pvq_work *work,
	const char *const *task, size_t works)
{
	fputs("#### In figures\n\n| Ratio of times |", r->md);
	for (size_t w = 0; w < works; w++)
		fprintf(r->md, " `%s` |", task[w]);
	fputs("\n|:--|", r->md);
	for (size_t w = 0; w < works; w++)
		fputs(":--|", r->md);
	for (size_t i = 0; i < lines; i++) {
		fputs("\n| ", r->md);
		claim_title(r, claim, &line[i]);
		fputs(" |", r->md);
		for (size_t w = 0; w < works; w++) {
			claim_write(r, &line[i].answer[w]);
			if (line[i].best && line[i].answer[w].verdict >= 0)
				claim_sizes(r, claims, line[i].pair, &work[w]);
			fputs(" |", r->md);
		}
	}
	fputs("\n\n", r->md);
}

/* The task's name, where it stands for one work only. */
static const char *claim_short(const struct pvq_work *work, size_t works, size_t of)
{
	for (size_t w = 0; w < works; w++)
		if (w != of && strcmp(work[w].key->task, work[of].key->task) == 0)
			return work[of].label;
	return work[of].key->task;
}

/* Where the whole map takes as long, the consumer may still wait for the next in line while others are complete. */
static int claim_blocked(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct pvq_claim_pair *pair, const struct pvq_work *work, const char *const *task,
	size_t works)
{
	int any = 0;

	for (size_t w = 0; w < works; w++) {
		const struct pvq_cell *b = claim_cell(claims, &work[w], pair->b, 1, 0),
				      *a = claim_cell(claims, &work[w], pair->a, 1, 0);
		struct pvq_deliveries of_b, of_a;

		if (!a || !b)
			continue;
		if (pvq_deliveries_make(&of_b, r->observed, b->key) ||
			pvq_deliveries_make(&of_a, r->observed, a->key))
			return -ENOMEM;
		if (!of_a.blocked.n || !of_b.blocked.n)
			continue;
		if (!any++) {
			fprintf(r->md,
				"- **Blocked by the head of the line** (share of the map in which a "
				"later result was complete, but not the next), with `%s` and with `%s`",
				pair->b, pair->a);
		}
		fprintf(r->md, "%s `%s` %s", any > 1 ? "," : ":", task[w],
			pvq_text_percent(of_b.blocked.median).s);
		fprintf(r->md, " and %s", pvq_text_percent(of_a.blocked.median).s);
		any++;
	}
	fputs(any ? ".\n" : "", r->md);
	return 0;
}

/* How much more of its wall time an item takes with a than with b, from the medians. */
static void claim_per_item(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct pvq_claim_pair *pair, const struct pvq_work *work, const char *const *task,
	size_t works)
{
	int any = 0;

	for (size_t w = 0; w < works; w++) {
		const struct pvq_cell *a = claim_cell(claims, &work[w], pair->a, 1, 0),
				      *b = claim_cell(claims, &work[w], pair->b, 1, 0);
		double more;

		if (!a || !b)
			continue;
		more = (a->metric[PVQ_MAP_NS].median - b->metric[PVQ_MAP_NS].median) / (double)a->key->n;
		if (!any)
			fprintf(r->md, "- **Extra time per item with `%s`, against `%s`**", pair->a,
				pair->b);
		fprintf(r->md, "%s `%s` %s%s", any++ ? "," : ":", task[w], more < 0 ? "−" : "",
			pvq_text_ns(fabs(more)).s);
	}
	fputs(any ? ".\n" : "", r->md);
}

static struct answer claim_answer_on(const struct pvq_claims_seen *claims, const struct line *line,
	const struct pvq_work *work, double alpha)
{
	const struct pvq_claim_pair *pair = line->pair;

	if (line->best && !claim_is_searched(claims, pair, work))
		return (struct answer){.verdict = -1};
	return claim_compare(claim_cell(claims, work, pair->a, 1, line->best),
		claim_cell(claims, work, pair->b, 1, line->best), line->metric, alpha);
}

/* The answer in words, then the figures that it is made of. */
static int claim_figures(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct pvq_claim *claim, struct line *line, size_t lines, const struct pvq_work *work,
	size_t works)
{
	const char **task = calloc(works, sizeof(*task));
	struct answer *answer = calloc(works * lines, sizeof(*answer));
	int ret = 0;

	if (!task || !answer) {
		free(task);
		free(answer);
		return -ENOMEM;
	}
	fprintf(r->md, "### %s\n\n%s\n\n", claim->question, claim->about);
	for (size_t w = 0; w < works; w++)
		task[w] = claim_short(work, works, w);
	for (size_t i = 0; i < lines; i++) {
		line[i].answer = &answer[i * works];
		for (size_t w = 0; w < works; w++)
			line[i].answer[w] = claim_answer_on(
				claims, &line[i], &work[w], PVQ_ALPHA / (double)(works * lines));
		if (line[i].metric != claim->metric[0] &&
			(claim->said < 2 || line[i].metric != claim->metric[1]))
			continue;
		fputs("- **", r->md);
		claim_title(r, claim, &line[i]);
		fputs("**: ", r->md);
		claim_words(r, line[i].answer, "on", task, works);
	}
	for (const struct pvq_claim_pair *pair = claim->pair; claim->blocked && pair->a && ret == 0; pair++)
		ret = claim_blocked(r, claims, pair, work, task, works);
	for (const struct pvq_claim_pair *pair = claim->pair; claim->per_item && pair->a; pair++)
		claim_per_item(r, claims, pair, work, task, works);
	fputs("\n", r->md);
	claim_table(r, claims, line, lines, claim, work, task, works);
	free(answer);
	free(task);
	return ret;
}

static int claim_answer(
	const struct pvq_report *r, const struct pvq_claims_seen *claims, const struct pvq_claim *claim)
{
	struct pvq_work *work = calloc(claims->summary.works, sizeof(*work));
	struct line line[PVQ_CLAIM_LINES_MAX];
	size_t lines = claim_lines(claims, claim, line), works = 0;
	int ret = 0;

	if (!work)
		return -ENOMEM;
	for (size_t w = 0; w < claims->summary.works; w++)
		if (pvq_claim_has_task(claim, claims->summary.work[w].key->task))
			work[works++] = claims->summary.work[w];
	if (lines && works)
		ret = claim_figures(r, claims, claim, line, lines, work, works);
	free(work);
	return ret;
}

/* ---- more workers than cores ---- */

enum { OVER_COLUMNS = 2 };

/* With more workers than cores, each strategy against itself with one per core. */
struct over {
	const char *const *impl;
	size_t impls; /* at most PVQ_CLAIM_STRATEGIES_MAX */
	unsigned times[OVER_COLUMNS];
	size_t columns;
	size_t works; /* tasks */
};

/* Whether any of them was measured with so many workers a core. */
static int claim_has_over(const struct pvq_claims_seen *claims, const struct over *over, unsigned times)
{
	for (size_t w = 0; w < claims->summary.works; w++)
		for (size_t i = 0; i < over->impls; i++)
			if (claim_cell(claims, &claims->summary.work[w], over->impl[i], times, 0))
				return 1;
	return 0;
}

/* Of column k. Returns how many strategies have both. */
static size_t claim_over_answers(const struct pvq_claims_seen *claims, const struct over *over,
	const struct pvq_work *work, size_t k, struct answer answer[PVQ_CLAIM_STRATEGIES_MAX])
{
	size_t any = 0;

	for (size_t i = 0; i < over->impls; i++) {
		answer[i] = claim_compare(claim_cell(claims, work, over->impl[i], over->times[k], 0),
			claim_cell(claims, work, over->impl[i], 1, 0), PVQ_MAP_NS,
			PVQ_ALPHA / (double)(over->columns * over->impls * over->works));
		any += answer[i].verdict >= 0;
	}
	return any;
}

/* " 2.06 → 0.63 → 0.36 |": the reason, with one worker per core and then with more. */
static void claim_over_switches(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct over *over, const struct pvq_work *work, const char *impl)
{
	for (size_t k = 0; k <= over->columns; k++) {
		const struct pvq_cell *cell = claim_cell(claims, work, impl, k ? over->times[k - 1] : 1, 0);

		fprintf(r->md, "%s%s", k ? " → " : " ",
			pvq_text_number(
				cell ? cell->metric[PVQ_SWITCHES].median / (double)cell->key->n : NAN)
				.s);
	}
	fputs(" |", r->md);
}

static void claim_over_rows(const struct pvq_report *r, const struct pvq_claims_seen *claims,
	const struct over *over, const struct pvq_work *work)
{
	struct answer answer[OVER_COLUMNS][PVQ_CLAIM_STRATEGIES_MAX];

	for (size_t k = 0; k < over->columns; k++)
		(void)claim_over_answers(claims, over, work, k, answer[k]);
	for (size_t i = 0; i < over->impls; i++) {
		int any = 0;

		for (size_t k = 0; k < over->columns; k++)
			any |= answer[k][i].verdict >= 0;
		if (!any)
			continue;
		fputs("| ", r->md);
		pvq_text_md(r->md, work->label);
		fputs(" | ", r->md);
		pvq_text_md(r->md, over->impl[i]);
		fputs(" |", r->md);
		for (size_t k = 0; k < over->columns; k++) {
			claim_write(r, &answer[k][i]);
			fputs(" |", r->md);
		}
		claim_over_switches(r, claims, over, work, over->impl[i]);
		fputs("\n", r->md);
	}
}

static void claim_over(
	const struct pvq_report *r, const struct pvq_claims_seen *claims, const struct pvq_claim *claim)
{
	struct over over = {.impl = claim->more_workers};
	const struct pvq_summary *s = &claims->summary;
	struct answer answer[PVQ_CLAIM_STRATEGIES_MAX];

	while (over.impl[over.impls])
		over.impls++;
	for (unsigned t = 2; t <= 4; t *= 2)
		if (claim_has_over(claims, &over, t))
			over.times[over.columns++] = t;
	if (over.columns == 0)
		return;
	for (size_t w = 0; w < s->works; w++)
		over.works += (size_t)pvq_claim_has_task(claim, s->work[w].key->task);
	fprintf(r->md, "### %s\n\n%s\n\n", claim->question, claim->about);
	for (size_t w = 0; w < s->works; w++)
		for (size_t k = 0; k < over.columns; k++) {
			if (claim_over_answers(claims, &over, &s->work[w], k, answer) == 0)
				continue;
			fputs("- **", r->md);
			pvq_text_md(r->md, s->work[w].label);
			fprintf(r->md, ", %u workers**: ", s->max_cores * over.times[k]);
			claim_words(r, answer, "with", over.impl, over.impls);
		}
	fputs("\n#### In figures\n\n| Task | Strategy |", r->md);
	for (size_t k = 0; k < over.columns; k++)
		fprintf(r->md, " %u workers |", s->max_cores * over.times[k]);
	fprintf(r->md, " Context switches per item: %u", s->max_cores);
	for (size_t k = 0; k < over.columns; k++)
		fprintf(r->md, " → %u", s->max_cores * over.times[k]);
	fputs(over.columns == 1 ? " workers |\n|:--|:--|:--|:--|\n" : " workers |\n|:--|:--|:--|:--|:--|\n",
		r->md);
	for (size_t w = 0; w < s->works; w++)
		claim_over_rows(r, claims, &over, &s->work[w]);
	fputs("\n", r->md);
}

/* ---- the chapter ---- */

/* What the answers rest on. */
static void claims_intro(const struct pvq_report *r, const struct pvq_claims_seen *claims)
{
	const struct pvq_summary *s = &claims->summary;
	size_t disturbed = 0, unknown = 0, turns = 0;

	fprintf(r->md,
		"The answers below come from %u separate blocks (`claims.csv`). These ran the loads of the "
		"other chapters on %u core%s, with one worker per core unless stated otherwise. "
		"Figures are medians of the ratios within a block. The 95 %% intervals of a table hold "
		"together.%s",
		s->blocks, s->max_cores, s->max_cores == 1 ? "" : "s",
		claims->chunks.cells == 0
			? ""
			: " Each answer about CPython's pools holds for the default chunk size. A second one is "
			  "*at the best chunk size*: the size with the lowest median in a few earlier blocks "
			  "(`claims-chunks.csv`). The table names it. There is none for a task with too few items, or "
			  "if those blocks ran out of time.");
	for (size_t w = 0; w < s->works; w++) {
		disturbed += s->work[w].disturbed;
		unknown += s->work[w].unknown;
		turns += s->work[w].turns;
	}
	if (disturbed)
		fprintf(r->md,
			" %zu of %zu turns of a task were disturbed: 5 %% of the CPUs' time or more "
			"was stolen or foreign.",
			disturbed, turns - unknown);
	if (unknown)
		fprintf(r->md, " Of %zu turns the interference is unknown.", unknown);
	fputs("\n\n", r->md);
}

int pvq_claims_chapter(const struct pvq_report *r, const void *data)
{
	int ret = 0;

	fputs("## The tutorial's claims, put to the test\n\n", r->md);
	claims_intro(r, data);
	for (const struct pvq_claim *claim = pvq_claims; claim->question && ret == 0; claim++)
		if (claim->pair)
			ret = claim_answer(r, data, claim);
		else
			claim_over(r, data, claim);
	return ret;
}
