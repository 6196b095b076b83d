/* verdict.c: what to take, in one sentence; how far to trust it, in one line; and the decision table. Every word follows
 * from verdicts and from regret (results/regret.h), so a tie is no excuse, and nothing is claimed that was not measured.
 */
#include "report/verdict.h"
#include "base/asset.h"
#include "results/doctor.h"
#include "trial/spec.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what to take ---- */

enum pvq_pays pvq_pays(const struct pvq_contest *contest)
{
	if (contest->rivals < 2)
		return PVQ_PAYS_NONE;
	if (contest->rival[0].cell->baseline)
		return contest->outcome == PVQ_CLEAR ? PVQ_PAYS_NOT : PVQ_PAYS_MAYBE;
	for (size_t i = 1; i < contest->rivals; i++) {
		const struct pvq_rival *rival = &contest->rival[i];

		if (rival->cell->baseline)
			return rival->beaten && !rival->contradicts ? PVQ_PAYS : PVQ_PAYS_MAYBE;
	}
	return PVQ_PAYS_NONE;
}

/* Likewise by medians alone, for works with too few blocks for an interval. */
static enum pvq_pays pays_by_medians(const struct pvq_contest *contest)
{
	const struct pvq_rival *first = contest->rival;
	size_t other = 1; /* serial, or if serial is the first, the next */

	while (other < contest->rivals && !first->cell->baseline && !contest->rival[other].cell->baseline)
		other++;
	if (other >= contest->rivals)
		return PVQ_PAYS_NONE;
	if (contest->rival[other].vs.n >= contest->needs ||
		contest->rival[other].median < PVQ_EQUIVALENT_RATIO * first->median)
		return PVQ_PAYS_MAYBE;
	return first->cell->baseline ? PVQ_PAYS_NOT : PVQ_PAYS;
}

static const struct pvq_impl *impl_of(const struct pvq_report *r, size_t series)
{
	return pvq_registry_get(r->summary->registry, r->summary->series[series].impl);
}

static int survives(const struct pvq_impl *impl)
{
	return impl && impl->flags & PVQ_SURVIVES_CRASH;
}

/* Lines of code, with those of the project's files that it builds on; a large number where they are unknown. */
static unsigned lines_of(const struct pvq_impl *impl)
{
	size_t len = impl ? strlen(impl->name) : 0;

	for (const char *line = pvq_asset("lines.tsv"); len && line; line = strchr(line, '\n')) {
		unsigned all;

		line += *line == '\n';
		if (strncmp(line, impl->name, len) == 0 && sscanf(line + len, "\t%*u\t%u", &all) == 1)
			return all;
	}
	return 1000000;
}

/* Whether a is the better choice than b, of two that are about as fast. */
static int is_simpler(const struct pvq_report *r, const struct pvq_regret *a, const struct pvq_regret *b)
{
	const struct pvq_impl *x = impl_of(r, a->series), *y = impl_of(r, b->series);

	if (survives(x) != survives(y))
		return survives(x);
	return lines_of(x) < lines_of(y);
}

const struct pvq_regret *pvq_verdict_choose(const struct pvq_report *r, const struct pvq_regrets *regrets,
	const struct pvq_regret *usual, int (*want)(const struct pvq_impl *))
{
	const struct pvq_regret *least = NULL, *best = NULL;

	for (size_t i = 0; i < regrets->count; i++) { /* the least regret first */
		const struct pvq_regret *one = &regrets->of[i];
		const struct pvq_impl *impl = impl_of(r, one->series);

		if (!impl || impl->flags & PVQ_BASELINE || (want && !want(impl)))
			continue;
		least = least ? least : one;
		if (one->cost.median > least->cost.median + PVQ_EQUIVALENT_RATIO - 1)
			break; /* and so are all that follow */
		if (usual && one->series == usual->series)
			return one;
		if (!best || is_simpler(r, one, best))
			best = one;
	}
	return best;
}

