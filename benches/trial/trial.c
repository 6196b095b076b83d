/* trial.c: the only place that reads the clock around a strategy. */
#include "trial/trial.h"
#include "base/clock.h"
#include "base/process.h"
#include "trial/delivery.h"
#include "trial/observe.h"
#include "trial/sink.h"
#include "trial/twin.h"
#include "trial/words.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

/* Usage of processes that are not children of this one, as reported by the strategy. */
static struct pvq_usage elsewhere;
static uint64_t elsewhere_kb;

void pvq_trial_add_usage(const struct pvq_usage *used, uint64_t peak_kb)
{
	elsewhere.user_ns += used->user_ns;
	elsewhere.sys_ns += used->sys_ns;
	elsewhere.nvcsw += used->nvcsw;
	elsewhere.nivcsw += used->nivcsw;
	elsewhere_kb = peak_kb > elsewhere_kb ? peak_kb : elsewhere_kb;
}

/* The peak memory of the largest process. */
static uint64_t peak_kb(void)
{
	uint64_t most = pvq_process_peak_kb();
	struct rusage children;

	getrusage(RUSAGE_CHILDREN, &children);
	most = (uint64_t)children.ru_maxrss > most ? (uint64_t)children.ru_maxrss : most;
	return elsewhere_kb > most ? elsewhere_kb : most;
}

static void note_care(struct pvq_row *row, const struct pvq_care *care)
{
	row->retries = care->attempts ? care->attempts - 1 : 0;
	row->recycle = care->recycle;
	row->item_timeout_ms = care->item_timeout_ms;
}

void pvq_trial_identify(const struct pvq_trial *t, struct pvq_row *row)
{
	memset(row, 0, sizeof(*row));
	pvq_twin_name(row->impl, t->impl, t->twin);
	snprintf(row->task, sizeof(row->task), "%s", t->spec->task->name);
	pvq_spec_args(t->spec, row->args, sizeof(row->args));
	row->n = t->n;
	row->workers = t->workers;
	row->cores = t->ncpu;
	row->chunk = t->chunk;
	row->window = t->window;
	note_care(row, &t->care);
	snprintf(row->order, sizeof(row->order), "%s", pvq_order_words[t->impl->order]);
	snprintf(row->in_via, sizeof(row->in_via), "%s", pvq_via_words[t->impl->in_via]);
	snprintf(row->out_via, sizeof(row->out_via), "%s", pvq_via_words[t->impl->out_via]);
	row->block = t->block;
	row->cell = t->cell;
	row->seed = t->seed;
	row->oversubscribed = t->ncpu && t->workers > t->ncpu;
	row->status = PVQ_PLANNED;
	row->user_ns = row->sys_ns = row->nvcsw = row->nivcsw = row->stolen_ns = PVQ_UNKNOWN_U64;
	row->foreign_ns = PVQ_UNKNOWN_I64;
}

static void row_fail(struct pvq_row *row, enum pvq_status status, enum pvq_cause cause, const char *reason)
{
	row->status = status;
	row->cause = cause;
	snprintf(row->reason, sizeof(row->reason), "%s", reason);
}

static void fix_options(const struct pvq_impl *impl, const struct pvq_load *load, struct pvq_opts *opts)
{
	if (impl->tune)
		impl->tune(load, opts);
	else if (impl->flags & PVQ_ONE_WORKER)
		opts->chunk = opts->window = 1;
}

/* Slows down a twin: waits by the clock, since the share must be exact, and on the caller's core, as the map did. */
static void wait_percent(unsigned percent, uint64_t since)
{
	uint64_t took = pvq_clock_ns() - since, until = since + took + took * percent / 100;

	while (pvq_clock_ns() < until)
		;
}

/* Runs start, map and stop with a stamp between each; nothing else happens between the stamps. Returns the stamp at the
 * map's start. */
static uint64_t measure(const struct pvq_trial *t, const struct pvq_load *load, const struct pvq_opts *opts,
	struct pvq_sink *sink, const struct pvq_check *check, struct pvq_row *row, struct pvq_error *err)
{
	const struct pvq_impl *impl = t->impl;
	struct pvq_usage before = pvq_process_usage(), after, used;
	uint64_t t0, t1, t2, t3;
	void *self = NULL;
	int ret;

