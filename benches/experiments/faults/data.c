/* data.c: faults.csv. */
#include "experiments/faults/faults.h"

#include <errno.h>
#include <string.h>

const char *const pvq_fault_words[] = {"error", "segv", "kill", "exit", "hang", NULL};

#define COL(kind, field) PVQ_COLUMN(struct pvq_fault, kind, field)

static const struct pvq_column faults_column[] = {
	COL(TEXT, impl),
	PVQ_COLUMN_OF(struct pvq_fault, kind, pvq_fault_words),
	COL(U32, items),
	COL(U32, workers),
	COL(U32, delivered),
	COL(U32, told),
	COL(U32, lost),
	COL(U32, begun),
	COL(U32, hung),
	COL(U64, noticed_ns),
	COL(U64, item_timeout_ms),
	PVQ_COLUMN_OF(struct pvq_fault, status, pvq_status_words),
	COL(TEXT, reason),
	COL(U32, try),
};

enum { COLUMNS = sizeof(faults_column) / sizeof(faults_column[0]) };

static const struct pvq_table faults_table = {.file = "a faults.csv",
	.column = faults_column,
	.columns = COLUMNS,
	.required = COLUMNS - 1,
	.row = sizeof(struct pvq_fault)};

int pvq_faults_header(FILE *f)
{
	return pvq_table_header(&faults_table, f);
}

int pvq_faults_write(FILE *f, const struct pvq_fault *fault)
{
	return pvq_table_write(&faults_table, f, fault);
}

int pvq_faults_read(struct pvq_faults *faults, const char *dir)
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read_file(dir, "faults.csv", &faults_table, &rows);

	faults->fault = rows.row;
	faults->count = rows.count;
	return ret;
}

const struct pvq_fault *pvq_faults_next(const struct pvq_faults *faults, const char *impl,
	enum pvq_fault_kind kind, const struct pvq_fault *after)
{
	size_t i = after ? (size_t)(after - faults->fault) + 1 : 0;

	for (; i < faults->count; i++)
		if (faults->fault[i].kind == kind && strcmp(faults->fault[i].impl, impl) == 0)
			return &faults->fault[i];
	return NULL;
}
