/* ask_pilot.c: runs the trials that `pvq ask` needs. */
#include "cmd/ask_pilot.h"
#include "base/clock.h"
#include "base/grow.h"
#include "base/scratch.h"
#include "drive/launch.h"
#include "trial/observed.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A trial of a calibrating cell is over sooner, even on a busy machine. */
static const double trial_s = 5;

/* A short price list takes some ten seconds. */
static const double list_s = 60;

static double seconds_since(uint64_t began_ns)
{
	return (double)(pvq_clock_ns() - began_ns) / 1e9;
}

/* ---- the prices ---- */

/* About 20 ms of work for the slowest strategy. */
static const struct plain {
	const char *spec;
	uint64_t n;
} plain[] = {
	{"noop", 20000}, {"spin:ns=1000", 8000}, {"spin:ns=100000", 200}, {"echo:in=65536,out=65536", 300}};

enum { PLAIN = sizeof(plain) / sizeof(plain[0]), ROUNDS = 5 };

struct pilot {
	struct pvq_rows *rows;
	const struct pvq_registry *registry;
	const struct pvq_host *host;
	struct pvq_spec spec[PLAIN];
	uint64_t began_ns;
	double limit_s;
};

/* Runs a cell on that many cores, with a worker for each. 0; 1: the time is over; -errno. */
static int run_cell(
	struct pilot *p, unsigned task, const struct pvq_impl *impl, unsigned cores, unsigned round)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	struct pvq_trial t = {.impl = impl,
		.spec = &p->spec[task],
		.n = plain[task].n,
		.seed = 1,
		.workers = cores,
		.cpu = p->host->cpu,
		.ncpu = cores,
		.block = round,
		.oracle = ""};
	struct pvq_row *more;

	if (seconds_since(p->began_ns) > p->limit_s)
		return 1;
	more = pvq_grow(p->rows->row, p->rows->count, sizeof(*more));
	if (!more) {
		fprintf(stderr, "pvq: out of memory\n");
		return -ENOMEM;
	}
	p->rows->row = more;
	more += p->rows->count;
	memset(more, 0, sizeof(*more));
	p->rows->count++;
	return pvq_launch_trial(&t, fmin(trial_s, p->limit_s), &io, more);
}

/* All strategies on one task and number of cores, one after the other; serial once. */
static int run_group(struct pilot *p, unsigned task, unsigned cores, unsigned round)
{
	const struct pvq_impl *impl;
	int ret = 0;

	for (size_t i = 0; ret == 0 && (impl = pvq_registry_at(p->registry, i)); i++)
		if (!pvq_impl_is_peer(impl) && !(impl->flags & PVQ_HARNESS) &&
			(cores == 1 || !(impl->flags & PVQ_ONE_WORKER)))
			ret = run_cell(p, task, impl, cores, round);
	return ret;
}

int pvq_ask_calibrate(struct pvq_rows *rows, const struct pvq_registry *registry,
	const struct pvq_host *host, double limit_s)
{
	static struct pilot p;
	int ret = 0;

	*rows = (struct pvq_rows){0};
	p = (struct pilot){.rows = rows,
		.registry = registry,
		.host = host,
		.began_ns = pvq_clock_ns(),
		.limit_s = limit_s};
	for (unsigned i = 0; ret == 0 && i < PLAIN; i++) {
		ret = pvq_spec_parse(&p.spec[i], plain[i].spec);
		if (ret == 0)
			pvq_spec_settle(&p.spec[i]);
	}
	for (unsigned round = 0; ret == 0 && round < ROUNDS; round++)
		for (unsigned i = 0; ret == 0 && i < PLAIN; i++) {
			ret = run_group(&p, i, 1, round);
			if (ret == 0 && host->usable > 1)
				ret = run_group(&p, i, host->usable, round);
		}
	return ret > 0 ? 0 : ret;
}

int pvq_ask_prices(struct pvq_prices *prices, const char *only)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	char dir[PATH_MAX - 16], filter[64], program[] = "pvq-micro", brief[] = "--short", out[] = "--out",
					     here[] = ".";
	char *argv[] = {program, brief, out, here, only ? filter : NULL, NULL};
	int wstatus = 0, ret = pvq_scratch_make(dir, sizeof(dir), "ask");

	if (ret) {
		fprintf(stderr, "pvq: cannot make a folder for the price list: %s\n", strerror(-ret));
		return ret;
	}
	snprintf(filter, sizeof(filter), "--benchmark_filter=%s", only ? only : "");
	ret = pvq_launch_command(argv, dir, list_s, &io, &wstatus);
	if (ret == 0 && wstatus)
		ret = -EIO;
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: no price list: %s: %s\n", program, strerror(-ret));
	if (ret == 0) {
		ret = pvq_prices_read(prices, dir);
		if (ret == -ENOENT)
			fprintf(stderr, "pvq: no price list: %s has written none\n", program);
	}
	pvq_scratch_remove(dir);
	return ret;
}

/* ---- the user's items ---- */

/* Items whose times scatter less than this, as a share of the mean, count as equal. */
static const double even_share = 0.2;

static const char items_file[] = "items.csv";