static void judge_calm(struct pvq_verdict_of_run *v, const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	const char *goal = pvq_manifest_get(r->manifest, "goal");
	double within = goal ? strtod(goal, NULL) : 0;
	struct pvq_finding finding[PVQ_FINDINGS_MAX] = {0};
	size_t known;

	for (size_t w = 0; w < s->works; w++) {
		v->turns += s->work[w].turns;
		v->disturbed += s->work[w].disturbed;
		v->unknown += s->work[w].unknown;
	}
	known = v->turns - v->unknown;
	for (size_t c = 0; c < s->cells; c++) {
		v->cells += s->cell[c].ok > 0;
		v->precise += s->cell[c].ok && pvq_estimate_width(&s->cell[c].metric[PVQ_MAP_NS]) <= within;
	}
	if (within <= 0)
		v->precise = 0;
	if (2 * v->disturbed > known ||
		pvq_doctor_worst(finding, r->manifest->count ? pvq_doctor(r->manifest, finding) : 0) ==
			PVQ_FIT_SPOILS)
		v->calm = PVQ_SPOILED;
	else if (2 * known <= v->turns) /* most of it may have been disturbed */
		v->calm = PVQ_CALM_UNKNOWN;
	else
		v->calm = 20 * v->disturbed > known ? PVQ_DISTURBED : PVQ_QUIET;
}

/* Judges every work. Returns how many could be judged, or -ENOMEM. */
static int judge_pays(struct pvq_verdict_of_run *v, const struct pvq_summary *s,
	enum pvq_pays (*judge)(const struct pvq_contest *))
{
	int judged = 0;

	for (size_t w = 0; w < s->works; w++) {
		struct pvq_contest contest;

		if (pvq_contest_hold(&contest, s, &s->work[w], s->max_cores, PVQ_MAP_NS))
			return -ENOMEM;
		v->pays[w] = judge(&contest);
		judged += v->pays[w] == PVQ_PAYS || v->pays[w] == PVQ_PAYS_NOT;
		pvq_contest_free(&contest);
	}
	return judged;
}

int pvq_verdict_make(struct pvq_verdict_of_run *v, const struct pvq_report *r)
{
	const struct pvq_summary *s = r->summary;
	unsigned char *take = calloc(s->works + 1, 1);
	int ret = 0;

	*v = (struct pvq_verdict_of_run){.pays = calloc(s->works + 1, sizeof(*v->pays))};
	if (!take || !v->pays)
		ret = -ENOMEM;
	if (ret == 0)
		ret = judge_pays(v, s, pvq_pays);
	if (ret == 0) {
		ret = judge_pays(v, s, pays_by_medians);
		v->by_medians = ret > 0;
	}
	if (ret > 0)
		ret = 0;
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		take[w] = v->pays[w] == PVQ_PAYS;
	if (ret == 0)
		ret = pvq_regrets_find(&v->regrets, s, take, s->max_cores);
	if (ret == 0) {
		v->take = pvq_verdict_choose(r, &v->regrets, NULL, NULL);
		v->trait = v->take && r->traits
				   ? pvq_traits_find(r->traits, s->series[v->take->series].impl)
				   : NULL;
		judge_calm(v, r);
	}
	free(take);
	if (ret)
		pvq_verdict_free(v);
	return ret;
}

void pvq_verdict_free(struct pvq_verdict_of_run *v)
{
	free(v->pays);
	pvq_regrets_free(&v->regrets);
	*v = (struct pvq_verdict_of_run){0};
}

/* ---- in words ---- */

/* A regret from which on the sentence names the exception. */
#define MUCH 0.1

/* Text, escaped in Markdown; below, a name, in bold there. */
static void plain(FILE *f, const char *text, int markup)
{
	if (markup)
		pvq_text_md(f, text);
	else
		fputs(text, f);
}

static void name(FILE *f, const char *text, int markup)
{
	fputs(markup ? "**" : "", f);
	plain(f, text, markup);
	fputs(markup ? "**" : "", f);
}

static size_t count_pays(const struct pvq_report *r, const struct pvq_verdict_of_run *v, enum pvq_pays pays)
{
	size_t n = 0;

	for (size_t w = 0; w < r->summary->works; w++)
		n += v->pays[w] == pays;
	return n;
}

/* "64 KiB in, 64 KiB out": the work in plain words. */
static void work_words(FILE *f, const struct pvq_work *work, int markup)
{
	char label[PVQ_LABEL_MAX];

	pvq_text_plain(label, work->key->task, work->key->args);
	plain(f, label, markup);
}

/* "empty items; 100 ns of computing": the tasks of that kind. */
static void list_pays(FILE *f, const struct pvq_report *r, const struct pvq_verdict_of_run *v,
	enum pvq_pays pays, int markup)
{
	size_t listed = 0;

