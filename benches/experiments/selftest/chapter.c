/* chapter.c: what the self-test found: can the measurement be trusted? */
#include "experiments/selftest/selftest.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* "2 of 61 (3.3 %)". */
static void selftest_share(FILE *f, size_t count, size_t of)
{
	fprintf(f, "%zu of %zu", count, of);
	if (of)
		fprintf(f, " (%s)", pvq_text_percent((double)count / (double)of).s);
}

static size_t selftest_different(const struct pvq_tally *t)
{
	return t->verdict[PVQ_FASTER] + t->verdict[PVQ_SLOWER];
}

static void selftest_verdicts(FILE *f, const char *what, const struct pvq_tally *t)
{
	fprintf(f, "| %s | %zu | %zu | %zu | %zu | %zu |\n", what, t->experiments, t->verdict[PVQ_SLOWER],
		t->verdict[PVQ_EQUIVALENT], t->verdict[PVQ_INCONCLUSIVE], t->verdict[PVQ_FASTER]);
}

static void selftest_power(FILE *f, const struct pvq_selftest *s)
{
	fprintf(f, "**Where nothing differs**, a difference was called in ");
	selftest_share(f, selftest_different(&s->same), s->same.experiments);
	fprintf(f, " experiments; at most %s are allowed. **5 %% more time** was called slower in ",
		pvq_text_percent(PVQ_SELFTEST_FALSE_MOST).s);
	selftest_share(f, s->slower[2].verdict[PVQ_SLOWER], s->slower[2].experiments);
	fprintf(f,
		"; at least %s must be. An experiment takes as many blocks as the default profile "
		"would, and a slow-down is judged as strictly as in a report of five strategies. Less "
		"than 3 %% may rightly be called equivalent.\n\n| Injected | Experiments | called "
		"slower | equivalent | inconclusive | faster |\n|:--|--:|--:|--:|--:|--:|\n",
		pvq_text_percent(PVQ_SELFTEST_FOUND_LEAST).s);
	selftest_verdicts(f, "nothing (A/A)", &s->same);
	for (int k = 0; k < PVQ_SELFTEST_SLOWER; k++) {
		char what[32];

		snprintf(what, sizeof(what), "%u %%", pvq_selftest_percent[k]);
		selftest_verdicts(f, what, &s->slower[k]);
	}
	fputs("\n| Task | Strategy | Blocks an experiment | A/A: called different | 1 % found | 2 % | 5 % | 10 % |\n"
	      "|:--|:--|--:|--:|--:|--:|--:|--:|\n",
		f);
	for (size_t i = 0; i < s->tasks; i++) {
		const struct pvq_selftest_task *t = &s->task[i];

		fputs("| ", f);
		pvq_text_md(f, t->label);
		fputs(" | ", f);
		pvq_text_md(f, t->impl);
		fprintf(f, " | %.1f | %zu of %zu |", t->blocks, selftest_different(&t->same),
			t->same.experiments);
		for (int k = 0; k < PVQ_SELFTEST_SLOWER; k++)
			if (t->slower[k].experiments)
				fprintf(f, " %zu of %zu |", t->slower[k].verdict[PVQ_SLOWER],
					t->slower[k].experiments);
			else
				fputs(" – |", f);
		fputs("\n", f);
	}
	fputs("\n", f);
}

static void selftest_runs(FILE *f, const struct pvq_selftest *s)
{
	fputs("**The same run twice.** Two runs of one profile, one after the other. ", f);
	if (s->clear)
		fprintf(f,
			"Of the pairs of strategies for which the first found a difference, %zu of %zu "
			"have the same order in the second: Kendall's tau is %.3f, and at least %.2f "
			"is required. ",
			s->agree, s->clear, pvq_selftest_tau(s), PVQ_SELFTEST_TAU_LEAST);
	fprintf(f,
		"Opposite verdicts: **%zu**. Equivalent in the first and different in the second: "
		"**%zu** of %zu. Both named a fastest strategy %zu times, the same one %zu times.\n\n",
		s->contradicted, s->unequal, s->equal, s->clear_tasks, s->same_winner);
}