/* Describes the items by the timeline of a serial trial, in that folder. 0 or -errno. */
static int describe(struct pvq_model_job *job, struct pvq_model_items **items, const char *dir)
{
	struct pvq_moment *moment;
	double sum = 0, squares = 0, longest = 0, mean, variance;
	size_t n;
	int ret = pvq_timeline_read(dir, items_file, &moment, &n);

	if (ret)
		return ret;
	for (size_t i = 0; i < n; i++) {
		double ns = (double)(moment[i].end_ns - moment[i].begin_ns);

		sum += ns;
		squares += ns * ns;
		longest = fmax(longest, ns);
	}
	*items = pvq_model_items_of(moment, n);
	free(moment);
	if (!*items)
		return -ENOMEM;
	mean = sum / (double)(n ? n : 1);
	variance = squares / (double)(n ? n : 1) - mean * mean;
	if (variance > even_share * even_share * mean * mean) {
		job->longest_ns = longest;
		job->rest_ns = squares / (2 * sum);
		job->items = *items;
	}
	return 0;
}

/* Ever larger trials, the last of them long enough; commands run in one trial. */
static int run_items(struct pvq_row *row, const struct pvq_trial *of, uint64_t most, double limit_s)
{
	const double enough_ns = 300e6;
	uint64_t began_ns = pvq_clock_ns();
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = STDERR_FILENO};
	struct pvq_trial t = *of;
	int ret;

	for (t.n = of->n;; t.n = t.n * 4 < most ? t.n * 4 : most) {
		double left_s = limit_s - seconds_since(began_ns);

		ret = pvq_launch_trial(&t, fmax(left_s, 0.1), &io, row);
		if (ret || row->status != PVQ_OK || (double)row->map_ns >= enough_ns || t.n >= most ||
			(double)row->map_ns * 5 > left_s * 1e9)
			return ret;
		io.err_fd = -1; /* the first trial has shown the task's messages */
	}
}

int pvq_ask_items(struct pvq_model_job *job, struct pvq_model_items **items, double *lost,
	const struct pvq_spec *spec, const struct pvq_registry *registry, const struct pvq_host *host,
	double limit_s)
{
	char dir[PATH_MAX - 16], path[PATH_MAX];
	int ret = pvq_scratch_make(dir, sizeof(dir), "ask");
	uint64_t n = (uint64_t)job->n, few = PVQ_ASK_COMMANDS;
	struct pvq_trial t = {.impl = pvq_registry_flagged(registry, PVQ_BASELINE),
		.spec = spec,
		.n = spec->task->commands && n > few ? few
		     : spec->task->commands          ? n
						     : 1,
		.seed = 1,
		.workers = 1,
		.cpu = host->cpu,
		.ncpu = 1,
		.oracle = "",
		.timeline = path};
	struct pvq_row row;

	if (ret) {
		fprintf(stderr, "pvq: cannot make a folder for the pilot: %s\n", strerror(-ret));
		return ret;
	}
	snprintf(path, sizeof(path), "%s/%s", dir, items_file);
	ret = run_items(&row, &t, spec->task->commands ? t.n : n, limit_s);
	if (ret == 0 && row.status != PVQ_OK) {
		fprintf(stderr, "pvq: the pilot on %s failed: %s: %s\n", spec->task->name,
			pvq_status_name(row.status), row.reason);
		ret = -EIO;
	}
	if (ret == 0) {
		pvq_model_row_times(&row, &job->compute_ns, &job->wait_ns);
		*lost = pvq_model_row_lost(&row);
		if (isnan(*lost) || *lost < PVQ_ASK_BUSY)
			ret = describe(job, items, dir);
	}
	pvq_scratch_remove(dir);
	return ret;
}

/* ---- whether a prediction holds ---- */

enum { TRIALS = 3 };

static const double verify_s = 120; /* time limit of a trial */

int pvq_ask_measure(double *total_ns, double *lost, const struct pvq_model_offer *offer, size_t offers,
	const struct pvq_spec *spec, uint64_t n, const struct pvq_host *host)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	double *time = calloc(offers * TRIALS, sizeof(*time));
	int ret = time ? 0 : -ENOMEM;

	if (!time)
		fprintf(stderr, "pvq: out of memory\n");
	*lost = NAN;
	for (size_t i = 0; ret == 0 && i < TRIALS * offers; i++) {
		const struct pvq_model_offer *o = &offer[i % offers];
		struct pvq_trial t = {.impl = o->strategy->impl,
			.spec = spec,
			.n = n,
			.seed = 1,
			.workers = o->at.workers,
			.cpu = host->cpu,
			.ncpu = o->at.cores,
			.oracle = ""};
		struct pvq_row row;

		ret = pvq_launch_trial(&t, verify_s, &io, &row);
		time[i % offers * TRIALS + i / offers] = row.status == PVQ_OK ? (double)row.total_ns : NAN;
		*lost = fmax(*lost, pvq_model_row_lost(&row));
	}
	for (size_t i = 0; ret == 0 && i < offers; i++) {
		double *of = &time[i * TRIALS], bad = of[0] + of[1] + of[2];

		pvq_sort(of, TRIALS);
		total_ns[i] = isnan(bad) ? NAN : pvq_quantile(of, TRIALS, 0.5);
	}
	free(time);
	return ret;
}
