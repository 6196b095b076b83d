/* run.c: runs the trials, and records what they deliver. */
#include "base/clock.h"
#include "base/rundir.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "experiments/faults/faults.h"
#include "trial/delivery.h"
#include "trial/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ITEMS = 40, TRIES = 5, ITEM_TIMEOUT_MS = 1000 };

/* The files that keep what a trial and its task did, even if they die. */
#define STAMPS "stamps"
#define DELIVERIES "deliveries.csv"

/* Records when the trial ended. The observer must be first: a pointer to it is a pointer to the witness. */
struct witness {
	struct pvq_launch_observer observer;
	uint64_t ended_ns;
};

static void witness_observe(struct pvq_launch_observer *observer, pid_t pid)
{
	struct witness *w = (struct witness *)observer;

	if (pid == 0)
		w->ended_ns = pvq_clock_ns();
}

/* Counts the deliveries. Returns when the faulty item was delivered; 0: never. */
static uint64_t count_deliveries(struct pvq_fault *fault, const struct pvq_delivery *d, size_t n)
{
	unsigned char seen[ITEMS] = {0};
	uint64_t told_ns = 0;

	for (size_t i = 0; i < n; i++) {
		if (d[i].item >= ITEMS || seen[d[i].item]++)
			continue;
		if (d[i].item == PVQ_FAULTS_AT) {
			fault->told = 1;
			told_ns = d[i].at_ns;
		} else if (d[i].cause == PVQ_CAUSE_NONE && d[i].number == (d[i].item + 1) * 10) {
			fault->delivered++;
		} else {
			fault->lost++;
		}
	}
	return told_ns;
}

/* Reads the stamps of the fault: the last one, and how many there are. 0 or -errno. */
static int read_stamps(const char *dir, uint64_t *last, unsigned *count)
{
	FILE *f = pvq_rundir_open(dir, STAMPS, "re");
	uint64_t stamp;
	int ret;

	*last = *count = 0;
	if (!f)
		return -EIO;
	while (fscanf(f, "%" SCNu64, &stamp) == 1) {
		*last = stamp > *last ? stamp : *last;
		++*count;
	}
	ret = ferror(f) ? -EIO : 0;
	fclose(f);
	return ret;
}

/* Takes in what the trial's row and files say: of the deliveries those before a cut-off line; none without a file. 0 or
 * -errno. */
static int faults_conclude(
	struct pvq_fault *fault, const char *dir, const struct pvq_row *row, uint64_t ended_ns)
{
	struct pvq_table_rows deliveries = {0};
	uint64_t happened, told, noticed;
	int ret = read_stamps(dir, &happened, &fault->begun);

	fault->workers = row->workers;
	fault->item_timeout_ms = row->item_timeout_ms;
	fault->status = row->status;
	fault->cause = row->cause;
	fault->named = (unsigned)pvq_faults_is_named(row->reason);
	memcpy(fault->impl, row->impl, sizeof(fault->impl));
	memcpy(fault->reason, row->reason, sizeof(fault->reason));
	fault->hung = row->cause == PVQ_CAUSE_DRIVER_TIMEOUT;
	if (ret == 0)
		ret = pvq_deliveries_read(dir, DELIVERIES, &deliveries);
	told = count_deliveries(fault, deliveries.row, deliveries.count);
	free(deliveries.row);
	noticed = told ? told : fault->hung ? 0 : ended_ns;
	if (happened && noticed > happened)
		fault->noticed_ns = noticed - happened;
	return ret == -EBADMSG || ret == -ENOENT ? 0 : ret;
}

/* Runs one trial, with a folder for the files that it leaves. */
static int faults_try_in(const char *dir, const struct pvq_trial *of, struct pvq_fault *fault)
{
	struct witness w = {.observer = {.fd = -1, .observe = witness_observe}};
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1, .observer = &w.observer};
	char stamps[PATH_MAX], deliveries[PATH_MAX];
	struct pvq_trial t = *of;
	struct pvq_row row;
	int fd, ret;

	if (snprintf(stamps, sizeof(stamps), "%s/" STAMPS, dir) >= (int)sizeof(stamps) ||
		snprintf(deliveries, sizeof(deliveries), "%s/" DELIVERIES, dir) >= (int)sizeof(deliveries))
		return -ENAMETOOLONG;
	fd = open(stamps, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	t.deliveries = deliveries;
	ret = setenv("PVQ_FAULT_STAMP", stamps, 1) ? -errno : 0;
	if (ret == 0)
		ret = pvq_launch_trial(&t, PVQ_FAULTS_TIMEOUT_S, &io, &row);
	(void)unsetenv("PVQ_FAULT_STAMP");
	if (ret == 0)
		ret = faults_conclude(fault, dir, &row, w.ended_ns);
	unlink(stamps);
	unlink(deliveries);
	return ret;
}

