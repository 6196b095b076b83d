/* row.c: reads and writes raw.csv. */
#include "trial/row.h"
#include "base/table.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { FIXED_COLUMNS = 24 };

#define COL(kind, field) PVQ_COLUMN(struct pvq_row, kind, field)

static const struct pvq_column row_column[] = {
	COL(TEXT, impl),
	COL(TEXT, task),
	COL(TEXT, args),
	COL(U64, n),
	COL(U32, workers),
	COL(U32, cores),
	COL(U32, chunk),
	COL(U32, window),
	COL(TEXT, order),
	COL(TEXT, in_via),
	COL(TEXT, out_via),
	COL(U32, block),
	PVQ_COLUMN_OF(struct pvq_row, status, pvq_status_words),
	PVQ_COLUMN_OF(struct pvq_row, verified, pvq_verified_words),
	COL(U64, start_ns),
	COL(SEEN, first_ns),
	COL(U64, map_ns),
	COL(U64, stop_ns),
	COL(U64, total_ns),
	COL(OPT_U64, user_ns),
	COL(OPT_U64, sys_ns),
	COL(SEEN, max_rss_kb),
	COL(OPT_U64, nvcsw),
	COL(OPT_U64, nivcsw),
	/* the fixed columns end here */
	COL(U32, cell),
	COL(U32, oversubscribed),
	COL(U64, seed),
	COL(U64, item_errors),
	COL(TEXT, oracle),
	COL(TEXT, reason),
	COL(U32, retries),
	COL(U64, recycle),
	COL(U64, item_timeout_ms),
	COL(SEEN, wall_ns),
	COL(OPT_U64, stolen_ns),
	COL(OPT_I64, foreign_ns),
	PVQ_COLUMN_OF(struct pvq_row, cause, pvq_cause_words),
	COL(SEEN, handover_ns),
	COL(SEEN, handover_after_ns),
	COL(SEEN, compute_ns),
	COL(SEEN, beside_ns),
	COL(SEEN, on_cores),
	COL(SEEN, on_caches),
	COL(SEEN, on_sockets),
	COL(U32, attempt),
	COL(SEEN, at_ms),
};

const struct pvq_table pvq_row_table = {.file = "a raw.csv",
	.column = row_column,
	.columns = sizeof(row_column) / sizeof(row_column[0]),
	.required = FIXED_COLUMNS,
	.row = sizeof(struct pvq_row)};

const char *pvq_status_name(enum pvq_status status)
{
	return pvq_status_words[status];
}

const char *pvq_verified_name(enum pvq_verified verified)
{
	return pvq_verified_words[verified];
}

int pvq_row_header(FILE *f)
{
	return pvq_table_header(&pvq_row_table, f);
}

int pvq_row_write(FILE *f, const struct pvq_row *row)
{
	return pvq_table_write(&pvq_row_table, f, row);
}

int pvq_row_append(const char *path, const struct pvq_row *row)
{
	return pvq_table_append(&pvq_row_table, path, row);
}

static void take_rows(struct pvq_rows *rows, const struct pvq_table_rows *read)
{
	rows->row = read->row;
	rows->count = read->count;
	rows->bad = read->bad;
	snprintf(rows->problem, sizeof(rows->problem), "%s", read->problem);
}

int pvq_rows_read(struct pvq_rows *rows, FILE *f)
{
	struct pvq_table_rows read;
	int ret = pvq_table_read(&pvq_row_table, f, &read);

	take_rows(rows, &read);
	return ret;
}

int pvq_rows_read_file(const char *dir, const char *name, struct pvq_rows *rows)
{
	struct pvq_table_rows read;
	int ret = pvq_table_read_file(dir, name, &pvq_row_table, &read);

	take_rows(rows, &read);
	return ret;
}

int pvq_rows_need_file(const char *dir, const char *name, struct pvq_rows *rows)
{
	int ret = pvq_rows_read_file(dir, name, rows);

	if (ret == -ENOENT)
		fprintf(stderr, "pvq: cannot open %s/%s: %s\n", dir, name, strerror(-ret));
	return ret;
}

void pvq_rows_free(struct pvq_rows *rows)
{
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}
