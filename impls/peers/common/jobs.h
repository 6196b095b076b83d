/* jobs.h: a fixed number of jobs that circulate: the caller fills one, a thread runs it, the caller puts its result and
 * fills it again. For strategies on other libraries' thread pools, which call a function with a pointer. Memory use is
 * constant, and at most as many items are in flight as there are jobs.
 *
 * Call all functions but pvq_job_run() on map()'s own thread.
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
	ssize_t len;        /* of the result, or the task's -errno */
	void *out;          /* max_out bytes, aligned to 16 */
	_Alignas(16) char scratch[PVQ_SCRATCH];
};

struct pvq_jobs {
	const struct pvq_load *load;
	struct pvq_job *job;
	struct pvq_job **idle; /* a stack */
	char *out;
	unsigned count, nidle;
	uint64_t next, put; /* the next item to hand out; how many were put */
};

/* A strategy's tune(). Sets the chunk to 1, and an automatic window to 64 jobs a worker, but at most 64 MiB of results. */
void pvq_jobs_tune(const struct pvq_load *, struct pvq_opts *);

/* Makes `count` jobs. 0 or -ENOMEM with *err filled. */
int pvq_jobs_init(struct pvq_jobs *, const struct pvq_load *, unsigned count, struct pvq_error *err);
void pvq_jobs_free(struct pvq_jobs *);

/* Starts the load again. Every job must be idle. */
void pvq_jobs_rewind(struct pvq_jobs *);

/* Takes an idle job and fills it with the next item. NULL if no job is idle or no item is left. */
struct pvq_job *pvq_jobs_take(struct pvq_jobs *);

/* Runs the job. Call it on any thread. */
void pvq_job_run(struct pvq_job *);

/* Puts the job's result and makes the job idle. 0, or what put() returned with *err filled. */
int pvq_jobs_put(struct pvq_jobs *, struct pvq_job *, struct pvq_sink *, struct pvq_error *err);

#ifdef __cplusplus
}
#endif
#endif