	for (size_t w = 0; w < r->summary->works; w++)
		if (v->pays[w] == pays) {
			fputs(listed++ ? "; " : "", f);
			work_words(f, &r->summary->work[w], markup);
		}
}

/* "the 8 tasks where parallel work pays": those that regret is over. */
static void where_it_pays(FILE *f, const struct pvq_verdict_of_run *v)
{
	if (v->regrets.works == 1)
		fputs("the one task", f);
	else
		fprintf(f, "the %zu tasks", v->regrets.works);
	fprintf(f, " where parallel work %s", v->by_medians ? "seems to pay" : "pays");
}

/* ": at most 3.3 % (95 %: 1.1 % to 5.0 %) slower than the fastest, over the 8 tasks where parallel work pays". */
static void how_good(FILE *f, const struct pvq_verdict_of_run *v)
{
	const struct pvq_estimate *cost = &v->take->cost;
	int best = cost->median < 0.0005;

	if (v->regrets.count < 2)
		return;
	fputs(best ? ": no strategy was faster" : ": at most ", f);
	fputs(best ? "" : pvq_text_percent(cost->median).s, f);
	if (!isnan(cost->lo))
		fprintf(f, " (95 %%: %s to %s)", pvq_text_percent(cost->lo).s,
			pvq_text_percent(cost->hi).s);
	fputs(best ? "" : " slower than the fastest", f);
	fputs(", over ", f);
	where_it_pays(f, v);
}

/* Where the choice costs much, and which strategy is proven faster there. */
static void exception(FILE *f, const struct pvq_report *r, const struct pvq_verdict_of_run *v, int markup)
{
	const struct pvq_work *work = v->take->at;
	struct pvq_contest contest;

	if (v->take->cost.median < MUCH || !work ||
		pvq_contest_hold(&contest, r->summary, work, r->summary->max_cores, PVQ_MAP_NS))
		return;
	for (size_t i = 1; i < contest.rivals; i++)
		if (contest.rival[i].cell->series == v->take->series &&
			contest.rival[i].vs.verdict == PVQ_SLOWER) {
			fputs(" For ", f);
			work_words(f, work, markup);
			fputs(", ", f);
			name(f, r->summary->series[contest.rival[0].cell->series].name, markup);
			fputs(" is faster.", f);
		}
	pvq_contest_free(&contest);
}

static void inconclusive(
	FILE *f, const struct pvq_report *r, const struct pvq_verdict_of_run *v, int markup)
{
	if (!count_pays(r, v, PVQ_PAYS_MAYBE))
		return;
	fputs(" Inconclusive: ", f);
	list_pays(f, r, v, PVQ_PAYS_MAYBE, markup);
	fputs(".", f);
}

/* "324 ns (95 %: 117 ns to 640 ns)": the break-even length, which is seldom known well, with its interval. */
static void break_even(FILE *f, const struct pvq_estimate *even, int markup)
{
	name(f, pvq_text_ns(even->median).s, markup);
	if (isinf(even->hi))
		fprintf(f, " (95 %%: at least %s)", pvq_text_ns(even->lo).s);
	else if (!isnan(even->lo))
		fprintf(f, " (95 %%: %s to %s)", pvq_text_ns(even->lo).s, pvq_text_ns(even->hi).s);
}

/* When to take something else. */
static void otherwise(FILE *f, const struct pvq_report *r, const struct pvq_verdict_of_run *v, int markup)
{
	const struct pvq_estimate *even = v->trait ? &v->trait->even_ns : NULL;
	size_t serial = count_pays(r, v, PVQ_PAYS_NOT);

	if (even && even->n && isfinite(even->median)) {
		fputs(" Items shorter than about ", f);
		break_even(f, even, markup);
		fputs(" are faster in a plain loop", f);
		if (serial) {
			fputs(" (here: ", f);
			list_pays(f, r, v, PVQ_PAYS_NOT, markup);
			fputs(")", f);
		}
		fputs(", or handed over several at a time.", f);
	} else if (serial) {
		fputs(" Keep a plain loop for ", f);
		list_pays(f, r, v, PVQ_PAYS_NOT, markup);
		fputs(".", f);
	}
	inconclusive(f, r, v, markup);
}

