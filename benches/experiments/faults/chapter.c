/* chapter.c: what happens when a worker dies: a cell is what was seen of its trials, never what is expected. */
#include "experiments/faults/faults.h"
#include "trial/spec.h"

#include <string.h>

/* What the strategy made of it, the worst last. */
enum outcome { UNSEEN, NEVER_BEGUN, TOLD, GAVE_UP_NAMED, GAVE_UP, DIED, TOLD_AND_HUNG, HUNG, OUTCOMES };

static enum outcome faults_outcome(const struct pvq_fault *f)
{
	if (f->status == PVQ_UNAVAILABLE)
		return UNSEEN;
	if (f->begun == 0)
		return NEVER_BEGUN;
	if (f->hung)
		return f->told ? TOLD_AND_HUNG : HUNG;
	if (f->told)
		return TOLD;
	if (f->cause == PVQ_CAUSE_TRIAL_DIED)
		return DIED;
	return f->named ? GAVE_UP_NAMED : GAVE_UP;
}

/* ---- tries of a kind ---- */

enum { TRIES_MAX = 32 }; /* of which the median is taken */

struct range {
	unsigned least, most;
};

/* Those that came out alike. */
struct tries {
	unsigned count, others; /* others: items beside the one at fault */
	struct range delivered, lost, begun;
	double noticed_ns[TRIES_MAX];
	unsigned noticed;
};

static void range_add(struct range *range, unsigned x, int first)
{
	range->least = first || x < range->least ? x : range->least;
	range->most = first || x > range->most ? x : range->most;
}

static void range_write(FILE *md, const struct range *range)
{
	fprintf(md, range->least == range->most ? "%u" : "%u–%u", range->least, range->most);
}

static struct tries faults_tries(
	const struct pvq_faults *faults, const char *impl, enum pvq_fault_kind kind, enum outcome outcome)
{
	struct tries t = {0};
	const struct pvq_fault *f = NULL;

	while ((f = pvq_faults_next(faults, impl, kind, f))) {
		int first = t.count == 0;

		if (faults_outcome(f) != outcome)
			continue;
		t.count++;
		t.others = f->items - 1;
		range_add(&t.delivered, f->delivered, first);
		range_add(&t.lost, f->lost, first);
		range_add(&t.begun, f->begun, first);
		if (f->noticed_ns && t.noticed < TRIES_MAX)
			t.noticed_ns[t.noticed++] = (double)f->noticed_ns;
	}
	return t;
}

static unsigned faults_count(const struct pvq_faults *faults, const char *impl, enum pvq_fault_kind kind)
{
	const struct pvq_fault *f = NULL;
	unsigned count = 0;

	while ((f = pvq_faults_next(faults, impl, kind, f)))
		count++;
	return count;
}

/* What became of the other items, when, and how often it was tried again. */
static void tries_write(FILE *md, struct tries *t, const char *between)
{
	if (t->delivered.least == t->others) {
		fprintf(md, "all %u others", t->others);
	} else {
		range_write(md, &t->delivered);
		fprintf(md, " of %u others", t->others);
	}
	if (t->lost.most) {
		fputs(", ", md);
		range_write(md, &t->lost);
		fputs(" reported lost", md);
	}
	if (t->noticed)
		fprintf(md, "%safter %s", between,
			pvq_text_ns(pvq_estimate(t->noticed_ns, t->noticed, PVQ_ALPHA).median).s);
	if (t->begun.most > 1) {
		fprintf(md, "%sbegun ", between);
		range_write(md, &t->begun);
		fputs(" times", md);
	}
}

static void faults_cell(const struct pvq_report *r, const struct pvq_faults *faults, const char *impl,
	enum pvq_fault_kind kind)
{
	static const char *const words[] = {[NEVER_BEGUN] = "item never begun",
		[HUNG] = "**hung**",
		[TOLD_AND_HUNG] = "reported it, then **hung**",
		[DIED] = "**all died**",
		[GAVE_UP] = "gave up, item not named",
		[GAVE_UP_NAMED] = "gave up, item named",
		[TOLD] = "item named as lost"};
	unsigned count = faults_count(faults, impl, kind), told = 0;

	for (int outcome = OUTCOMES - 1; outcome > UNSEEN; outcome--) {
		struct tries t = faults_tries(faults, impl, kind, (enum outcome)outcome);
		int all = t.count == count;

		if (t.count == 0)
			continue;
		fprintf(r->md, "%s%s", told++ ? "; " : " ",
			outcome == TOLD && kind == PVQ_FAULT_ERROR ? "item named" : words[outcome]);
		if (all)
			fputs("; ", r->md);
		else
			fprintf(r->md, " %u of %u times (", t.count, count);
		tries_write(r->md, &t, all ? "; " : ", ");
		fputs(all ? "" : ")", r->md);
	}
	fputs(told ? " |" : count ? " unavailable |" : " – |", r->md);
}

