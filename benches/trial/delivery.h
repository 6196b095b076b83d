/* delivery.h: what arrived of each item, in the order of delivery, for a driver that has to know it even of a trial that
 * dies: a file in CSV, each line written as it happens.
 */
#ifndef PVQ_DELIVERY_H
#define PVQ_DELIVERY_H

#include "base/table.h"
#include "trial/row.h"

/* One delivered item. */
struct pvq_delivery {
	uint64_t item;
	enum pvq_cause cause; /* PVQ_CAUSE_NONE: a result arrived; else why there is none */
	uint64_t bytes;       /* of the result */
	uint64_t number;      /* the result where it has the size of a number; else 0 */
	uint64_t at_ns;       /* CLOCK_MONOTONIC */
};

/* Adds the header, or a line. 0 or -errno. */
int pvq_delivery_header(FILE *);
int pvq_delivery_write(FILE *, const struct pvq_delivery *);

/* Reads DIR/NAME; rows->row is an array of struct pvq_delivery. As pvq_table_read_file(). */
int pvq_deliveries_read(const char *dir, const char *name, struct pvq_table_rows *);

#endif
