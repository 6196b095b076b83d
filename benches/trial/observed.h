/* observed.h: the figures of an observed trial, computed from when each item began, ended and was delivered. They make
 * a row of observed.csv; a timeline holds the items themselves.
 *
 * How the map is divided. A lane is a worker, from the start of the map to its end:
 *
 *	|--ramp--[item]-dispatch-[item]-dispatch-[item]----imbalance----|--deliver--|
 *	map's start                                          last end of all      map's end
 *
 * A worker without an item is a lane of imbalance and delivery alone. Summed over the lanes, the five parts (the items
 * themselves are `busy`) are lanes x map, to the nanosecond.
 *
 * What the consumer sees. A result waits from its end to its delivery. The stall is the longest time from one delivery
 * to the next, or from the map's start to the first. Head-of-line blocking is the time in which the result to deliver
 * next was not yet complete while another one, delivered later, was.
 */
#ifndef PVQ_OBSERVED_H
#define PVQ_OBSERVED_H

#include "trial/row.h"

#include <stddef.h>
#include <stdint.h>

/* An item's stamps, in nanoseconds since the map's start: begin <= end <= delivered <= the map's time. */
struct pvq_moment {
	uint64_t item;
	unsigned worker;
	uint64_t begin_ns, end_ns, delivered_ns;
};

/* An observed trial. Times are nanoseconds. */
struct pvq_observed {
	char impl[PVQ_NAME_MAX], task[PVQ_NAME_MAX], args[PVQ_ARGS_TEXT];
	uint64_t n;
	unsigned workers, cores, block; /* as in pvq_row: the block is the round */
	unsigned lanes;                 /* workers, or more if a strategy replaced some */
	uint64_t map_ns, longest_ns;    /* longest: of the items */
	uint64_t busy_ns, ramp_ns, dispatch_ns, imbalance_ns, deliver_ns; /* summed over the lanes */
	uint64_t first_ns, stall_ns, blocked_ns; /* blocked: head-of-line blocking in total */
	uint64_t wait_median_ns, wait_p99_ns, wait_max_ns;
	uint64_t waiting_max;       /* most results waiting at the same time */
	uint64_t start_ns, stop_ns; /* before and after the map; 0 in files of older versions */
};

/* Fills in all figures from the moments, which are in the order of delivery, with workers numbered from 0 in the order
 * of their first items. o->workers and o->map_ns must be set. 0 or -ENOMEM. */
int pvq_observed_describe(struct pvq_observed *, const struct pvq_moment *, size_t n);

/* Copies from a trial's row which trial it was. */
void pvq_observed_identify(struct pvq_observed *, const struct pvq_row *);

/* Adds the trial to a file, which another process may have begun. 0 or -errno. */
int pvq_observed_append(const char *path, const struct pvq_observed *);

/* Rows of observed.csv; freed with pvq_observations_free(). */
struct pvq_observations {
	struct pvq_observed *row;
	size_t count;
};

/* Reads DIR/observed.csv. 0; -ENOENT without a message: there is none; other -errno with one line on stderr and the
 * rows that could be read. */
int pvq_observations_read(struct pvq_observations *, const char *dir);
void pvq_observations_free(struct pvq_observations *);

/* The next trial after `row` (NULL: the first) of that strategy, work, workers and cores, or NULL. */
const struct pvq_observed *pvq_observed_next(
	const struct pvq_observations *, const struct pvq_row *key, const struct pvq_observed *row);

/* Of these trials the first with the shortest map, which is the one whose timeline a run keeps; or NULL. */
const struct pvq_observed *pvq_observed_shortest(
	const struct pvq_observations *, const struct pvq_row *key);

/* Writes a new file with one line per item, in the order of delivery. 0 or -errno. */
int pvq_timeline_write(const char *path, const struct pvq_moment *, size_t n);

/* Reads DIR/NAME; the caller frees *moment. 0; -ENOENT without a message; other -errno with one line on stderr. */
int pvq_timeline_read(const char *dir, const char *name, struct pvq_moment **moment, size_t *n);

/* Makes the name of a timeline's file in a run's folder, from a strategy and a work's slug (results/cell.h). */
enum { PVQ_TIMELINE_NAME = 256 };
void pvq_timeline_name(char name[PVQ_TIMELINE_NAME], const char *impl, const char *slug);

#endif
