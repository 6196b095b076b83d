/* compare_write.c: the table in words and figures, as text, Markdown and CSV. Every word about slower and faster is a
 * verdict's.
 */
#include "report/compare_write.h"
#include "base/colour.h"
#include "draw/figure_compare.h"

#include <csv.h>
#include <math.h>
#include <string.h>

enum { NAMED = 3 }; /* of a list of cells; the rest are counted */

/* ---- what the forms share ---- */

static const char *write_series(const struct pvq_comparison_table *t, const struct pvq_compared *c)
{
	const struct pvq_summary *s = &t->before.run[0].summary;

	return c->cell->series < s->series_count ? s->series[c->cell->series].name : c->cell->key->impl;
}

/* "2 on 2", "2 on 2 near". */
static struct pvq_text write_workers(const struct pvq_compared *c)
{
	struct pvq_text text;

	snprintf(text.s, sizeof(text.s), "%u on %u%s%s", c->cell->key->workers, c->cell->key->cores,
		*c->level ? " " : "", c->level);
	return text;
}

static struct pvq_text write_time(const struct pvq_compared *c, double ns)
{
	struct pvq_text text = pvq_text_ns(ns);
	size_t len = strlen(text.s);

	snprintf(text.s + len, sizeof(text.s) - len, "%s", c->per_item ? " *" : "");
	return text;
}

static void write_side(FILE *f, const char *name, const struct pvq_side *side)
{
	fprintf(f, "%s: ", name);
	for (size_t r = 0; r < side->runs; r++)
		fprintf(f, "%s%s", r ? ", " : "", side->run[r].dir);
}

/* "3 slower, 0 faster, …": how often each verdict fell; the last ones only where they did. */
static void write_counts(FILE *f, const struct pvq_comparison_table *t)
{
	size_t of_verdict[PVQ_EQUIVALENT + 1] = {0}, of_basis[PVQ_FAILED_BEFORE + 1] = {0};

	for (size_t i = 0; i < t->cells; i++) {
		of_basis[t->cell[i].basis]++;
		of_verdict[t->cell[i].verdict] += t->cell[i].basis == PVQ_JUDGED;
	}
	fprintf(f, "%zu slower, %zu faster, %zu equivalent, %zu inconclusive", of_verdict[PVQ_SLOWER],
		of_verdict[PVQ_FASTER], of_verdict[PVQ_EQUIVALENT], of_verdict[PVQ_INCONCLUSIVE]);
	if (of_basis[PVQ_BROKEN])
		fprintf(f, ", %zu broken", of_basis[PVQ_BROKEN]);
	if (of_basis[PVQ_FAILED_BEFORE])
		fprintf(f, ", %zu failed before", of_basis[PVQ_FAILED_BEFORE]);
	if (of_basis[PVQ_OTHER_WORK])
		fprintf(f, ", %zu not judged: other work", of_basis[PVQ_OTHER_WORK]);
	if (of_basis[PVQ_NOT_COMPARABLE])
		fprintf(f, ", %zu not judged: not comparable", of_basis[PVQ_NOT_COMPARABLE]);
	if (of_basis[PVQ_OTHER_DISTANCE])
		fprintf(f, ", %zu not judged: other distance", of_basis[PVQ_OTHER_DISTANCE]);
	if (of_basis[PVQ_TOO_FEW_BLOCKS])
		fprintf(f, ", %zu not judged: too few blocks", of_basis[PVQ_TOO_FEW_BLOCKS]);
	if (of_basis[PVQ_MOSTLY_NOISE])
		fprintf(f, ", %zu not judged: disturbed", of_basis[PVQ_MOSTLY_NOISE]);
	fputs("\n", f);
}

static void write_unmatched(FILE *f, const struct pvq_comparison_table *t)
{
	for (size_t i = 0, next; i < t->unmatched_count; i = next) {
		for (next = i; next < t->unmatched_count && t->unmatched[next].dir == t->unmatched[i].dir;)
			next++;
		fprintf(f, "- %zu cell%s not in %s:\n", next - i, next - i == 1 ? " is" : "s are",
			t->unmatched[i].dir);
		for (size_t k = i; k < next && k < i + NAMED; k++)
			fprintf(f, "  - %s\n", t->unmatched[k].name);
		if (next - i > NAMED)
			fprintf(f, "  - and %zu more\n", next - i - NAMED);
	}
}

