/* race.h: measures a strategy in blocks, beside the reference and serial, in a new random order in each block. */
#ifndef PVQ_RACE_H
#define PVQ_RACE_H

#include "grade/entry.h"
#include "trial/registry.h"

struct pvq_race {
	const char *task; /* as for --task */
	uint64_t n;
	const struct pvq_impl *reference, *serial;
	unsigned blocks;
	double left_s;
	void (*told)(unsigned block, unsigned blocks);
};

/* Measures, and fills in the grading. 0, -EINTR, or other -errno with one line on stderr. */
int pvq_race_run(const struct pvq_entry *, const struct pvq_race *, struct pvq_grading *);

#endif
