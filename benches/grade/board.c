/* board.c: writes a class's scoreboard. */
#include "grade/board.h"
#include "grade/score.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Text within Markdown; names of files and the words of compilers may hold anything. */
static void plain(FILE *f, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '|':
		case '\\':
		case '*':
		case '_':
		case '~':
		case '`':
		case '[':
			fputc('\\', f);
			/* fall through */
		default:
			fputc(*text == '\n' || *text == '\r' ? ' ' : *text, f);
		}
}

/* ---- points ---- */

/* The points, and those that the ends of the ratio's interval give, where they differ. */
static void write_points(FILE *f, const struct pvq_grading *g)
{
	uint64_t least = pvq_grade_points(atof(g->reference_ratio.hi)),
		 most = pvq_grade_points(atof(g->reference_ratio.lo));

	if (g->points == PVQ_UNKNOWN_U64)
		return;
	fprintf(f, "%" PRIu64, g->points);
	if (g->reference_ratio.lo[0] && least != most)
		fprintf(f, " (%" PRIu64 "–%" PRIu64 ")", least, most);
}

static void write_ratio(FILE *f, const struct pvq_grade_ratio *r)
{
	fputs(" | ", f);
	if (!r->ratio[0])
		return;
	fputs("×", f);
	plain(f, r->ratio);
	if (r->lo[0]) {
		fputs(" (", f);
		plain(f, r->lo);
		fputs("–", f);
		plain(f, r->hi);
		fputs(")", f);
	}
}

static void write_row(FILE *f, const struct pvq_grading *g)
{
	fputs("| ", f);
	plain(f, g->name);
	fputs(" | ", f);
	write_points(f, g);
	fprintf(f, " | %s", pvq_grade_words[g->grade]);
	write_ratio(f, &g->reference_ratio);
	write_ratio(f, &g->serial_ratio);
	fputs(" |\n", f);
}

/* How many strategies have each grade. */
static void write_summary(FILE *f, const struct pvq_grading *g, size_t count)
{
	const char *before = ": ";

	fprintf(f, "> **%zu strateg%s**", count, count == 1 ? "y" : "ies");
	for (unsigned grade = 0; pvq_grade_words[grade]; grade++) {
		size_t those = 0;

		for (size_t i = 0; i < count; i++)
			those += (unsigned)g[i].grade == grade;
		if (those) {
			fprintf(f, "%s%zu %s", before, those, pvq_grade_words[grade]);
			before = ", ";
		}
	}
	fputs("\n\n", f);
}

static void write_day(FILE *f, uint64_t at_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	char text[32] = "";
	struct tm day;

	if (gmtime_r(&at, &day))
		strftime(text, sizeof(text), "%Y-%m-%d", &day);
	fputs(text, f);
}

/* What the gradings have in common, and when they were made. */
static void write_title(FILE *f, const struct pvq_grading *g, size_t count)
{
	const struct pvq_grading *first = NULL;
	uint64_t from = UINT64_MAX, to = 0;
	int same = 1;

	for (size_t i = 0; i < count; i++) {
		from = g[i].at_ms < from ? g[i].at_ms : from;
		to = g[i].at_ms > to ? g[i].at_ms : to;
		if (!g[i].blocks)
			continue;
		first = first ? first : &g[i];
		same &= strcmp(g[i].task, first->task) == 0 && g[i].n == first->n &&
			g[i].workers == first->workers && strcmp(g[i].reference, first->reference) == 0;
	}
	fputs("# Scoreboard\n\nGraded ", f);
	write_day(f, from);
	if (to / 86400000 != from / 86400000) {
		fputs(" to ", f);
		write_day(f, to);
	}
	if (first && same) {
		fputs(" on ", f);
		plain(f, first->task);
		fprintf(f, ", %" PRIu64 " items, %u workers; the reference is ", first->n, first->workers);
		plain(f, first->reference);
	} else if (first) {
		fputs(", not all on the same task, workers and reference: the ratios do not compare", f);
	}
	fputs(".\n\n", f);
}

static void chapter_points(FILE *f, const struct pvq_grading *g, size_t count)
{
	write_title(f, g, count);
	fputs("## Points\n\n", f);
	write_summary(f, g, count);
	fputs("| Strategy | Points | Grade | Against the reference | Against serial |\n|---|--:|---|---|---|\n",
		f);
	for (size_t i = 0; i < count; i++)
		write_row(f, &g[i]);
	fputc('\n', f);
}

/* ---- the other chapters ---- */

static void chapter_look(FILE *f, const struct pvq_grading *g, size_t count)
{
	size_t told = 0;

	fputs("## What to look at\n\n", f);
	for (size_t i = 0; i < count; i++) {
		if (g[i].grade == PVQ_GRADE_FULL)
			continue;
		fputs("- **", f);
		plain(f, g[i].name);
		fprintf(f, "** (%s", pvq_grade_words[g[i].grade]);
		if (g[i].checks)
			fprintf(f, "; %u of %u checks passed", g[i].passed, g[i].checks);
		fputs("): ", f);
		plain(f, g[i].sentence);
		fputc('\n', f);
		told++;
	}
	fputs(told ? "\n" : "All have full points.\n\n", f);
}

static void chapter_rules(FILE *f, const struct pvq_grading *g, size_t count)
{
	(void)g;
	(void)count;
	fprintf(f,
		"## How points are given\n\n"
		"A ratio is the strategy's time divided by the other's, with its 95 %% interval: below 1 is faster. "
		"Up to ×%.1f of the reference gives %d points, and beyond that %.0f divided by the ratio. The end of the "
		"interval that is better for the strategy counts, so noise never costs a point; the brackets behind the points "
		"show both ends. Within equal points the order is alphabetical, because the intervals do not rank them. "
		"*Open* strategies passed the checks that were run and were not measured to an end: grade them again.\n",
		PVQ_SCORE_WITHIN, PVQ_POINTS_FULL, PVQ_POINTS_FULL * PVQ_SCORE_WITHIN);
}

const struct pvq_board_chapter pvq_board_chapter[PVQ_BOARD_CHAPTERS] = {
	{"points", chapter_points}, {"look", chapter_look}, {"rules", chapter_rules}};

/* ---- order ---- */

/* Open gradings come last. */
static int compare(const void *a, const void *b)
{
	const struct pvq_grading *left = a, *right = b;
	uint64_t l = left->points + 1, r = right->points + 1; /* unknown: 0 */

	return l != r ? (l < r) - (l > r) : strcmp(left->name, right->name);
}

size_t pvq_board_order(struct pvq_grading *g, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t later = i + 1;

		while (later < count && strcmp(g[later].name, g[i].name) != 0)
			later++;
		if (later == count)
			g[kept++] = g[i];
	}
	if (kept)
		qsort(g, kept, sizeof(*g), compare);
	return kept;
}
