/* test_sweep.c: which trials a sweep runs, in which order, and when it has enough. The trials themselves are made up
 * here (the linker puts __wrap_pvq_launch_trial() in the place of the real one), so that nothing depends on the clock.
 */
#include "base/rundir.h"
#include "base/shuffle.h"
#include "drive/launch.h"
#include "drive/sweep.h"
#include "experiments/claims/claims.h"
#include "experiments/costs/costs.h"
#include "experiments/faults/faults.h"
#include "experiments/grain/grain.h"
#include "experiments/tutorial/tutorial.h"
#include "trial/registry.h"
#include "trial/twin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

enum { LOG_MAX = 10000 };

/* What was launched, in order, and how the made-up trials are to come out. */
static struct {
	unsigned cell[LOG_MAX], block[LOG_MAX], count;
	double noise[64]; /* of a cell's map time, by its number */
	enum pvq_status status[64];
	unsigned interrupt_at; /* 0: never */
	unsigned foreign;      /* trials of straggler that were given another task's digest */
} played;

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
	if (row->status == PVQ_TIMEOUT)
		row->cause = PVQ_CAUSE_DRIVER_TIMEOUT;
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

static char dir[] = "/tmp/pvq-sweep-XXXXXX";
static struct pvq_host host = {.cpu = {0, 1}, .ncpu = 2, .usable = 2, .cores = 2, .sockets = 1};

/* An experiment beside the sweep of that plan, with a minute for it. */
static int run_beside(int (*run)(const struct pvq_session *), const struct pvq_plan *plan)
{
	const struct pvq_session session = {.plan = plan, .host = &host, .dir = dir, .seconds = 60};

	return run(&session);
}

/* A plan of two works, noop and sleep, each of a group of so many strategies or twins of one. */
static void plan_two(struct pvq_plan *plan, unsigned each, double goal, unsigned blocks)
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

static struct pvq_sweep run_plan(struct pvq_plan *plan, const char *file)
{
	struct pvq_sweep sweep = {.host = &host, .dir = dir, .file = file};

	assert_int_equal(pvq_sweep_run(plan, &sweep), played.interrupt_at ? -EINTR : 0);
	return sweep;
}

static void unlink_in_dir(const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	unlink(path);
}

static void forget(struct pvq_plan *plan, const char *file)
{
	unlink_in_dir(file);
	pvq_plan_free(plan);
}

static unsigned trials_of(unsigned cell)
{
	unsigned count = 0;

	for (unsigned i = 0; i < played.count; i++)
		count += played.cell[i] == cell;
	return count;
}

static void time_goes_where_the_uncertainty_is(void **state)
{
	struct pvq_plan plan;
	struct pvq_sweep sweep;

	(void)state;
	plan_two(&plan, 3, 0.02, 40);
	played.noise[4] = 0.5; /* one noisy cell of the second work */
	sweep = run_plan(&plan, "a.csv");
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(trials_of(i), i < 3 ? 10 : 40); /* all cells of a work alike */
	assert_int_equal(sweep.end, PVQ_SWEEP_BLOCKS);
	assert_int_equal(sweep.blocks_least, 10);
	assert_int_equal(sweep.blocks_most, 40);
	forget(&plan, "a.csv");
}

static void precision_ends_it_at_a_look(void **state)
{
	struct pvq_plan plan;
	struct pvq_sweep sweep;
	unsigned n;

	(void)state;
	plan_two(&plan, 2, 0.02, 40);
	for (unsigned i = 0; i < 4; i++)
		played.noise[i] = 0.08;
	sweep = run_plan(&plan, "b.csv");
	n = trials_of(0);
	assert_true(n > 10 && n < 40);
	assert_true(n == 15 || n == 20 || n == 30);
	assert_int_equal(trials_of(1), n);
	assert_int_equal(sweep.end, PVQ_SWEEP_PRECISE);
	forget(&plan, "b.csv");
}

static void a_goal_of_nothing_measures_every_block(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 2, 0, 23);
	assert_int_equal(run_plan(&plan, "c.csv").end, PVQ_SWEEP_BLOCKS);
	assert_int_equal(trials_of(0), 23);
	forget(&plan, "c.csv");
}

