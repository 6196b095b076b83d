/* run.c: chooses the trials to observe, and observes them. */
#include "base/clock.h"
#include "base/rundir.h"
#include "base/shuffle.h"
#include "base/whole.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "experiments/ordering/ordering.h"
#include "results/trace.h"
#include "trial/observed.h"
#include "trial/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 3 };

/* Its items are uneven on purpose, which shows what waits for what. */
static const char *const uneven_task = "skew";

/* A trial that can be observed. */
struct target {
	unsigned cell;    /* of the plan */
	int timeline;     /* keep a timeline, item by item */
	uint64_t best_ns; /* map of the trial whose timeline is kept; 0: none yet */
};

struct session {
	const struct pvq_plan *plan;
	const struct pvq_host *host;
	const char *dir;
	struct pvq_partial observed;
	char path[PATH_MAX];   /* observed.csv in the making */
	char part[PATH_MAX];   /* a timeline in the making */
	struct target *target; /* owned */
	unsigned *order;       /* of the targets in the current round, without those that failed; owned */
	unsigned count, rounds, most_rounds;
	int log_fd;
	double budget_s;
	uint64_t began_ns;
};

static double elapsed_s(const struct session *s)
{
	return (double)(pvq_clock_ns() - s->began_ns) / 1e9;
}

static double left_s(const struct session *s)
{
	return s->budget_s > 0 ? s->budget_s - elapsed_s(s) : INFINITY;
}

/* ---- the cells ---- */

static int is_wanted(const struct pvq_plan *plan, unsigned cores, unsigned c)
{
	const struct pvq_plan_cell *cell = &plan->cell[c];

	if (cell->skip || cell->twin)
		return 0;
	if (!(cell->impl->flags & PVQ_BASELINE) && (cell->cores != cores || cell->workers != cores))
		return 0;
	for (unsigned i = 0; i < c; i++) /* one setting of a strategy is enough */
		if (plan->cell[i].impl == cell->impl && plan->cell[i].spec == cell->spec &&
			is_wanted(plan, cores, i))
			return 0;
	return 1;
}

/* Whether to keep a timeline of the cell: of the uneven task if the plan has it, else of the plan's first task. */
static int has_timeline(const struct pvq_plan *plan, const struct pvq_plan_cell *cell)
{
	const struct pvq_spec *first = NULL;

	if (cell->n > PVQ_TIMELINE_ITEMS)
		return 0;
	for (unsigned i = 0; i < plan->ncell; i++) {
		const struct pvq_plan_cell *other = &plan->cell[i];

		if (strcmp(other->spec->task->name, uneven_task) == 0)
			return strcmp(cell->spec->task->name, uneven_task) == 0;
		if (!first && other->n <= PVQ_TIMELINE_ITEMS)
			first = other->spec;
	}
	return cell->spec == first;
}

/* Chooses the targets; `timelines`: only those that keep one. Returns the estimated seconds of a round. */
static double choose_targets(struct session *s, int timelines)
{
	const struct pvq_plan *plan = s->plan;
	unsigned cores = pvq_plan_cores(plan);
	double round_s = 0;

	for (unsigned i = 0; i < plan->ncell; i++) {
		int timeline = has_timeline(plan, &plan->cell[i]);

		if (!is_wanted(plan, cores, i) || (timelines && !timeline))
			continue;
		s->order[s->count] = s->count;
		s->target[s->count++] = (struct target){.cell = i, .timeline = timeline};
		round_s += plan->cell[i].estimate_s;
	}
	return round_s;
}

/* ---- the trials ---- */

static void name_timeline(char name[PVQ_TIMELINE_NAME], const struct pvq_row *row)
{
	char label[PVQ_LABEL_MAX], slug[PVQ_LABEL_MAX];

	pvq_text_task(label, row->task, row->args);
	pvq_text_slug(slug, sizeof(slug), label);
	pvq_timeline_name(name, row->impl, slug);
}

