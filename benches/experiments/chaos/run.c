/* run.c: runs each way with and without kills, and counts what arrives. The driver's observer is the killer. */
#include "base/clock.h"
#include "base/grow.h"
#include "base/rundir.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "experiments/chaos/chaos.h"
#include "trial/delivery.h"
#include "trial/registry.h"
#include "trial/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

const char pvq_chaos_ways[] =
	"pool_ordered,python_pvqpool_imap,python_pool_imap,python_executor,python_joblib,python_pebble";

/* The files, in a folder of its own, that keep what a trial did even if it dies. */
#define WORKERS "workers"
#define DELIVERIES "deliveries.csv"

/* ---- the killer ---- */

/* The observer must be first: a pointer to it is a pointer to the killer. */
struct killer {
	struct pvq_launch_observer observer;
	FILE *workers; /* the file to which they append their process ids */
	int *pidfd;    /* of those that live */
	size_t count;
	int is_over; /* the last items have begun */
	uint64_t chance;
	unsigned kills;
	uint64_t ended_ns;
};

/* Takes in those that have begun since. Signals go by pidfd, so that a pid's next owner is never killed. */
static void killer_learn(struct killer *k)
{
	int pid;

	clearerr(k->workers);
	while (fscanf(k->workers, "%d", &pid) == 1) {
		int *longer = pvq_grow(k->pidfd, k->count, sizeof(*longer));
		int fd;

		if (!longer)
			return;
		k->pidfd = longer;
		k->is_over |= pid == 0;
		fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
		if (fd >= 0)
			k->pidfd[k->count++] = fd;
	}
}

static void killer_forget(struct killer *k, size_t i)
{
	close(k->pidfd[i]);
	k->pidfd[i] = k->pidfd[--k->count];
}

static uint64_t killer_draw(struct killer *k)
{
	k->chance = k->chance * 6364136223846793005u + 1442695040888963407u;
	return k->chance >> 33;
}

/* Kills one of those that live, if any does. */
static void killer_strike(struct killer *k)
{
	while (k->count && !k->is_over) {
		size_t i = killer_draw(k) % k->count;
		struct pollfd p = {.fd = k->pidfd[i], .events = POLLIN};
		int lives = poll(&p, 1, 0) == 0 &&
			    syscall(SYS_pidfd_send_signal, k->pidfd[i], SIGKILL, NULL, 0) == 0;

		killer_forget(k, i);
		k->kills += (unsigned)lives;
		if (lives)
			return;
	}
}

static void killer_observe(struct pvq_launch_observer *observer, pid_t pid)
{
	struct killer *k = (struct killer *)observer;

	if (pid == 0) {
		k->ended_ns = pvq_clock_ns();
		return;
	}
	killer_learn(k);
	killer_strike(k);
}

/* ---- a trial ---- */

struct chaos {
	const struct pvq_chaos_wish *wish;
	const struct pvq_host *host;
	struct pvq_spec spec;
	char dir[PATH_MAX], workers[PATH_MAX], deliveries[PATH_MAX];
};

static struct pvq_trial trial_of(const struct chaos *c, const struct pvq_impl *impl, uint64_t n)
{
	struct pvq_trial t = {.impl = impl,
		.spec = &c->spec,
		.n = n,
		.seed = PVQ_SEED,
		.workers = c->host->usable > 2 ? c->host->usable : 2,
		.cpu = c->host->cpu,
		.ncpu = c->host->usable,
		.oracle = ""};

	if (impl->flags & PVQ_SURVIVES_CRASH)
		t.care.attempts = PVQ_CHAOS_ATTEMPTS;
	else
		t.deliveries =
			c->deliveries; /* the others report each item, and a line each would slow them down */
	return t;
}

/* Runs a trial with the killer, or without. */
static int chaos_trial(
	const struct chaos *c, const struct pvq_trial *t, struct killer *k, struct pvq_row *row)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1, .observer = k ? &k->observer : NULL};
	int ret = 0;

	if (k) {
		k->workers = fopen(c->workers, "w+e");
		if (!k->workers)
			return -errno;
		ret = setenv("PVQ_CHAOS_WORKERS", c->workers, 1) ? -errno : 0;
	}
	if (ret == 0)
		ret = pvq_launch_trial(t, c->wish->seconds, &io, row);
	if (k) {
		(void)unsetenv("PVQ_CHAOS_WORKERS");
		fclose(k->workers);
		unlink(c->workers);
		while (k->count)
			killer_forget(k, 0);
		free(k->pidfd);
	}
	return ret;
}

