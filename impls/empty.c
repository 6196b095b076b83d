/* empty.c: measures the harness, not a strategy: start() computes every result, map() only puts them.
 *
 *	start:  for each id:  input(id) -> run() -> keep
 *	map:    for each id:  put(id)
 *
 * The time of map() is then the driver's own: the clock, and its sink, which reads and digests every byte of every
 * result. Every other strategy's map time includes the same cost.
 */
#include "impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const size_t empty_most = (size_t)256 << 20; /* bytes of results kept, at most */

struct empty {
	uint64_t n;
	ssize_t *len;  /* [n]: each result's length, or -errno */
	char *results; /* all results, back to back */
};

static const char *empty_unsupported(const struct pvq_load *load, const struct pvq_opts *opts)
{
	(void)opts;
	return load->n > empty_most / (load->max_out + sizeof(ssize_t))
		       ? "would have to keep more than 256 MiB of results"
		       : NULL;
}

static int empty_stop(void *self, struct pvq_error *err)
{
	struct empty *e = self;

	(void)err;
	free(e->len);
	free(e->results);
	free(e);
	return 0;
}

static int empty_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct empty *e = calloc(1, sizeof(*e));
	size_t used = 0;

	(void)opts;
	if (e) {
		e->n = load->n;
		e->len = calloc(load->n + 1, sizeof(*e->len));
		e->results = malloc(load->n * load->max_out + 1); /* + 1: malloc(0) may return NULL */
	}
	if (!e || !e->len || !e->results) {
		if (e)
			empty_stop(e, err);
		return pvq_fail(err, -ENOMEM, "cannot keep %" PRIu64 " results", load->n);
	}
	for (uint64_t id = 0; id < load->n; id++) {
		struct pvq_span in = load->task->input(load, id, scratch);

		e->len[id] = load->task->run(load, in.ptr, in.len, e->results + used, load->max_out);
		used += e->len[id] > 0 ? (size_t)e->len[id] : 0;
	}
	*self = e;
	return 0;
}

static int empty_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	const struct empty *e = self;
	const ssize_t *len = e->len;
	const char *at = e->results;
	uint64_t n = e->n;

	for (uint64_t id = 0; id < n; id++) {
		int ret;

		if (__builtin_expect(len[id] < 0, 0)) {
			ret = sink->put(sink, id, NULL, 0, (int)len[id]);
		} else {
			ret = sink->put(sink, id, at, (size_t)len[id], 0);
			at += len[id];
		}
		if (ret < 0)
			return pvq_fail(err, ret, "result of item %" PRIu64 " refused", id);
	}
	return 0;
}

const struct pvq_impl pvq_impl_empty = {
	.name = "empty",
	.summary = "no work within map: measures the overhead of the harness (in no comparison)",
	.order = PVQ_ORDERED,
	.in_via = PVQ_VIA_CALL,
	.out_via = PVQ_VIA_CALL,
	.flags = PVQ_CALLER_WORKS | PVQ_REUSABLE | PVQ_HARNESS,
	.unsupported = empty_unsupported,
	.start = empty_start,
	.map = empty_map,
	.stop = empty_stop,
};