/* Runs of which rows could not be read. */
static void write_unread(FILE *f, const struct pvq_side *side)
{
	for (size_t r = 0; r < side->runs; r++)
		if (side->run[r].rows.bad)
			fprintf(f, "- %zu row%s of %s/raw.csv could not be read\n", side->run[r].rows.bad,
				side->run[r].rows.bad == 1 ? "" : "s", side->run[r].dir);
}

/* Runs in which disturbed blocks cannot be told from others. */
static void write_unknown(FILE *f, const struct pvq_side *side)
{
	for (size_t r = 0; r < side->runs; r++) {
		const struct pvq_summary *s = &side->run[r].summary;
		size_t unknown = 0, turns = 0;

		for (size_t w = 0; w < s->works; w++) {
			unknown += s->work[w].unknown;
			turns += s->work[w].turns;
		}
		if (unknown)
			fprintf(f,
				"- interference in %s is unknown in %zu of %zu turns, which count as undisturbed\n",
				side->run[r].dir, unknown, turns);
	}
}

/* Cells whose numbers of items differ by too much: a line a task, whose cells all have the same number. */
static void write_unlike(FILE *f, const struct pvq_comparison_table *t)
{
	const struct pvq_work *last = NULL;

	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];

		if (c->basis != PVQ_NOT_COMPARABLE || c->work == last)
			continue;
		last = c->work;
		fprintf(f, "- not comparable: %s: n %llu against %llu\n", c->work->label,
			(unsigned long long)c->unlike_n[0], (unsigned long long)c->unlike_n[1]);
	}
}

/* Cells that ran with another chunk or window, which may be why they changed. */
static void write_settings(FILE *f, const struct pvq_comparison_table *t)
{
	size_t listed = 0;

	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_row *a = t->cell[i].cell->key, *b = t->cell[i].cell_after->key;

		if (t->cell[i].basis != PVQ_JUDGED || (a->chunk == b->chunk && a->window == b->window))
			continue;
		if (listed++ < NAMED)
			fprintf(f, "- other settings: %s: chunk %u and window %u before, %u and %u after\n",
				t->cell[i].name, a->chunk, a->window, b->chunk, b->window);
	}
	if (listed > NAMED)
		fprintf(f, "- other settings: %zu more cells\n", listed - NAMED);
}

/* Cells that broke, with the reason, and those of which some trials failed. */
static void write_failed(FILE *f, const struct pvq_comparison_table *t)
{
	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];

		if (c->basis == PVQ_BROKEN)
			fprintf(f, "- broken: %s: %s\n", c->name, c->reason);
		else if (c->failed_before || c->failed_after)
			fprintf(f, "- failed trials: %s: %zu of %zu before, %zu of %zu after\n", c->name,
				c->failed_before, c->trials_before, c->failed_after, c->trials_after);
	}
}

static int write_any(const struct pvq_comparison_table *t, enum pvq_basis basis)
{
	for (size_t i = 0; i < t->cells; i++)
		if (t->cell[i].basis == basis)
			return 1;
	return 0;
}

static int write_any_level(const struct pvq_comparison_table *t)
{
	for (size_t i = 0; i < t->cells; i++)
		if (*t->cell[i].level)
			return 1;
	return 0;
}

static int write_any_per_item(const struct pvq_comparison_table *t)
{
	for (size_t i = 0; i < t->cells; i++)
		if (t->cell[i].per_item)
			return 1;
	return 0;
}

