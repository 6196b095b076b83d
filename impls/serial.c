/* serial.c: runs one item after another on the caller's own thread.
 *
 *	for each id:   input(id) -> run() -> put(id)
 *
 * It is the baseline for speed-up.
 */
#include "impl.h"

#include <errno.h>
#include <stdlib.h>

struct serial {
	const struct pvq_load *load;
	void *out; /* max_out bytes, reused for every item: the sink only borrows it */
};

static int serial_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct serial *s = malloc(sizeof(*s));

	(void)opts;
	if (!s)
		return pvq_fail(err, -ENOMEM, "cannot start");
	s->load = load;
	s->out = malloc(load->max_out + 1); /* + 1: malloc(0) may return NULL */
	if (!s->out) {
		free(s);
		return pvq_fail(err, -ENOMEM, "cannot hold one result of %zu bytes", load->max_out);
	}
	*self = s;
	return 0;
}

static int serial_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	const struct serial *s = self;
	const struct pvq_load *load = s->load;
	_Alignas(16) char scratch[PVQ_SCRATCH];

	for (uint64_t id = 0; id < load->n; id++) {
		struct pvq_span in = load->task->input(load, id, scratch);
		ssize_t len = load->task->run(load, in.ptr, in.len, s->out, load->max_out);
		int ret;

		if (len >= 0)
			ret = sink->put(sink, id, s->out, (size_t)len, 0);
		else
			ret = sink->put(sink, id, NULL, 0, (int)len);
		if (ret < 0)
			return pvq_fail(err, ret, "result of item %llu refused", (unsigned long long)id);
	}
	return 0;
}

static int serial_stop(void *self, struct pvq_error *err)
{
	struct serial *s = self;

	(void)err;
	free(s->out);
	free(s);
	return 0;
}

const struct pvq_impl pvq_impl_serial = {
	.name = "serial",
	.summary = "one item after another in the caller (the baseline)",
	.order = PVQ_ORDERED,
	.in_via = PVQ_VIA_CALL,
	.out_via = PVQ_VIA_CALL,
	.flags = PVQ_CALLER_WORKS | PVQ_REUSABLE | PVQ_STREAMS | PVQ_BASELINE | PVQ_ONE_WORKER,
	.start = serial_start,
	.map = serial_map,
	.stop = serial_stop,
};
