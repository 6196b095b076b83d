/* test_sweep.c: which trials a sweep runs, in which order, and when it has enough; the trials are played. */
#include "../support/played.h"
#include "base/rundir.h"
#include "stats/levels.h"
#include "trial/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_sweep run_plan(struct pvq_plan *plan, const char *file)
{
	/* No clock decides anything: there is all the time in the world. */
	struct pvq_sweep sweep = {.host = &host, .dir = dir, .file = file, .deadline_s = 1e8};

	assert_int_equal(pvq_sweep_run(plan, &sweep), played.interrupt_at ? -EINTR : 0);
	return sweep;
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

/* Wherever a run is interrupted, resuming it measures exactly what is missing, and stops where the run would have. */
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

/* ---- groups that met two states of the machine ---- */

enum { NEAR = 105, FAR = 520 };

/* Far for one trial in the middle of block 10's first group, and for whole blocks from 5 to 9. */
static uint64_t far_once(unsigned trial)
{
	return (trial >= 20 && trial < 40) || trial == 41 ? FAR : NEAR;
}

/* Far at every other trial, for ever after the first blocks. */
static uint64_t far_every_other(unsigned trial)
{
	return (trial >= 20 && trial < 40) || (trial > 60 && trial % 2) ? FAR : NEAR;
}

static struct pvq_rows rows_in(const char *file)
{
	struct pvq_rows rows;

	assert_int_equal(pvq_rows_read_file(dir, file, &rows), 0);
	return rows;
}

static void a_trial_off_the_level_is_measured_again_at_once(void **state)
{
	struct pvq_plan plan;
	struct pvq_sweep sweep;
	struct pvq_rows rows;

	(void)state;
	plan_two(&plan, 2, 0, 20);
	played.handover_ns = far_once;
	sweep = run_plan(&plan, "h.csv");
	assert_int_equal(sweep.again, 1);
	assert_int_equal(played.count, 20 * 4 + 1);
	rows = rows_in("h.csv");
	for (size_t i = 0; i < rows.count; i++)
		assert_int_equal(rows.row[i].attempt, i == 42);
	assert_int_equal(rows.row[42].block, 10);
	assert_int_equal(rows.row[42].cell, rows.row[41].cell);
	pvq_rows_free(&rows);
	forget(&plan, "h.csv");
}

static void it_is_measured_again_twice_at_most(void **state)
{
	struct pvq_plan plan;
	struct pvq_sweep sweep;
	struct pvq_rows rows;
	unsigned attempts[4] = {0};

	(void)state;
	plan_two(&plan, 2, 0, 20);
	played.handover_ns = far_every_other;
	sweep = run_plan(&plan, "i.csv");
	assert_true(sweep.again > 0);
	rows = rows_in("i.csv");
	for (size_t i = 0; i < rows.count; i++)
		attempts[rows.row[i].attempt < 3 ? rows.row[i].attempt : 3]++;
	assert_int_equal(attempts[0], 80);
	assert_true(attempts[1] > 0 && attempts[2] > 0);
	assert_int_equal(attempts[3], 0);
	pvq_rows_free(&rows);
	forget(&plan, "i.csv");
}

static void an_unknown_state_is_measured_once(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 2, 0, 20);
	assert_int_equal(run_plan(&plan, "j.csv").again, 0);
	assert_int_equal(played.count, 80);
	forget(&plan, "j.csv");
}

/* Far in the first two of eight blocks; four strategies and serial need eight at one level. */
static uint64_t far_at_first(unsigned trial)
{
	return trial < 16 ? FAR : NEAR;
}

static uint64_t far_in_every_third_block(unsigned trial)
{
	return trial / 8 % 3 == 1 ? FAR : NEAR;
}

static uint64_t far_in_every_other_block(unsigned trial)
{
	return trial / 8 % 2 ? FAR : NEAR;
}

static void plan_noisy(struct pvq_plan *plan, double goal, uint64_t (*handover_ns)(unsigned))
{
	plan_two(plan, 4, goal, 8);
	played.handover_ns = handover_ns;
	for (int i = 0; i < 8; i++)
		played.noise[i] = 0.5;
}

static void what_lacks_blocks_at_its_level_gets_more(void **state)
{
	struct pvq_plan plan;
	struct pvq_sweep sweep;

	(void)state;
	plan_noisy(&plan, 0.001, far_at_first);
	sweep = run_plan(&plan, "k.csv");
	assert_int_equal(sweep.blocks_most, 10); /* eight near */
	assert_int_equal(sweep.blocks_least, 10);
	assert_int_equal(sweep.end, PVQ_SWEEP_BLOCKS);
	forget(&plan, "k.csv");
}