/* How to read it: what the verdicts promise, and what they do not. */
static void write_notes(FILE *f, const struct pvq_comparison_table *t)
{
	const char *time = t->metric == PVQ_TOTAL_NS ? "total" : "map";

	if (t->before.runs == 1 && t->after.runs == 1)
		fprintf(f,
			"- Ratio of the median %s times, after / before, with its 95 %% interval. "
			"Slower and faster hold\n  over the whole table at 95 %% (U test, Holm), but "
			"only against the noise within these two runs.\n  Two runs cannot show how "
			"much runs differ. To be sure, measure at least three per side, in turn,\n  "
			"and name them all: pvq compare A1,A2,A3 B1,B2,B3\n",
			time);
	else
		fprintf(f,
			"- Ratio of the medians of the runs' median %s times, after / before. Each end "
			"of the interval errs\n  in 5 %%. Between equal sides, slower appears anywhere "
			"in the table in at most 1 of 20 comparisons\n  (and so, separately, does "
			"faster), however much runs differ (permutation of the %zu runs).\n",
			time, t->before.runs + t->after.runs);
	fprintf(f, "- Equivalent: the interval lies within ±%.0f %%.\n", (PVQ_EQUIVALENT_RATIO - 1) * 100);
	if (write_any_per_item(t))
		fputs("- * Times are per item, because the numbers of items differ.\n", f);
	if (write_any(t, PVQ_OTHER_WORK))
		fputs("- Other work: the items differ (another calibration or seed), so the ratio means "
		      "nothing.\n  `pvq bench --like A` repeats the work of run A.\n",
			f);
	if (write_any(t, PVQ_NOT_COMPARABLE))
		fputs("- Not comparable: the numbers of items differ, and what a map costs however "
		      "many items it has could\n  move the ratio by more than 1 %. `pvq bench --like "
		      "A` repeats the work of run A.\n",
			f);
	if (write_any_level(t))
		fputs("- Near, far: the CPUs were at several distances from each other. Only trials at the "
		      "one named here\n  are compared.\n",
			f);
	if (write_any(t, PVQ_OTHER_DISTANCE))
		fputs("- Other distance: the runs met no distance of the CPUs in common, so the ratio "
		      "compares the machine\n  rather than the programs. Measure again.\n",
			f);
	if (write_any(t, PVQ_MOSTLY_NOISE))
		fputs("- Disturbed: other processes or the hypervisor used the CPUs in most blocks "
		      "of one run. With three\n  runs per side such cells are judged too.\n",
			f);
}

/* ---- text ---- */

/* Text in so many columns, to the left, or to the right where below 0; bytes that go on a character take none. */
static void print_column(FILE *f, const char *text, int columns)
{
	int width = 0, pad;

	for (const char *c = text; *c; c++)
		width += (*c & 0xc0) != 0x80;
	pad = (columns < 0 ? -columns : columns) - width;
	fprintf(f, "%*s%s%*s", columns < 0 && pad > 0 ? pad : 0, "", text, columns > 0 && pad > 0 ? pad : 0,
		"");
}

/* The columns of strategy and workers together. A level beside the workers takes some of the strategy's. */
enum { COLUMNS_BOTH = 39, COLUMNS_WORKERS = 10, COLUMNS_LEVEL = 5 };

static void print_line(FILE *f, int columns, const char *strategy, const char *workers, const char *ratio,
	const char *verdict, enum pvq_colour colour, const char *before, const char *after)
{
	char cut[COLUMNS_BOTH];

	snprintf(cut, (size_t)(COLUMNS_BOTH - columns), "%s", strategy);
	fputs("  ", f);
	print_column(f, cut, COLUMNS_BOTH - columns);
	print_column(f, workers, columns);
	print_column(f, ratio, 22);
	fputs(pvq_colour_begin(f, colour), f);
	print_column(f, verdict, 15);
	fputs(pvq_colour_end(f, colour), f);
	print_column(f, before, -10);
	print_column(f, after, -11);
	fputs("\n", f);
}

static enum pvq_colour colour_of(const struct pvq_compared *c)
{
	if (c->basis == PVQ_BROKEN || (c->basis == PVQ_JUDGED && c->verdict == PVQ_SLOWER))
		return PVQ_COLOUR_BAD;
	return c->basis == PVQ_JUDGED && c->verdict == PVQ_FASTER ? PVQ_COLOUR_GOOD : PVQ_COLOUR_NONE;
}