	t0 = pvq_clock_ns();
	ret = impl->start(&self, load, opts, err);
	t1 = t2 = t3 = pvq_clock_ns();
	if (ret == 0) {
		impl->map(self, sink, err);
		if (t->twin > 1)
			wait_percent(t->twin - 1, t1);
		t2 = pvq_clock_ns();
		impl->stop(self, err);
		t3 = pvq_clock_ns();
	}
	after = pvq_process_usage();
	used = pvq_usage_between(&before, &after);
	row->start_ns = t1 - t0;
	row->first_ns = check->first_ns ? check->first_ns - t1 : 0;
	row->map_ns = t2 - t1;
	row->stop_ns = t3 - t2;
	row->total_ns = t3 - t0;
	row->user_ns = used.user_ns + elsewhere.user_ns;
	row->sys_ns = used.sys_ns + elsewhere.sys_ns;
	row->nvcsw = used.nvcsw + elsewhere.nvcsw;
	row->nivcsw = used.nivcsw + elsewhere.nivcsw;
	row->max_rss_kb = peak_kb();
	return t1;
}

/* Turns what happened into a status and a reason. */
static void judge(const struct pvq_trial *t, struct pvq_check *check, const struct pvq_error *err,
	struct pvq_row *row)
{
	char reason[PVQ_REASON_MAX];

	row->item_errors = check->item_errors;
	if (err->code && !check->problem[0]) {
		snprintf(reason, sizeof(reason), "%s%s", err->msg, pvq_process_hint(-err->code));
		if (err->code == -EOWNERDEAD)
			row_fail(row, PVQ_CRASHED, PVQ_CAUSE_WORKER_DIED, reason);
		else
			row_fail(row, PVQ_ERROR, PVQ_CAUSE_GAVE_UP, reason);
		return;
	}
	if (!check->problem[0])
		row->verified = pvq_check_verify(check, t->oracle, row->oracle);
	if (check->problem[0]) {
		row_fail(row, PVQ_ERROR, PVQ_CAUSE_WRONG_RESULT, check->problem);
	} else if (check->lost) {
		snprintf(reason, sizeof(reason),
			"%" PRIu64 " of %" PRIu64 " items lost, the first %" PRIu64
			": %s; the other results %s",
			check->lost, t->n, check->first_error,
			check->first_errno == ETIMEDOUT ? "it took too long" : "its worker died",
			row->verified == PVQ_UNVERIFIED ? "arrived" : "are right");
		row->verified = PVQ_VERIFIED_NO;
		row_fail(row, check->first_errno == ETIMEDOUT ? PVQ_TIMEOUT : PVQ_CRASHED,
			check->first_cause, reason);
	} else if (check->item_errors) {
		snprintf(reason, sizeof(reason),
			"%" PRIu64 " of %" PRIu64 " items failed, the first %" PRIu64 ": %s%s",
			check->item_errors, t->n, check->first_error,
			check->first_why[0] ? check->first_why : strerror(check->first_errno),
			check->first_why[0] ? "" : pvq_process_hint(check->first_errno));
		row_fail(row, PVQ_ERROR, check->first_cause, reason);
	} else {
		row->status = PVQ_OK;
	}
}

static int is_observed(const struct pvq_trial *t)
{
	return t->observe || t->timeline;
}

/* Writes what was observed. 0, or -errno with *what: the part that failed. */
static int write_sight(const struct pvq_trial *t, struct pvq_observer *observer, uint64_t map_began_ns,
	const struct pvq_row *row, const char **what)
{
	struct pvq_observed seen;
	int ret = pvq_observer_finish(observer, map_began_ns, row->map_ns);

	*what = "the items' stamps";
	pvq_observed_identify(&seen, row);
	if (ret == 0)
		ret = pvq_observed_describe(&seen, observer->moment, observer->count);
	if (ret == 0 && t->observe) {
		*what = t->observe;
		ret = pvq_observed_append(t->observe, &seen);
	}
	if (ret == 0 && t->timeline) {
		*what = t->timeline;
		ret = pvq_timeline_write(t->timeline, observer->moment, observer->count);
	}
	return ret;
}

/* Keeps what was observed. If that fails, a good trial counts as failed. */
static void keep_sight(const struct pvq_trial *t, struct pvq_observer *observer, uint64_t map_began_ns,
	struct pvq_row *row)
{
	char reason[PVQ_REASON_MAX];
	const char *what;
	int ret;