static void it_gets_half_as_many_again_at_most(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_noisy(&plan, 0.001, far_in_every_other_block);
	assert_int_equal(run_plan(&plan, "l.csv").blocks_most, 12);
	forget(&plan, "l.csv");
	plan_noisy(&plan, 0, far_in_every_other_block); /* so many blocks were asked for */
	assert_int_equal(run_plan(&plan, "l.csv").blocks_most, 8);
	forget(&plan, "l.csv");
}

/* Precise after ten blocks, but the comparisons lack some. */
static void precision_does_not_end_what_lacks_blocks(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 4, 0.02, 40);
	played.handover_ns = far_at_first;
	assert_int_equal(run_plan(&plan, "m.csv").blocks_most, 10);
	forget(&plan, "m.csv");
	plan_two(&plan, 4, 0.02, 40);
	played.handover_ns = far_in_every_third_block;
	assert_int_equal(run_plan(&plan, "m.csv").blocks_most, 15);
	forget(&plan, "m.csv");
}

/* ---- chosen cells ---- */

/* What the choice was asked, and saw. */
static struct {
	unsigned calls, cells;
	double last_ns;    /* of the first cell, in the block before */
	signed char level; /* of the first cell, in the first block */
} asked;

/* The first cell in 12 blocks, the fifth in every third of them, and no other. */
static int choose_two(void *ctx, const struct pvq_sweep_seen *seen, unsigned char *takes_part)
{
	assert_ptr_equal(ctx, &asked);
	assert_int_equal(seen->blocks, asked.calls);
	asked.calls++;
	asked.cells = seen->cells;
	if (seen->blocks) {
		asked.last_ns = seen->map_ns[(size_t)(seen->blocks - 1) * seen->cells];
		asked.level = seen->level[0];
		assert_true(seen->map_ns[1] == 0);
	}
	for (unsigned i = 0; i < seen->cells; i++)
		takes_part[i] = seen->blocks < 12 && (i == 0 || (i == 4 && seen->blocks % 3 == 0));
	return 0;
}

static struct pvq_sweep run_chosen(struct pvq_plan *plan, pvq_sweep_choose *choose)
{
	struct pvq_sweep sweep = {.host = &host,
		.dir = dir,
		.file = "s.csv",
		.deadline_s = 1e8,
		.choose = choose,
		.choose_ctx = &asked};

	memset(&asked, 0, sizeof(asked));
	assert_int_equal(pvq_sweep_run(plan, &sweep), 0);
	return sweep;
}

static void an_experiment_may_choose_the_cells(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 3, 0, 40);
	assert_int_equal(run_chosen(&plan, choose_two).end, PVQ_SWEEP_PRECISE);
	assert_int_equal(asked.calls, 13);
	assert_int_equal(asked.cells, 6);
	assert_true(asked.last_ns > 0);
	assert_int_equal(asked.level, PVQ_LEVELS_NONE);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(trials_of(i), i == 0 ? 12 : i == 4 ? 4 : 0);
	forget(&plan, "s.csv");
}

static int choose_all(void *ctx, const struct pvq_sweep_seen *seen, unsigned char *takes_part)
{
	(void)ctx;
	(void)takes_part;
	if (seen->blocks)
		asked.level = seen->level[(size_t)(seen->blocks - 1) * seen->cells];
	return 0;
}

static uint64_t now_near_now_far(unsigned trial)
{
	return trial < 30 ? 100 : 500;
}

static void a_choice_sees_the_level(void **state)
{
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 3, 0, 10);
	for (unsigned i = 0; i < plan.ncell; i++)
		plan.cell[i].cores = plan.cell[i].workers = 2;
	played.handover_ns = now_near_now_far;
	assert_int_equal(run_chosen(&plan, choose_all).end, PVQ_SWEEP_BLOCKS);
	assert_int_equal(trials_of(0), 10);
	assert_int_equal(asked.level, 1);
	forget(&plan, "s.csv");
}

static int choose_badly(void *ctx, const struct pvq_sweep_seen *seen, unsigned char *takes_part)
{
	(void)ctx;
	(void)seen;
	(void)takes_part;
	return -ENOMEM;
}

