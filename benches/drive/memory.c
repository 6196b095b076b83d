/* memory.c: sums up PSS over a tree of processes at intervals, and keeps the largest sum. */
#include "drive/memory.h"
#include "base/tree.h"
#include "drive/launch.h"
#include "trial/words.h"

#include <string.h>

/* The observer must be first: a pointer to it is a pointer to the whole. */
struct memory_observer {
	struct pvq_launch_observer observer;
	uint64_t most_kb;
	unsigned processes;
};

/* Each reading costs the kernel a walk over all pages, so read seldom. */
static void memory_observe(struct pvq_launch_observer *observer, pid_t pid)
{
	struct memory_observer *o = (struct memory_observer *)observer;
	unsigned processes = 0;
	uint64_t kb = 0;

	if (pid == 0)
		return;
	(void)pvq_tree_pss(pid, &kb, &processes); /* fails if it has just ended */
	if (kb > o->most_kb)
		o->most_kb = kb;
	if (processes > o->processes)
		o->processes = processes;
}

int pvq_memory_measure(const struct pvq_trial *t, double timeout_s, struct pvq_memory *m)
{
	struct memory_observer o = {.observer = {.fd = -1, .every_ms = 20, .observe = memory_observe}};
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1, .observer = &o.observer};
	struct pvq_row row;
	int ret = pvq_launch_trial(t, timeout_s, &io, &row);

	if (ret)
		return ret;
	*m = (struct pvq_memory){.workers = row.workers, .status = row.status};
	memcpy(m->impl, row.impl, sizeof(m->impl));
	memcpy(m->reason, row.reason, sizeof(m->reason));
	if (row.status == PVQ_OK) {
		m->pss_kb = o.most_kb;
		m->processes = o.processes;
	}
	return 0;
}

#define COL(kind, field) PVQ_COLUMN(struct pvq_memory, kind, field)

static const struct pvq_column memory_column[] = {
	COL(TEXT, impl),
	COL(U32, workers),
	COL(U32, processes),
	COL(SEEN, pss_kb),
	PVQ_COLUMN_OF(struct pvq_memory, status, pvq_status_words),
	COL(TEXT, reason),
};

enum { COLUMNS = sizeof(memory_column) / sizeof(memory_column[0]) };

static const struct pvq_table memory_table = {.file = "a memory.csv",
	.column = memory_column,
	.columns = COLUMNS,
	.required = COLUMNS,
	.row = sizeof(struct pvq_memory)};

int pvq_memory_header(FILE *f)
{
	return pvq_table_header(&memory_table, f);
}

int pvq_memory_write(FILE *f, const struct pvq_memory *m)
{
	return pvq_table_write(&memory_table, f, m);
}

int pvq_memory_read(struct pvq_table_rows *read, const char *dir)
{
	return pvq_table_read_file(dir, "memory.csv", &memory_table, read);
}