/* Keeps the timeline of the shortest trial, since disturbance can only lengthen one. 0 or -errno. */
static int keep_timeline(const struct session *s, struct target *target, const struct pvq_row *row)
{
	char name[PVQ_TIMELINE_NAME], path[PATH_MAX];

	if (target->best_ns && target->best_ns <= row->map_ns)
		return unlink(s->part) ? -errno : 0;
	target->best_ns = row->map_ns;
	name_timeline(name, row);
	if (snprintf(path, sizeof(path), "%s/%s", s->dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return pvq_whole_name(s->part, path);
}

/* Runs an observed trial. 0: observed; 1: it failed, and the log says why. */
static int run_target(const struct session *s, struct target *target)
{
	struct pvq_trial t = pvq_plan_trial(s->plan, target->cell, s->rounds, s->host);
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = s->log_fd};
	struct pvq_row row;
	int ret;

	t.observe = s->path;
	t.timeline = target->timeline ? s->part : NULL;
	ret = pvq_launch_trial(&t, fmin(s->plan->timeout_s, fmax(left_s(s), 0) + 1), &io, &row);
	if (ret == 0 && row.status != PVQ_OK) {
		dprintf(s->log_fd, "not observed: %s, %s: %s: %s\n", row.impl, row.task,
			pvq_status_name(row.status), row.reason);
		return 1;
	}
	if (ret == 0 && target->timeline) {
		ret = keep_timeline(s, target, &row);
		if (ret)
			fprintf(stderr, "pvq: cannot keep a timeline in %s: %s\n", s->dir, strerror(-ret));
	}
	return ret;
}

/* Draws a fresh order, in which those that keep a timeline come first. */
static void order_round(struct session *s)
{
	uint64_t state = s->plan->seed * 1000003u + s->rounds;
	unsigned front = 0;

	pvq_shuffle(s->order, s->count, &state);
	for (unsigned i = 0; i < s->count; i++) {
		unsigned t = s->order[i];

		if (!s->target[t].timeline)
			continue;
		s->order[i] = s->order[front];
		s->order[front++] = t;
	}
}

/* Runs every target once; those that fail are not tried again. 0; 1: time ran out. */
static int run_round(struct session *s)
{
	unsigned kept = 0, i;
	int ret = 0;

	order_round(s);
	for (i = 0; ret >= 0 && i < s->count && left_s(s) > 0; i++) {
		ret = run_target(s, &s->target[s->order[i]]);
		if (ret == 0)
			s->order[kept++] = s->order[i];
	}
	if (ret < 0)
		return ret;
	if (i < s->count)
		return 1;
	s->count = kept;
	return 0;
}

/* Runs rounds. Begins none that would not end in time, except the first: half a round is better than none. */
static int run_rounds(struct session *s)
{
	double longest_s = 0;
	int ret = 0;

	while (ret == 0 && s->rounds < s->most_rounds && s->count && left_s(s) > longest_s) {
		double began_s = elapsed_s(s);

		ret = run_round(s);
		longest_s = fmax(longest_s, elapsed_s(s) - began_s);
		s->rounds += ret == 0;
	}
	return ret < 0 ? ret : 0;
}

/* ---- the session ---- */

/* Whether an earlier session observed, or found nothing that it could observe. */
static int is_done(const char *dir)
{
	struct pvq_manifest facts;
	int done = pvq_manifest_read(&facts, dir) == 0 && pvq_manifest_get(&facts, "observed_rounds");

	pvq_manifest_free(&facts);
	return done;
}

static int add_fact(const struct session *s)
{
	struct pvq_outfile out;
	int ret = pvq_manifest_begin(&out, s->dir);

	if (ret)
		return ret;
	fprintf(out.f, "observed_rounds\t%u\n", s->rounds);
	ret = pvq_manifest_add(&out, s->dir);
	pvq_outfile_free(&out);
	return ret;
}

static int session_open(struct session *s)
{
	char log[PATH_MAX];
	int ret = 0;

	s->target = calloc(s->plan->ncell + 1, sizeof(*s->target));
	s->order = calloc(s->plan->ncell + 1, sizeof(*s->order));
	if (!s->target || !s->order)
		ret = -ENOMEM;
	else if (snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, s->observed.file) >=
			 (int)sizeof(s->path) ||
		 snprintf(s->part, sizeof(s->part), "%s/timeline.part", s->dir) >= (int)sizeof(s->part) ||
		 snprintf(log, sizeof(log), "%s/trials.log", s->dir) >= (int)sizeof(log))
		ret = -ENAMETOOLONG;
	else if ((s->log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0)
		ret = -errno;
	if (ret)
		fprintf(stderr, "pvq: cannot observe into %s: %s\n", s->dir, strerror(-ret));
	return ret;
}

/* Observes into the folder, unless that has been done. timelines: only the trials that keep one, and only once. */
static int observe(const struct pvq_session *session, int timelines)
{
	const double budget_s = session->seconds;
	struct session s = {.plan = session->plan,
		.host = session->host,
		.dir = session->dir,
		.most_rounds = timelines ? 1 : ROUNDS,
		.log_fd = -1,
		.budget_s = budget_s,
		.began_ns = pvq_clock_ns()};
	double round_s;
	int ret, nothing;

	if (is_done(s.dir))
		return 0;
	ret = pvq_partial_begin(&s.observed, s.dir, "observed.csv");
	if (ret)
		return ret < 0 ? ret : 0;
	ret = session_open(&s);
	if (ret == 0) {
		round_s = choose_targets(&s, timelines);
		fprintf(stderr,
			"pvq: observing %u trials, at most %u time%s, about %.0f s; into %s/observed.csv\n",
			s.count, s.most_rounds, s.most_rounds == 1 ? "" : "s",
			fmin(s.most_rounds * round_s, budget_s > 0 ? budget_s : INFINITY) + 1, s.dir);
		ret = run_rounds(&s);
	}
	nothing = ret == 0 && !pvq_rundir_has(s.dir, s.observed.file);
	if (s.log_fd >= 0)
		close(s.log_fd);
	free(s.order);
	free(s.target);
	ret = pvq_partial_end(&s.observed, nothing ? -ENODATA : ret);
	return ret == 0 || nothing ? add_fact(&s) : ret;
}

int pvq_observe_run(const struct pvq_session *session)
{
	return observe(session, 0);
}

/* ---- the trace ---- */

/* Adds a cell's trial if its timeline was kept. 0 or -errno. */
static int trace_cell(struct pvq_trace *trace, const struct pvq_session *session, unsigned cell,
	const struct pvq_observations *seen)
{
	struct pvq_trial t = pvq_plan_trial(session->plan, cell, 0, session->host);
	char name[PVQ_TIMELINE_NAME];
	const struct pvq_observed *o;
	struct pvq_moment *moment;
	struct pvq_row row;
	size_t n;
	int ret;

	pvq_trial_identify(&t, &row);
	name_timeline(name, &row);
	o = pvq_observed_shortest(seen, &row);
	if (!o || pvq_timeline_read(session->dir, name, &moment, &n))
		return 0; /* the log, or a line on stderr, says why */
	ret = pvq_trace_add(trace, o, moment, n);
	free(moment);
	return ret;
}

int pvq_observe_trace(const struct pvq_session *session, const char *path)
{
	const struct pvq_plan *plan = session->plan;
	unsigned cores = pvq_plan_cores(plan);
	struct pvq_observations seen;
	struct pvq_trace trace;
	int ret = observe(session, 1), end;

	if (ret)
		return ret;
	(void)pvq_observations_read(&seen, session->dir);
	pvq_trace_begin(&trace, path);
	for (unsigned i = 0; ret == 0 && i < plan->ncell; i++)
		if (is_wanted(plan, cores, i) && has_timeline(plan, &plan->cell[i]))
			ret = trace_cell(&trace, session, i, &seen);
	end = pvq_trace_end(&trace);
	pvq_observations_free(&seen);
	return ret ? ret : end;
}
