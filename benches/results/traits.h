/* traits.h: what experiments found out about a strategy as such, whatever the task.
 *
 * Experiments hand it up (report/experiment.h). Pages, and experiments that compare strategies, read it here, so
 * that none needs another's files.
 */
#ifndef PVQ_TRAITS_H
#define PVQ_TRAITS_H

#include "stats/stats.h"
#include "trial/row.h"
#include "trial/text.h"

/* A figure with n == 0 is unknown. */
struct pvq_trait {
	char impl[PVQ_NAME_MAX];
	struct pvq_estimate empty_ns; /* time per empty item (drive/empty.h) */
	struct pvq_estimate
		whole_ns; /* whole run: from the process's start to its exit, with one empty item a worker */
	struct pvq_estimate memory_kb; /* PSS of all its processes while every worker has a task */
	unsigned processes;            /* how many processes that is; 0: unknown */
	struct pvq_estimate metg_ns;   /* METG(50%); median INFINITY: not reached, NAN: too few blocks */
	/* Of a trial of the length that is nearest to METG; NULL: none. Borrowed. */
	const struct pvq_row *metg_row;
	double first_ns, last_ns; /* shortest and longest granularity measured for METG */
	struct pvq_estimate
		even_ns;   /* an item's own work from which on it is as fast as serial; INFINITY: never */
	size_t metg_place; /* rank from 1, the smallest METG first; 0: not measured */
	/* Map time per item of the short items (below): with the default chunk size, and with the best one. */
	struct pvq_estimate short_ns, short_best_ns;
	unsigned best_chunk;         /* the best chunk size; 0: the library chooses */
	char reason[PVQ_REASON_MAX]; /* why a figure is unknown; may be empty */
};

/* Owned; freed with pvq_traits_free(). */
struct pvq_traits {
	struct pvq_trait *of; /* in the order in which they were first named */
	size_t count;
	unsigned
		workers; /* for which empty_ns, whole_ns and memory_kb hold; one-worker strategies have one */
	unsigned metg_cores;             /* for which METG holds; 0: not measured */
	uint64_t metg_items;             /* the fewest items with which METG was measured */
	char short_label[PVQ_LABEL_MAX]; /* what the short items are, "spin:ns=500"; empty: none ran */
	int many; /* dozens of strategies were compared: pages give each a row, not a line */
};

/* The strategy's entry, added where there is none; NULL: out of memory. */
struct pvq_trait *pvq_traits_of(struct pvq_traits *, const char *impl);
/* The strategy's entry; NULL: nothing is known. */
const struct pvq_trait *pvq_traits_find(const struct pvq_traits *, const char *impl);
void pvq_traits_free(struct pvq_traits *);

#endif