static void selftest_two_ways(FILE *f, const char *what, const char *limit, double at,
	const struct pvq_share *together, const struct pvq_share *within)
{
	fprintf(f, "| %s | %s %s | ", what, limit, pvq_text_percent(at).s);
	selftest_share(f, together->count, together->of);
	fputs(" | ", f);
	selftest_share(f, within->count, within->of);
	fputs(" |\n", f);
}

static void selftest_twostate(FILE *f, const struct pvq_twostate *t)
{
	const struct pvq_twostate_way *a = &t->together, *b = &t->within;

	fprintf(f,
		"**A machine with %s states**, simulated: its CPUs are near each other at some times and far at "
		"others%s, for 1 to 30 s at a time, and the true times of four strategies in each state are known. "
		"The rows of %zu runs are judged in two ways: all trials together, as if nobody saw the state, and "
		"within a state, as reports and `pvq compare` do. %zu of %zu pairs of runs had no state in common "
		"with enough blocks, and were not compared. A verdict is wrong if it does not hold in a state in "
		"which some of its trials ran.\n\n"
		"| Quantity | Allowed | All trials together | Within a state |\n|:--|:--|--:|--:|\n",
		t->states == 2 ? "two" : "three", t->states == 2 ? "" : ", or share a core", 2 * t->pairs,
		t->pairs - b->different.of, t->pairs);
	selftest_two_ways(f, "95 % intervals of figures that hold the true time", "93 to",
		PVQ_TWOSTATE_COVERED_MOST, &a->covered, &b->covered);
	selftest_two_ways(f, "Two runs of one program: `compare` calls a cell slower or faster", "at most",
		pvq_share_most(&b->different, PVQ_TWOSTATE_WRONG_MOST), &a->different, &b->different);
	selftest_two_ways(f, "Wrong verdicts on two strategies, one faster near and the other far",
		"at most", pvq_share_most(&b->wrong, PVQ_TWOSTATE_WRONG_MOST), &a->wrong, &b->wrong);
	selftest_two_ways(f, "5 % more time: `compare` calls the cell slower", "at least",
		pvq_share_least(&b->found, &t->single, PVQ_TWOSTATE_FOUND_LESS), &a->found, &b->found);
	fputs("\nAt one level there were enough blocks to compare four strategies and serial in ", f);
	selftest_share(f, t->had_enough.count, t->had_enough.of);
	fputs(" of the runs after the planned blocks, and in ", f);
	selftest_share(f, t->has_enough.count, t->has_enough.of);
	fputs(" after up to half as many again for those that lacked some.\n", f);
	fputs("\n5 % of the comparisons and of the verdicts may err. The slow-down may be found 5 points less often "
	      "than on a machine with one state and as many blocks, where it was found in ",
		f);
	selftest_share(f, t->single.count, t->single.of);
	fputs(" pairs. For chance, two standard errors are added to these limits.\n\n", f);
}

void pvq_selftest_write(FILE *f, const struct pvq_selftest *s)
{
	fprintf(f, "%s\n\n",
		!s->same.experiments && !s->runs ? "Too little was measured to judge the measurement."
		: pvq_selftest_passed(s)         ? "The measurement passed its self-test."
						 : "The measurement **failed** its self-test: see below.");
	if (s->tasks)
		selftest_power(f, s);
	if (s->runs)
		selftest_runs(f, s);
	if (s->twostate.pairs)
		selftest_twostate(f, &s->twostate);
	if (s->threestate.pairs)
		selftest_twostate(f, &s->threestate);
}

int pvq_selftest_chapter(const struct pvq_report *r, const void *data)
{
	fputs("## Self-test\n\n", r->md);
	pvq_selftest_write(r->md, data);
	return 0;
}
