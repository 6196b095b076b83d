/* agree.c: `pvq agree RUN…`: do several runs say the same METG and the same time per empty item, at each level of the machine's
 * state? A folder may also hold the rows of pool-bench.
 *
 * Figures are the same if they are of one strategy on as many cores, at levels whose hand-overs differ by no more than a factor of 1.25
 * (stats/levels.h). They agree if some value lies in all their intervals.
 */
#include "base/grow.h"
#include "cmd/cmd.h"
#include "experiments/costs/costs.h"
#include "experiments/grain/grain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MOST = 24 };

enum quantity { METG, EMPTY_ITEM };

/* A figure of a run. */
struct figure {
	enum quantity quantity;
	char impl[PVQ_NAME_MAX];
	unsigned cores;
	double handover_ns; /* of its level; 0: unknown */
	double lo, hi;      /* what it may be */
	char words[2 * PVQ_TEXT_MAX];
	int run;
};

struct figures {
	struct figure *of;
	size_t count;
};

/* ---- reading ---- */

/* Adds a figure that has an interval. 0 or -ENOMEM. */
static int add(struct figures *f, const struct figure *figure)
{
	struct figure *more;

	if (isnan(figure->lo))
		return 0;
	more = pvq_grow(f->of, f->count, sizeof(*more));
	if (!more)
		return -ENOMEM;
	f->of = more;
	f->of[f->count++] = *figure;
	return 0;
}

static double centre_of(const struct pvq_state *state, size_t level)
{
	return state && level < state->levels.count ? state->levels.level[level].centre : 0;
}

static void say(struct figure *figure, const char *words, const char *more)
{
	snprintf(figure->words, sizeof(figure->words), "%s%s", words, more);
}

static int add_metg(struct figures *f, struct figure figure, const struct pvq_grain_level *level)
{
	const struct pvq_estimate *e = &level->metg_ns;

	figure.quantity = METG;
	figure.lo = e->n ? e->lo : NAN;
	figure.hi = e->hi;
	say(&figure, pvq_text_ns_interval(e->median, e->lo, e->hi).s, "");
	if (isinf(e->median)) {
		figure.lo = level->last_ns;
		say(&figure, "over ", pvq_text_ns(level->last_ns).s);
	} else if (e->median <= level->first_ns) {
		if (!isnan(figure.lo))
			figure.lo = 0;
		say(&figure, "at most ", pvq_text_ns(e->hi).s);
	} else if (isinf(e->hi)) {
		say(&figure, "at least ", pvq_text_ns(e->lo).s);
	}
	return add(f, &figure);
}

static int add_grain(struct figures *f, const struct pvq_grain *grain, int run)
{
	const struct pvq_state *state = pvq_states_of(&grain->summary.states, grain->cores);
	int ret = 0;

	for (size_t l = 0; ret == 0 && l < grain->lines; l++) {
		const struct pvq_grain_line *line = &grain->line[l];
		struct figure figure = {.cores = grain->cores, .run = run};

		snprintf(figure.impl, sizeof(figure.impl), "%s", grain->summary.series[line->series].impl);
		figure.handover_ns = centre_of(state, 0);
		if (!state || state->levels.count < 2)
			ret = add_metg(f, figure, &line->all);
		for (size_t i = 0; ret == 0 && state && state->levels.count > 1 && i < state->levels.count;
			i++) {
			figure.handover_ns = centre_of(state, i);
			ret = add_metg(f, figure, &line->level[i]);
		}
	}
	return ret;
}

static int add_empty(struct figures *f, struct figure figure, const struct pvq_estimate *e)
{
	figure.quantity = EMPTY_ITEM;
	figure.lo = e->n ? e->lo : NAN;
	figure.hi = e->hi;
	say(&figure, pvq_text_ns_interval(e->median, e->lo, e->hi).s, "");
	return add(f, &figure);
}

static int add_costs(struct figures *f, const struct pvq_costs *costs, int run)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < costs->count; i++) {
		const struct pvq_cost_of *of = &costs->of[i];
		struct figure figure = {.cores = costs->workers, .run = run};

		snprintf(figure.impl, sizeof(figure.impl), "%s", of->impl);
		figure.handover_ns = centre_of(&costs->state, 0);
		if (costs->state.levels.count < 2)
			ret = add_empty(f, figure, &of->cost[PVQ_COST_DISPATCH]);
		for (size_t l = 0;
			ret == 0 && costs->state.levels.count > 1 && l < costs->state.levels.count; l++) {
			figure.handover_ns = centre_of(&costs->state, l);
			ret = add_empty(f, figure, &of->level[l]);
		}
	}
	return ret;
}

