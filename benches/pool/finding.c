/* finding.c: computes medians with their intervals, judges the target, and prints rows. */
#include "pool/finding.h"
#include "trial/text.h"

#include <math.h>
#include <string.h>

enum { WHAT, OURS, PEER, MARGIN, TARGET, VERDICT, COLUMNS };

enum { CELL_MAX = 128 };

struct row {
	char cell[COLUMNS][CELL_MAX];
};

void pool_split_cells(struct pool_split *split, const struct pool_sheet *s, const struct pool_lab *lab,
	const unsigned *cell, size_t cells)
{
	int level[POOL_SHEET_BLOCKS];

	for (unsigned block = 0; block < s->blocks; block++) {
		const struct pool_look *look[POOL_SHEET_CELLS];

		for (size_t c = 0; c < cells; c++)
			look[c] = &s->look[cell[c]][block];
		level[block] = pool_looks_level(&lab->looks->levels, look, cells);
	}
	pool_split_make(split, &lab->looks->levels, level, s->blocks);
}

void pool_split_two(struct pool_split *split, const struct pool_sheet *s, const struct pool_lab *lab,
	unsigned a, unsigned b)
{
	const unsigned cell[] = {a, b};

	pool_split_cells(split, s, lab, cell, 2);
}

static struct pvq_estimate estimate(const double *value, const struct pool_part *part)
{
	double x[POOL_SHEET_BLOCKS];

	for (size_t i = 0; i < part->count; i++)
		x[i] = value[part->block[i]];
	return pvq_estimate(x, part->count, PVQ_ALPHA);
}

void pool_finding_settle(struct pool_finding *f, const struct pool_values *v)
{
	for (f->levels = 0; f->levels < v->split.parts; f->levels++) {
		const struct pool_part *part = &v->split.part[f->levels];

		f->at[f->levels] = (struct pool_estimates){
			.level = part->name,
			.blocks = part->count,
			.ours = estimate(v->ours, part),
			.peer = estimate(v->peer, part),
			.margin = estimate(v->margin, part),
		};
	}
}

enum pool_answer pool_finding_answer(const struct pool_finding *f, const struct pool_estimates *at)
{
	const struct pvq_estimate *e = f->margin_unit ? &at->margin : &at->ours;
	double lo = f->every ? e->min : e->lo, hi = f->every ? e->max : e->hi;

	if (isnan(lo) || isnan(hi))
		return POOL_NOT_CERTAIN;
	if (f->every)
		return (f->at_least ? lo >= f->target : hi <= f->target) ? POOL_MET : POOL_NOT_MET;
	if (f->at_least ? lo >= f->target : hi <= f->target)
		return POOL_MET;
	return (f->at_least ? hi < f->target : lo > f->target) ? POOL_NOT_MET : POOL_NOT_CERTAIN;
}

/* "12.3 (11.9–12.8)", or with [the range] if that counts, or if there is no interval. */
static struct pvq_text interval(const struct pvq_estimate *e, int every)
{
	struct pvq_text t;
	size_t len;

	if (isinf(e->median) || e->min >= e->max || (isnan(e->lo) && isnan(e->min)))
		return pvq_text_number(e->median);
	if (!every && !isnan(e->lo))
		return pvq_text_ratio_interval(e->median, e->lo, e->hi);
	t = pvq_text_ratio_interval(e->median, e->min, e->max);
	len = strlen(t.s);
	t.s[strcspn(t.s, "(")] = '[';
	t.s[len - 1] = ']';
	return t;
}

/* The interval with its unit, and the name, of a figure or a peer's. */
static void figure_text(
	char cell[CELL_MAX], const struct pool_finding *f, const struct pvq_estimate *e, double least)
{
	if (isinf(e->median))
		snprintf(cell, CELL_MAX, "not reached");
	else if (isinf(e->hi))
		snprintf(cell, CELL_MAX, "%s %s, no upper bound", pvq_text_number(e->median).s, f->unit);
	else
		snprintf(cell, CELL_MAX, "%s%s %s", e->median <= least ? "at most " : "",
			interval(e, f->every).s, f->unit);
}

static void row_fill(struct row *row, const struct pool_finding *f, const struct pool_estimates *at)
{
	static const char *const answer[] = {"met", "NOT MET", "not certain"};

	if (at->level[0])
		snprintf(row->cell[WHAT], CELL_MAX, "%s (%s, %zu blocks)", f->what, at->level, at->blocks);
	else
		snprintf(row->cell[WHAT], CELL_MAX, "%s", f->what);
	figure_text(row->cell[OURS], f, &at->ours, at->ours_least);
	snprintf(row->cell[PEER], CELL_MAX, "–");
	if (f->peer_name) {
		figure_text(row->cell[PEER], f, &at->peer, at->peer_least);
		strncat(row->cell[PEER], " ", CELL_MAX - strlen(row->cell[PEER]) - 1);
		strncat(row->cell[PEER], f->peer_name, CELL_MAX - strlen(row->cell[PEER]) - 1);
	}
	snprintf(row->cell[MARGIN], CELL_MAX, "%s%s",
		f->margin_unit ? interval(&at->margin, f->every).s : "–",
		f->margin_unit ? f->margin_unit : "");
	snprintf(row->cell[TARGET], CELL_MAX, "%s", f->target_text);
	snprintf(row->cell[VERDICT], CELL_MAX, "%s", answer[pool_finding_answer(f, at)]);
}

/* Pads to a terminal's columns: the bytes that continue a UTF-8 character take none. */
static void print_padded(FILE *f, const char *text, int width)
{
	int shown = 0;

	for (const char *c = text; *c; c++)
		shown += (*c & 0xc0) != 0x80;
	fprintf(f, "%s%*s", text, shown < width ? width - shown : 1, "");
}

/* Empty cells at the end are left out. */
static void row_print(const struct pool_table *t, const struct row *row)
{
	static const int width[COLUMNS] = {48, 25, 39, 24, 24, 0};
	int last = COLUMNS - 1;

	while (last > 0 && !row->cell[last][0])
		last--;
	for (int i = 0; i <= last; i++)
		if (t->format == POOL_MARKDOWN)
			fprintf(t->f, "%s %s |", i ? "" : "|", row->cell[i]);
		else if (i < last)
			print_padded(t->f, row->cell[i], width[i]);
		else
			fputs(row->cell[i], t->f);
	fputs("\n", t->f);
	fflush(t->f);
}

void pool_table_head(const struct pool_table *t)
{
	static const struct row text = {{"figure", "ours", "peer", "ratio or margin", "target", "verdict"}};
	static const struct row markdown = {
		{"Figure", "Pool", "Peer", "Ratio or margin", "Target", "Verdict"}};

	if (t->format == POOL_NAMES)
		return;
	row_print(t, t->format == POOL_MARKDOWN ? &markdown : &text);
	if (t->format == POOL_MARKDOWN)
		fputs("|:--|--:|--:|--:|:--|:--|\n", t->f);
}

void pool_table_rows(const struct pool_table *t, const struct pool_finding *finding)
{
	struct row row = {0};

	if (t->format == POOL_NAMES) {
		fprintf(t->f, "%s\n", finding->what);
		return;
	}
	for (size_t i = 0; i < finding->levels; i++) {
		row_fill(&row, finding, &finding->at[i]);
		row_print(t, &row);
	}
}

void pool_table_failed(const struct pool_table *t, const char *figure)
{
	struct row row = {0};

	snprintf(row.cell[WHAT], CELL_MAX, "%s", figure);
	snprintf(row.cell[OURS], CELL_MAX, "FAILED");
	row_print(t, &row);
}