void pvq_verdict_sentence(
	FILE *f, const struct pvq_report *r, const struct pvq_verdict_of_run *v, int markup)
{
	const struct pvq_summary *s = r->summary;
	const struct pvq_impl *impl = v->take ? impl_of(r, v->take->series) : NULL;
	const char *provisional =
		v->by_medians ? " (provisional: by medians alone, too few blocks for intervals)" : "";

	if (!v->take && count_pays(r, v, PVQ_PAYS_NOT)) {
		fputs("Take ", f);
		name(f, "a plain loop", markup);
		fprintf(f, "%s: on %u core%s it is the fastest for ", provisional, s->max_cores,
			s->max_cores == 1 ? "" : "s");
		list_pays(f, r, v, PVQ_PAYS_NOT, markup);
		fputs(", and no task was shown to be faster in parallel.", f);
		inconclusive(f, r, v, markup);
		return;
	}
	if (!v->take) {
		fputs("Nothing to decide: no task was shown to be faster in parallel, or in a plain loop.",
			f);
		return;
	}
	fputs("Take ", f);
	name(f, s->series[v->take->series].name, markup);
	fprintf(f, " with %u worker%s%s", s->max_cores, s->max_cores == 1 ? "" : "s", provisional);
	how_good(f, v);
	fputs(survives(impl) ? "; it survives the death of a worker."
			     : "; it does not survive the death of a worker.",
		f);
	exception(f, r, v, markup);
	otherwise(f, r, v, markup);
}

static const char *const calm_words[] = {"quiet", "disturbed", "spoiled", "unknown"};

void pvq_verdict_trust(FILE *f, const struct pvq_report *r, const struct pvq_verdict_of_run *v, int markup)
{
	const char *word = calm_words[v->calm], *goal = pvq_manifest_get(r->manifest, "goal");
	size_t unread = r->rows->bad + r->unread;

	/* The link's title gives its colour in the page (report.css). */
	if (markup)
		fprintf(f, "Trust: **[%s](#how-far-to-trust-it \"%s\")**", word, word);
	else
		fprintf(f, "Trust: %s", word);
	if (v->unknown == v->turns)
		fputs(", interference unknown", f);
	else
		fprintf(f, ", %zu of %zu turns disturbed by other work", v->disturbed,
			v->turns - v->unknown);
	if (v->unknown && v->unknown < v->turns)
		fprintf(f, ", %zu unknown", v->unknown);
	if (goal && strtod(goal, NULL) > 0)
		fprintf(f, "; %zu of %zu cells known within ±%s", v->precise, v->cells,
			pvq_text_percent(strtod(goal, NULL)).s);
	else
		fprintf(f, "; %zu cell%s", v->cells, v->cells == 1 ? "" : "s");
	fprintf(f, "; %u block%s", r->summary->blocks, r->summary->blocks == 1 ? "" : "s");
	if (pvq_states_levels(&r->summary->states) > 1)
		fputs("; the distance of the CPUs changed", f);
	if (r->summary->states.off)
		fprintf(f, ", %zu trial%s left out", r->summary->states.off,
			r->summary->states.off == 1 ? "" : "s");
	if (unread)
		fprintf(f, "; %zu row%s could not be read", unread, unread == 1 ? "" : "s");
	fputs(".", f);
}

void pvq_verdict_head(const struct pvq_report *r)
{
	fputs("> ", r->md);
	pvq_verdict_sentence(r->md, r, r->verdict, 1);
	fputs("\n\n", r->md);
	pvq_verdict_trust(r->md, r, r->verdict, 1);
	fputs("\n\n", r->md);
}

/* ---- the decision table ---- */

/* The worker count that is fastest for a strategy on a work, among those measured on the most cores; only if it is
 * proven faster than one a core, or else that. *gain: its speed-up over serial. */
static unsigned best_workers(
	const struct pvq_report *r, const struct pvq_work *work, size_t series, struct pvq_comparison *gain)
{
	const struct pvq_summary *s = r->summary;
	const struct pvq_cell *even = NULL, *best = NULL;
	size_t more = 0;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (!cell->ok || cell->series != series || cell->key->cores != s->max_cores)
			continue;
		if (cell->key->workers == s->max_cores)
			even = cell;
		more += cell->key->workers > s->max_cores;
	}
	best = even;
	for (size_t c = work->first; even && c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &s->cell[c];

		if (!cell->ok || cell->series != series || cell->key->cores != s->max_cores ||
			cell->key->workers <= s->max_cores)
			continue;
		/* Equivalent is no reason to take more. */
		if (pvq_cells_compare(cell, best, PVQ_MAP_NS, PVQ_ALPHA / (double)more).hi <
			1 / PVQ_EQUIVALENT_RATIO)
			best = cell;
	}
	if (best && work->base)
		*gain = pvq_cells_compare(work->base, best, PVQ_MAP_NS, PVQ_ALPHA);
	return best ? best->key->workers : 0;
}

