/* chapter.c: how long the tutorial's job took, program by program. */
#include "experiments/tutorial/tutorial.h"

#include <stdlib.h>
#include <string.h>

static void tutorial_line(FILE *md, const struct pvq_job_way *way, const struct pvq_table_rows *rows)
{
	const struct pvq_job_row *row = rows->row;
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
		fputs("` | failed | – |\n", md);
	}
	free(ns);
}

int pvq_job_chapter(const struct pvq_report *r, const void *data)
{
	const struct pvq_table_rows *rows = data;
	size_t ways = 0;

	while (pvq_job_ways[ways].name)
		ways++;
	fprintf(r->md,
		"## The tutorial's own job\n\nFour tasks that sleep for 2 s each, on four workers: 8 s "
		"one after the other, 2 s at best. The rest is mostly the start of the program: "
		"Python's interpreter, imports and workers; with pvq, loading libraries and inspecting "
		"the machine, which is the same for all strategies. Chunk sizes are the default, one "
		"item at a time: with as many items as workers, a larger chunk would leave workers "
		"without work. The table compares the tutorial's "
		"program in pure Python (`impls/python/tutorial.py`) with the same job through pvq: "
		"wall time of the whole program as its user waits for it, median and range of %zu "
		"run%s.\n\n| Way | Command | Wall time | Above 2 s |\n|:--|:--|--:|--:|\n",
		ways ? (rows->count + ways - 1) / ways : 0, rows->count > ways ? "s" : "");
	for (size_t i = 0; i < ways; i++)
		tutorial_line(r->md, &pvq_job_ways[i], rows);
	fputs("\n", r->md);
	return 0;
}
