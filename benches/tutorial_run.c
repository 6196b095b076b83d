/* tutorial_run.h: starts the programs, and writes what they took. */
#include "tutorial_run.h"
#include "clock.h"
#include "launch.h"
#include "rundir.h"
#include "stats.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char tutorial_file[] = "tutorial.csv";

/* A program that does the job. "pvq" and "tutorial.py" are those of this build. */
struct tutorial_way {
	const char *name, *argv[12];
};

#define PVQ_RUN(impl)                                                                                     \
	{                                                                                                 \
		"pvq", "run", "--impl", impl, "--task", "sleep:us=2000000", "--n", "4", "--workers", "4", \
			"--print", NULL                                                                   \
	}

static const struct tutorial_way tutorial_ways[] = {
	{"Python: Process + Queue", {"tutorial.py", "process_queue", NULL}},
	{"Python: Pool.imap", {"tutorial.py", "imap", NULL}},
	{"Python: Pool.imap_unordered", {"tutorial.py", "imap_unordered", NULL}},
	{"pvq: fork_pipe_queue", PVQ_RUN("fork_pipe_queue")},
	{"pvq: pthread_queue", PVQ_RUN("pthread_queue")},
	{"pvq: pool_ordered", PVQ_RUN("pool_ordered")},
	{"pvq: pool_unordered", PVQ_RUN("pool_unordered")},
};

enum { WAYS = sizeof(tutorial_ways) / sizeof(tutorial_ways[0]) };

struct tutorial_row {
	char way[64];
	unsigned block;
	uint64_t wall_ns;
	unsigned wstatus; /* 0: it ended well */
};

#define COL(kind, field) PVQ_COLUMN(struct tutorial_row, kind, field)

static const struct pvq_column tutorial_column[] = {
	COL(TEXT, way), COL(U32, block), COL(U64, wall_ns), COL(U32, wstatus)};

enum { COLUMNS = sizeof(tutorial_column) / sizeof(tutorial_column[0]) };

static const struct pvq_table tutorial_table = {.file = "a tutorial.csv",
	.column = tutorial_column,
	.columns = COLUMNS,
	.required = COLUMNS,
	.row = sizeof(struct tutorial_row)};

/* 0 with the row, which also tells of a program that failed; -EINTR. */
static int tutorial_try(const struct tutorial_way *way, unsigned block, struct tutorial_row *row)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	const double timeout_s = 30;
	char *argv[12];
	uint64_t began = pvq_clock_ns();
	int wstatus = 0, ret;

	memcpy(argv, way->argv, sizeof(argv));
	ret = pvq_launch_command(argv, ".", timeout_s, &io, &wstatus);
	*row = (struct tutorial_row){
		.block = block, .wall_ns = pvq_clock_ns() - began, .wstatus = ret ? 1 : (unsigned)wstatus};
	snprintf(row->way, sizeof(row->way), "%s", way->name);
	return ret == -EINTR ? ret : 0;
}

static int tutorial_rows(FILE *f, unsigned blocks)
{
	int ret = pvq_table_header(&tutorial_table, f);

	for (unsigned b = 0; ret == 0 && b < blocks; b++)
		for (unsigned i = 0; ret == 0 && i < WAYS; i++) {
			struct tutorial_row row;

			ret = tutorial_try(&tutorial_ways[(i + b) % WAYS], b, &row);
			if (ret == 0)
				ret = pvq_table_write(&tutorial_table, f, &row);
		}
	return ret;
}

int pvq_tutorial_job_run(const char *dir, unsigned blocks)
{
	struct pvq_partial part;
	int ret = pvq_partial_begin(&part, dir, tutorial_file);
	FILE *f;

	if (ret)
		return ret < 0 ? ret : 0;
	fprintf(stderr, "pvq: the tutorial's own job\n");
	f = pvq_rundir_open(dir, part.file, "we");
	if (!f)
		return pvq_partial_end(&part, -EIO);
	ret = tutorial_rows(f, blocks);
	fclose(f); /* every row was flushed and checked when it was written */
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, part.file, strerror(-ret));
	return pvq_partial_end(&part, ret);
}

static void tutorial_line(FILE *md, const struct tutorial_way *way, const struct pvq_table_rows *rows)
{
	const struct tutorial_row *row = rows->row;
	double *ns = calloc(rows->count + 1, sizeof(*ns));
	struct pvq_estimate e;
	size_t n = 0;

	for (size_t i = 0; ns && i < rows->count; i++)
		if (strcmp(row[i].way, way->name) == 0 && row[i].wstatus == 0)
			ns[n++] = (double)row[i].wall_ns;
	fprintf(md, "| %s | `", way->name);
	for (int i = 0; way->argv[i]; i++)
		fprintf(md, "%s%s", i ? " " : "", way->argv[i]);
	if (n) {
		e = pvq_estimate(ns, n, PVQ_ALPHA);
		fprintf(md, "` | %.3f s (%.3f–%.3f) | %s |\n", e.median / 1e9, e.min / 1e9, e.max / 1e9,
			pvq_text_ns(e.median - 2e9).s);
	} else {
		fputs("` | did not end well | – |\n", md);
	}
	free(ns);
}

void pvq_tutorial_chapter(FILE *md, const char *dir)
{
	struct pvq_table_rows rows;
	FILE *f;

	if (!pvq_rundir_has(dir, tutorial_file))
		return;
	f = pvq_rundir_open(dir, tutorial_file, "re");
	if (!f)
		return;
	if (pvq_table_read(&tutorial_table, f, &rows))
		fprintf(stderr, "pvq: %s/%s: %s\n", dir, tutorial_file, rows.problem);
	fclose(f);
	fprintf(md,
		"### The tutorial's own job\n\nFour tasks that sleep 2 s each on four workers: 8 s one after the other, 2 s at best. What comes on top is for the most part the "
		"start of the program: Python's interpreter, imports and workers; with pvq, loading libraries and looking at the "
		"machine, which is the same for all strategies. The program "
		"of the tutorial in pure Python (`impls/python/tutorial.py`) and the same job through pvq; wall time of the whole program as its user "
		"waits for it, median and range of %zu run%s.\n\n| Way | Command | Wall time | Above 2 s |\n|:--|:--|--:|--:|\n",
		(rows.count + WAYS - 1) / WAYS, rows.count > WAYS ? "s" : "");
	for (unsigned i = 0; i < WAYS; i++)
		tutorial_line(md, &tutorial_ways[i], &rows);
	fputs("\n", md);
	free(rows.row);
}