/* A row: the works of a situation. */
struct row {
	const char *words;
	unsigned char *take; /* by work: it belongs to the row */
};

/* Workers and gains over the works of a row. */
struct span {
	unsigned workers_least, workers_most;
	double gain_least, gain_most;
};

static struct span row_span(const struct pvq_report *r, const struct row *row, size_t series)
{
	struct span span = {0, 0, INFINITY, 0};

	for (size_t w = 0; w < r->summary->works; w++) {
		struct pvq_comparison gain = {.ratio = NAN};
		unsigned workers;

		if (!row->take[w])
			continue;
		workers = best_workers(r, &r->summary->work[w], series, &gain);
		span.workers_least =
			span.workers_least && span.workers_least < workers ? span.workers_least : workers;
		span.workers_most = workers > span.workers_most ? workers : span.workers_most;
		span.gain_least = fmin(span.gain_least, gain.ratio);
		span.gain_most = fmax(span.gain_most, gain.ratio);
	}
	return span;
}

static void row_tasks(const struct pvq_report *r, const struct row *row)
{
	size_t listed = 0;

	for (size_t w = 0; w < r->summary->works; w++)
		if (row->take[w]) {
			fputs(listed++ ? "; " : " *(", r->md);
			work_words(r->md, &r->summary->work[w], 1);
		}
	fputs(listed ? ")*" : "", r->md);
}

static void write_span(const struct pvq_report *r, const struct span *span)
{
	if (span->workers_least == span->workers_most)
		fprintf(r->md, " | %u | ", span->workers_least);
	else
		fprintf(r->md, " | %u to %u | ", span->workers_least, span->workers_most);
	if (!isfinite(span->gain_least))
		fputs("–", r->md);
	else if (span->gain_most < 1.03 * span->gain_least)
		fprintf(r->md, "%sx", pvq_text_number(span->gain_least).s);
	else
		fprintf(r->md, "%sx to %sx", pvq_text_number(span->gain_least).s,
			pvq_text_number(span->gain_most).s);
}

static int any(const struct pvq_report *r, const unsigned char *take)
{
	for (size_t w = 0; w < r->summary->works; w++)
		if (take[w])
			return 1;
	return 0;
}

/* Writes a row if any work belongs to it. */
static int write_row(
	const struct pvq_report *r, const struct row *row, int (*want)(const struct pvq_impl *))
{
	struct pvq_regrets regrets;
	const struct pvq_regret *take;
	int ret;

	if (!any(r, row->take))
		return 0;
	ret = pvq_regrets_find(&regrets, r->summary, row->take, r->summary->max_cores);
	if (ret)
		return ret;
	take = pvq_verdict_choose(r, &regrets, r->verdict->take, want);
	fprintf(r->md, "| … %s", row->words);
	if (!want)
		row_tasks(r, row);
	if (take) {
		struct span span = row_span(r, row, take->series);

		fputs(" | **", r->md);
		pvq_text_md(r->md, r->summary->series[take->series].name);
		fputs("**", r->md);
		write_span(r, &span);
		fputs(survives(impl_of(r, take->series)) ? " | yes |\n" : " | no |\n", r->md);
	} else {
		fputs(" | nothing measured does | – | – | – |\n", r->md);
	}
	pvq_regrets_free(&regrets);
	return 0;
}

static void write_serial(const struct pvq_report *r, const struct row *row)
{
	if (!any(r, row->take))
		return;
	fprintf(r->md, "| … %s", row->words);
	row_tasks(r, row);
	fputs(" | **a plain loop** | 1 | 1 | no |\n", r->md);
}

static enum pvq_situation situation_of(const struct pvq_work *work)
{
	const struct pvq_task *task = pvq_tasks[pvq_task_rank(work->key->task)];

	return task ? task->situation : PVQ_SITUATION_NONE;
}

