/* run.c: starts the programs, and writes their wall times. */
#include "base/clock.h"
#include "base/rundir.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "experiments/tutorial/tutorial.h"

#include <errno.h>
#include <string.h>

/* Runs one program. 0 with the row, which also records a failure; -EINTR. */
static int tutorial_try(const struct pvq_job_way *way, unsigned block, struct pvq_job_row *row)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	const double timeout_s = 30;
	char *argv[12];
	uint64_t began = pvq_clock_ns();
	int wstatus = 0, ret;

	memcpy(argv, way->argv, sizeof(argv));
	ret = pvq_launch_command(argv, ".", timeout_s, &io, &wstatus);
	*row = (struct pvq_job_row){
		.block = block, .wall_ns = pvq_clock_ns() - began, .wstatus = ret ? 1 : (unsigned)wstatus};
	snprintf(row->way, sizeof(row->way), "%s", way->name);
	return ret == -EINTR ? ret : 0;
}

static int tutorial_rows(FILE *f, unsigned blocks)
{
	unsigned ways = 0;
	int ret = pvq_table_header(&pvq_job_table, f);

	while (pvq_job_ways[ways].name)
		ways++;
	for (unsigned b = 0; ret == 0 && b < blocks; b++)
		for (unsigned i = 0; ret == 0 && i < ways; i++) {
			struct pvq_job_row row;

			ret = tutorial_try(&pvq_job_ways[(i + b) % ways], b, &row);
			if (ret == 0)
				ret = pvq_table_write(&pvq_job_table, f, &row);
		}
	return ret;
}

int pvq_job_run(const struct pvq_session *session)
{
	const double block_s = 14.5; /* seven programs of 2 s and a bit */
	const unsigned blocks = session->seconds > 2 * block_s ? (unsigned)(session->seconds / block_s) : 1;
	const char *dir = session->dir;
	struct pvq_partial part;
	int ret = pvq_partial_begin(&part, dir, PVQ_JOB_FILE);
	FILE *f;

	if (ret)
		return ret < 0 ? ret : 0;
	fprintf(stderr, "pvq: running the tutorial's own job\n");
	f = pvq_rundir_open(dir, part.file, "we");
	if (!f)
		return pvq_partial_end(&part, -EIO);
	ret = tutorial_rows(f, blocks);
	fclose(f); /* every row was flushed and checked when it was written */
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, part.file, strerror(-ret));
	return pvq_partial_end(&part, ret);
}
