/* memcpy.c: copies within a process, by size: what a payload costs before it even leaves the process. */
#include "micro.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_BYTES = 1 << 12 };

static void memcpy_run(struct gb_state *state, const struct pvq_micro_run *run)
{
	size_t bytes = (size_t)gb_arg(state, 0);
	int64_t batch = bytes > SHORT_BYTES ? 1 : 100; /* else the call would be part of the price */
	char *from = malloc(bytes), *to = malloc(bytes);

	(void)run;
	if (from && to) {
		/* Write to both first: a page never written is the kernel's zero page, which is not a real source. */
		memset(from, 1, bytes);
		memset(to, 2, bytes);
		while (gb_keep_running_batch(state, batch))
			for (int64_t i = 0; i < batch; i++) {
				memcpy(to, from, bytes);
				GB_CLOBBER();
			}
		gb_set_bytes_processed(state, gb_iterations_done(state) * (int64_t)bytes);
	} else {
		pvq_micro_fail(state, "malloc", ENOMEM);
	}
	free(from);
	free(to);
}

static const struct pvq_micro_case memcpy_cases[] = {
	{.name = "memcpy/copy",
		.op = "copy that many bytes, the same ones again and again",
		.run = memcpy_run,
		.arg_name = "bytes",
		.lo = 64,
		.hi = 1 << 26,
		.brief_hi = 1 << 22,
		.factor = 4,
		.flags = PVQ_MICRO_PINNED},
	{0},
};

const struct pvq_micro pvq_micro_memcpy = {.name = "memcpy", .cases = memcpy_cases};
