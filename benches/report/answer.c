/* answer.c: the answer. Every word about which strategy is faster follows from a contest's outcome, so that the report
 * claims no more than the intervals support.
 */
#include "report/part.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum {
	NAMES_MAX = 4,     /* strategies that are named in a tie; the rest are counted */
	SETTLE_MOST = 1000 /* blocks that somebody may have the patience for */
};

int pvq_contest_is_shown(const struct pvq_contest *contest, const struct pvq_work *work)
{
	return !(
		contest->outcome == PVQ_ALONE && contest->rival[0].cell->baseline && work->core_counts > 1);
}

static const char *answer_name(const struct pvq_report *r, const struct pvq_rival *rival)
{
	return r->summary->series[rival->cell->series].name;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* "`pool_ordered`, `pool_unordered` and 3 more": those left, or those that contradict the first. */
static void answer_names(const struct pvq_report *r, const struct pvq_contest *contest, int contradicting)
{
	size_t named = 0;

	for (size_t i = 0; i < contest->rivals; i++) {
		if (contradicting ? !contest->rival[i].contradicts : contest->rival[i].beaten)
			continue;
		if (named++ >= NAMES_MAX)
			continue;
		fputs(named > 1 ? ", " : "", r->md);
		pvq_text_md(r->md, answer_name(r, &contest->rival[i]));
	}
	if (named > NAMES_MAX)
		fprintf(r->md, " and %zu more", named - NAMES_MAX);
}

/* The "fastest" column. */
static void answer_fastest(const struct pvq_report *r, const struct pvq_contest *contest)
{
	switch (contest->outcome) {
	case PVQ_NOBODY:
		fputs(pvq_contest_words(contest).s, r->md);
		break;
	case PVQ_ALONE:
		fputs("only ", r->md);
		pvq_text_md(r->md, answer_name(r, contest->rival));
		fputs(" measured", r->md);
		break;
	case PVQ_CLEAR:
		fputs("**", r->md);
		pvq_text_md(r->md, answer_name(r, contest->rival));
		fputs("**", r->md);
		break;
	case PVQ_EQUAL:
	case PVQ_OPEN:
		fprintf(r->md, "%s: ", pvq_contest_words(contest).s);
		answer_names(r, contest, 0);
		break;
	case PVQ_TOO_FEW:
	case PVQ_NOISY:
		fprintf(r->md, "%s; lowest median: ", pvq_contest_words(contest).s);
		pvq_text_md(r->md, answer_name(r, contest->rival));
		break;
	}
}

static size_t answer_fewest_pairs(const struct pvq_contest *contest)
{
	size_t fewest = SIZE_MAX;

	for (size_t i = 1; i < contest->rivals; i++)
		fewest = contest->rival[i].vs.n < fewest ? contest->rival[i].vs.n : fewest;
	return fewest;
}

/* How many blocks would settle a tie. */
static void answer_settle(const struct pvq_report *r, const struct pvq_contest *contest)
{
	size_t blocks = 0;

	for (size_t i = 1; i < contest->rivals; i++)
		if (!contest->rival[i].beaten && contest->rival[i].vs.settle > blocks)
			blocks = contest->rival[i].vs.settle;
	if (blocks > SETTLE_MOST)
		fputs("; more blocks would hardly settle it", r->md);
	else if (blocks)
		fprintf(r->md, "; about %zu blocks would settle it",
			blocks < 100 ? blocks : (blocks + 99) / 100 * 100);
}

/* The "how sure" column: the nearest one that is slower, and by how much. */
static void answer_sureness(const struct pvq_report *r, const struct pvq_contest *contest)
{
	const struct pvq_rival *slower = NULL;

	if (contest->outcome == PVQ_NOISY) {
		fputs("slower in pairs with ", r->md);
		answer_names(r, contest, 1);
		return;
	}
	if (contest->outcome == PVQ_TOO_FEW) {
		fprintf(r->md, "n = %zu; %zu blocks are needed", answer_fewest_pairs(contest),
			contest->needs);
		return;
	}
	for (size_t i = contest->rivals; i-- > 1;)
		if (contest->rival[i].vs.verdict == PVQ_SLOWER)
			slower = &contest->rival[i];
	if (!slower) {
		fputs(contest->rivals > 1 ? "none is slower than the first" : "–", r->md);
	} else {
		struct pvq_text ratio =
			pvq_text_ratio_interval(slower->vs.ratio, slower->vs.lo, slower->vs.hi);
		int digits = (int)strcspn(ratio.s, " ");

		fputs("next is ", r->md);
		pvq_text_md(r->md, answer_name(r, slower));
		fprintf(r->md, ", %.*sx slower%s", digits, ratio.s, ratio.s + digits);
	}
	answer_settle(r, contest);
}

/* Task, cores where asked for, fastest, how sure, time: what the warm and the cold tables share. */
static void answer_row(const struct pvq_report *r, const struct pvq_work *work,
	const struct pvq_contest *contest, int with_cores)
{
	const char *level = pvq_levels_of_work(r->summary, work, contest->cores);

	fputs("| ", r->md);
	pvq_text_md(r->md, work->label);
	if (level[0] && strcmp(level, pvq_levels_usual(r->summary, contest->cores)) != 0)
		fprintf(r->md, " (%s)", level);
	if (with_cores)
		fprintf(r->md, " | %u", contest->cores);
	fputs(" | ", r->md);
	answer_fastest(r, contest);
	fputs(" | ", r->md);
	answer_sureness(r, contest);
	if (contest->rivals) {
		const struct pvq_estimate *time = &contest->rival[0].cell->metric[contest->metric];

		fprintf(r->md, " | %s%s", pvq_text_ns_interval(time->median, time->lo, time->hi).s,
			contest->metric == PVQ_MAP_NS &&
					pvq_harness_share(work, contest->rival[0].cell) > PVQ_HARNESS_SHARE
				? " †"
				: "");
	} else {
		fputs(" | –", r->md);
	}
}

static void answer_speedup(
	const struct pvq_report *r, const struct pvq_work *work, const struct pvq_contest *contest)
{
	const struct pvq_comparison *up = &contest->speedup;

	if (!work->base)
		fputs(" | – | not measured |\n", r->md);
	else if (contest->rivals && contest->rival[0].cell == work->base)
		fprintf(r->md, " | 1 | %s |\n", pvq_text_ns(work->base->metric[contest->metric].median).s);
	else
		fprintf(r->md, " | %s | %s |\n", pvq_text_ratio_interval(up->ratio, up->lo, up->hi).s,
			pvq_text_ns(work->base->metric[contest->metric].median).s);
}

static void answer_table_head(const struct pvq_report *r, enum pvq_metric metric, int with_cores)
{
	fprintf(r->md,
		"| Task |%s Fastest | How sure | %s | Speed-up | Serial |\n|:--|%s:--|:--|--:|--:|--:|\n",
		with_cores ? " Cores |" : "", metric == PVQ_MAP_NS ? "Map time" : "Total time",
		with_cores ? "--:|" : "");
}

static int answer_work(const struct pvq_report *r, const struct pvq_work *work, unsigned cores,
	enum pvq_metric metric, int with_cores)
{
	struct pvq_contest contest;
	int ret = pvq_contest_hold(&contest, r->summary, work, cores, metric);

	if (ret == 0 && pvq_contest_is_shown(&contest, work)) {
		answer_row(r, work, &contest, with_cores);
		answer_speedup(r, work, &contest);
	}
	pvq_contest_free(&contest);
	return ret;
}

int pvq_answer_table(const struct pvq_report *r, enum pvq_metric metric, size_t most)
{
	const struct pvq_summary *s = r->summary;
	int ret = 0;

	answer_table_head(r, metric, 0);
	for (size_t w = 0; ret == 0 && w < s->works && w < most; w++)
		ret = answer_work(r, &s->work[w], s->max_cores, metric, 0);
	fputs("\n", r->md);
	return ret;
}

static void answer_legend(const struct pvq_report *r)
{
	fprintf(r->md,
		"#### How to read it\n\nThe time is that of `map` alone, on workers that have already "
		"started. Each strategy is compared with every other; one that is slower than any "
		"other drops out. With 95 %% certainty the fastest is among those left. A name in bold "
		"is the only one left. *Tie*: several are left, and the comparison among them is "
		"inconclusive; the lowest median comes first. *Equivalent*: several are left, all "
		"within ±%.0f %% of the first; take the simplest. *Too noisy to rank*: the "
		"lowest median belongs to a strategy that is slower than others if compared in pairs. "
		"*Next* is the nearest strategy that is slower than the first. Speed-up is serial's time divided by "
		"the strategy's, pair by pair within a block. Brackets hold 95 %% intervals. †: more than "
		"1 %% of the time is the harness's own work.\n\n",
		(PVQ_EQUIVALENT_RATIO - 1) * 100);
}

/* What an item costs beyond its own work: the cores' time that serial would not have spent. */
static double why_overhead(const struct pvq_work *work, const struct pvq_cell *cell)
{
	double n = work->key->n ? (double)work->key->n : 1;

	return (cell->metric[PVQ_MAP_NS].median * cell->key->cores -
		       work->base->metric[PVQ_MAP_NS].median) /
	       n;
}

/* One sentence a task: its grain, and what handing an item over costs at the least and at the most. */
static void why_work(const struct pvq_report *r, const struct pvq_work *work)
{
	const struct pvq_summary *s = r->summary;
	const struct pvq_cell *least = NULL, *most = NULL;
	double item_ns;

	for (size_t c = work->first; work->base && c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (!cell->ok || cell->baseline || !pvq_cell_candidate(cell, s->max_cores))
			continue;
		if (!least || why_overhead(work, cell) < why_overhead(work, least))
			least = cell;
		if (!most || why_overhead(work, cell) > why_overhead(work, most))
			most = cell;
	}
	if (!least)
		return;
	item_ns = work->base->metric[PVQ_MAP_NS].median / (work->key->n ? (double)work->key->n : 1);
	fputs("- **", r->md);
	pvq_text_md(r->md, work->label);
	fprintf(r->md, "**: an item is %s of work. Overhead on %u core%s: ", pvq_text_ns(item_ns).s,
		s->max_cores, plural(s->max_cores));
	if (why_overhead(work, least) > 0 && why_overhead(work, least) < 0.01 * item_ns)
		fputs("less than 1 % with ", r->md);
	else if (why_overhead(work, least) > 0)
		fprintf(r->md, "%s (%s) with ", pvq_text_ns(why_overhead(work, least)).s,
			pvq_text_percent(why_overhead(work, least) / item_ns).s);
	else
		fputs("none that shows with ", r->md);
	pvq_text_md(r->md, s->series[least->series].name);
	if (most != least && why_overhead(work, most) > 0) {
		fprintf(r->md, ", up to %s (%s) with ", pvq_text_ns(why_overhead(work, most)).s,
			pvq_text_percent(why_overhead(work, most) / item_ns).s);
		pvq_text_md(r->md, s->series[most->series].name);
	}
	fputs(".\n", r->md);
}

static void answer_why(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	int based = 0;

	for (size_t w = 0; w < s->works; w++)
		based |= s->work[w].base != NULL;
	if (!based)
		return;
	fputs("#### Why\n\nA strategy pays where an item's own work outweighs the overhead: the core time that an "
	      "item costs beyond its own work, from the median map times. Lowest and highest over the "
	      "strategies:\n\n",
		r->md);
	for (size_t w = 0; w < s->works; w++)
		why_work(r, &s->work[w]);
	fputs("\n", r->md);
}

static int answer_other_counts(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	int head = 0, ret = 0;

	for (size_t w = 0; ret == 0 && w < s->works; w++)
		for (size_t i = s->work[w].core_counts; ret == 0 && i-- > 0;) {
			if (s->work[w].cores[i] == s->max_cores)
				continue;
			if (!head) {
				fputs("#### On fewer cores\n\nMap time alone.\n\n", r->md);
				answer_table_head(r, PVQ_MAP_NS, 1);
				head = 1;
			}
			ret = answer_work(r, &s->work[w], s->work[w].cores[i], PVQ_MAP_NS, 1);
		}
	fputs("\n", r->md);
	return ret;
}

int pvq_chapter_answer(const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	int ret;

	if (s->max_cores == 0)
		return 0; /* the answer has said so */
	fputs("## Task by task\n\n", r->md);
	ret = pvq_advice_headline(r);
	pvq_levels_headline(r);
	if (ret == 0)
		ret = pvq_answer_table(r, PVQ_MAP_NS, SIZE_MAX);
	answer_legend(r);
	if (ret == 0)
		ret = pvq_answer_levels(r);
	answer_why(r);
	fputs("#### With start and stop included\n\nThe time of one batch on workers that do not "
	      "exist yet: start, map and stop together.\n\n",
		r->md);
	if (ret == 0)
		ret = pvq_answer_table(r, PVQ_TOTAL_NS, SIZE_MAX);
	return ret ? ret : answer_other_counts(r);
}
