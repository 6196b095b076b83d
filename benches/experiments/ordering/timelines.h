/* timelines.h: the observed trials of one work whose timelines a run kept, in the order in which pictures show them.
 */
#ifndef PVQ_TIMELINES_H
#define PVQ_TIMELINES_H

#include "report/experiment.h"
#include "results/lanes.h"

/* A strategy's trial. */
struct pvq_timeline {
	const struct pvq_cell *cell;
	uint64_t map_ns;           /* to the last delivery if observed.csv lacks the trial */
	struct pvq_moment *moment; /* owned, as the lanes are; in the order of delivery */
	size_t n;
	struct pvq_lanes lanes;
};

/* Owned; freed with pvq_timelines_free(). The first 2 x pairs trials are siblings (results/ordering.h), the ordered one
 * first; then come the others, in the summary's order. */
struct pvq_timelines {
	const struct pvq_work *work;
	struct pvq_timeline *trial;
	size_t trials, pairs;
};

/* Reads what the run's folder holds of the work. A damaged file is reported, and left out. 0 or -ENOMEM. */
int pvq_timelines_read(struct pvq_timelines *, const struct pvq_report *, const struct pvq_work *);
void pvq_timelines_free(struct pvq_timelines *);

/* Pictures of them; each writes nothing if there is nothing to show. 0 or -ENOMEM. */
int pvq_order_draw(struct pvq_plots *, const struct pvq_report *, const struct pvq_timelines *);
int pvq_timeline_draw(struct pvq_plots *, const struct pvq_report *, const struct pvq_timelines *);

#endif
