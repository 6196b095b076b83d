/* run.c: runs the trials and watches what they deliver. */
#include "base/clock.h"
#include "base/rundir.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "experiments/faults/faults.h"
#include "trial/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ITEMS = 40, TRIES = 5, LINE_MAX_BYTES = 128, ITEM_TIMEOUT_MS = 1000 };

/* Reads the trial's `--print` lines as they come; the observer comes first, so that it can be found from it. */
struct witness {
	struct pvq_launch_observer observer;
	struct pvq_fault *fault;
	char line[LINE_MAX_BYTES];
	size_t len;
	unsigned char seen[ITEMS];
	uint64_t told_ns, ended_ns; /* when the item at fault was delivered; when the trial had ended */
};

/* "id<TAB>result", or "id<TAB>lost: …", or "id<TAB>error: …" (sink.c). */
static void witness_line(struct witness *w)
{
	uint64_t id, value;
	int text = 0, fields;

	w->line[w->len] = '\0';
	fields = sscanf(w->line, "%" SCNu64 "\t%n%" SCNu64, &id, &text, &value);
	if (fields < 1 || id >= ITEMS || w->seen[id])
		return;
	w->seen[id] = 1;
	if (id == PVQ_FAULTS_AT) {
		w->fault->told = 1;
		w->told_ns = pvq_clock_ns();
	} else if (fields == 2 && value == (id + 1) * 10) {
		w->fault->delivered++;
	} else {
		w->fault->lost++;
	}
}

static void witness_observe(struct pvq_launch_observer *observer, pid_t pid)
{
	struct witness *w = (struct witness *)observer;
	char buf[512];
	ssize_t n;

	if (pid == 0)
		w->ended_ns = pvq_clock_ns();
	while ((n = read(observer->fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] == '\n') {
				witness_line(w);
				w->len = 0;
			} else if (w->len + 1 < sizeof(w->line)) {
				w->line[w->len++] = buf[i];
			}
		}
}

/* The stamps of the fault: the last one, and how many. */
static uint64_t read_stamps(int fd, unsigned *count)
{
	FILE *f = fdopen(fd, "re");
	uint64_t last = 0, stamp;

	*count = 0;
	if (!f) {
		close(fd);
		return 0;
	}
	while (fscanf(f, "%" SCNu64, &stamp) == 1) {
		last = stamp > last ? stamp : last;
		++*count;
	}
	fclose(f);
	return last;
}

static void faults_conclude(
	struct pvq_fault *fault, const struct witness *w, const struct pvq_row *row, int stamps)
{
	uint64_t happened = read_stamps(stamps, &fault->begun), noticed;

	fault->workers = row->workers;
	fault->item_timeout_ms = row->item_timeout_ms;
	fault->status = row->status;
	memcpy(fault->impl, row->impl, sizeof(fault->impl));
	memcpy(fault->reason, row->reason, sizeof(fault->reason));
	/* A time-out of items is reported as a time-out too; it is the driver's only where it had to kill. */
	fault->hung = row->status == PVQ_TIMEOUT && strncmp(row->reason, "killed", 6) == 0;
	noticed = w->told_ns ? w->told_ns : fault->hung ? 0 : w->ended_ns;
	if (happened && noticed > happened)
		fault->noticed_ns = noticed - happened;
}

static int faults_try(const struct pvq_trial *t, enum pvq_fault_kind kind, struct pvq_fault *fault)
{
	struct witness w = {.observer = {.observe = witness_observe}, .fault = fault};
	struct pvq_launch_io io = {.err_fd = -1, .observer = &w.observer};
	char stamps[] = "/tmp/pvq-fault-XXXXXX";
	struct pvq_row row;
	int out[2], fd = mkostemp(stamps, O_CLOEXEC), ret;

	*fault = (struct pvq_fault){.kind = kind, .items = ITEMS};
	if (fd < 0)
		return -errno;
	if (pipe2(out, O_CLOEXEC)) {
		ret = -errno;
		close(fd);
		unlink(stamps);
		return ret;
	}
	w.observer.fd = out[0];
	io.out_fd = out[1];
	/* Neither fails with these arguments, but for want of memory: then the stamp is missing. */
	(void)fcntl(out[0], F_SETFL, O_NONBLOCK);
	(void)setenv("PVQ_FAULT_STAMP", stamps, 1);
	ret = pvq_launch_trial(t, PVQ_FAULTS_TIMEOUT_S, &io, &row);
	(void)unsetenv("PVQ_FAULT_STAMP");
	close(out[0]);
	close(out[1]);
	unlink(stamps);
	if (ret)
		close(fd);
	else
		faults_conclude(fault, &w, &row, fd);
	return ret;
}

/* A time-out is worth its seconds once, and what cannot run now cannot run the next time. */
static int faults_is_repeated(const struct pvq_fault *first)
{
	return first->kind != PVQ_FAULT_HANG && !first->hung && first->status != PVQ_UNAVAILABLE;
}

static int faults_tries(const struct pvq_trial *t, enum pvq_fault_kind kind, FILE *f)
{
	unsigned tries = TRIES;
	int ret = 0;

	for (unsigned try = 1; ret == 0 && try <= tries; try++) {
		struct pvq_fault fault;

		ret = faults_try(t, kind, &fault);
		if (ret)
			break;
		fault.try = try;
		ret = pvq_faults_write(f, &fault);
		if (try == 1 && !faults_is_repeated(&fault))
			tries = 1;
	}
	return ret;
}

static int faults_of(
	const struct pvq_plan *plan, const struct pvq_impl *impl, const struct pvq_host *host, FILE *f)
{
	unsigned workers = impl->flags & PVQ_ONE_WORKER ? 1 : host->usable > 2 ? host->usable : 2;
	int ret = 0;

	for (int kind = 0; ret == 0 && kind < PVQ_FAULTS; kind++) {
		struct pvq_trial t = {.impl = impl,
			.n = ITEMS,
			.seed = plan->seed,
			.workers = workers,
			.cpu = host->cpu,
			.ncpu = impl->flags & PVQ_ONE_WORKER ? 1 : host->usable,
			.oracle = "",
			.print = 1};
		struct pvq_spec spec;
		char words[64];

		snprintf(words, sizeof(words), "fault:kind=%s,at=%d", pvq_fault_words[kind], PVQ_FAULTS_AT);
		ret = pvq_spec_parse(&spec, words);
		t.spec = &spec;
		/* Who can be told how long an item may take is told. */
		if (kind == PVQ_FAULT_HANG && impl->flags & PVQ_SURVIVES_CRASH && !pvq_impl_is_peer(impl))
			t.care.item_timeout_ms = ITEM_TIMEOUT_MS;
		if (ret == 0)
			ret = faults_tries(&t, kind, f);
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
			ret = faults_of(plan, plan->cell[i].impl, session->host, f);
	fclose(f); /* every row was flushed and checked when it was written */
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot measure faults: %s\n", strerror(-ret));
	return pvq_partial_end(&part, ret);
}
