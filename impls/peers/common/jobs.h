/* jobs.h: a fixed number of jobs that go round: filled by the caller, run by a thread, put by the caller, filled again.
 * For strategies on the thread pools of others, which take a pointer and call a function with it. Memory stays flat, and
 * no more items are in flight than there are jobs.
 *
 * All functions but pvq_job_run() are for map()'s own thread.
 */
#ifndef PVQ_JOBS_H
#define PVQ_JOBS_H

#include "impl.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pvq_job {
	const struct pvq_load *load;
	uint64_t id;
	struct pvq_span in; /* into the load, or into scratch below */
	ssize_t len;        /* the result's length, or the task's -errno */
	void *out;          /* max_out bytes, aligned to 16 */
	_Alignas(16) char scratch[PVQ_SCRATCH];
};

struct pvq_jobs {
	const struct pvq_load *load;
	struct pvq_job *job;
	struct pvq_job **idle; /* a stack */
	char *out;
	unsigned count, nidle;
	uint64_t next, put; /* the next item to be given out; how many were put */
};

/* A strategy's tune(): chunk 1; where the window is automatic 64 jobs a worker, but no more than 64 MiB of results. */
void pvq_jobs_tune(const struct pvq_load *, struct pvq_opts *);

/* Makes `count` jobs. 0 or -ENOMEM with *err filled. */
int pvq_jobs_init(struct pvq_jobs *, const struct pvq_load *, unsigned count, struct pvq_error *err);
void pvq_jobs_free(struct pvq_jobs *);

/* Begins the load anew; every job must be idle. */
void pvq_jobs_rewind(struct pvq_jobs *);

/* An idle job with the next item in it; NULL where all are at work, or there is no item left. */
struct pvq_job *pvq_jobs_take(struct pvq_jobs *);

/* Runs it; on any thread. */
void pvq_job_run(struct pvq_job *);

/* Puts its result, and makes it idle. 0, or what put() returned with *err filled. */
int pvq_jobs_put(struct pvq_jobs *, struct pvq_job *, struct pvq_sink *, struct pvq_error *err);

#ifdef __cplusplus
}
#endif
#endif
