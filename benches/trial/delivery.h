/* delivery.h: records the delivery of each item, in order, in a CSV file. Each line is written as it happens, so that
 * the driver can read them even if the trial dies.
 */
#ifndef PVQ_DELIVERY_H
#define PVQ_DELIVERY_H

#include "base/table.h"
#include "trial/row.h"

/* One delivered item. */
struct pvq_delivery {
	uint64_t item;
	enum pvq_cause cause; /* PVQ_CAUSE_NONE: a result arrived; else why none did */
	uint64_t bytes;       /* of the result */
	uint64_t number;      /* the result if it has the size of a number; else 0 */
	uint64_t at_ns;       /* CLOCK_MONOTONIC */
};

/* Add the header, or a line. 0 or -errno. */
int pvq_delivery_header(FILE *);
int pvq_delivery_write(FILE *, const struct pvq_delivery *);

/* Reads DIR/NAME; rows->row is an array of struct pvq_delivery. As pvq_table_read_file(). */
int pvq_deliveries_read(const char *dir, const char *name, struct pvq_table_rows *);

#endif