static int faults_is_first(const struct pvq_faults *faults, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(faults->fault[j].impl, faults->fault[i].impl) == 0)
			return 0;
	return 1;
}

/* ---- in short ---- */

/* What may be said of a strategy, the worst that was seen of it: a worker's death is one whatever it died of. Nothing
 * where one of the three was not seen. */
enum fate { FATE_NONE, FATE_KEPT, FATE_SOME, FATE_GAVE_UP, FATE_DIED, FATE_HUNG, FATES };

/* The worst of the tries of a kind. */
static enum fate faults_fate_of(const struct pvq_faults *faults, const char *impl, enum pvq_fault_kind kind)
{
	static const enum fate of[] = {[UNSEEN] = FATE_NONE,
		[NEVER_BEGUN] = FATE_NONE,
		[HUNG] = FATE_HUNG,
		[TOLD_AND_HUNG] = FATE_HUNG,
		[DIED] = FATE_DIED,
		[GAVE_UP] = FATE_GAVE_UP,
		[GAVE_UP_NAMED] = FATE_GAVE_UP,
		[TOLD] = FATE_KEPT};
	const struct pvq_fault *f = NULL;
	enum fate worst = FATE_NONE;

	while ((f = pvq_faults_next(faults, impl, kind, f))) {
		enum fate fate = of[faults_outcome(f)];

		if (fate == FATE_KEPT && f->delivered + 1 < f->items)
			fate = FATE_SOME;
		worst = fate > worst ? fate : worst;
	}
	return worst;
}

static enum fate faults_fate(const struct pvq_faults *faults, const char *impl)
{
	static const enum pvq_fault_kind deaths[] = {PVQ_FAULT_SEGV, PVQ_FAULT_KILL, PVQ_FAULT_EXIT};
	enum fate worst = FATE_NONE;

	for (size_t k = 0; k < sizeof(deaths) / sizeof(deaths[0]); k++) {
		enum fate fate = faults_fate_of(faults, impl, deaths[k]);

		if (fate == FATE_NONE)
			return FATE_NONE;
		worst = fate > worst ? fate : worst;
	}
	return worst;
}

static int faults_outlives_hang(const struct pvq_faults *faults, const char *impl)
{
	return faults_fate_of(faults, impl, PVQ_FAULT_HANG) == FATE_KEPT;
}

/* A line with the strategies of a fate; fate 0: those that an item that never ends cannot stop. */
static void faults_line(
	const struct pvq_report *r, const struct pvq_faults *faults, const char *words, enum fate fate)
{
	int any = 0;

	for (size_t i = 0; i < faults->count; i++) {
		const char *impl = faults->fault[i].impl;

		if (!faults_is_first(faults, i) ||
			(fate ? faults_fate(faults, impl) != fate : !faults_outlives_hang(faults, impl)))
			continue;
		fputs(any++ ? ", " : words, r->md);
		pvq_text_md(r->md, impl);
	}
	fputs(any ? ".\n" : "", r->md);
}

static void faults_in_short(const struct pvq_report *r, const struct pvq_faults *faults)
{
	static const char *const words[FATES] = {
		[FATE_KEPT] =
			"- **Names the item and delivers all others** after SIGSEGV, SIGKILL and `_exit()`: ",
		[FATE_SOME] =
			"- **Names the item, but others are missing** after at least one of the three: ",
		[FATE_GAVE_UP] = "- **Gives up with an error** after at least one of the three: ",
		[FATE_DIED] = "- **Dies with its worker**, as a whole: ",
		[FATE_HUNG] = "- **Hangs** after at least one of the three, until it is killed: "};

	for (enum fate fate = FATE_KEPT; fate < FATES; fate++)
		faults_line(r, faults, words[fate], fate);
	faults_line(r, faults,
		"- **Survives an item that never ends**, with a time limit for single items: ", FATE_NONE);
	fputs("\n", r->md);
}

/* ---- in full ---- */

/* Whether the strategy puts nothing before its map is over, and so was left without any result where that had no end.
 * What it says of itself alone is no proof: a result that arrived all the same speaks against it. */
static int faults_loses_all(const struct pvq_report *r, const struct pvq_faults *faults, const char *impl)
{
	const struct pvq_impl *known = pvq_registry_get(r->summary->registry, impl);
	int any = 0;

	if (!known || known->flags & PVQ_STREAMS)
		return 0;
	for (size_t i = 0; i < faults->count; i++) {
		const struct pvq_fault *f = &faults->fault[i];
		enum outcome outcome = faults_outcome(f);

		if (strcmp(f->impl, impl) != 0 || outcome == UNSEEN || outcome == NEVER_BEGUN ||
			outcome == TOLD)
			continue;
		if (f->delivered)
			return 0;
		any = 1;
	}
	return any;
}