static void a_choice_that_fails_ends_the_sweep(void **state)
{
	struct pvq_sweep sweep = {
		.host = &host, .dir = dir, .file = "s.csv", .deadline_s = 1e8, .choose = choose_badly};
	struct pvq_plan plan;

	(void)state;
	plan_two(&plan, 3, 0, 10);
	assert_int_equal(pvq_sweep_run(&plan, &sweep), -ENOMEM);
	assert_int_equal(played.count, 0);
	forget(&plan, "s.csv");
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

/* A strategy is planned with every chunk of the list, ascending and each once; with a single worker it has none. */
static void chunks_are_planned(void **state)
{
	static const struct pvq_registry linked_in = {.linked_in = pvq_linked_in};
	static const unsigned chunk[] = {0, 1, 10, 1000};
	struct pvq_wish wish = {.profile = "quick",
		.impls = "pool_ordered",
		.tasks = "noop",
		.cores = "2",
		.workers = "2",
		.chunks = "10,auto,1,1000,10",
		.seed = 1};
	struct pvq_plan plan;

	(void)state;
	memset(&played, 0, sizeof(played));
	assert_int_equal(pvq_plan_make(&plan, &linked_in, &wish, &host), 0);
	assert_int_equal(plan.ncell, 6); /* serial, the four, and a twin of one of them */
	assert_string_equal(plan.cell[0].impl->name, "serial");
	assert_int_equal(plan.cell[0].chunk, 0);
	for (unsigned i = 1; i < plan.ncell; i++) {
		assert_string_equal(plan.cell[i].impl->name, "pool_ordered");
		assert_int_equal(plan.cell[i].twin, i == 5);
		assert_int_equal(plan.cell[i].chunk, i == 5 ? 0 : chunk[i - 1]);
		assert_int_equal(plan.cell[i].group, plan.cell[1].group);
		assert_int_equal(pvq_plan_trial(&plan, i, 0, &host).chunk, plan.cell[i].chunk);
	}
	pvq_plan_free(&plan);
	wish.chunks = NULL;
	assert_int_equal(pvq_plan_make(&plan, &linked_in, &wish, &host), 0);
	assert_int_equal(plan.ncell, 3);
	pvq_plan_free(&plan);
	wish.chunks = "1,0x";
	assert_int_equal(pvq_plan_make(&plan, &linked_in, &wish, &host), -EINVAL);
}

static void clip_chunk(struct pvq_row *row)
{
	row->chunk = row->chunk > 15 ? 15 : row->chunk;
}

/* Two cells that come out with one chunk are one cell: its rows pair, block by block, with those of the others. */
static void a_clipped_chunk_is_measured_once(void **state)
{
	unsigned rows[8] = {0};
	struct pvq_rows read;
	struct pvq_plan plan;

	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		plan_two(&plan, 4, 0, 3 + 2 * (unsigned)resumed);
		for (unsigned i = 0; i < 8; i++) {
			plan.cell[i].twin = 0;
			plan.cell[i].chunk = 1 + 10 * (i % 4);
		}
		played.change = clip_chunk; /* 21 and 31 are one */
		run_plan(&plan, "g.csv");
		assert_int_equal(trials_of(0), resumed ? 2 : 3);
		assert_int_equal(trials_of(2) + trials_of(3), (resumed ? 2 : 3) + 1);
		if (!resumed)
			pvq_plan_free(&plan);
	}
	assert_int_equal(pvq_rows_read_file(dir, "g.csv", &read), 0);
	for (size_t i = 0; i < read.count; i++)
		rows[read.row[i].cell]++;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(i % 4 < 2 ? rows[i] : rows[i] + rows[i ^ 1], 5);
	pvq_rows_free(&read);
	forget(&plan, "g.csv");
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

/* A name that is taken by a folder. */
static void a_file_that_cannot_get_its_name_is_removed(void **state)
{
	char path[PATH_MAX];
	struct pvq_partial part;

	(void)state;
	snprintf(path, sizeof(path), "%s/y.csv", dir);
	assert_int_equal(pvq_partial_begin(&part, dir, "y.csv"), 0);
	write_left("y.csv.part");
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(pvq_partial_end(&part, 0), -EISDIR);
	assert_false(pvq_rundir_has(dir, "y.csv.part"));
	assert_int_equal(rmdir(path), 0);
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
		cmocka_unit_test(a_trial_off_the_level_is_measured_again_at_once),
		cmocka_unit_test(it_is_measured_again_twice_at_most),
		cmocka_unit_test(an_unknown_state_is_measured_once),
		cmocka_unit_test(what_lacks_blocks_at_its_level_gets_more),
		cmocka_unit_test(it_gets_half_as_many_again_at_most),
		cmocka_unit_test(precision_does_not_end_what_lacks_blocks),
		cmocka_unit_test(an_experiment_may_choose_the_cells),
		cmocka_unit_test(a_choice_sees_the_level),
		cmocka_unit_test(a_choice_that_fails_ends_the_sweep),
		cmocka_unit_test(looks_are_few),
		cmocka_unit_test(chunks_are_planned),
		cmocka_unit_test(a_clipped_chunk_is_measured_once),
		cmocka_unit_test(two_runs_do_not_write_one_file),
		cmocka_unit_test(a_file_that_cannot_get_its_name_is_removed),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