static int write_decisions(const struct pvq_report *r, const struct pvq_verdict_of_run *v)
{
	static const char *const words[PVQ_SITUATIONS] = {[PVQ_SITUATION_EVEN] = "compute evenly",
		[PVQ_SITUATION_UNEVEN] = "compute unevenly",
		[PVQ_SITUATION_WAIT] = "wait",
		[PVQ_SITUATION_PAYLOAD] = "carry large payloads",
		[PVQ_SITUATION_MEMORY] = "read much memory"};
	const struct pvq_summary *s = r->summary;
	unsigned char *take = calloc(s->works + 1, 1);
	struct row row = {.words = "are tiny", .take = take};
	int ret = take ? 0 : -ENOMEM, judged = 0;

	for (size_t w = 0; w < s->works; w++)
		judged |= v->pays[w] == PVQ_PAYS_NOT || v->pays[w] == PVQ_PAYS;
	if (judged)
		fputs("| My tasks … | Take | Workers | Gain over serial | Survives a crash "
		      "|\n|:--|:--|--:|--:|:--|\n",
			r->md);
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		take[w] = v->pays[w] == PVQ_PAYS_NOT;
	if (ret == 0)
		write_serial(r, &row);
	for (int situation = PVQ_SITUATION_NONE + 1; ret == 0 && situation < PVQ_SITUATIONS; situation++) {
		for (size_t w = 0; w < s->works; w++)
			take[w] = v->pays[w] == PVQ_PAYS &&
				  situation_of(&s->work[w]) == (enum pvq_situation)situation;
		row.words = words[situation];
		ret = write_row(r, &row, NULL);
	}
	for (size_t w = 0; ret == 0 && w < s->works; w++)
		take[w] = v->pays[w] == PVQ_PAYS;
	row.words = "must survive crashes";
	if (ret == 0)
		ret = write_row(r, &row, survives);
	fputs("\n", r->md);
	free(take);
	return ret;
}

/* ---- regret ---- */

/* The most strategies in the table: with peers there are dozens. */
enum { REGRETS_MOST = 12 };

static void write_regrets(const struct pvq_report *r, const struct pvq_verdict_of_run *v)
{
	if (v->regrets.count < 2)
		return;
	fputs("### What the choice can cost\n\nThe most that a strategy was slower than the fastest, over ",
		r->md);
	where_it_pays(r->md, v);
	fprintf(r->md,
		", on %u cores: what it can cost to always take it. Of strategies within 3 %% of the least, the choice is one that "
		"survives the death of a worker, then the one with the least code.\n\n| Strategy | At most slower by | On | "
		"Survives a crash |\n|:--|--:|:--|:--|\n",
		v->regrets.cores);
	for (size_t i = 0; i < v->regrets.count && i < REGRETS_MOST; i++) {
		const struct pvq_regret *one = &v->regrets.of[i];
		int taken = v->take && one == v->take;

		fputs(taken ? "| **" : "| ", r->md);
		pvq_text_md(r->md, r->summary->series[one->series].name);
		fprintf(r->md, "%s | %s", taken ? "**" : "", pvq_text_percent(one->cost.median).s);
		if (!isnan(one->cost.lo))
			fprintf(r->md, " (%s to %s)", pvq_text_percent(one->cost.lo).s,
				pvq_text_percent(one->cost.hi).s);
		fputs(" | ", r->md);
		work_words(r->md, one->at, 1);
		fputs(survives(impl_of(r, one->series)) ? " | yes |\n" : " | no |\n", r->md);
	}
	if (v->regrets.count > REGRETS_MOST)
		fprintf(r->md, "\nAnd %zu more, which cost more.\n", v->regrets.count - REGRETS_MOST);
	fputs("\n", r->md);
}

int pvq_chapter_verdict(const struct pvq_report *r)
{
	int ret;

	fputs("## The answer\n\n", r->md);
	if (!r->verdict) {
		fputs("No trial succeeded, so there is nothing to compare.\n\n", r->md);
		return 0;
	}
	pvq_verdict_head(r);
	ret = write_decisions(r, r->verdict);
	if (pvq_report_figure(r, "overview", NULL, 0,
		    "Speed-up over serial on the most cores: one row per task, one dot per strategy"))
		fputs("\n\n", r->md);
	write_regrets(r, r->verdict);
	return ret;
}
