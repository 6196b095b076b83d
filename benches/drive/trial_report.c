/* trial_report.c: what a trial wrote to descriptor 3, and what that is worth. */
#include "drive/trial_report.h"
#include "child.h"

#include <string.h>
#include <unistd.h>

/* What the trial tells, into a row that says which trial it is: that is for the driver alone to say. */
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

/* The last whole row that the trial wrote, if any; else what is wrong with what it wrote, as the reason. */
void pvq_report_read(int fd, struct pvq_row *row)
{
	FILE *f = fdopen(fd, "re");
	struct pvq_rows rows;
	int first;

	if (!f) {
		close(fd);
		return;
	}
	first = fgetc(f);
	if (first == EOF) {
		snprintf(row->reason, sizeof(row->reason), "it ended without a row on descriptor 3");
		fclose(f);
		return;
	}
	ungetc(first, f);
	(void)pvq_rows_read(&rows, f); /* cut off in the middle of a row: the ones before it count */
	if (rows.count)
		take_figures(row, &rows.row[rows.count - 1]);
	else
		snprintf(row->reason, sizeof(row->reason), "its row cannot be read: %.100s", rows.problem);
	pvq_rows_free(&rows);
	fclose(f);
}

/* Times that contradict themselves, or the clock of who watched. */
static int is_impossible(const struct pvq_row *row)
{
	uint64_t parts = row->start_ns + row->map_ns + row->stop_ns;

	return row->total_ns != parts || row->first_ns > row->map_ns || (row->n && !row->map_ns) ||
	       row->map_ns > row->wall_ns || parts > row->wall_ns;
}

/* A peer verifies its own results, but its word is not enough: it must say that it did, and have come to the same as
 * others. Ours cannot fail here. */
static void validate_peer_row(struct pvq_row *row, const struct pvq_trial *t)
{
	const char *reason = NULL;

	if (row->verified == PVQ_VERIFIED_NO)
		reason = "its row says ok but not verified: it has to compare its results, or to load "
			 "libpvqpeer.so, which does";
	else if (t->impl->program && !row->oracle[0])
		reason = "its row says ok without the digest of the right results, in the column oracle";
	else if (t->impl->program && !t->oracle[0])
		reason = "its row says ok, but what is right could not be found out without it";
	else if (t->oracle[0] && strcmp(row->oracle, t->oracle) != 0)
		reason = "its digest of the right results is another than before";
	else if (t->impl->program && is_impossible(row))
		reason =
			"its times cannot be: total is start, map and stop, first within map, all within the process's life";
	if (!reason)
		return;
	row->status = PVQ_ERROR;
	row->cause = PVQ_CAUSE_BAD_REPORT;
	row->verified = PVQ_VERIFIED_NO;
	snprintf(row->reason, sizeof(row->reason), "%s", reason);
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
		row->status = PVQ_ERROR; /* what it wrote is no row */
		row->cause = PVQ_CAUSE_BAD_REPORT;
	} else if (row->status == PVQ_PLANNED) {
		row->status = PVQ_CRASHED;
		row->cause = PVQ_CAUSE_TRIAL_DIED;
		snprintf(row->reason, sizeof(row->reason), "the trial's process died: %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	} else if (row->status == PVQ_OK && wstatus != 0) {
		/* A sanitizer, for one, speaks when the process ends. */
		row->status = PVQ_CRASHED;
		row->cause = PVQ_CAUSE_TRIAL_DIED;
		row->verified = PVQ_VERIFIED_NO;
		snprintf(row->reason, sizeof(row->reason), "measured, but how its process then ended: %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	} else if (row->status == PVQ_OK) {
		validate_peer_row(row, t);
	}
}