/* 0; -ENOENT: the folder has neither figure; other -errno with one line on stderr. */
static int read_run(struct figures *f, const struct pvq_registry *registry, const char *dir, int run)
{
	struct pvq_grain grain;
	struct pvq_costs costs;
	int has_grain = pvq_grain_read(&grain, registry, dir), has_costs, ret = 0;

	if (has_grain == 0) {
		ret = add_grain(f, &grain, run);
		pvq_grain_free(&grain);
	}
	has_costs = pvq_costs_read(&costs, dir);
	if (has_costs == 0 && ret == 0)
		ret = add_costs(f, &costs, run);
	free(costs.of);
	if (ret == 0 && has_grain && has_costs)
		ret = has_grain;
	return ret;
}

/* ---- judging ---- */

static int order(const void *x, const void *y)
{
	const struct figure *a = x, *b = y;
	int by = (a->quantity > b->quantity) - (a->quantity < b->quantity);

	if (!by)
		by = strcmp(a->impl, b->impl);
	if (!by)
		by = (a->cores > b->cores) - (a->cores < b->cores);
	if (!by)
		by = (a->handover_ns > b->handover_ns) - (a->handover_ns < b->handover_ns);
	return by ? by : (a->run > b->run) - (a->run < b->run);
}

/* Whether two figures, the first with the lower hand-over, are of one thing. */
static int is_same(const struct figure *a, const struct figure *b)
{
	return a->quantity == b->quantity && strcmp(a->impl, b->impl) == 0 && a->cores == b->cores &&
	       b->handover_ns <= PVQ_LEVELS_SAME * a->handover_ns;
}

static void print_row(const struct figure *f, size_t count, int runs, int agree)
{
	printf("| %s | ", f->quantity == METG ? "METG(50%)" : "Empty item");
	pvq_text_md(stdout, f->impl);
	printf(" | %u | %s |", f->cores,
		f->handover_ns > 0 ? pvq_text_ns(f[count / 2].handover_ns).s : "unknown");
	for (int run = 0; run < runs; run++) {
		const char *words = "–";

		for (size_t i = 0; i < count; i++)
			if (f[i].run == run)
				words = f[i].words;
		printf(" %s |", words);
	}
	printf(" %s |\n", agree ? "agree" : "differ");
}

/* Prints a row for each thing that several runs have. Returns how many there are, and in how many the runs differ. */
static size_t print_rows(const struct figures *f, int runs, size_t *differ)
{
	size_t rows = 0, count;

	*differ = 0;
	for (size_t i = 0; i < f->count; i += count) {
		double lo = f->of[i].lo, hi = f->of[i].hi;

		for (count = 1; i + count < f->count && is_same(&f->of[i], &f->of[i + count]); count++) {
			lo = fmax(lo, f->of[i + count].lo);
			hi = fmin(hi, f->of[i + count].hi);
		}
		if (count < 2)
			continue;
		print_row(&f->of[i], count, runs, lo <= hi);
		rows++;
		*differ += lo > hi;
	}
	return rows;
}

static void print_head(const struct pvq_call *call)
{
	printf("| Figure | Strategy | Cores | Hand-over |");
	for (int i = 0; i < call->given.words; i++) {
		putchar(' ');
		pvq_text_md(stdout, call->given.word[i]);
		printf(" |");
	}
	printf(" Verdict |\n|:--|:--|--:|--:|");
	for (int i = 0; i < call->given.words; i++)
		printf("--:|");
	puts(":--|");
}

static int run(const struct pvq_call *call)
{
	struct figures figures = {NULL, 0};
	size_t differ = 0, rows = 0;
	int ret = 0;

	for (int i = 0; ret == 0 && i < call->given.words; i++) {
		ret = read_run(&figures, call->registry, call->given.word[i], i);
		if (ret == -ENOENT)
			fprintf(stderr, "pvq: %s has neither METG nor times per empty item\n",
				call->given.word[i]);
	}
	if (ret == 0) {
		if (figures.count)
			qsort(figures.of, figures.count, sizeof(*figures.of), order);
		print_head(call);
		rows = print_rows(&figures, call->given.words, &differ);
	}
	free(figures.of);
	if (ret)
		return ret == -ENOENT ? PVQ_EXIT_USAGE : PVQ_EXIT_FAILED;
	if (pvq_cmd_flush())
		return PVQ_EXIT_FAILED;
	if (!rows) {
		fputs("pvq: no two runs have the same figure at the same level: nothing to judge\n",
			stderr);
		return PVQ_EXIT_OPEN;
	}
	if (differ)
		fprintf(stderr, "pvq: the runs differ in %zu of %zu figures\n", differ, rows);
	return differ ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

const struct pvq_command pvq_command_agree = {
	.syntax = {.name = "pvq agree",
		.summary = "Do several runs agree on METG and on the time per empty item, at each level?",
		.words = "RUN RUN [RUN...]",
		.words_help = "agree takes the folders of two runs or more, or of pool-bench's rows",
		.least = 2,
		.most = RUNS_MOST},
	.run = run,
};
