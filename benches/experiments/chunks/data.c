/* data.c: the ways and the chunk sizes, and what was measured of them. */
#include "experiments/chunks/chunks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const unsigned pvq_chunk_size[PVQ_CHUNK_SIZES] = {0, 1, 10, 100, 1000};

const char pvq_chunk_reference[] = "python_process_queue";

const struct pvq_chunk_way pvq_chunk_ways[] = {
	{"python_pool_imap", PVQ_CHUNK_CPYTHON, PVQ_CHUNK_POOLS, 1, {"CC79A7", 15, 2}},
	{"python_pool_imap_unordered", PVQ_CHUNK_CPYTHON, PVQ_CHUNK_POOLS, 1, {"56B4E9", 6, 3}},
	{"python_pool_map", PVQ_CHUNK_CPYTHON, PVQ_CHUNK_POOLS, 0, {"6A51A3", 4, 4}},
	{"python_executor", PVQ_CHUNK_CPYTHON, PVQ_CHUNK_FUTURES, 1, {"8C510A", 8, 5}},
	{"python_joblib", PVQ_CHUNK_CPYTHON, PVQ_CHUNK_JOBLIB, 0, {"009E73", 12, 2}},
	{pvq_chunk_reference, PVQ_CHUNK_FIXED, PVQ_CHUNK_POOLS, 1, {"E69F00", 9, 1}},
	{"python_serial", PVQ_CHUNK_FIXED, PVQ_CHUNK_POOLS, 1, {"7F7F7F", 10, 1}},
	{"pool_ordered", PVQ_CHUNK_OWN, PVQ_CHUNK_COMPILED, 0, {"0072B2", 7, 1}},
	{"pool_unordered", PVQ_CHUNK_OWN, PVQ_CHUNK_COMPILED, 0, {"D55E00", 11, 5}},
	{"serial", PVQ_CHUNK_FIXED, PVQ_CHUNK_COMPILED, 1, {"000000", 5, 1}},
	{0},
};

struct pvq_estimate pvq_chunks_item_ns(const struct pvq_cell *cell)
{
	struct pvq_estimate e = cell->metric[PVQ_MAP_NS];
	double n = (double)cell->key->n;

	e.median /= n;
	e.lo /= n;
	e.hi /= n;
	e.min /= n;
	e.max /= n;
	return e;
}

/* The strategy's cell with the largest chunk in force from least to most. n: of a load of so many items; 0: of the largest. */
static const struct pvq_cell *chunks_cell(
	const struct pvq_chunks *chunks, const char *impl, unsigned least, unsigned most, uint64_t n)
{
	const struct pvq_cell *found = NULL;

	for (size_t c = 0; c < chunks->summary.cells; c++) {
		const struct pvq_cell *cell = &chunks->summary.cell[c];

		if (cell->ok && strcmp(cell->key->impl, impl) == 0 && cell->key->chunk >= least &&
			cell->key->chunk <= most && (n == 0 || cell->key->n == n) &&
			(!found || cell->key->chunk >= found->key->chunk))
			found = cell;
	}
	return found;
}

/* Finds the cells of a way. Returns whether there is one. */
static int chunks_fill(
	struct pvq_chunk_line *line, const struct pvq_chunk_way *way, const struct pvq_chunks *chunks)
{
	unsigned sizes = way->kind == PVQ_CHUNK_FIXED ? 1 : PVQ_CHUNK_SIZES;

	*line = (struct pvq_chunk_line){.way = way};
	for (unsigned k = 0; k < sizes; k++) {
		unsigned most = k ? pvq_chunk_size[k] : way->by_default;
		const struct pvq_cell *cell = chunks_cell(
			chunks, way->impl, k ? pvq_chunk_size[k - 1] + 1 : way->by_default, most, 0);

		line->at[k] = cell;
		if (cell && (!line->best || cell->metric[PVQ_MAP_NS].median <
						    line->best->metric[PVQ_MAP_NS].median))
			line->best = cell;
	}
	return line->best != NULL;
}

/* The sizes of the line that were measured, each once: the default may be one of the others. */
static size_t chunks_sizes(const struct pvq_chunk_line *line)
{
	const struct pvq_cell *by_default = line->at[PVQ_CHUNK_DEFAULT];
	size_t sizes = by_default != NULL;

	for (int k = 1; k < PVQ_CHUNK_SIZES; k++)
		sizes += line->at[k] && line->at[k] != by_default;
	return sizes;
}

