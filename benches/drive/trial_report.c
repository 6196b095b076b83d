/* trial_report.c: reads and checks what a trial wrote to descriptor 3. */
#include "drive/trial_report.h"
#include "child.h"
#include "trial/peer.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Copies the trial's figures into the driver's row. Only the driver says which trial it was. */
static void take_figures(struct pvq_row *row, const struct pvq_row *reported)
{
	struct pvq_row own = *row;

	*row = *reported;
	memcpy(row->impl, own.impl, sizeof(row->impl));
	memcpy(row->task, own.task, sizeof(row->task));
	memcpy(row->args, own.args, sizeof(row->args));
	memcpy(row->order, own.order, sizeof(row->order));
	memcpy(row->in_via, own.in_via, sizeof(row->in_via));
	memcpy(row->out_via, own.out_via, sizeof(row->out_via));
	row->n = own.n;
	row->seed = own.seed;
	row->workers = own.workers;
	row->cores = own.cores;
	row->oversubscribed = own.oversubscribed;
	row->block = own.block;
	row->cell = own.cell;
}

/* The driver's own trouble: the trial may have written what it should. */
static void say_unreadable(struct pvq_row *row, int error)
{
	row->cause = PVQ_CAUSE_NOT_RECORDED;
	snprintf(row->reason, sizeof(row->reason), "its row cannot be read: %s", strerror(error));
}

/* Takes the last whole row that the trial wrote. If there is none, the reason says what is wrong with its output. */
void pvq_report_read(int fd, struct pvq_row *row)
{
	FILE *f = fdopen(fd, "re");
	struct pvq_rows rows;
	int first;

	if (!f) {
		say_unreadable(row, errno);
		close(fd);
		return;
	}
	first = fgetc(f);
	if (first == EOF) {
		if (ferror(f))
			say_unreadable(row, errno);
		else
			snprintf(
				row->reason, sizeof(row->reason), "it ended without a row on descriptor 3");
		fclose(f);
		return;
	}
	ungetc(first, f);
	(void)pvq_rows_read(&rows, f); /* if a row is cut off, the rows before it count */
	if (rows.count)
		take_figures(row, &rows.row[rows.count - 1]);
	else
		snprintf(row->reason, sizeof(row->reason), "its row cannot be read: %.100s", rows.problem);
	pvq_rows_free(&rows);
	fclose(f);
}

/* Whether the times contradict each other, or the driver's clock. */
static int is_impossible(const struct pvq_row *row)
{
	uint64_t parts = row->start_ns + row->map_ns + row->stop_ns;

	return row->total_ns != parts || row->first_ns > row->map_ns || (row->n && !row->map_ns) ||
	       row->map_ns > row->wall_ns || parts > row->wall_ns;
}

/* Checks a peer's row. A peer verifies its own results, but that is not enough: the row must say so, and its digest
 * must equal that of others, unless the items are commands, which nothing can verify. Rows of linked-in strategies cannot fail here. */
static void validate_peer_row(struct pvq_row *row, const struct pvq_trial *t)
{
	const char *reason = NULL;
	int known = t->oracle[0] != '\0', commands = t->spec->task->commands != NULL;

	if (row->verified == PVQ_VERIFIED_NO)
		reason = "its row says ok but not verified: it must compare its results, or load "
			 "libpvqpeer.so, which does";
	else if (t->impl->program && !row->oracle[0])
		reason = "its row says ok without the digest of the right results, in the column oracle";
	else if (t->impl->program && !known && !commands)
		reason = "its row says ok, but the right results could not be found without it";
	else if (known && strcmp(row->oracle, t->oracle) != 0)
		reason = "its digest of the right results differs from the known one";
	else if (t->impl->program && is_impossible(row))
		reason =
			"its times are impossible: total must be start + map + stop, first within map, all within the wall time";
	if (!reason)
		return;
	row->status = PVQ_ERROR;
	row->cause = PVQ_CAUSE_BAD_REPORT;
	row->verified = PVQ_VERIFIED_NO;
	snprintf(row->reason, sizeof(row->reason), "%s", reason);
}

void pvq_report_not_started(struct pvq_row *row, int error)
{
	row->status = PVQ_CRASHED;
	row->cause = PVQ_CAUSE_NOT_BEGUN;
	snprintf(
		row->reason, sizeof(row->reason), "the trial's program cannot be run: %s", strerror(error));
}

void pvq_report_settle(
	struct pvq_row *row, const struct pvq_trial *t, int ended, int wstatus, double timeout_s)
{
	char fate[64];

	if (!ended) {
		row->status = PVQ_TIMEOUT;
		row->cause = PVQ_CAUSE_DRIVER_TIMEOUT;
		row->verified = PVQ_VERIFIED_NO;
		snprintf(row->reason, sizeof(row->reason), "killed after %g s", timeout_s);
	} else if (row->status == PVQ_PLANNED && row->reason[0] && wstatus == 0) {
		row->status = PVQ_ERROR; /* its output is not a row, or was not read */
		if (row->cause == PVQ_CAUSE_NONE)
			row->cause = PVQ_CAUSE_BAD_REPORT;
	} else if (row->status == PVQ_PLANNED) {
		int memory = !t->impl->program && WIFEXITED(wstatus) &&
			     WEXITSTATUS(wstatus) == PVQ_TRIAL_NO_MEMORY;

		row->status = PVQ_CRASHED;
		row->cause = memory ? PVQ_CAUSE_NOT_BEGUN : PVQ_CAUSE_TRIAL_DIED;
		snprintf(row->reason, sizeof(row->reason), "the trial's process died: %s",
			memory ? "out of memory" : pvq_child_fate(wstatus, fate, sizeof(fate)));
	} else if (row->status == PVQ_OK && wstatus != 0) {
		/* A sanitizer, for example, reports when the process ends. */
		row->status = PVQ_CRASHED;
		row->cause = PVQ_CAUSE_TRIAL_DIED;
		row->verified = PVQ_VERIFIED_NO;
		snprintf(row->reason, sizeof(row->reason), "measured, but its process then ended badly: %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	} else if (row->status == PVQ_OK) {
		validate_peer_row(row, t);
	}
}