void pvq_compare_print(FILE *f, const struct pvq_comparison_table *t)
{
	int columns = COLUMNS_WORKERS + (write_any_level(t) ? COLUMNS_LEVEL : 0);

	write_side(f, "before", &t->before);
	write_side(f, "\nafter", &t->after);
	fputs("\n\n", f);
	print_line(
		f, columns, "", "workers", "after / before", "verdict", PVQ_COLOUR_NONE, "before", "after");
	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];

		if (i == 0 || c->work != t->cell[i - 1].work)
			fprintf(f, "%.100s\n", c->work->label);
		print_line(f, columns, write_series(t, c), write_workers(c).s,
			pvq_text_ratio_interval(c->ratio, c->lo, c->hi).s, pvq_compared_words(c),
			colour_of(c), write_time(c, c->before_ns).s, write_time(c, c->after_ns).s);
	}
	fputs("\n", f);
	write_counts(f, t);
	write_unread(f, &t->before);
	write_unread(f, &t->after);
	write_unknown(f, &t->before);
	write_unknown(f, &t->after);
	write_failed(f, t);
	write_unlike(f, t);
	write_settings(f, t);
	write_unmatched(f, t);
	fputs("\n", f);
	write_notes(f, t);
}

/* ---- Markdown ---- */

static void write_markdown(FILE *f, const struct pvq_comparison_table *t, int with_picture)
{
	fputs("# Before and after\n\n", f);
	write_side(f, "- before", &t->before);
	write_side(f, "\n- after", &t->after);
	fputs("\n\n", f);
	write_counts(f, t);
	fputs("\n", f);
	write_unread(f, &t->before);
	write_unread(f, &t->after);
	write_unknown(f, &t->before);
	write_unknown(f, &t->after);
	write_failed(f, t);
	write_unlike(f, t);
	write_settings(f, t);
	write_unmatched(f, t);
	if (with_picture)
		fputs("\n![Time after / time before, one row per cell](plots/" PVQ_COMPARE_FIGURE ".svg)\n",
			f);
	fputs("\n| Task | Strategy | Workers | After / before | Verdict | Before | After |\n"
	      "|:--|:--|:--|--:|:--|--:|--:|\n",
		f);
	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];

		fputs("| ", f);
		pvq_text_md(f, c->work->label);
		fputs(" | ", f);
		pvq_text_md(f, write_series(t, c));
		fprintf(f, " | %s | %s | %s | ", write_workers(c).s,
			pvq_text_ratio_interval(c->ratio, c->lo, c->hi).s, pvq_compared_words(c));
		pvq_text_md(f, write_time(c, c->before_ns).s);
		fputs(" | ", f);
		pvq_text_md(f, write_time(c, c->after_ns).s);
		fputs(" |\n", f);
	}
	fputs("\n", f);
	write_notes(f, t);
}

void pvq_compare_markdown(FILE *f, const struct pvq_comparison_table *t)
{
	write_markdown(f, t, 0);
}

void pvq_compare_illustrated(FILE *f, const struct pvq_comparison_table *t)
{
	write_markdown(f, t, 1);
}

/* ---- CSV ---- */

static void csv_number(FILE *f, double x)
{
	fputc(',', f);
	if (!isnan(x))
		fprintf(f, "%.10g", x);
}

void pvq_compare_csv(FILE *f, const struct pvq_comparison_table *t)
{
	fputs("cell,n_before,n_after,per_item,before_ns,after_ns,ratio,lo,hi,p_adjusted,verdict,level\n",
		f);
	for (size_t i = 0; i < t->cells; i++) {
		const struct pvq_compared *c = &t->cell[i];

		csv_fwrite(f, c->name, strlen(c->name));
		fprintf(f, ",%llu,%llu,%d", (unsigned long long)c->cell->key->n,
			(unsigned long long)c->cell_after->key->n, c->per_item);
		csv_number(f, c->before_ns);
		csv_number(f, c->after_ns);
		csv_number(f, c->ratio);
		csv_number(f, c->lo);
		csv_number(f, c->hi);
		csv_number(f, c->p);
		fprintf(f, ",%s,%s\n", pvq_compared_words(c), c->level);
	}
}
