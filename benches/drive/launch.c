/* launch.c: the driver's side of the trial protocol (PROTOCOL.md). The child gets the trial as command-line arguments,
 * and writes CSV (the header, then rows) to descriptor 3; its last whole row counts. It writes one row before the first
 * worker exists and one at the end, so a trial that dies has already reported its settings.
 */
#include "drive/launch.h"
#include "base/others.h"
#include "base/probe.h"
#include "child.h"
#include "drive/child_exec.h"
#include "drive/host.h"
#include "drive/reap.h"
#include "drive/reference.h"
#include "drive/trial_report.h"
#include "trial/trial_args.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void pvq_launch_signals(void)
{
	pvq_reap_signals();
}

static void note_interference(struct pvq_row *row, struct pvq_meanwhile m)
{
	row->stolen_ns = m.known ? m.stolen_ns : PVQ_UNKNOWN_U64;
	row->foreign_ns = m.known ? m.foreign_ns : PVQ_UNKNOWN_I64;
}

static void note_state(struct pvq_row *row, const struct pvq_probe *before, const struct pvq_probe *after)
{
	row->handover_ns = before->handover_ns;
	row->handover_after_ns = after->handover_ns;
	row->compute_ns = before->compute_ns;
	row->beside_ns = before->beside_ns;
}

static void note_place(struct pvq_row *row, const struct pvq_trial *t)
{
	struct pvq_spread spread = pvq_host_spread(t->cpu, t->ncpu);

	row->on_cores = spread.cores;
	row->on_caches = spread.caches;
	row->on_sockets = spread.sockets;
}

/* Reads why a program could not be run, an errno; 0: it was run. The process has ended. */
static int why_not(int fd)
{
	int error = 0;

	if (read(fd, &error, sizeof(error)) != sizeof(error))
		error = 0;
	close(fd);
	return error;
}

/* Runs the trial in its process. 0 or -errno. */
static int run_trial(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	static struct pvq_words words; /* some KiB: not on the stack; the driver has one thread */
	struct pvq_watch watch;
	int report[2], why[2], ended, wstatus, failed;
	uint64_t ended_ns;
	pid_t pid;

	pvq_trial_args_words(&words, t);
	if (pipe2(report, O_CLOEXEC))
		return -errno;
	if (pipe2(why, O_CLOEXEC | O_NONBLOCK)) {
		ended = -errno;
		close(report[0]);
		close(report[1]);
		return ended;
	}
	pvq_watch_begin(&watch, t->cpu, t->ncpu);
	pid = pvq_child_fork();
	if (pid == 0)
		pvq_child_exec(t->impl->program ? t->impl->program : "/proc/self/exe", words.argv,
			report[1], why[1], t, io);
	close(report[1]);
	close(why[1]);
	if (pid < 0) {
		close(report[0]);
		close(why[0]);
		return (int)pid;
	}
	ended = pvq_reap(pid, timeout_s, io, &wstatus, &ended_ns);
	pvq_report_read(report[0], row);
	note_interference(row, pvq_watch_end(&watch, t->cpu, t->ncpu));
	row->wall_ns = ended_ns - watch.at_ns;
	failed = why_not(why[0]);
	if (ended < 0)
		return ended;
	if (failed)
		pvq_report_not_started(row, failed);
	else
		pvq_report_settle(row, t, ended, wstatus, timeout_s);
	return 0;
}

/* Runs the trial between two looks at its CPUs. Its process exists during neither. */
static int run_probed(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	struct pvq_probe before, after;
	struct timespec at;
	int ret;

	clock_gettime(CLOCK_REALTIME, &at);
	pvq_probe_look(&before, t->cpu, t->ncpu);
	ret = run_trial(t, timeout_s, io, row);
	if (ret)
		return ret;
	pvq_probe_look(&after, t->cpu, t->ncpu);
	note_state(row, &before, &after);
	note_place(row, t);
	row->at_ms = (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
	return 0;
}

int pvq_launch_trial(
	const struct pvq_trial *of, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	struct pvq_trial t = *of;
	int ret;

	pvq_reap_begin();
	pvq_trial_identify(&t, row);
	if (t.impl->unavailable) {
		row->status = PVQ_UNAVAILABLE;
		row->cause = PVQ_CAUSE_UNAVAILABLE;
		snprintf(row->reason, sizeof(row->reason), "%s", t.impl->unavailable);
		return 0;
	}
	ret = pvq_reference_find(&t, timeout_s);
	if (ret == 0) {
		row->status = PVQ_TIMEOUT;
		row->cause = PVQ_CAUSE_NOT_BEGUN;
		snprintf(row->reason, sizeof(row->reason),
			"not begun: the right results were unknown after %g s", timeout_s);
		return 0;
	}
	if (ret > 0)
		ret = run_probed(&t, timeout_s, io, row);
	if (ret < 0 && ret != -EINTR)
		fprintf(stderr, "pvq: cannot run a trial: %s%s\n", strerror(-ret), pvq_process_hint(-ret));
	return ret;
}

int pvq_launch_command(
	char *const argv[], const char *dir, double timeout_s, const struct pvq_launch_io *io, int *wstatus)
{
	char *path = pvq_child_path();
	uint64_t ended_ns;
	int why[2], ended, failed;
	pid_t pid;

	if (!path)
		return -ENOMEM;
	if (pipe2(why, O_CLOEXEC | O_NONBLOCK)) {
		ended = -errno;
		free(path);
		return ended;
	}
	pvq_reap_begin();
	pid = pvq_child_fork();
	if (pid == 0)
		pvq_child_command(argv, dir, path, why[1], io);
	free(path);
	close(why[1]);
	if (pid < 0) {
		close(why[0]);
		return (int)pid;
	}
	ended = pvq_reap(pid, timeout_s, io, wstatus, &ended_ns);
	failed = why_not(why[0]);
	return ended < 0 ? ended : ended == 0 ? -ETIMEDOUT : -failed;
}
