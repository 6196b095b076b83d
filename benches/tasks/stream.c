/* stream.c: memory-bound work: each item sums a slice of a table larger than the caches. Workers share the memory's
 * bandwidth, so more of them soon stop helping. */
#include "task.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { KB };

enum { TABLE = 64 << 20 }; /* bytes; larger than most last-level caches, and than any slice's limit */

static const struct pvq_arg stream_args[] = {
	{.name = "kb",
		.unit = PVQ_UNIT_KIB,
		.help = "KiB that one item reads",
		.def = "256",
		.min = 1,
		.max = 32768},
	{0},
};

/* Fills the table: word i is 3 i + seed, which gives the sum of any slice a closed form. */
static int stream_build(struct pvq_load *load, struct pvq_error *err)
{
	uint64_t *table = mmap(NULL, TABLE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (table == MAP_FAILED)
		return pvq_fail(err, -errno, "stream: cannot make the table");
	load->priv = table;
	/* Ask for huge pages. Else a fork copies the page table of 16,384 small ones, and strategies that fork would
	 * pay for the size of our table. */
	(void)madvise(table, TABLE, MADV_HUGEPAGE);
	for (uint64_t i = 0; i < TABLE / sizeof(*table); i++)
		table[i] = 3 * i + load->seed;
	load->max_in = load->max_out = sizeof(uint64_t);
	return 0;
}

static struct pvq_span stream_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	(void)load;
	memcpy(scratch, &id, sizeof(id));
	return (struct pvq_span){.ptr = scratch, .len = sizeof(id)};
}

static uint64_t slice_words(const struct pvq_load *load)
{
	return load->arg[KB].u * 1024 / sizeof(uint64_t);
}

/* Where an item's slice starts, in words. Slices follow one another and wrap: a slice comes round again only after the
 * whole table has passed through the cache. */
static uint64_t slice_start(const struct pvq_load *load, uint64_t item)
{
	uint64_t slices = TABLE / sizeof(uint64_t) / slice_words(load);

	return item % slices * slice_words(load);
}

static ssize_t stream_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const uint64_t *table = load->priv;
	uint64_t item, sum, part[4] = {0}, words = slice_words(load);

	if (len != sizeof(item))
		return -EBADMSG;
	if (cap < sizeof(sum))
		return -EMSGSIZE;
	memcpy(&item, in, sizeof(item));
	table += slice_start(load, item);
	/* Four sums side by side: a single chain of additions is hardly faster than the memory, and the task would
	 * measure the adder. A slice is whole KiB, so its words divide by four. */
	for (uint64_t i = 0; i < words; i += 4) {
		part[0] += table[i];
		part[1] += table[i + 1];
		part[2] += table[i + 2];
		part[3] += table[i + 3];
	}
	sum = part[0] + part[1] + part[2] + part[3];
	memcpy(out, &sum, sizeof(sum));
	return sizeof(sum);
}

/* The oracle: the sum of 3 i + seed over the slice, modulo 2^64. */
static ssize_t stream_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	uint64_t words = slice_words(load), first = slice_start(load, id);
	uint64_t indices = words * first + words * (words - 1) / 2;
	uint64_t sum = 3 * indices + words * load->seed;

	if (cap < sizeof(sum))
		return -EMSGSIZE;
	memcpy(out, &sum, sizeof(sum));
	return sizeof(sum);
}

static void stream_free(struct pvq_load *load)
{
	if (load->priv)
		munmap(load->priv, TABLE);
}

const struct pvq_task pvq_task_stream = {
	.name = "stream",
	.summary = "reads a slice of a large table: memory-bound",
	.plain = "reading {kb} of memory",
	.situation = PVQ_SITUATION_MEMORY,
	.args = stream_args,
	.build = stream_build,
	.input = stream_input,
	.run = stream_run,
	.expect = stream_expect,
	.free = stream_free,
};