/* Finds as many items as take a quarter of the time-out, rounded down to one digit. 0 with the row of the last pilot. */
static int chaos_size(const struct chaos *c, const struct pvq_impl *impl, uint64_t *n, struct pvq_row *row)
{
	const double enough_ns = 250e6, fits_ns = c->wish->seconds / 4.0 * 1e9;
	double fits, digit;

	for (*n = 2000;; *n *= 8) {
		struct pvq_trial t;
		int ret;

		*n = *n < c->wish->items ? *n : c->wish->items;
		t = trial_of(c, impl, *n);
		ret = chaos_trial(c, &t, NULL, row);
		if (ret || row->status != PVQ_OK || *n == c->wish->items)
			return ret;
		if ((double)row->map_ns >= enough_ns)
			break;
	}
	fits = fits_ns / ((double)row->map_ns / (double)*n);
	if (fits < 1)
		fits = 1;
	digit = pow(10, floor(log10(fits)));
	fits = floor(fits / digit) * digit;
	*n = fits < (double)c->wish->items ? (uint64_t)fits : c->wish->items;
	return 0;
}

/* ---- what arrived ---- */

static int is_right(const struct chaos *c, const struct pvq_delivery *d)
{
	struct pvq_load load = {.task = c->spec.task};
	uint64_t right = 0;

	memcpy(load.arg, c->spec.value, sizeof(load.arg));
	(void)load.task->expect(&load, d->item, &right, sizeof(right));
	return d->cause == PVQ_CAUSE_NONE && d->number == right;
}

/* Counts recorded deliveries: those before a cut-off line; none without a file. 0 or -errno. */
static int count_recorded(const struct chaos *c, struct pvq_chaos *way, uint64_t ended_ns)
{
	struct pvq_table_rows rows;
	int ret = pvq_deliveries_read(c->dir, DELIVERIES, &rows);
	unsigned char *seen = calloc(way->items, 1);
	const struct pvq_delivery *d = rows.row;
	uint64_t next = 0;

	ret = ret == -EBADMSG || ret == -ENOENT ? 0 : ret;
	if (!seen)
		ret = -ENOMEM;
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		if (d[i].item >= way->items || seen[d[i].item]++) {
			way->twice++;
			continue;
		}
		way->disorder += d[i].item < next;
		next = d[i].item + 1 > next ? d[i].item + 1 : next;
		if (is_right(c, &d[i]))
			way->delivered++;
		else
			way->lost++;
	}
	if (rows.count && ended_ns > d[rows.count - 1].at_ns)
		way->silent_ms = (ended_ns - d[rows.count - 1].at_ns) / 1000000;
	free(rows.row);
	free(seen);
	return ret;
}

/* By what the strategy reported: the sink has seen every item once, in order, and right, unless that failed. */
static void count_reported(struct pvq_chaos *way, const struct pvq_row *row)
{
	if (row->status != PVQ_OK && row->cause != PVQ_CAUSE_WORKER_DIED)
		return;
	way->lost = row->item_errors;
	way->delivered = way->items - way->lost;
}

static void take_status(struct pvq_chaos *way, const struct pvq_row *row)
{
	way->status = row->status;
	way->cause = row->cause;
	memcpy(way->reason, row->reason, sizeof(way->reason));
}

/* Whether the map ended by itself, with every item put. */
static int has_ended(const struct pvq_chaos *way)
{
	return way->status == PVQ_OK ||
	       (way->status == PVQ_CRASHED && way->delivered + way->lost == way->items);
}

/* ---- a way ---- */

static int chaos_kill(const struct chaos *c, const struct pvq_trial *t, struct pvq_chaos *way)
{
	struct killer k = {.observer = {.fd = -1, .every_ms = way->every_ms, .observe = killer_observe},
		.chance = t->seed};
	struct pvq_row row = {0};
	int ret = chaos_trial(c, t, &k, &row);

	if (ret)
		return ret;
	take_status(way, &row);
	way->kills = k.kills;
	if (t->deliveries)
		ret = count_recorded(c, way, k.ended_ns);
	else
		count_reported(way, &row);
	if (has_ended(way))
		way->killed_ns = row.map_ns;
	return ret;
}

