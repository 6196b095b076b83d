/* board.c: writes a class's scoreboard. */
#include "grade/board.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Text in a cell of a table; names of files and the words of compilers may hold anything. */
static void cell(FILE *f, const char *text)
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
		case '`':
		case '[':
			fputc('\\', f);
			/* fall through */
		default:
			fputc(*text == '\n' || *text == '\r' ? ' ' : *text, f);
		}
}

static void ratio(FILE *f, const struct pvq_grade_ratio *r)
{
	fputs(" | ", f);
	if (!r->ratio[0])
		return;
	fputs("×", f);
	cell(f, r->ratio);
	if (r->lo[0]) {
		fputs(" [", f);
		cell(f, r->lo);
		fputs(", ", f);
		cell(f, r->hi);
		fputs("]", f);
	}
}

static void write_row(FILE *f, const struct pvq_grading *g)
{
	fputs("| ", f);
	cell(f, g->name);
	fputs(" | ", f);
	if (g->points != PVQ_UNKNOWN_U64)
		fprintf(f, "%" PRIu64, g->points);
	fprintf(f, " | %s | %u of %u", pvq_grade_words[g->grade], g->passed, g->checks);
	ratio(f, &g->reference_ratio);
	ratio(f, &g->serial_ratio);
	fputs(" | ", f);
	cell(f, g->sentence);
	fputs(" |\n", f);
}

/* Open gradings come last. */
static int compare(const void *a, const void *b)
{
	const struct pvq_grading *left = a, *right = b;
	uint64_t l = left->points + 1, r = right->points + 1; /* unknown: 0 */

	return l != r ? (l < r) - (l > r) : strcmp(left->name, right->name);
}

/* Keeps the last grading of each name. Returns how many there are. */
static size_t keep_last(struct pvq_grading *g, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t later = i + 1;

		while (later < count && strcmp(g[later].name, g[i].name) != 0)
			later++;
		if (later == count)
			g[kept++] = g[i];
	}
	return kept;
}

void pvq_board_write(FILE *f, struct pvq_grading *g, size_t count)
{
	size_t full = 0;

	count = keep_last(g, count);
	if (count)
		qsort(g, count, sizeof(*g), compare);
	for (size_t i = 0; i < count; i++)
		full += g[i].grade == PVQ_GRADE_FULL;
	fprintf(f,
		"# Scoreboard\n\n%zu strateg%s graded, %zu with full points. Ratios are times: below 1 is faster. Within equal "
		"points the order is alphabetical, because the intervals do not rank them.\n\n"
		"| Strategy | Points | Grade | Checks | Against the reference | Against serial | What to look at |\n"
		"|---|--:|---|---|---|---|---|\n",
		count, count == 1 ? "y" : "ies", full);
	for (size_t i = 0; i < count; i++)
		write_row(f, &g[i]);
}