/* "Strategies that deliver nothing before the map ends, X, Y and Z, lose every result. " */
static void faults_losers(const struct pvq_report *r, const struct pvq_faults *faults)
{
	size_t count = 0, said = 0;

	for (size_t i = 0; i < faults->count; i++)
		count += faults_is_first(faults, i) && faults_loses_all(r, faults, faults->fault[i].impl);
	if (count == 0)
		return;
	fprintf(r->md, "%s nothing before the map ends, ",
		count > 1 ? "Strategies that deliver" : "The strategy that delivers");
	for (size_t i = 0; i < faults->count; i++) {
		const char *impl = faults->fault[i].impl;

		if (!faults_is_first(faults, i) || !faults_loses_all(r, faults, impl))
			continue;
		fputs(said == 0 ? "" : said + 1 < count ? ", " : " and ", r->md);
		pvq_text_md(r->md, impl);
		said++;
	}
	fprintf(r->md, ", %s every result. ", count > 1 ? "lose" : "loses");
}

/* Short, since a cell is wide already; the sentence above the table tells them. */
static const char *const faults_heading[PVQ_FAULTS] = {"error", "SIGSEGV", "SIGKILL", "exit", "hang"};

/* Of the trials, which may have had more of them than the sweep. */
static unsigned faults_workers(const struct pvq_faults *faults)
{
	unsigned workers = 1;

	for (size_t i = 0; i < faults->count; i++)
		if (faults->fault[i].workers > workers)
			workers = faults->fault[i].workers;
	return workers;
}

static unsigned faults_most_tries(const struct pvq_faults *faults)
{
	unsigned most = 0;

	for (size_t i = 0; i < faults->count; i++) {
		unsigned count = faults_count(faults, faults->fault[i].impl, faults->fault[i].kind);

		most = count > most ? count : most;
	}
	return most;
}

/* How often it was tried: "once", or how often, and what was not. */
static void faults_how_often(const struct pvq_report *r, unsigned tries)
{
	if (tries > 1)
		fprintf(r->md,
			"Tried %u times with every strategy and every kind of fault, but once where "
			"the task never ends or the first try hung",
			tries);
	else
		fputs("Tried once with every strategy and every kind of fault", r->md);
}

static void faults_legend(const struct pvq_report *r, const struct pvq_faults *faults, unsigned tries)
{
	fprintf(r->md,
		"#### Fault by fault\n\nThe columns are the faults. *Error*: the task fails, with -EIO or an exception. "
		"*SIGSEGV*, *SIGKILL*: its worker gets this signal. *Exit*: its worker calls "
		"`_exit()`. *Hang*: the task never ends. A cell tells what the strategy made of that "
		"item, how many results of the others were delivered and correct, and how long after "
		"the fault the strategy reported it or ended. *Hung*: it had to be killed after %d s. "
		"*All died*: the whole program died, with all results not yet delivered. *Gave up*: an "
		"error ended the map; results delivered until then count, and the cell tells whether "
		"the error names the item. ",
		PVQ_FAULTS_TIMEOUT_S);
	faults_losers(r, faults);
	fputs("The outcome is what counts: how many others were delivered before it depends on "
	      "timing, and varies from try to try.",
		r->md);
	if (tries > 1)
		fputs(" Where all tries agree, a cell has the range of these figures and the median "
		      "time; otherwise it has each outcome with its count, the worst first.",
			r->md);
	fputs("\n\n", r->md);
}

static void faults_table(const struct pvq_report *r, const struct pvq_faults *faults)
{

	fputs("| Strategy |", r->md);
	for (int k = 0; k < PVQ_FAULTS; k++)
		fprintf(r->md, " %s |", faults_heading[k]);
	fputs("\n|:--|:--|:--|:--|:--|:--|\n", r->md);
	for (size_t i = 0; i < faults->count; i++) {
		const char *impl = faults->fault[i].impl;

		if (!faults_is_first(faults, i))
			continue;
		fputs("| ", r->md);
		pvq_text_md(r->md, impl);
		fputs(" |", r->md);
		for (int k = 0; k < PVQ_FAULTS; k++)
			faults_cell(r, faults, impl, (enum pvq_fault_kind)k);
		fputs("\n", r->md);
	}
}

int pvq_faults_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_faults *faults = data;
	unsigned workers, tries;

	if (faults->count == 0)
		return 0;
	workers = faults_workers(faults);
	tries = faults_most_tries(faults);
	fputs("## What happens when a worker dies?\n\n", r->md);
	faults_how_often(r, tries);
	fprintf(r->md, ": %u items, item %d at fault, on %u worker%s.\n\n", faults->fault[0].items,
		PVQ_FAULTS_AT, workers, workers > 1 ? "s; serial strategies have one" : "");
	faults_in_short(r, faults);
	faults_legend(r, faults, tries);
	faults_table(r, faults);
	fputs("\nIn the last column, a strategy that takes a limit for single items had one of 1 s. "
	      "*Begun 2 times*: the item was retried on another worker, which died of it as well.\n\n",
		r->md);
	return 0;
}
