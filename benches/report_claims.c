/* report_part.h: the tutorial's claims, each answered with this run's figures, in CPython and in C. Every word about
 * which is faster follows from an interval.
 */
#include "report_part.h"
#include "tutorial_run.h"

#include <math.h>
#include <string.h>

/* Two ways that a claim sets against each other. */
struct pair {
	const char *title; /* "CPython: Pool.imap_unordered / Process + Queue" */
	const char *a, *b; /* their names; a's time is divided by b's */
	const char *only;  /* the one task that this tells anything for; NULL: any */
};

/* A question with the pairs and the figures that answer it. */
struct claim {
	const char *question, *about;
	const struct pair *pair; /* ends with a NULL title */
	enum pvq_metric metric[2];
	size_t metrics;
	const char *const *task; /* only these; NULL: all */
};

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

static int claim_has_task(const struct claim *claim, const struct pvq_work *work)
{
	for (size_t i = 0; claim->task && claim->task[i]; i++)
		if (strcmp(claim->task[i], work->key->task) == 0)
			return 1;
	return !claim->task;
}

/* On all cores, with so many workers for each. */
static const struct pvq_cell *claim_cell(
	const struct pvq_report *r, const struct pvq_work *work, const char *impl, unsigned times)
{
	unsigned cores = r->summary->max_cores;

	for (size_t c = work->first; c < work->first + work->cells; c++) {
		const struct pvq_cell *cell = &r->summary->cell[c];

		if (cell->ok && strcmp(cell->key->impl, impl) == 0 && cell->key->cores == cores &&
			cell->key->workers == cores * times)
			return cell;
	}
	return NULL;
}

/* "×0.81 (0.75–0.88), faster". Returns the verdict; -1 where one of them was not measured. */
static int claim_ratio(const struct pvq_report *r, const struct pvq_cell *a, const struct pvq_cell *b,
	enum pvq_metric metric, double alpha)
{
	struct pvq_comparison versus;

	if (!a || !b || !(a->metric[metric].median > 0) || !(b->metric[metric].median > 0)) {
		fputs(" – |", r->md);
		return -1;
	}
	versus = pvq_cells_compare(a, b, metric, alpha);
	fprintf(r->md, " ×%s, %s |", pvq_text_ratio_interval(versus.ratio, versus.lo, versus.hi).s,
		isnan(versus.lo) ? "too few blocks" : pvq_verdict_name(versus.verdict));
	return isnan(versus.lo) ? PVQ_INCONCLUSIVE : (int)versus.verdict;
}

/* How often a pair came out how. */
struct tally {
	unsigned of[PVQ_EQUIVALENT + 1], all;
};

static void claim_tally(
	const struct pvq_report *r, const struct pair *pair, const char *metric, const struct tally *t)
{
	static const char *const words[] = {
		"cannot be told from it", "is faster", "is slower", "takes the same (±3 %)"};
	static const enum pvq_verdict order[] = {PVQ_FASTER, PVQ_SLOWER, PVQ_EQUIVALENT, PVQ_INCONCLUSIVE};
	int any = 0;

	if (t->all == 0)
		return;
	fputs("- ", r->md);
	pvq_text_md(r->md, pair->a);
	fputs(" against ", r->md);
	pvq_text_md(r->md, pair->b);
	fprintf(r->md, ", %s: it ", metric);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (t->of[order[i]])
			fprintf(r->md, "%s%s on %u of %u tasks", any++ ? ", " : "", words[order[i]],
				t->of[order[i]], t->all);
	fputs(".\n", r->md);
}

/* Whether both were measured on some task of the claim. */
static int claim_has_pair(const struct pvq_report *r, const struct claim *claim, const struct pair *pair)
{
	for (size_t w = 0; w < r->summary->works; w++) {
		const struct pvq_work *work = &r->summary->work[w];

		if (claim_has_task(claim, work) && claim_cell(r, work, pair->a, 1) &&
			claim_cell(r, work, pair->b, 1))
			return 1;
	}
	return 0;
}

/* A column of the table: a pair, and the figure that is compared. */
struct column {
	const struct pair *pair;
	enum pvq_metric metric;
	struct tally tally;
};

enum { COLUMNS_MAX = 8 };

