/* enact.h: an item that computes, waits and carries a payload: what job and trace have in common. */
#ifndef PVQ_ENACT_H
#define PVQ_ENACT_H

#include "task.h"

/* What an item does with its input, all of which it reads. */
struct pvq_enact {
	uint64_t steps;   /* of computing (kernel.h) */
	uint64_t wait_ns; /* then it sleeps */
	size_t out;       /* then it writes as many bytes */
};

/* Does it. Returns e->out, or -EMSGSIZE. */
ssize_t pvq_enact_run(const struct pvq_enact *e, const void *in, size_t len, void *out, size_t cap);

/* The same output, found in another way, without computing or waiting. */
ssize_t pvq_enact_expect(const struct pvq_enact *e, struct pvq_span in, void *out, size_t cap);

#endif