static struct pvq_comparison chunks_versus(const struct pvq_chunks *chunks, const struct pvq_cell *cell)
{
	const struct pvq_cell *reference =
		cell ? chunks_cell(chunks, pvq_chunk_reference, 0, 1, cell->key->n) : NULL;

	return reference ? pvq_cells_compare(cell, reference, PVQ_MAP_NS, chunks->alpha)
			 : (struct pvq_comparison){0};
}

/* Compares CPython's ways with the reference. Any size may turn out the best, so the intervals hold together over all
 * sizes of all ways. */
static void chunks_compare(struct pvq_chunks *chunks)
{
	size_t sizes = 0;

	for (size_t l = 0; l < chunks->lines; l++)
		if (chunks->line[l].way->kind == PVQ_CHUNK_CPYTHON)
			sizes += chunks_sizes(&chunks->line[l]);
	chunks->alpha = PVQ_ALPHA / (double)sizes;
	for (size_t l = 0; l < chunks->lines; l++) {
		struct pvq_chunk_line *line = &chunks->line[l];

		if (line->way->kind != PVQ_CHUNK_CPYTHON)
			continue;
		line->by_default = chunks_versus(chunks, line->at[PVQ_CHUNK_DEFAULT]);
		line->by_best = chunks_versus(chunks, line->best);
	}
}

static int chunks_make(struct pvq_chunks *chunks, const struct pvq_registry *registry)
{
	int ret = pvq_summarise(&chunks->summary, registry, &chunks->rows), pools = 0;
	size_t ways = 0;

	if (ret || chunks->rows.count == 0)
		return ret ? ret : -ENOENT;
	while (pvq_chunk_ways[ways].impl)
		ways++;
	pvq_text_task(chunks->label, chunks->rows.row[0].task, chunks->rows.row[0].args);
	chunks->line = calloc(ways + 1, sizeof(*chunks->line));
	if (!chunks->line)
		return -ENOMEM;
	for (size_t i = 0; i < ways; i++) {
		struct pvq_chunk_line *line = &chunks->line[chunks->lines];

		if (!chunks_fill(line, &pvq_chunk_ways[i], chunks))
			continue;
		chunks->lines++;
		pools += line->way->kind == PVQ_CHUNK_CPYTHON;
		if (line->best->key->workers > chunks->workers)
			chunks->workers = line->best->key->workers;
		if (line->best->key->n > chunks->most)
			chunks->most = line->best->key->n;
		if (chunks->least == 0 || line->best->key->n < chunks->least)
			chunks->least = line->best->key->n;
	}
	if (pools == 0)
		return -ENOENT;
	chunks_compare(chunks);
	return 0;
}

void pvq_chunks_free(struct pvq_chunks *chunks)
{
	free(chunks->line);
	pvq_summary_free(&chunks->summary);
	pvq_rows_free(&chunks->rows);
	*chunks = (struct pvq_chunks){0};
}

int pvq_chunks_read(struct pvq_chunks *chunks, const struct pvq_registry *registry, const char *dir)
{
	int ret;

	*chunks = (struct pvq_chunks){0};
	ret = pvq_rows_read_file(dir, PVQ_CHUNKS_FILE, &chunks->rows);
	if (ret == 0)
		ret = chunks_make(chunks, registry);
	if (ret)
		pvq_chunks_free(chunks);
	return ret;
}

int pvq_chunks_tell(const void *data, struct pvq_traits *traits)
{
	const struct pvq_chunks *chunks = data;

	snprintf(traits->short_label, sizeof(traits->short_label), "%s", chunks->label);
	for (size_t l = 0; l < chunks->lines; l++) {
		const struct pvq_chunk_line *line = &chunks->line[l];
		struct pvq_trait *trait = pvq_traits_of(traits, line->way->impl);

		if (!trait)
			return -ENOMEM;
		if (line->at[PVQ_CHUNK_DEFAULT])
			trait->short_ns = pvq_chunks_item_ns(line->at[PVQ_CHUNK_DEFAULT]);
		trait->short_best_ns = pvq_chunks_item_ns(line->best);
		trait->best_chunk = line->best->key->chunk;
	}
	return 0;
}
