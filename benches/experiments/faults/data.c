/* data.c: reads and writes faults.csv. */
#include "experiments/faults/faults.h"
#include "trial/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
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
	/* files of earlier versions end here, or one column earlier */
	COL(U32, try),
	PVQ_COLUMN_OF(struct pvq_fault, cause, pvq_cause_words),
	COL(U32, named),
};

enum { COLUMNS = sizeof(faults_column) / sizeof(faults_column[0]), ADDED_COLUMNS = 3 };

static const struct pvq_table faults_table = {.file = "a faults.csv",
	.column = faults_column,
	.columns = COLUMNS,
	.required = COLUMNS - ADDED_COLUMNS,
	.row = sizeof(struct pvq_fault)};

int pvq_faults_header(FILE *f)
{
	return pvq_table_header(&faults_table, f);
}

int pvq_faults_write(FILE *f, const struct pvq_fault *fault)
{
	return pvq_table_write(&faults_table, f, fault);
}

int pvq_faults_is_named(const char *reason)
{
	static const char word[] = "item ";

	for (const char *at = strstr(reason, word); at; at = strstr(at, word)) {
		at += strlen(word);
		if (isdigit((unsigned char)*at) && strtoul(at, NULL, 10) == PVQ_FAULTS_AT)
			return 1;
	}
	return 0;
}

/* Derives cause and named from the reason, for a file of an earlier version without these columns. */
static void add_cause(struct pvq_fault *f)
{
	static const char died[] = "the trial's process died";

	if (f->cause != PVQ_CAUSE_NONE || f->status == PVQ_OK)
		return;
	if (strncmp(f->reason, died, strlen(died)) == 0)
		f->cause = PVQ_CAUSE_TRIAL_DIED;
	f->named = (unsigned)pvq_faults_is_named(f->reason);
}

int pvq_faults_read(struct pvq_faults *faults, const char *dir)
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read_file(dir, "faults.csv", &faults_table, &rows);

	faults->fault = rows.row;
	faults->count = rows.count;
	for (size_t i = 0; i < faults->count; i++)
		add_cause(&faults->fault[i]);
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