/* A cell that always fails is measured as often as the others, and does not keep its work open. */
static void failures_are_not_waited_for(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 3, 0.02, 40);
	played.status[1] = PVQ_ERROR;
	played.status[2] = PVQ_UNAVAILABLE;
	run_plan(&plan, "d.csv");
	assert_int_equal(trials_of(0), 10);
	assert_int_equal(trials_of(1), 10);
	assert_int_equal(trials_of(2), 1);
	forget(&plan, "d.csv");
}

/* Over five blocks each of five strategies has every place once, and a block is not like the one before. */
static void the_order_is_a_latin_square(void **state)
{
	unsigned seen[10][5] = {{0}}, place[100][2] = {{0}}, same = 0;
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 5, 0, 10);
	run_plan(&plan, "e.csv");
	for (unsigned i = 0; i < played.count; i++) {
		unsigned cell = played.cell[i], block = played.block[i], work = cell / 5;

		seen[cell][place[block][work]++] += block < 5 ? 1 : 100;
		same += i >= 10 && played.cell[i] == played.cell[i - 10];
	}
	for (unsigned cell = 0; cell < 10; cell++)
		for (unsigned at = 0; at < 5; at++)
			assert_int_equal(seen[cell][at], 101);
	assert_true(same < 45);
	forget(&plan, "e.csv");
}

/* Wherever it is interrupted, what goes on measures exactly what is missing, and stops where it would have. */
static void a_resumed_run_decides_the_same(void **state)
{
	struct pvq_plan plan;
	unsigned whole;

	(void)state;
	plan_two(&plan, 2, 0.02, 40);
	for (unsigned i = 0; i < 4; i++)
		played.noise[i] = i < 2 ? 0.08 : 0.01;
	run_plan(&plan, "f.csv");
	whole = played.count;
	forget(&plan, "f.csv");
	for (unsigned at = 1; at < whole; at += 7) {
		unsigned first;

		plan_two(&plan, 2, 0.02, 40);
		for (unsigned i = 0; i < 4; i++)
			played.noise[i] = i < 2 ? 0.08 : 0.01;
		played.interrupt_at = at;
		assert_int_equal(run_plan(&plan, "f.csv").end, PVQ_SWEEP_INTERRUPTED);
		first = played.count;
		played.interrupt_at = 0;
		assert_int_equal(run_plan(&plan, "f.csv").end, PVQ_SWEEP_PRECISE);
		assert_int_equal(played.count, whole);
		assert_int_equal(first, at - 1);
		forget(&plan, "f.csv");
	}
}

static void looks_are_few(void **state)
{
	unsigned looks = 0;

	(void)state;
	for (unsigned n = 1; n <= 40; n++)
		looks += (unsigned)pvq_profile_is_look(n, 10);
	assert_int_equal(looks, 5);
	assert_true(pvq_profile_is_look(15, 10));
	assert_false(pvq_profile_is_look(10, 20));
	assert_true(pvq_profile_is_look(8, 8));
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink_in_dir("trials.log");
	unlink_in_dir("lines.tsv"); /* which pvq_costs_run() leaves beside its files */
	return rmdir(dir);
}

/* Of a run's plan the claims need some cells on the most cores: no serial, no twins, no tasks that decide nothing;
 * and whoever keeps the order and who does not get a load on which that shows. */
