/* chapter.c: what the chunk size decides. Which way is faster follows from the verdicts alone. */
#include "experiments/chunks/chunks.h"

#include <math.h>

/* "1,000" */
static struct pvq_text chunk_text(unsigned chunk)
{
	struct pvq_text text;

	if (chunk < 1000)
		snprintf(text.s, sizeof(text.s), "%u", chunk);
	else
		snprintf(text.s, sizeof(text.s), "%u,%03u", chunk / 1000, chunk % 1000);
	return text;
}

/* "1.95x faster", "inconclusive" */
static struct pvq_text chunk_words(const struct pvq_comparison *versus)
{
	struct pvq_text text;

	if (versus->verdict == PVQ_FASTER)
		snprintf(text.s, sizeof(text.s), "%.20sx faster", pvq_text_number(1 / versus->ratio).s);
	else if (versus->verdict == PVQ_SLOWER)
		snprintf(text.s, sizeof(text.s), "%.20sx slower", pvq_text_number(versus->ratio).s);
	else
		snprintf(text.s, sizeof(text.s), "%s", pvq_comparison_words(versus));
	return text;
}

static int chunk_is_compared(const struct pvq_chunk_line *line)
{
	return line->by_default.n && line->by_best.n;
}

static void chunks_intro(const struct pvq_report *r, const struct pvq_chunks *chunks)
{
	fputs("## What does the chunk size decide?\n\nCPython's pools take a *chunksize*: how many items "
	      "travel to a worker, and back, in one message. By default `imap`, `imap_unordered` and "
	      "`Executor.map` take 1, `Pool.map` cuts the items into four chunks per worker "
	      "(`divmod(len, 4 * workers)`), and joblib adjusts its batches as it goes. Process + "
	      "Queue, as the tutorial writes it, hands over one item at a time. Here they run short "
	      "items (`",
		r->md);
	pvq_text_md(r->md, chunks->label);
	fprintf(r->md,
		"`) on %u worker%s, each with several chunk sizes, in %u block%s (`chunks.csv`). The "
		"numbers of items are from %llu to %llu, the fewer the longer an item takes.\n\n",
		chunks->workers, chunks->workers == 1 ? "" : "s", chunks->summary.blocks,
		chunks->summary.blocks == 1 ? "" : "s", (unsigned long long)chunks->least,
		(unsigned long long)chunks->most);
	if (pvq_report_figure(
		    r, "chunks", NULL, 0, "Time per item over the chunk size, one line per strategy"))
		fputs("\n", r->md);
}

/* "For `a`, `b` the chunk size reverses the answer: …" */
static void chunks_reversed(const struct pvq_report *r, const struct pvq_chunks *chunks)
{
	int any = 0;

	for (size_t l = 0; l < chunks->lines; l++) {
		const struct pvq_chunk_line *line = &chunks->line[l];

		if (!chunk_is_compared(line) || line->by_default.verdict != PVQ_SLOWER ||
			line->by_best.verdict != PVQ_FASTER)
			continue;
		fprintf(r->md, "%s`%s`", any++ ? ", " : "**The chunk size reverses the answer** for ",
			line->way->impl);
	}
	if (any)
		fprintf(r->md,
			": by default slower than `%s`, at the best chunk size faster. A claim about a "
			"pool holds for its chunk size only.\n\n",
			pvq_chunk_reference);
}

/* The lines that compare a way with the reference; *judged: those of them that have a verdict. */
static size_t chunks_compared(const struct pvq_chunks *chunks, size_t *judged)
{
	size_t compared = 0;

	*judged = 0;
	for (size_t l = 0; l < chunks->lines; l++) {
		const struct pvq_chunk_line *line = &chunks->line[l];

		compared += chunk_is_compared(line);
		*judged += chunk_is_compared(line) &&
			   (!isnan(line->by_default.lo) || !isnan(line->by_best.lo));
	}
	return compared;
}

