/* played.c: the made-up trials, and the plans that they are of. */
#include "played.h"
#include "base/rundir.h"
#include "base/shuffle.h"
#include "drive/launch.h"
#include "trial/registry.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct played played;
char dir[] = "/tmp/pvq-sweep-XXXXXX";
struct pvq_host host = {.cpu = {0, 1}, .ncpu = 2, .usable = 2, .cores = 2, .sockets = 1};

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

int __wrap_pvq_launch_trial(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row);

int __wrap_pvq_launch_trial(
	const struct pvq_trial *t, double timeout_s, const struct pvq_launch_io *io, struct pvq_row *row)
{
	uint64_t state = t->seed * 31 + t->block * 1009ull + t->cell;
	double uniform = (double)(pvq_random_next(&state) >> 11) / (1ull << 53);

	(void)timeout_s;
	(void)io;
	played.foreign += strcmp(t->spec->task->name, "straggler") == 0 && strcmp(t->oracle, "others") == 0;
	if (played.interrupt_at && played.count + 1 == played.interrupt_at)
		return -EINTR;
	pvq_trial_identify(t, row);
	row->map_ns = (uint64_t)(1e6 * (1 + played.noise[t->cell] * (uniform - 0.5)));
	row->status = played.status[t->cell];
	if (played.handover_ns)
		row->handover_ns = row->handover_after_ns = played.handover_ns(played.count);
	if (row->status == PVQ_TIMEOUT)
		row->cause = PVQ_CAUSE_DRIVER_TIMEOUT;
	if (played.change)
		played.change(row);
	assert_true(played.count < LOG_MAX);
	played.cell[played.count] = t->cell;
	played.block[played.count++] = t->block;
	return 0;
}

int __wrap_pvq_launch_command(
	char *const argv[], const char *in, double timeout_s, const struct pvq_launch_io *io, int *wstatus);

int __wrap_pvq_launch_command(
	char *const argv[], const char *in, double timeout_s, const struct pvq_launch_io *io, int *wstatus)
{
	(void)argv;
	(void)in;
	(void)timeout_s;
	(void)io;
	if (played.interrupt_at && played.count + 1 == played.interrupt_at)
		return -EINTR;
	played.count++;
	*wstatus = 0;
	return 0;
}

int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

int remove_dir(void **state)
{
	(void)state;
	unlink_in_dir("trials.log");
	unlink_in_dir("lines.tsv"); /* which pvq_costs_run() leaves beside its files */
	return rmdir(dir);
}

void plan_two(struct pvq_plan *plan, unsigned each, double goal, unsigned blocks)
{
	memset(plan, 0, sizeof(*plan));
	memset(&played, 0, sizeof(played));
	plan->registry = &registry;
	plan->profile = pvq_profile_find("default");
	plan->blocks = blocks;
	plan->goal = goal;
	plan->seed = 7;
	plan->timeout_s = 1;
	assert_int_equal(pvq_plan_add_spec(plan, "noop"), 0);
	assert_int_equal(pvq_plan_add_spec(plan, "sleep"), 0);
	plan->ncell = 2 * each;
	plan->cell = calloc(plan->ncell, sizeof(*plan->cell));
	for (unsigned i = 0; i < plan->ncell; i++)
		plan->cell[i] = (struct pvq_plan_cell){.impl = pvq_linked_in[0],
			.twin = i % each,
			.spec = plan->spec[i / each],
			.n = 5,
			.workers = 1,
			.cores = 1};
	pvq_plan_number_groups(plan);
}

void unlink_in_dir(const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	unlink(path);
}

void forget(struct pvq_plan *plan, const char *file)
{
	unlink_in_dir(file);
	pvq_plan_free(plan);
}

void write_left(const char *file)
{
	FILE *f = pvq_rundir_open(dir, file, "we");

	assert_non_null(f);
	fputs("what a driver that was killed has left\n", f);
	assert_int_equal(fclose(f), 0);
}