static void the_claims_are_measured_with_the_plans_cells(void **state)
{
	static const struct {
		const char *impl;
		unsigned task, twin, workers, cores, needed;
	} cell[] = {
		{"pool_unordered", 0, 0, 1, 1, 0},
		{"pool_unordered", 0, 0, 2, 2, 1},
		{"pool_unordered", 0, 1, 2, 2, 0},
		{"pthread_queue", 0, 0, 2, 2, 0}, /* threads are asked about for sleep and spin alone */
		{"serial", 1, 0, 1, 1, 0},
		{"pthread_queue", 1, 0, 2, 2, 1},
		{"pthread_queue", 1, 0, 8, 2, 1},
		{"pool_ordered", 1, 0, 2, 2, 1},
		{"pool_ordered", 1, 0, 8, 2, 0},
	};
	enum { CELLS = sizeof(cell) / sizeof(cell[0]) };
	struct pvq_claims_seen seen;
	struct pvq_plan plan;
	unsigned needed = 0;

	(void)state;
	plan_two(&plan, CELLS, 0, 2);
	for (unsigned i = 0; i < CELLS; i++) {
		plan.cell[i].impl = pvq_registry_find(&registry, cell[i].impl);
		assert_non_null(plan.cell[i].impl);
		plan.cell[i].spec = plan.spec[cell[i].task];
		plan.cell[i].twin = cell[i].twin;
		strcpy(plan.cell[i].oracle, "others");
		plan.cell[i].workers = cell[i].workers;
		plan.cell[i].cores = cell[i].cores;
		needed += cell[i].needed;
	}
	plan.ncell = CELLS;
	assert_int_equal(pvq_claims_read(&seen, &registry, dir), -ENOENT);
	assert_int_equal(run_beside(pvq_claims_run, &plan), 0);
	assert_int_equal(pvq_claims_read(&seen, &registry, dir), 0);
	assert_int_equal(played.foreign, 0);
	assert_int_equal(seen.summary.cells, needed + 2);
	for (size_t i = 0; i < seen.rows.count; i++) {
		unsigned found = strcmp(seen.rows.row[i].task, "straggler") == 0 &&
				 strncmp(seen.rows.row[i].impl, "pool_", 5) == 0 &&
				 seen.rows.row[i].workers == 2;

		for (unsigned c = 0; c < CELLS; c++)
			found += cell[c].needed && strcmp(cell[c].impl, seen.rows.row[i].impl) == 0 &&
				 strcmp(plan.cell[c].spec->task->name, seen.rows.row[i].task) == 0 &&
				 cell[c].workers == seen.rows.row[i].workers;
		assert_int_equal(found, 1);
	}
	assert_true(seen.summary.blocks >= 30);
	pvq_claims_free(&seen);
	/* What is there is not measured again. */
	played.count = 0;
	assert_int_equal(run_beside(pvq_claims_run, &plan), 0);
	assert_int_equal(played.count, 0);
	forget(&plan, "claims.csv");
}

/* ---- what is measured beside the sweep ---- */

static const struct extra {
	int (*run)(const struct pvq_session *);
	const char *file[3];
} extras[] = {{pvq_claims_run, {"claims.csv"}}, {pvq_costs_run, {"dispatch.csv", "cold.csv", "memory.csv"}},
	{pvq_grain_run, {"grain.csv"}}, {pvq_faults_run, {"faults.csv"}}, {pvq_job_run, {"tutorial.csv"}}};

/* serial and a pool through noop and sleep. */
static void plan_extras(struct pvq_plan *plan)
{
	plan_two(plan, 2, 0, 2);
	for (unsigned i = 0; i < plan->ncell; i++) {
		plan->cell[i].impl = pvq_registry_find(&registry, i % 2 ? "pool_unordered" : "serial");
		plan->cell[i].twin = 0;
		plan->cell[i].workers = plan->cell[i].cores = 1 + i % 2;
	}
}

/* 0: it is not there. */
static unsigned lines_of(const char *file)
{
	char path[PATH_MAX];
	unsigned lines = 0;
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "re");
	while (f && (c = getc(f)) != EOF)
		lines += c == '\n';
	if (f)
		fclose(f);
	return lines;
}

static void write_left(const char *file)
{
	FILE *f = pvq_rundir_open(dir, file, "we");

	assert_non_null(f);
	fputs("what a driver that was killed has left\n", f);
	assert_int_equal(fclose(f), 0);
}

