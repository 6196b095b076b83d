/* data.c: reads and writes chaos.csv. */
#include "experiments/chaos/chaos.h"

#define COL(kind, field) PVQ_COLUMN(struct pvq_chaos, kind, field)

static const struct pvq_column chaos_column[] = {
	COL(TEXT, impl),
	COL(TEXT, version),
	COL(U64, item_ns),
	COL(U64, items),
	COL(U32, workers),
	COL(U32, every_ms),
	COL(U64, limit_ms),
	COL(SEEN, calm_ns),
	COL(SEEN, killed_ns),
	COL(U32, kills),
	COL(U64, delivered),
	COL(U64, lost),
	COL(U64, twice),
	COL(U64, disorder),
	COL(SEEN, silent_ms),
	PVQ_COLUMN_OF(struct pvq_chaos, status, pvq_status_words),
	PVQ_COLUMN_OF(struct pvq_chaos, cause, pvq_cause_words),
	COL(TEXT, reason),
};

enum { COLUMNS = sizeof(chaos_column) / sizeof(chaos_column[0]) };

static const struct pvq_table chaos_table = {.file = "a " PVQ_CHAOS_FILE,
	.column = chaos_column,
	.columns = COLUMNS,
	.required = COLUMNS,
	.row = sizeof(struct pvq_chaos)};

int pvq_chaos_header(FILE *f)
{
	return pvq_table_header(&chaos_table, f);
}

int pvq_chaos_write(FILE *f, const struct pvq_chaos *row)
{
	return pvq_table_write(&chaos_table, f, row);
}

int pvq_chaos_read(struct pvq_table_rows *rows, const char *dir)
{
	return pvq_table_read_file(dir, PVQ_CHAOS_FILE, &chaos_table, rows);
}
