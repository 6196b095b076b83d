/* test_chunks.c: from the rows of a sweep over the chunk size to its verdicts, chapter, picture and traits. */
#include "base/rundir.h"
#include "experiments/chunks/chunks.h"
#include "trial/registry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

enum { ITEMS = 1000 };

/* A folder with a file of rows being written, and the chapter about it. */
struct fixture {
	char dir[64];
	FILE *rows;
	char *text;
};

static int begin(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;

	strcpy(f->dir, "/tmp/pvq-chunks-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->rows = pvq_rundir_open(f->dir, PVQ_CHUNKS_FILE, "we");
	*state = f;
	return f->rows ? pvq_row_header(f->rows) : -1;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char command[128];
	int ret;

	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	ret = system(command);
	free(f->text);
	f->text = NULL;
	return ret;
}

/* Rows of a strategy with that chunk in force, `item_us` per item; all strategies share the blocks' drift. */
static void add(const struct fixture *f, const char *impl, unsigned chunk, unsigned blocks, double item_us)
{
	for (unsigned b = 0; b < blocks; b++) {
		struct pvq_row row = {.n = ITEMS,
			.workers = 2,
			.cores = 2,
			.chunk = chunk,
			.block = b,
			.verified = PVQ_VERIFIED_ORACLE,
			.map_ns = (uint64_t)(item_us * 1e3 * ITEMS * (1 + 0.05 * (b % 3)))};

		snprintf(row.impl, sizeof(row.impl), "%s", impl);
		strcpy(row.task, "spin");
		strcpy(row.args, "ns=500");
		assert_int_equal(pvq_row_write(f->rows, &row), 0);
	}
}

/* The tutorial's case: one item at a time imap loses, a hundred at a time it wins. */
static void add_tutorial(const struct fixture *f, unsigned blocks)
{
	add(f, "python_process_queue", 1, blocks, 8);
	add(f, "python_pool_imap", 1, blocks, 16);
	add(f, "python_pool_imap", 10, blocks, 4);
	add(f, "python_pool_imap", 100, blocks, 2);
	add(f, "python_pool_imap", 1000, blocks, 2.5);
	add(f, "python_pool_map", 0, blocks, 2);
	add(f, "python_pool_map", 1, blocks, 20);
	add(f, "pool_ordered", 0, blocks, 0.5);
	add(f, "pool_ordered", 256, blocks, 0.25);
}

static void read_back(struct fixture *f, struct pvq_chunks *chunks)
{
	assert_int_equal(fclose(f->rows), 0);
	assert_int_equal(pvq_chunks_read(chunks, &registry, f->dir), 0);
}

static void write_chapter(struct fixture *f, const struct pvq_chunks *chunks)
{
	struct pvq_plots plots = {0};
	struct pvq_report r = {.dir = f->dir, .summary = &chunks->summary, .plots = &plots};
	size_t size;

	free(f->text);
	r.md = open_memstream(&f->text, &size);
	assert_non_null(r.md);
	assert_int_equal(pvq_chunks_chapter(&r, chunks), 0);
	assert_int_equal(fclose(r.md), 0);
}

static void says(const struct fixture *f, const char *words, int wanted)
{
	if ((strstr(f->text, words) != NULL) != wanted)
		fail_msg("'%s' is %sin:\n%s", words, wanted ? "not " : "", f->text);
}

static const struct pvq_chunk_line *line_of(const struct pvq_chunks *chunks, const char *impl)
{
	for (size_t l = 0; l < chunks->lines; l++)
		if (strcmp(chunks->line[l].way->impl, impl) == 0)
			return &chunks->line[l];
	fail_msg("no line of %s", impl);
	return NULL;
}

static void both_verdicts_of_each_way(void **state)
{
	const struct pvq_chunk_line *imap, *map, *own;
	struct fixture *f = *state;
	struct pvq_chunks chunks;

	add_tutorial(f, 12);
	read_back(f, &chunks);
	assert_int_equal(chunks.lines, 4);
	assert_int_equal(chunks.workers, 2);
	imap = line_of(&chunks, "python_pool_imap");
	assert_ptr_equal(imap->at[PVQ_CHUNK_DEFAULT], imap->at[1]); /* its default is 1 */
	assert_int_equal(imap->best->key->chunk, 100);
	assert_int_equal(imap->by_default.verdict, PVQ_SLOWER);
	assert_int_equal(imap->by_best.verdict, PVQ_FASTER);
	map = line_of(&chunks, "python_pool_map");
	assert_int_equal(map->at[PVQ_CHUNK_DEFAULT]->key->chunk, 0);
	assert_ptr_equal(map->best, map->at[PVQ_CHUNK_DEFAULT]);
	assert_null(map->at[2]);
	own = line_of(&chunks, "pool_ordered"); /* it clips 1,000 to 256 */
	assert_int_equal(own->at[4]->key->chunk, 256);
	assert_null(own->at[3]);
	assert_int_equal(own->by_best.n, 0); /* compared with nothing */

	write_chapter(f, &chunks);
	says(f, "reverses the answer** for `python_pool_imap`: by default slower", 1);
	says(f, "**`python_pool_imap`**: 2.00x slower by default; 4.00x faster at its best chunk size, 100.",
		1);
	says(f, "**`python_pool_map`**: 4.00x faster by default; no other chunk size has a lower median.",
		1);
	says(f, "faster at 100 |", 1);
	says(f, ", at 256 |", 1);
	says(f, "too few blocks", 0);
	pvq_chunks_free(&chunks);
}

/* Six blocks have an interval, but not one that holds together with those of all other sizes. */
static void no_verdict_from_few_blocks(void **state)
{
	struct fixture *f = *state;
	struct pvq_chunks chunks;

	add_tutorial(f, 6);
	read_back(f, &chunks);
	write_chapter(f, &chunks);
	says(f, "too few blocks for a comparison with `python_process_queue`: it needs 8.", 1);
	says(f, "reverses the answer", 0);
	says(f, "x faster", 0);
	says(f, "| `python_pool_imap` | 16.", 1);
	pvq_chunks_free(&chunks);
}

static void the_best_size_is_told(void **state)
{
	const struct pvq_trait *trait;
	struct pvq_traits traits = {0};
	struct fixture *f = *state;
	struct pvq_chunks chunks;

	add_tutorial(f, 12);
	read_back(f, &chunks);
	assert_int_equal(pvq_chunks_tell(&chunks, &traits), 0);
	assert_string_equal(traits.short_label, "spin:ns=500");
	trait = pvq_traits_find(&traits, "python_pool_imap");
	assert_non_null(trait);
	assert_true(trait->short_ns.median > 16000 && trait->short_ns.median < 17600);
	assert_true(trait->short_best_ns.median > 2000 && trait->short_best_ns.median < 2200);
	assert_int_equal(trait->best_chunk, 100);
	pvq_traits_free(&traits);
	pvq_chunks_free(&chunks);
}

/* Two indices a strategy: the sizes, where one without a chunk is flat, and the default apart. */
static void the_picture_has_every_size(void **state)
{
	struct fixture *f = *state;
	struct pvq_plots plots;
	struct pvq_chunks chunks;
	size_t room = 0;
	FILE *dat;

	add_tutorial(f, 12);
	read_back(f, &chunks);
	assert_int_equal(pvq_plots_begin(&plots, f->dir), 0);
	assert_int_equal(pvq_chunks_draw(&plots, NULL, &chunks), 0);
	assert_int_equal(plots.error, 0);
	dat = pvq_rundir_open(f->dir, "plots/chunks.dat", "re");
	assert_non_null(dat);
	assert_true(getdelim(&f->text, &room, '\0', dat) > 0);
	fclose(dat);
	says(f, "\n1 16800 ", 1);
	says(f, "\n1000 2625 ", 1);
	says(f, "\n256 262.5 ", 1);
	says(f, "\n1000 8400 ", 1); /* Process + Queue */
	says(f, "\n6000 16800 ", 1);
	pvq_plots_free(&plots);
	pvq_chunks_free(&chunks);
}

static void nothing_without_cpythons_pools(void **state)
{
	struct fixture *f = *state;
	struct pvq_chunks chunks;

	add(f, "python_process_queue", 1, 12, 8);
	add(f, "pool_ordered", 0, 12, 0.5);
	assert_int_equal(fclose(f->rows), 0);
	assert_int_equal(pvq_chunks_read(&chunks, &registry, f->dir), -ENOENT);
	assert_int_equal(pvq_chunks_read(&chunks, &registry, "/nowhere"), -ENOENT);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(both_verdicts_of_each_way),
		TEST(no_verdict_from_few_blocks),
		TEST(the_best_size_is_told),
		TEST(the_picture_has_every_size),
		TEST(nothing_without_cpythons_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
