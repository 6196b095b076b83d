/* measure.c: the trials that run a runner. Each verifies its results after the clock has stopped. */
#include "pool/measure.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/tree.h"
#include "pool/runner.h"
#include "pool/work.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct pool_runner *const runners[] = {&pool_runner_serial, &pool_runner_pool_ordered,
	&pool_runner_pool_unordered, &pool_runner_openmp, &pool_runner_pthreadpool};

static const struct pool_work *const works[] = {
	&pool_work_noop, &pool_work_spin, &pool_work_skew, &pool_work_sleep};

/* A started runner. */
struct session {
	const struct pool_runner *runner;
	const struct pool_work *work;
	void *self;
	uint64_t arg; /* passed to the work as its ctx */
	uint64_t *in; /* the items' parameters */
	struct pool_job job;
};

static int session_find(struct session *s, const struct pool_cell *cell, struct pvq_error *err)
{
	for (size_t i = 0; i < sizeof(runners) / sizeof(runners[0]); i++)
		if (strcmp(runners[i]->name, cell->who) == 0)
			s->runner = runners[i];
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		if (strcmp(works[i]->name, cell->work) == 0)
			s->work = works[i];
	if (!s->runner || !s->work)
		return pvq_fail(err, -EINVAL, "no runner '%s', or no work '%s'", cell->who, cell->work);
	return 0;
}

static void session_free(struct session *s)
{
	free(s->in);
	free(s->job.out);
}

/* Starts the runner. The parameters are written afterwards, so that no worker can inherit them. items: how many items
 * have parameters, 0 or all. */
static int session_open(
	struct session *s, const struct pool_cell *cell, uint64_t items, struct pvq_error *err)
{
	int ret = session_find(s, cell, err);

	if (ret)
		return ret;
	s->arg = cell->arg;
	s->in = calloc(items + 1, sizeof(*s->in));
	s->job = (struct pool_job){
		.run = s->work->run,
		.ctx = &s->arg,
		.workers = cell->workers,
		.n = cell->n,
		.in = items ? s->in : NULL,
		.out = calloc(items + 1, sizeof(*s->job.out)),
	};
	ret = s->in && s->job.out ? s->runner->start(&s->self, &s->job, err)
				  : pvq_fail(err, -ENOMEM, "cannot make %" PRIu64 " items", items);
	if (ret)
		session_free(s);
	return ret;
}

/* Ends the runner, also after a failure. Returns that failure, ret, or its own. */
static int session_close(struct session *s, int ret, struct pvq_error *err)
{
	int stopped = s->runner->stop(s->self, err);

	session_free(s);
	return ret ? ret : stopped;
}

static int session_map(struct session *s, unsigned round, struct pvq_error *err)
{
	struct pool_job *job = &s->job;
	int ret;

	s->work->fill(s->in, job->n, s->arg, round);
	memset(job->out, 0,
		job->n * sizeof(*job->out)); /* so that results of an earlier round cannot pass */
	ret = s->runner->map(s->self, job, err);
	if (ret == 0 && job->sum != s->work->expect(s->in, job->n, s->arg))
		ret = pvq_fail(err, -EBADMSG, "the sum of the results is wrong");
	return ret;
}

/* ---- map ---- */

static int measure_map(const struct pool_cell *cell, double *value, struct pvq_error *err)
{
	struct session s = {0};
	int ret = session_open(&s, cell, cell->n, err);

	if (ret)
		return ret;
	ret = session_map(&s, 0, err);
	if (ret == 0)
		ret = session_map(&s, 1, err);
	*value = (double)s.job.map_ns;
	return session_close(&s, ret, err);
}

/* ---- idle and wait ---- */

static int cpu_now(const struct session *s, uint64_t *ns, struct pvq_error *err)
{
	unsigned processes = 0;
	int ret;

	*ns = 0;
	ret = pvq_tree_cpu(getpid(), ns, &processes);
	if (ret == 0 && processes <= s->job.workers)
		ret = -ESRCH;
	return ret ? pvq_fail(err, ret, "cannot read the CPU time of %u workers", s->job.workers) : 0;
}