/* Those that there is something for. Returns how many. */
static size_t claim_columns(
	const struct pvq_report *r, const struct claim *claim, struct column column[COLUMNS_MAX])
{
	size_t count = 0;

	for (const struct pair *pair = claim->pair; pair->title; pair++)
		for (size_t m = 0; m < claim->metrics && count < COLUMNS_MAX; m++)
			if (claim_has_pair(r, claim, pair))
				column[count++] = (struct column){.pair = pair, .metric = claim->metric[m]};
	return count;
}

static void claim_head(
	const struct pvq_report *r, const struct claim *claim, const struct column *column, size_t columns)
{
	fprintf(r->md, "### %s\n\n%s\n\n| Task |", claim->question, claim->about);
	for (size_t i = 0; i < columns; i++) {
		fputs(" ", r->md);
		pvq_text_md(r->md, column[i].pair->title);
		if (claim->metrics > 1)
			fprintf(r->md, ", %s", metric_words(column[i].metric));
		fputs(" |", r->md);
	}
	fputs("\n|:--|", r->md);
	for (size_t i = 0; i < columns; i++)
		fputs(":--|", r->md);
	fputs("\n", r->md);
}

static void claim_row(const struct pvq_report *r, const struct pvq_work *work, struct column *column,
	size_t columns, double alpha)
{
	fputs("| ", r->md);
	pvq_text_md(r->md, work->label);
	fputs(" |", r->md);
	for (size_t i = 0; i < columns; i++) {
		const struct pair *pair = column[i].pair;
		int verdict = -1;

		if (pair->only && strcmp(pair->only, work->key->task) != 0) {
			fputs(" – |", r->md);
			continue;
		}
		verdict = claim_ratio(r, claim_cell(r, work, pair->a, 1), claim_cell(r, work, pair->b, 1),
			column[i].metric, alpha);

		if (verdict >= 0) {
			column[i].tally.of[verdict]++;
			column[i].tally.all++;
		}
	}
	fputs("\n", r->md);
}

static void claim_answer(const struct pvq_report *r, const struct claim *claim)
{
	struct column column[COLUMNS_MAX];
	size_t columns = claim_columns(r, claim, column), rows = 0;

	if (columns == 0)
		return;
	for (size_t w = 0; w < r->summary->works; w++)
		rows += (size_t)claim_has_task(claim, &r->summary->work[w]);
	claim_head(r, claim, column, columns);
	for (size_t w = 0; w < r->summary->works; w++)
		if (claim_has_task(claim, &r->summary->work[w]))
			claim_row(r, &r->summary->work[w], column, columns, PVQ_ALPHA / (double)rows);
	fputs("\n", r->md);
	for (size_t i = 0; i < columns; i++)
		claim_tally(r, column[i].pair, metric_words(column[i].metric), &column[i].tally);
	fputs("\n", r->md);
}

/* ---- more workers than cores ---- */

static const char *const over_impl[] = {"pool_unordered", "fork_pipe_queue", "pthread_queue",
	"python_pool_imap_unordered", "python_process_queue", "python_threads", NULL};

/* Whether any of them was measured with so many workers a core. */
static int claim_has_over(const struct pvq_report *r, unsigned times)
{
	for (size_t w = 0; w < r->summary->works; w++)
		for (int i = 0; over_impl[i]; i++)
			if (claim_cell(r, &r->summary->work[w], over_impl[i], times))
				return 1;
	return 0;
}

static void claim_over_row(const struct pvq_report *r, const struct pvq_work *work, const char *impl,
	const unsigned *times, int columns)
{
	const struct pvq_cell *even = claim_cell(r, work, impl, 1), *over[2];
	int any = 0;

	for (int k = 0; k < columns; k++) {
		over[k] = claim_cell(r, work, impl, times[k]);
		any |= over[k] != NULL;
	}
	if (!even || !any)
		return;
	fputs("| ", r->md);
	pvq_text_md(r->md, work->label);
	fputs(" | ", r->md);
	pvq_text_md(r->md, impl);
	fputs(" |", r->md);
	for (int k = 0; k < columns; k++)
		claim_ratio(r, over[k], even, PVQ_MAP_NS, PVQ_ALPHA / columns);
	fputs("\n", r->md);
}