static int faults_try(
	const struct pvq_trial *t, enum pvq_fault_kind kind, const char *run, struct pvq_fault *fault)
{
	char dir[PATH_MAX];
	int ret;

	*fault = (struct pvq_fault){.kind = kind, .items = ITEMS};
	if (snprintf(dir, sizeof(dir), "%s/faults.tmp", run) >= (int)sizeof(dir))
		return -ENAMETOOLONG;
	if (mkdir(dir, 0777) && errno != EEXIST) /* left by a run that was killed: it is taken over */
		return -errno;
	ret = faults_try_in(dir, t, fault);
	rmdir(dir);
	return ret;
}

/* Whether to try again: not after a time-out, which costs seconds, nor if the task cannot run here at all. */
static int faults_is_repeated(const struct pvq_fault *first)
{
	return first->kind != PVQ_FAULT_HANG && !first->hung && first->status != PVQ_UNAVAILABLE;
}

static int faults_tries(const struct pvq_trial *t, enum pvq_fault_kind kind, const char *run, FILE *f)
{
	unsigned tries = TRIES;
	int ret = 0;

	for (unsigned try = 1; ret == 0 && try <= tries; try++) {
		struct pvq_fault fault;

		ret = faults_try(t, kind, run, &fault);
		if (ret == 0 && fault.status == PVQ_UNAVAILABLE && t->care.item_timeout_ms) {
			struct pvq_trial without = *t;

			without.care.item_timeout_ms = 0;
			ret = faults_try(&without, kind, run, &fault);
		}
		if (ret)
			break;
		fault.try = try;
		ret = pvq_faults_write(f, &fault);
		if (try == 1 && !faults_is_repeated(&fault))
			tries = 1;
	}
	return ret;
}

static int faults_of(const struct pvq_session *session, const struct pvq_impl *impl, FILE *f)
{
	const struct pvq_plan *plan = session->plan;
	const struct pvq_host *host = session->host;
	unsigned workers = impl->flags & PVQ_ONE_WORKER ? 1 : host->usable > 2 ? host->usable : 2;
	int ret = 0;

	for (int kind = 0; ret == 0 && kind < PVQ_FAULTS; kind++) {
		struct pvq_trial t = {.impl = impl,
			.n = ITEMS,
			.seed = plan->seed,
			.workers = workers,
			.cpu = host->cpu,
			.ncpu = impl->flags & PVQ_ONE_WORKER ? 1 : host->usable,
			.oracle = ""};
		struct pvq_spec spec;
		char words[64];

		snprintf(words, sizeof(words), "fault:kind=%s,at=%d", pvq_fault_words[kind], PVQ_FAULTS_AT);
		ret = pvq_spec_parse(&spec, words);
		t.spec = &spec;
		/* A strategy that outlives workers may know a time-out per item. */
		if (kind == PVQ_FAULT_HANG && impl->flags & PVQ_SURVIVES_CRASH)
			t.care.item_timeout_ms = ITEM_TIMEOUT_MS;
		if (ret == 0)
			ret = faults_tries(&t, kind, session->dir, f);
	}
	return ret;
}

static int faults_seen_before(const struct pvq_plan *plan, unsigned cell)
{
	for (unsigned i = 0; i < cell; i++)
		if (plan->cell[i].impl == plan->cell[cell].impl)
			return 1;
	return 0;
}

int pvq_faults_run(const struct pvq_session *session)
{
	const struct pvq_plan *plan = session->plan;
	const char *dir = session->dir;
	struct pvq_partial part;
	int ret = pvq_partial_begin(&part, dir, "faults.csv");
	FILE *f;

	if (ret)
		return ret < 0 ? ret : 0;
	fprintf(stderr, "pvq: testing what happens when a worker dies\n");
	f = pvq_rundir_open(dir, part.file, "we");
	if (!f)
		return pvq_partial_end(&part, -EIO);
	ret = pvq_faults_header(f);
	for (unsigned i = 0; ret == 0 && i < plan->ncell; i++)
		if (!faults_seen_before(plan, i))
			ret = faults_of(session, plan->cell[i].impl, f);
	fclose(f); /* every row was flushed and checked when it was written */
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot measure faults: %s\n", strerror(-ret));
	return pvq_partial_end(&part, ret);
}
