/* grain.h: how small may a task be? Every strategy runs the same number of items on all cores, with ever longer items.
 * The rows go into grain.csv, which has the columns of raw.csv.
 *
 * stats/metg.h has the item lengths, and defines METG(50%), at which half of an item's core time is its own work. Where
 * times per empty item are known (results/traits.h), slow strategies get longer items.
 */
#ifndef PVQ_GRAIN_H
#define PVQ_GRAIN_H

#include "report/experiment.h"
#include "stats/metg.h"

#define PVQ_GRAIN_FILE "grain.csv"

struct pvq_grain_point {
	const struct pvq_cell *cell; /* of grain.summary */
	double granularity_ns;       /* median */
	struct pvq_comparison
		versus; /* serial's time / the strategy's; divided by the cores: the efficiency */
};

/* METG, and the granularity of the shortest and of the longest items: a METG equal to the first is "at most" that, and
 * INFINITY is beyond the last. */
struct pvq_grain_level {
	struct pvq_estimate metg_ns; /* n 0: unknown */
	struct pvq_estimate even_ns; /* the break-even length (stats/metg.h) */
	double first_ns, last_ns;
};

/* A strategy over all grains, ascending. */
struct pvq_grain_line {
	size_t series; /* in grain.summary */
	struct pvq_grain_point point[PVQ_METG_GRAINS_MAX];
	size_t points;
	struct pvq_grain_level all; /* from the level of the run's figures (results/state.h) */
	struct pvq_grain_level level[PVQ_LEVELS_MAX]; /* at each level of the machine's state */
};

/* The contents of grain.csv. Owned; freed with pvq_grain_free(). */
struct pvq_grain {
	struct pvq_rows rows;
	struct pvq_summary summary;
	unsigned cores;
	uint64_t n; /* items of the loads with the shortest items; ranges of longer ones have fewer */
	struct pvq_grain_line *line; /* by METG, the smallest first */
	size_t lines;
};

/* Measures the plan's strategies on its largest core count, until there are enough blocks or the time is used up. Does
 * nothing if grain.csv exists, since it is then complete (rundir.h). As in report/experiment.h. */
int pvq_grain_run(const struct pvq_session *);

/* Reads the folder. 0; -ENOENT: nothing was measured; -errno with one line on stderr. */
int pvq_grain_read(struct pvq_grain *, const struct pvq_registry *, const char *dir);
void pvq_grain_free(struct pvq_grain *);

/* The hooks; their data is a struct pvq_grain. */
int pvq_grain_tell(const void *data, struct pvq_traits *);
int pvq_grain_draw(struct pvq_plots *, const struct pvq_report *, const void *data);
int pvq_grain_chapter(const struct pvq_report *, const void *data);

#endif
