/* data.c: the programs that do the tutorial's job, and the table of tutorial.csv. */
#include "experiments/tutorial/tutorial.h"

#include <errno.h>
#include <stdlib.h>

/* "pvq" and "tutorial.py" stand for the programs of this build. */
#define PVQ_RUN(impl)                                                                                     \
	{                                                                                                 \
		"pvq", "run", "--impl", impl, "--task", "sleep:us=2000000", "--n", "4", "--workers", "4", \
			"--print", NULL                                                                   \
	}

const struct pvq_job_way pvq_job_ways[] = {
	{"Python: Process + Queue", {"tutorial.py", "process_queue", NULL}},
	{"Python: Pool.imap", {"tutorial.py", "imap", NULL}},
	{"Python: Pool.imap_unordered", {"tutorial.py", "imap_unordered", NULL}},
	{"pvq: fork_pipe_queue", PVQ_RUN("fork_pipe_queue")},
	{"pvq: pthread_queue", PVQ_RUN("pthread_queue")},
	{"pvq: pool_ordered", PVQ_RUN("pool_ordered")},
	{"pvq: pool_unordered", PVQ_RUN("pool_unordered")},
	{0},
};

#define COL(kind, field) PVQ_COLUMN(struct pvq_job_row, kind, field)

static const struct pvq_column tutorial_column[] = {
	COL(TEXT, way), COL(U32, block), COL(U64, wall_ns), COL(U32, wstatus)};

enum { COLUMNS = sizeof(tutorial_column) / sizeof(tutorial_column[0]) };

const struct pvq_table pvq_job_table = {.file = "a tutorial.csv",
	.column = tutorial_column,
	.columns = COLUMNS,
	.required = COLUMNS,
	.row = sizeof(struct pvq_job_row)};

int pvq_job_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_table_rows *rows = calloc(1, sizeof(*rows));
	int ret = rows ? pvq_table_read_file(folder->dir, PVQ_JOB_FILE, &pvq_job_table, rows) : -ENOMEM;

	if (ret == -ENOENT) {
		free(rows);
		rows = NULL;
	}
	*data = rows;
	return ret == -ENOMEM ? ret : 0;
}

void pvq_job_release(void *data)
{
	free(((struct pvq_table_rows *)data)->row);
	free(data);
}