/* Interrupted at that trial, then gone on with: a file is whole, or it is not there. */
static void interrupt_extra(const struct extra *extra, unsigned at, const unsigned whole[3])
{
	struct pvq_plan plan;
	char part[64];

	plan_extras(&plan);
	for (unsigned i = 0; i < 3 && extra->file[i]; i++) {
		snprintf(part, sizeof(part), "%s.part", extra->file[i]);
		write_left(part);
	}
	played.interrupt_at = at;
	assert_int_equal(run_beside(extra->run, &plan), -EINTR);
	for (unsigned i = 0; i < 3 && extra->file[i]; i++)
		assert_true(lines_of(extra->file[i]) == 0 || lines_of(extra->file[i]) == whole[i]);
	played.interrupt_at = 0;
	assert_int_equal(run_beside(extra->run, &plan), 0);
	for (unsigned i = 0; i < 3 && extra->file[i]; i++) {
		snprintf(part, sizeof(part), "%s.part", extra->file[i]);
		assert_int_equal(lines_of(extra->file[i]), whole[i]);
		assert_false(pvq_rundir_has(dir, part));
		unlink_in_dir(extra->file[i]);
	}
	pvq_plan_free(&plan);
}

static void what_was_interrupted_is_not_there(void **state)
{
	(void)state;
	for (size_t e = 0; e < sizeof(extras) / sizeof(extras[0]); e++) {
		unsigned whole[3] = {0}, trials;
		struct pvq_plan plan;

		plan_extras(&plan);
		assert_int_equal(run_beside(extras[e].run, &plan), 0);
		trials = played.count;
		assert_int_equal(run_beside(extras[e].run, &plan), 0);
		assert_int_equal(played.count, trials); /* what is there is not measured again */
		for (unsigned i = 0; i < 3 && extras[e].file[i]; i++) {
			whole[i] = lines_of(extras[e].file[i]);
			assert_true(whole[i] > 2);
			unlink_in_dir(extras[e].file[i]);
		}
		pvq_plan_free(&plan);
		for (unsigned at = 1; at < trials; at += 1 + trials / 9)
			interrupt_extra(&extras[e], at, whole);
		interrupt_extra(&extras[e], trials, whole);
	}
}

/* All but a hang five times; what hung, or cannot run, once. */
static void faults_are_tried_again_where_that_is_cheap(void **state)
{
	static const enum pvq_status status[] = {PVQ_CRASHED, PVQ_TIMEOUT, PVQ_UNAVAILABLE};

	(void)state;
	for (size_t s = 0; s < sizeof(status) / sizeof(status[0]); s++) {
		struct pvq_faults faults;
		struct pvq_plan plan;

		plan_extras(&plan);
		played.status[0] = status[s];
		assert_int_equal(run_beside(pvq_faults_run, &plan), 0);
		assert_int_equal(pvq_faults_read(&faults, dir), 0);
		for (int kind = 0; kind < PVQ_FAULTS; kind++) {
			const struct pvq_fault *f = NULL;
			unsigned tries = 0;

			while ((f = pvq_faults_next(&faults, "serial", kind, f)))
				assert_int_equal(f->try, ++tries);
			assert_int_equal(tries, s == 0 && kind != PVQ_FAULT_HANG ? 5 : 1);
		}
		free(faults.fault);
		forget(&plan, "faults.csv");
	}
}

/* Another run that writes to the folder is left alone. */
static void two_runs_do_not_write_one_file(void **state)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct pvq_partial part;

	(void)state;
	write_left("x.csv.part");
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(pvq_partial_begin(&part, dir, "x.csv"), -EBUSY);
	assert_true(pvq_rundir_has(dir, "x.csv.part"));
	close(fd);
	assert_int_equal(pvq_partial_begin(&part, dir, "x.csv"), 0);
	assert_false(pvq_rundir_has(dir, "x.csv.part"));
	assert_int_equal(pvq_partial_end(&part, -EIO), -EIO);
	assert_false(pvq_rundir_has(dir, "x.csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_goes_where_the_uncertainty_is),
		cmocka_unit_test(precision_ends_it_at_a_look),
		cmocka_unit_test(a_goal_of_nothing_measures_every_block),
		cmocka_unit_test(failures_are_not_waited_for),
		cmocka_unit_test(the_order_is_a_latin_square),
		cmocka_unit_test(a_resumed_run_decides_the_same),
		cmocka_unit_test(looks_are_few),
		cmocka_unit_test(the_claims_are_measured_with_the_plans_cells),
		cmocka_unit_test(what_was_interrupted_is_not_there),
		cmocka_unit_test(faults_are_tried_again_where_that_is_cheap),
		cmocka_unit_test(two_runs_do_not_write_one_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
