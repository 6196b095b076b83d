/* jobs.c: makes the jobs, and moves them from idle to work and back. */
#include "jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static const size_t jobs_bytes = (size_t)64 << 20;

/* Whole cache lines for each result: no two threads write to one. */
static size_t jobs_stride(const struct pvq_load *load)
{
	return (load->max_out + 64) / 64 * 64;
}

void pvq_jobs_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	size_t fit = jobs_bytes / jobs_stride(load), least = 2 * (size_t)opts->workers;

	opts->chunk = 1;
	if (opts->window)
		return;
	opts->window = opts->workers * 64;
	if (opts->window > fit)
		opts->window = (unsigned)(fit > least ? fit : least);
}

int pvq_jobs_init(struct pvq_jobs *jobs, const struct pvq_load *load, unsigned count, struct pvq_error *err)
{
	size_t stride = jobs_stride(load);

	*jobs = (struct pvq_jobs){.load = load, .count = count};
	jobs->job = calloc(count, sizeof(*jobs->job));
	jobs->idle = calloc(count, sizeof(struct pvq_job *));
	jobs->out = aligned_alloc(64, stride * count);
	if (!jobs->job || !jobs->idle || !jobs->out) {
		pvq_jobs_free(jobs);
		return pvq_fail(err, -ENOMEM, "cannot hold %u results of %zu bytes", count, load->max_out);
	}
	for (unsigned i = 0; i < count; i++) {
		jobs->job[i] = (struct pvq_job){.load = load, .out = jobs->out + i * stride};
		jobs->idle[jobs->nidle++] = &jobs->job[i];
	}
	return 0;
}

void pvq_jobs_free(struct pvq_jobs *jobs)
{
	free(jobs->out);
	free(jobs->idle);
	free(jobs->job);
	*jobs = (struct pvq_jobs){0};
}

void pvq_jobs_rewind(struct pvq_jobs *jobs)
{
	jobs->next = jobs->put = 0;
}

struct pvq_job *pvq_jobs_take(struct pvq_jobs *jobs)
{
	struct pvq_job *job;

	if (jobs->nidle == 0 || jobs->next == jobs->load->n)
		return NULL;
	job = jobs->idle[--jobs->nidle];
	job->id = jobs->next++;
	job->in = jobs->load->task->input(jobs->load, job->id, job->scratch);
	return job;
}

void pvq_job_run(struct pvq_job *job)
{
	job->len = job->load->task->run(job->load, job->in.ptr, job->in.len, job->out, job->load->max_out);
}

int pvq_jobs_put(struct pvq_jobs *jobs, struct pvq_job *job, struct pvq_sink *sink, struct pvq_error *err)
{
	uint64_t id = job->id;
	int ret = job->len >= 0 ? sink->put(sink, id, job->out, (size_t)job->len, 0)
				: sink->put(sink, id, NULL, 0, (int)job->len);

	jobs->idle[jobs->nidle++] = job;
	jobs->put++;
	return ret < 0 ? pvq_fail(err, ret, "result of item %" PRIu64 " refused", id) : 0;
}