static int chaos_measure(const struct chaos *c, const struct pvq_impl *impl, struct pvq_chaos *way)
{
	struct pvq_trial t;
	struct pvq_row row = {0};
	int ret = chaos_size(c, impl, &way->items, &row);

	if (ret == 0 && row.status == PVQ_OK) {
		t = trial_of(c, impl, way->items);
		ret = chaos_trial(c, &t, NULL, &row);
	}
	if (ret)
		return ret;
	take_status(way, &row);
	way->workers = row.workers;
	if (row.status != PVQ_OK)
		return 0;
	way->calm_ns = row.map_ns;
	return chaos_kill(c, &t, way);
}

static int chaos_way(const struct chaos *c, const struct pvq_impl *impl, FILE *f)
{
	struct pvq_chaos way = {.item_ns = c->wish->item_ns,
		.every_ms = c->wish->every_ms,
		.limit_ms = c->wish->seconds * (uint64_t)1000};
	int ret;

	snprintf(way.impl, sizeof(way.impl), "%s", impl->name);
	snprintf(way.version, sizeof(way.version), "%s", impl->version ? impl->version : "");
	ret = chaos_measure(c, impl, &way);
	unlink(c->deliveries);
	return ret ? ret : pvq_chaos_write(f, &way);
}

static int chaos_ways(const struct chaos *c, FILE *f)
{
	char *list = strdup(c->wish->impls ? c->wish->impls : pvq_chaos_ways), *save = NULL;
	int ret = list ? pvq_chaos_header(f) : -ENOMEM;

	for (char *name = list; ret == 0 && (name = strtok_r(name, ",", &save)); name = NULL) {
		const struct pvq_impl *impl = pvq_registry_get(c->wish->registry, name);

		if (impl)
			ret = chaos_way(c, impl, f);
	}
	free(list);
	return ret;
}

static int chaos_in(struct chaos *c, FILE *f)
{
	char words[64];
	int ret;

	snprintf(words, sizeof(words), "chaos:ns=%" PRIu64, c->wish->item_ns);
	ret = pvq_spec_parse(&c->spec, words);
	if (ret)
		return ret;
	pvq_spec_settle(&c->spec);
	if (mkdir(c->dir, 0777) && errno != EEXIST) /* left by a run that was killed: it is taken over */
		return -errno;
	ret = chaos_ways(c, f);
	rmdir(c->dir);
	return ret;
}

/* Where a sweep has written a manifest, it stays. */
static int note_machine(const struct chaos *c, const char *dir)
{
	struct pvq_outfile facts;
	int ret;

	if (pvq_rundir_has(dir, "manifest.tsv"))
		return 0;
	ret = pvq_manifest_begin(&facts, dir);
	if (ret)
		return ret;
	pvq_host_begin_facts(c->host, c->wish->command, facts.f);
	ret = pvq_manifest_write(&facts, dir);
	pvq_outfile_free(&facts);
	return ret;
}

int pvq_chaos_run(const struct pvq_chaos_wish *wish, const struct pvq_host *host, const char *dir)
{
	static struct chaos c; /* a spec is large */
	struct pvq_partial part;
	int ret = pvq_partial_begin(&part, dir, PVQ_CHAOS_FILE);
	FILE *f;

	if (ret)
		return ret;
	c.wish = wish;
	c.host = host;
	fprintf(stderr, "pvq: killing a worker every %u ms\n", wish->every_ms);
	if (snprintf(c.dir, sizeof(c.dir), "%s/chaos.tmp", dir) >= (int)sizeof(c.dir) ||
		snprintf(c.workers, sizeof(c.workers), "%s/" WORKERS, c.dir) >= (int)sizeof(c.workers) ||
		snprintf(c.deliveries, sizeof(c.deliveries), "%s/" DELIVERIES, c.dir) >=
			(int)sizeof(c.deliveries))
		return pvq_partial_end(&part, -ENAMETOOLONG);
	f = pvq_rundir_open(dir, part.file, "we");
	if (!f)
		return pvq_partial_end(&part, -EIO);
	ret = note_machine(&c, dir);
	if (ret == 0)
		ret = chaos_in(&c, f);
	fclose(f); /* every row was flushed and checked when it was written */
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot kill workers: %s\n", strerror(-ret));
	return pvq_partial_end(&part, ret);
}
