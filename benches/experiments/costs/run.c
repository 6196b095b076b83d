/* run.c: runs small sweeps of noop, and reads the memory of each strategy's processes. */
#include "base/asset.h"
#include "base/clock.h"
#include "base/rundir.h"
#include "drive/empty.h"
#include "drive/memory.h"
#include "drive/sweep.h"
#include "experiments/costs/costs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DISPATCH_BLOCKS = 12, COLD_BLOCKS = 12, MEMORY_ROUNDS = 3 };

/* The strategies to measure, each with its number of empty items. */
struct costs {
	const struct pvq_plan *of;
	const struct pvq_host *host;
	const char *dir;
	const struct pvq_impl **impl; /* owned, as is n */
	uint64_t *n;
	unsigned count, cores;
	double deadline_s; /* by costs_now_s() */
};

static double costs_now_s(void)
{
	return (double)pvq_clock_ns() / 1e9;
}

/* Collects the plan's strategies. 0 or -ENOMEM. */
static int costs_collect(struct costs *c)
{
	c->impl = calloc(c->of->ncell + 1, sizeof(struct pvq_impl *));
	c->n = calloc(c->of->ncell + 1, sizeof(*c->n));
	if (!c->impl || !c->n)
		return -ENOMEM;
	for (unsigned i = 0; i < c->of->ncell; i++) {
		const struct pvq_plan_cell *cell = &c->of->cell[i];
		unsigned known = 0;

		c->cores = cell->cores > c->cores ? cell->cores : c->cores;
		while (known < c->count && c->impl[known] != cell->impl)
			known++;
		if (known == c->count)
			c->impl[c->count++] = cell->impl;
	}
	return 0;
}

static unsigned costs_workers(const struct costs *c, const struct pvq_impl *impl)
{
	return impl->flags & PVQ_ONE_WORKER ? 1 : c->cores;
}

static struct pvq_trial costs_trial(
	const struct costs *c, const struct pvq_impl *impl, const struct pvq_spec *spec, uint64_t n)
{
	return (struct pvq_trial){.impl = impl,
		.spec = spec,
		.n = n,
		.seed = c->of->seed,
		.workers = costs_workers(c, impl),
		.cpu = c->host->cpu,
		.ncpu = costs_workers(c, impl),
		.oracle = ""};
}

/* Sweeps noop through all strategies. cold: one item a worker. */
static int costs_sweep(const struct costs *c, const char *file, unsigned blocks, int cold, double share)
{
	struct pvq_sweep sweep = {.host = c->host, .dir = c->dir, .file = file};
	struct pvq_plan plan = {.profile = c->of->profile,
		.blocks = blocks,
		.seed = c->of->seed,
		.timeout_s = c->of->timeout_s};
	int ret = pvq_plan_add_spec(&plan, PVQ_EMPTY_TASK);

	plan.cell = calloc(c->count + 1, sizeof(*plan.cell));
	if (!plan.cell)
		ret = -ENOMEM;
	for (unsigned i = 0; ret == 0 && i < c->count; i++)
		plan.cell[plan.ncell++] = (struct pvq_plan_cell){.impl = c->impl[i],
			.spec = plan.spec[0],
			.n = cold ? c->cores : c->n[i],
			.workers = costs_workers(c, c->impl[i]),
			.cores = costs_workers(c, c->impl[i])};
	pvq_plan_number_groups(&plan);
	sweep.deadline_s = fmax((c->deadline_s - costs_now_s()) * share, 1);
	if (ret == 0)
		ret = pvq_sweep_into(&plan, &sweep);
	pvq_plan_free(&plan);
	return ret;
}

static int costs_dispatch(struct costs *c)
{
	struct pvq_spec noop;
	int ret = pvq_spec_parse(&noop, PVQ_EMPTY_TASK);

	if (pvq_rundir_has(c->dir, "dispatch.csv"))
		return 0;
	fprintf(stderr, "pvq: measuring the cost of an empty item\n");
	for (unsigned i = 0; ret == 0 && i < c->count; i++) {
		struct pvq_trial t = costs_trial(c, c->impl[i], &noop, 0);

		ret = pvq_empty_size(&t, c->of->timeout_s, &c->n[i]);
	}
	return ret ? ret : costs_sweep(c, "dispatch.csv", DISPATCH_BLOCKS, 0, 0.6);
}

static int costs_cold(struct costs *c)
{
	if (pvq_rundir_has(c->dir, "cold.csv"))
		return 0;
	fprintf(stderr, "pvq: measuring whole runs\n");
	return costs_sweep(c, "cold.csv", COLD_BLOCKS, 1, 0.7);
}

/* Two items a worker, each long enough for several readings of its memory. */
static int costs_memory_rows(const struct costs *c, FILE *f)
{
	struct pvq_spec spec;
	int ret = pvq_spec_parse(&spec, "sleep:us=150000");

	if (ret == 0)
		ret = pvq_memory_header(f);
	for (unsigned round = 0; ret == 0 && round < MEMORY_ROUNDS; round++)
		for (unsigned i = 0; ret == 0 && i < c->count; i++) {
			uint64_t n = 2 * (uint64_t)costs_workers(c, c->impl[i]);
			struct pvq_trial t = costs_trial(c, c->impl[i], &spec, n);
			struct pvq_memory memory;

			ret = pvq_memory_measure(&t, c->of->timeout_s, &memory);
			if (ret == 0)
				ret = pvq_memory_write(f, &memory);
		}
	return ret;
}

static int costs_memory(const struct costs *c)
{
	struct pvq_partial part;
	int ret = pvq_partial_begin(&part, c->dir, "memory.csv");
	FILE *f;

	if (ret)
		return ret < 0 ? ret : 0;
	fprintf(stderr, "pvq: measuring memory\n");
	f = pvq_rundir_open(c->dir, part.file, "we");
	if (!f)
		return pvq_partial_end(&part, -EIO);
	ret = costs_memory_rows(c, f);
	fclose(f); /* every row was flushed and checked when it was written */
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot write %s/memory.csv: %s\n", c->dir, strerror(-ret));
	return pvq_partial_end(&part, ret);
}

/* Keeps the length of the strategies' files for the report, which may be made on another machine. */
static int costs_lines(const char *dir)
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret)
		return ret;
	fputs(pvq_asset("lines.tsv"), out.f);
	ret = pvq_outfile_write(&out, dir, "lines.tsv");
	pvq_outfile_free(&out);
	return ret;
}

int pvq_costs_run(const struct pvq_session *session)
{
	struct costs c = {.of = session->plan,
		.host = session->host,
		.dir = session->dir,
		.deadline_s = costs_now_s() + (session->seconds > 0 ? session->seconds : INFINITY)};
	int ret;

	(void)costs_lines(session->dir); /* reports a failure; a column of the report is then empty */
	ret = costs_collect(&c);
	if (ret == 0)
		ret = costs_dispatch(&c);
	if (ret == 0)
		ret = costs_cold(&c);
	if (ret == 0)
		ret = costs_memory(&c);
	free(c.impl);
	free(c.n);
	return ret;
}