static void claim_over(const struct pvq_report *r)
{
	unsigned times[2], cores = r->summary->max_cores;
	int columns = 0;

	for (unsigned t = 2; t <= 4; t *= 2)
		if (claim_has_over(r, t))
			times[columns++] = t;
	if (columns == 0)
		return;
	fprintf(r->md,
		"### What do more workers than cores cost?\n\nMap time with more workers than %u core%s, divided by that with one a "
		"core, in the same blocks.\n\n| Task | Strategy |",
		cores, cores == 1 ? "" : "s");
	for (int k = 0; k < columns; k++)
		fprintf(r->md, " %u workers |", cores * times[k]);
	fputs(columns == 1 ? "\n|:--|:--|:--|\n" : "\n|:--|:--|:--|:--|\n", r->md);
	for (size_t w = 0; w < r->summary->works; w++)
		for (int i = 0; over_impl[i]; i++)
			claim_over_row(r, &r->summary->work[w], over_impl[i], times, columns);
	fputs("\n", r->md);
}

/* ---- the questions ---- */

static const struct pair pool_pairs[] = {
	{"CPython: Pool.imap_unordered over Process + Queue", "python_pool_imap_unordered",
		"python_process_queue", NULL},
	{"C: pool over pipes by hand", "pool_unordered", "fork_pipe_queue", NULL},
	{0},
};
static const struct pair order_pairs[] = {
	{"CPython: imap_unordered over imap", "python_pool_imap_unordered", "python_pool_imap", NULL},
	{"C: pool_unordered over pool_ordered", "pool_unordered", "pool_ordered", NULL},
	{0},
};
static const struct pair thread_pairs[] = {
	{"CPython: threads over processes", "python_threads", "python_pool_imap_unordered", NULL},
	{"CPython, the task holds the GIL: threads over processes", "python_threads_gil",
		"python_pool_imap_unordered", NULL},
	{"C: threads over processes", "pthread_queue", "fork_pipe_queue", NULL},
	{0},
};
static const struct pair transport_pairs[] = {
	{"C: pipes over shared memory", "fork_pipe_queue", "pool_unordered", NULL},
	{"C: message queues over shared memory", "mqueue", "pool_unordered", NULL},
	{0},
};
static const char *const waiting_or_not[] = {"sleep", "spin", NULL};
static const char *const bytes_or_not[] = {"echo", "spin", NULL};

static const struct claim claims[] = {
	{"Is Pool faster than Process + Queue?",
		"The pool's time divided by that of processes and queues by hand. Below 1 the pool is faster.",
		pool_pairs, {PVQ_MAP_NS, PVQ_TOTAL_NS}, 2, NULL},
	{"Is imap_unordered faster than imap, and when?",
		"Both deliver the same results; the first does not wait for the next in line. Besides the whole map, the time until "
		"the first result. What else the consumer sees of it: *What keeping the order costs*, below.",
		order_pairs, {PVQ_MAP_NS, PVQ_FIRST_NS}, 2, NULL},
	{"Threads or processes, for tasks that wait and for tasks that compute?",
		"`sleep` waits, `spin` computes. A thread's time divided by a process's. CPython lets other threads run while compiled code "
		"works, and does not while its own does: hence two columns. (Its own `time.sleep()` lets them run.)",
		thread_pairs, {PVQ_MAP_NS, PVQ_MAP_NS}, 1, waiting_or_not},
	{"What does sharing through a pipe cost, against shared memory?",
		"`echo` moves 64 KiB to the worker and 64 KiB back for each item, `spin` 8 bytes.",
		transport_pairs, {PVQ_MAP_NS, PVQ_MAP_NS}, 1, bytes_or_not},
};

int pvq_chapter_claims(const struct pvq_report *r)
{
	fprintf(r->md,
		"## The tutorial's claims, put to the test\n\nOn this machine, with %u core%s and, where nothing else is said, one worker a core. Medians of "
		"the ratios within a block, with 95 %% intervals that hold together over the tasks of a column.\n\n",
		r->summary->max_cores, r->summary->max_cores == 1 ? "" : "s");
	pvq_tutorial_chapter(r->md, r->dir);
	for (size_t i = 0; i < 2; i++)
		claim_answer(r, &claims[i]);
	claim_over(r);
	for (size_t i = 2; i < sizeof(claims) / sizeof(claims[0]); i++)
		claim_answer(r, &claims[i]);
	return 0;
}
