/* traits.h: what experiments found out about a strategy as such, whatever the task: handed up by them (report/experiment.h)
 * to the pages and to the experiments that set strategies side by side, so that none has to know another's files.
 */
#ifndef PVQ_TRAITS_H
#define PVQ_TRAITS_H

#include "stats/stats.h"
#include "trial/row.h"

/* A figure with n == 0 is not known. */
struct pvq_trait {
	char impl[PVQ_NAME_MAX];
	struct pvq_estimate empty_ns; /* map time of an empty task, per item */
	struct pvq_estimate
		whole_ns; /* from the birth of a process with one empty task a worker to its end */
	struct pvq_estimate memory_kb; /* PSS of all its processes while every worker has a task */
	unsigned processes;            /* whose memory that is; 0: not known */
	struct pvq_estimate metg_ns;   /* METG(50%); median INFINITY: not reached, NAN: too few blocks */
	double first_ns, last_ns;      /* shortest and longest granularity it was looked for at */
	size_t metg_place;             /* counted from 1, the smallest METG first; 0: not measured */
	char reason[PVQ_REASON_MAX];   /* why a figure is not known; may be empty */
};

/* Owned; freed with pvq_traits_free(). */
struct pvq_traits {
	struct pvq_trait *of; /* in the order in which they were first named */
	size_t count;
	unsigned
		workers; /* that empty_ns, whole_ns and memory_kb are for; strategies of one worker have one */
	unsigned metg_cores; /* that METG is for; 0: not measured */
	uint64_t metg_items; /* the fewest items it was measured with */
	int many; /* dozens of strategies were set side by side: pages give each a row, not a line */
};

/* The strategy's entry, which is added where there is none; NULL: no memory. */
struct pvq_trait *pvq_traits_of(struct pvq_traits *, const char *impl);
/* NULL: nothing is known. */
const struct pvq_trait *pvq_traits_find(const struct pvq_traits *, const char *impl);
void pvq_traits_free(struct pvq_traits *);

#endif