/* "- **`python_pool_imap`**: 1.8x slower by default; 3.7x faster at its best chunk size, 100." */
static void chunks_claims(const struct pvq_report *r, const struct pvq_chunks *chunks)
{
	size_t judged, compared = chunks_compared(chunks, &judged);

	if (compared && !judged) {
		fprintf(r->md, "There are too few blocks for a comparison with `%s`: it needs %zu.\n\n",
			pvq_chunk_reference, pvq_median_needs(chunks->alpha));
		return;
	}
	if (judged)
		fprintf(r->md, "Against `%s`:\n\n", pvq_chunk_reference);
	for (size_t l = 0; l < chunks->lines && judged; l++) {
		const struct pvq_chunk_line *line = &chunks->line[l];

		if (!chunk_is_compared(line))
			continue;
		fprintf(r->md, "- **`%s`**: %s by default", line->way->impl,
			chunk_words(&line->by_default).s);
		if (line->best == line->at[PVQ_CHUNK_DEFAULT])
			fputs("; no other chunk size has a lower median.\n", r->md);
		else
			fprintf(r->md, "; %s at its best chunk size, %s.\n", chunk_words(&line->by_best).s,
				chunk_text(line->best->key->chunk).s);
	}
	fputs(judged ? "\n" : "", r->md);
}

/* " 2.40 µs (2.31–2.52) |" */
static void chunks_time(const struct pvq_report *r, const struct pvq_cell *cell, unsigned asked)
{
	struct pvq_estimate e;

	if (!cell) {
		fputs(" – |", r->md);
		return;
	}
	e = pvq_chunks_item_ns(cell);
	fprintf(r->md, " %s", pvq_text_ns_interval(e.median, e.lo, e.hi).s);
	if (asked && cell->key->chunk != asked)
		fprintf(r->md, ", at %s", chunk_text(cell->key->chunk).s);
	fputs(" |", r->md);
}

/* " ×0.27 (0.25–0.29), faster |" */
static void chunks_versus(const struct pvq_report *r, const struct pvq_comparison *versus, unsigned chunk)
{
	if (!versus->n) {
		fputs(" – |", r->md);
		return;
	}
	fprintf(r->md, " ×%s, %s", pvq_text_ratio_interval(versus->ratio, versus->lo, versus->hi).s,
		pvq_comparison_words(versus));
	if (chunk)
		fprintf(r->md, " at %s", chunk_text(chunk).s);
	fputs(" |", r->md);
}

static void chunks_table(const struct pvq_report *r, const struct pvq_chunks *chunks)
{
	fputs("| Time per item | Default |", r->md);
	for (int k = 1; k < PVQ_CHUNK_SIZES; k++)
		fprintf(r->md, " %s |", chunk_text(pvq_chunk_size[k]).s);
	fputs(" Against Process + Queue: default | Best |\n|:--|--:|", r->md);
	for (int k = 1; k < PVQ_CHUNK_SIZES; k++)
		fputs("--:|", r->md);
	fputs(":--|:--|\n", r->md);
	for (size_t l = 0; l < chunks->lines; l++) {
		const struct pvq_chunk_line *line = &chunks->line[l];

		fprintf(r->md, "| `%s` |", line->way->impl);
		for (int k = 0; k < PVQ_CHUNK_SIZES; k++)
			chunks_time(r, line->at[k], pvq_chunk_size[k]);
		chunks_versus(r, &line->by_default, 0);
		chunks_versus(r, &line->by_best, line->best->key->chunk);
		fputs("\n", r->md);
	}
	fprintf(r->md,
		"\nTime per item is the map time divided by the items: it includes the item's own work "
		"and, in Python, the call of the compiled task. Ratios are medians of the ratios within "
		"a block. Their intervals hold together over all chunk sizes of all ways, so the best "
		"one may be picked from them. `%s`, `python_serial` and `serial` have no chunk; pvq's "
		"pools take at most 256 items at a time, and by default as many as take some 20 µs.\n\n",
		pvq_chunk_reference);
}

int pvq_chunks_chapter(const struct pvq_report *r, const void *data)
{
	chunks_intro(r, data);
	chunks_reversed(r, data);
	chunks_claims(r, data);
	chunks_table(r, data);
	return 0;
}