	if (row->status != PVQ_OK)
		return;
	ret = write_sight(t, observer, map_began_ns, row, &what);
	if (ret == 0)
		return;
	snprintf(reason, sizeof(reason), "%.120s: %s", what,
		ret == -ERANGE ? "the clocks of two CPUs disagree" : strerror(-ret));
	row_fail(row, PVQ_ERROR, PVQ_CAUSE_NOT_RECORDED, reason);
}

static int open_deliveries(struct pvq_check *check, const char *path)
{
	check->deliveries = fopen(path, "we");
	return check->deliveries ? pvq_delivery_header(check->deliveries) : -errno;
}

/* Runs the strategy on the built load, and judges the result. */
static void run_load(const struct pvq_trial *t, const struct pvq_load *load, struct pvq_opts *opts,
	struct pvq_row *row, void (*ready)(const struct pvq_row *, void *ctx), void *ctx)
{
	struct pvq_error err = {.worker = -1, .item = UINT64_MAX};
	struct pvq_observer observer = {.load = *load};
	const struct pvq_load *given = load;
	struct pvq_check check;
	struct pvq_sink *sink = &check.sink;
	uint64_t map_began_ns;

	if (pvq_check_init(&check, load, t->impl->order == PVQ_ORDERED, t->print)) {
		row_fail(row, PVQ_ERROR, PVQ_CAUSE_NOT_BEGUN, "out of memory to check the results");
		return;
	}
	if (t->deliveries && open_deliveries(&check, t->deliveries)) {
		row_fail(row, PVQ_ERROR, PVQ_CAUSE_NOT_BEGUN, "cannot write its file of deliveries");
		goto out;
	}
	if (is_observed(t)) {
		if (pvq_observer_init(&observer, load, sink)) {
			row_fail(row, PVQ_ERROR, PVQ_CAUSE_NOT_BEGUN, "out of memory to observe the items");
			goto out;
		}
		given = &observer.load;
		sink = &observer.sink;
	}
	fix_options(t->impl, given, opts);
	row->chunk = opts->chunk;
	row->window = opts->window;
	note_care(row, &opts->care);
	if (ready)
		ready(row, ctx);
	map_began_ns = measure(t, given, opts, sink, &check, row, &err);
	if (observer.problem[0])
		memcpy(check.problem, observer.problem, sizeof(check.problem));
	judge(t, &check, &err, row);
	if (is_observed(t))
		keep_sight(t, &observer, map_began_ns, row);
	pvq_observer_free(&observer);
out:
	if (check.deliveries)
		fclose(check.deliveries); /* every line was flushed and checked */
	pvq_check_free(&check);
}

void pvq_trial_run(const struct pvq_trial *t, struct pvq_row *row,
	void (*ready)(const struct pvq_row *, void *ctx), void *ctx)
{
	struct pvq_opts opts = {.workers = t->workers,
		.chunk = t->chunk,
		.window = t->window,
		.care = t->care,
		.cpu = t->cpu,
		.ncpu = t->ncpu};
	struct pvq_error err = {.worker = -1, .item = UINT64_MAX};
	const char *unsupported = NULL;
	char reason[PVQ_REASON_MAX];
	struct pvq_load load;
	int ret = pvq_process_confine(t->cpu, t->ncpu);

	pvq_trial_identify(t, row);
	if (ret) {
		snprintf(reason, sizeof(reason), "cannot be confined to these CPUs: %s", strerror(-ret));
		row_fail(row, PVQ_ERROR, PVQ_CAUSE_NOT_BEGUN, reason);
		return;
	}
	pvq_process_raise_limits();
	if (pvq_load_build(&load, t->spec, t->n, t->seed, &err)) {
		row_fail(row, PVQ_ERROR, PVQ_CAUSE_NOT_BEGUN, err.msg);
		return;
	}
	if (is_observed(t))
		unsupported = pvq_observer_unsupported(t->impl, &load);
	if (!unsupported && t->impl->unsupported)
		unsupported = t->impl->unsupported(&load, &opts);
	if (unsupported)
		row_fail(row, PVQ_UNAVAILABLE, PVQ_CAUSE_UNAVAILABLE, unsupported);
	else
		run_load(t, &load, &opts, row, ready, ctx);
	pvq_load_free(&load);
}
