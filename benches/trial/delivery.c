/* delivery.c: reads and writes files of deliveries. */
#include "trial/delivery.h"

#define COL(kind, field) PVQ_COLUMN(struct pvq_delivery, kind, field)

static const struct pvq_column delivery_column[] = {
	COL(U64, item),
	PVQ_COLUMN_OF(struct pvq_delivery, cause, pvq_cause_words),
	COL(U64, bytes),
	COL(U64, number),
	COL(U64, at_ns),
};

enum { COLUMNS = sizeof(delivery_column) / sizeof(delivery_column[0]) };

static const struct pvq_table delivery_table = {.file = "a file of deliveries",
	.column = delivery_column,
	.columns = COLUMNS,
	.required = COLUMNS,
	.row = sizeof(struct pvq_delivery)};

int pvq_delivery_header(FILE *f)
{
	return pvq_table_header(&delivery_table, f);
}

int pvq_delivery_write(FILE *f, const struct pvq_delivery *delivery)
{
	return pvq_table_write(&delivery_table, f, delivery);
}

int pvq_deliveries_read(const char *dir, const char *name, struct pvq_table_rows *rows)
{
	return pvq_table_read_file(dir, name, &delivery_table, rows);
}