static int session_rest(struct session *s, struct pvq_error *err)
{
	struct timespec until;

	(void)err;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(s->arg / 1000000000u);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
	return 0;
}

static int session_wait(struct session *s, struct pvq_error *err)
{
	return session_map(s, 1, err);
}

static int measure_cpu(struct session *s, int (*meanwhile)(struct session *, struct pvq_error *),
	double *value, struct pvq_error *err)
{
	uint64_t before, after;
	int ret = cpu_now(s, &before, err);

	if (ret == 0)
		ret = meanwhile(s, err);
	if (ret == 0)
		ret = cpu_now(s, &after, err);
	if (ret == 0)
		*value = (double)(after - before);
	return ret;
}

/* The map before it makes sure that the workers have worked; the map after it, that they still work. */
static int measure_idle(const struct pool_cell *cell, double *value, struct pvq_error *err)
{
	struct session s = {0};
	int ret = session_open(&s, cell, cell->n, err);

	if (ret)
		return ret;
	ret = session_map(&s, 0, err);
	if (ret == 0)
		ret = measure_cpu(&s, session_rest, value, err);
	if (ret == 0)
		ret = session_map(&s, 1, err);
	return session_close(&s, ret, err);
}

static int measure_wait(const struct pool_cell *cell, double *value, struct pvq_error *err)
{
	struct session s = {0};
	int ret = session_open(&s, cell, cell->n, err);

	if (ret)
		return ret;
	ret = measure_cpu(&s, session_wait, value, err);
	return session_close(&s, ret, err);
}

/* ---- memory ---- */

/* The items are not stored, or they would be what is measured. The work is noop on the items' numbers. */
static int measure_memory(const struct pool_cell *cell, double *value, struct pvq_error *err)
{
	uint64_t numbers = cell->n % 2 ? (cell->n - 1) / 2 * cell->n : cell->n / 2 * (cell->n - 1);
	struct session s = {0};
	int ret = session_open(&s, cell, 0, err);

	if (ret)
		return ret;
	ret = s.runner->map(s.self, &s.job, err);
	if (ret == 0 && s.job.sum != 10 * numbers)
		ret = pvq_fail(err, -EBADMSG, "the sum of the results is wrong");
	*value = (double)pvq_process_peak_kb();
	if (ret == 0 && *value <= 0)
		ret = pvq_fail(err, -ENODATA, "cannot read the peak resident size");
	return session_close(&s, ret, err);
}

/* ---- all ---- */

static const char *const measure_names[POOL_MEASURES] = {
	"trial", "map", "payload", "idle", "wait", "memory", "death", "busy", "orphans"};

const char *pool_measure_name(enum pool_measure measure)
{
	return measure_names[measure];
}

const char *pool_measure_unit(enum pool_measure measure)
{
	return measure == POOL_MEASURE_MEMORY ? "KiB" : "ns";
}

int pool_measure(
	const struct pool_cell *cell, const int *cpu, unsigned ncpu, double *value, struct pvq_error *err)
{
	int ret = pvq_process_confine(cpu, ncpu);

	if (ret)
		return pvq_fail(err, ret, "cannot be confined to %u CPUs", ncpu);
	pvq_process_raise_limits();
	switch (cell->measure) {
	case POOL_MEASURE_MAP:
		return measure_map(cell, value, err);
	case POOL_MEASURE_PAYLOAD:
		return pool_measure_payload(cell, cpu, ncpu, value, err);
	case POOL_MEASURE_IDLE:
		return measure_idle(cell, value, err);
	case POOL_MEASURE_WAIT:
		return measure_wait(cell, value, err);
	case POOL_MEASURE_MEMORY:
		return measure_memory(cell, value, err);
	case POOL_MEASURE_DEATH:
	case POOL_MEASURE_BUSY:
		return pool_measure_death(cell, value, err);
	case POOL_MEASURE_ORPHANS:
		return pool_measure_orphans(cell, value, err);
	default:
		return pvq_fail(err, -EINVAL, "measure %d", (int)cell->measure);
	}
}
