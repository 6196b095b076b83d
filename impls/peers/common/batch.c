/* batch.c: the array of results, and the walk over the load in batches. */
#include "batch.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>

enum { LINE = 64, HEAD = 16 };

static const size_t batch_bytes = (size_t)8 << 20;

static ssize_t *length_of(const struct pvq_batch *b, uint64_t i)
{
	return (ssize_t *)(void *)(b->slot + i * b->stride);
}

static char *result_of(const struct pvq_batch *b, uint64_t i)
{
	return b->slot + i * b->stride + HEAD;
}

int pvq_batch_init(
	struct pvq_batch *b, const struct pvq_load *load, unsigned workers, struct pvq_error *err)
{
	*b = (struct pvq_batch){.load = load, .stride = (HEAD + load->max_out + LINE - 1) / LINE * LINE};
	b->most = batch_bytes / b->stride;
	if (b->most < 2 * (uint64_t)workers)
		b->most = 2 * (uint64_t)workers;
	if (b->most > load->n)
		b->most = load->n;
	b->bytes = b->stride * (b->most + 1); /* + 1: its size must not be 0 */
	b->slot = mmap(
		NULL, b->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (b->slot == MAP_FAILED)
		return pvq_fail(
			err, -ENOMEM, "cannot hold %" PRIu64 " results of %zu bytes", b->most, b->stride);
	pvq_batch_rewind(b);
	return 0;
}

void pvq_batch_free(struct pvq_batch *b)
{
	munmap(b->slot, b->bytes);
}

static void batch_at(struct pvq_batch *b, uint64_t first)
{
	uint64_t left = b->load->n - first;

	b->first = first;
	b->count = left < b->most ? left : b->most;
}

void pvq_batch_rewind(struct pvq_batch *b)
{
	batch_at(b, 0);
}

void pvq_batch_run(struct pvq_batch *b, uint64_t i)
{
	const struct pvq_load *load = b->load;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span in = load->task->input(load, b->first + i, scratch);

	*length_of(b, i) = load->task->run(load, in.ptr, in.len, result_of(b, i), load->max_out);
}

int pvq_batch_put(struct pvq_batch *b, struct pvq_sink *sink, struct pvq_error *err)
{
	for (uint64_t i = 0; i < b->count; i++) {
		uint64_t id = b->first + i;
		ssize_t len = *length_of(b, i);
		int ret = len >= 0 ? sink->put(sink, id, result_of(b, i), (size_t)len, 0)
				   : sink->put(sink, id, NULL, 0, (int)len);

		if (ret < 0)
			return pvq_fail(err, ret, "result of item %" PRIu64 " refused", id);
	}
	batch_at(b, b->first + b->count);
	return 0;
}
