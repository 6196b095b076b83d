/* measure.c: measures the cells of a lesson: trials by a sweep in a folder for the time being, or cases of pvq-micro. */
#include "base/clock.h"
#include "base/scratch.h"
#include "child.h"
#include "drive/launch.h"
#include "drive/sweep.h"
#include "lessons/lesson.h"
#include "results/state.h"
#include "trial/twin.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* BLOCKS: more would not be worth their time. ROUNDS: blocks in one run of pvq-micro. */
enum { BLOCKS = 24, ROUNDS = 6 };

/* The budget for which descriptors give their items, in seconds, and the least share of them. */
static const double whole_budget_s = 20, least_share = 0.05;

/* Makes room for the blocks; every value is NAN. */
static int make_room(struct pvq_lesson_data *d, size_t blocks)
{
	size_t cells = pvq_lesson_cells(d->lesson);

	d->blocks = (struct pvq_blocks){
		.cells = cells, .blocks = blocks, .ns = calloc(cells * blocks + 1, sizeof(double))};
	if (!d->blocks.ns)
		return -ENOMEM;
	for (size_t i = 0; i < cells * blocks; i++)
		d->blocks.ns[i] = NAN;
	return 0;
}

/* ---- trials ---- */

static uint64_t items_of(const struct pvq_lesson_data *d, const struct pvq_lesson_cell *cell)
{
	double n = ceil((double)cell->n * d->share);

	/* A few items are the lesson itself, and are not made fewer. */
	return cell->n < 1000 ? cell->n : n < 1000 ? 1000 : (uint64_t)n;
}

static int plan_cell(struct pvq_plan *plan, const struct pvq_lesson_data *d, size_t i)
{
	const struct pvq_lesson_cell *cell = &d->lesson->cell[i];
	struct pvq_plan_cell planned = {.n = items_of(d, cell),
		.cores = d->cpus,
		.workers = cell->workers   ? cell->workers
			   : cell->per_cpu ? cell->per_cpu * d->cpus
					   : d->cpus,
		.chunk = cell->chunk};
	int ret = 0;

	planned.impl = pvq_twin_find(plan->registry, cell->impl, &planned.twin);
	if (!planned.impl)
		return -EINVAL;
	if (planned.impl->flags & PVQ_ONE_WORKER)
		planned.workers = planned.cores = 1;
	if (i == 0 || strcmp(cell->task, cell[-1].task) != 0) {
		ret = pvq_plan_add_spec(plan, cell->task);
		if (ret == 0)
			pvq_spec_settle(plan->spec[plan->nspec - 1]);
	}
	if (ret == 0) {
		planned.spec = plan->spec[plan->nspec - 1];
		ret = pvq_plan_add_cell(plan, &planned);
	}
	return ret;
}

/* The value of a trial; NAN: it has none. */
static double value_of(const struct pvq_lesson_data *d, const struct pvq_row *row)
{
	if (d->lesson->value)
		return d->lesson->value(row);
	if (row->status != PVQ_OK)
		return NAN;
	return (double)row->map_ns / (d->lesson->cell[row->cell].per_item ? (double)row->n : 1);
}

static void take_row(struct pvq_lesson_data *d, const struct pvq_row *row)
{
	double value = value_of(d, row);

	d->trials++;
	d->blocks.ns[row->cell * d->blocks.blocks + row->block] = value;
	if (row->status == PVQ_OK ||
		(d->lesson->value && (!isnan(value) || row->status == PVQ_UNAVAILABLE)))
		return;
	if (d->failed++ == 0)
		snprintf(d->trouble, sizeof(d->trouble), "%s: %s", row->impl, row->reason);
}

/* Takes the values of all trials that count: by the rule of results/state.h, or, if `any`, in any state of the machine. */
static void take_values(
	struct pvq_lesson_data *d, const struct pvq_rows *rows, const struct pvq_states *states, int any)
{
	d->trials = d->failed = 0;
	for (size_t i = 0; i < d->blocks.cells * d->blocks.blocks; i++)
		d->blocks.ns[i] = NAN;
	for (size_t i = 0; i < rows->count; i++) {
		const struct pvq_standing *standing = pvq_states_standing(states, &rows->row[i]);

		/* What failed, failed in any state. */
		if (!standing->superseded && (any || standing->in || rows->row[i].status != PVQ_OK))
			take_row(d, &rows->row[i]);
	}
}

/* Whether the blocks with a value of every cell are too few for an interval. */
static int has_too_few(const struct pvq_lesson_data *d)
{
	size_t whole = 0;

	for (size_t i = 0; i < d->blocks.blocks; i++) {
		int missing = 0;

		for (size_t cell = 0; cell < d->blocks.cells; cell++)
			missing |= isnan(d->blocks.ns[cell * d->blocks.blocks + i]) != 0;
		whole += !missing;
	}
	return whole < pvq_median_needs(PVQ_ALPHA);
}

static int take_rows(struct pvq_lesson_data *d, const char *dir, const char *file)
{
	struct pvq_states states = {0};
	struct pvq_rows rows;
	size_t blocks = 0;
	int ret = pvq_rows_need_file(dir, file, &rows);

	if (ret == 0)
		ret = pvq_states_make(&states, &rows, PVQ_LEVELS_NONE);
	for (size_t i = 0; ret == 0 && i < rows.count; i++)
		blocks = rows.row[i].block >= blocks ? rows.row[i].block + 1 : blocks;
	if (ret == 0)
		ret = make_room(d, blocks);
	if (ret == 0)
		take_values(d, &rows, &states, 0);
	/* A few blocks may all have met changes of the state: a wide interval teaches more than none. */
	if (ret == 0 && has_too_few(d))
		take_values(d, &rows, &states, 1);
	pvq_states_free(&states);
	pvq_rows_free(&rows);
	return ret;
}

static int measure_trials(struct pvq_lesson_data *d, const struct pvq_registry *registry,
	const struct pvq_host *host, const char *dir, double budget_s)
{
	struct pvq_sweep sweep = {.host = host, .dir = dir, .file = "raw.csv", .deadline_s = budget_s};
	struct pvq_plan plan = {
		.registry = registry, .blocks = BLOCKS, .seed = d->seed, .timeout_s = budget_s + 2};
	int ret = 0;

	for (size_t i = 0; ret == 0 && d->lesson->cell[i].label; i++)
		ret = plan_cell(&plan, d, i);
	if (ret == 0) {
		pvq_plan_number_groups(&plan);
		ret = pvq_sweep_run(&plan, &sweep);
	}
	pvq_plan_free(&plan);
	return ret ? ret : take_rows(d, dir, sweep.file);
}

/* ---- cases of pvq-micro ---- */

/* The pattern that chooses the lesson's cases. 0 or -E2BIG. */
static int micro_filter(const struct pvq_lesson *lesson, char *filter, size_t cap)
{
	size_t len = (size_t)snprintf(filter, cap, "--benchmark_filter=^(");

	for (size_t i = 0; lesson->cell[i].label && len < cap; i++)
		len += (size_t)snprintf(
			filter + len, cap - len, "%s%s", i ? "|" : "", lesson->cell[i].micro);
	if (len < cap)
		len += (size_t)snprintf(filter + len, cap - len, ")/real_time$");
	return len < cap ? 0 : -E2BIG;
}

/* Whether the row "pipe/stream/bytes:64/real_time" is of the case "pipe/stream/bytes:64". */
static int micro_is_of(const json_t *row, const char *name)
{
	const char *run = json_string_value(json_object_get(row, "run_name"));
	size_t len = strlen(name);

	return run && strncmp(run, name, len) == 0 && strcmp(run + len, "/real_time") == 0;
}

static void micro_take(struct pvq_lesson_data *d, const json_t *rows, size_t first_block)
{
	const struct pvq_lesson_cell *cell = d->lesson->cell;
	const json_t *row;
	size_t at;

	json_array_foreach(rows, at, row)
	{
		size_t block =
			first_block + (size_t)json_integer_value(json_object_get(row, "repetition_index"));
		const char *kind = json_string_value(json_object_get(row, "run_type")),
			   *error = json_string_value(json_object_get(row, "error_message"));
		double ns =
			json_number_value(json_object_get(row, "real_time")); /* its unit is always ns */

		for (size_t i = 0; cell[i].label; i++) {
			if (!micro_is_of(row, cell[i].micro) || !kind || strcmp(kind, "iteration") != 0)
				continue;
			d->trials++;
			if (!error && ns > 0 && block < d->blocks.blocks)
				d->blocks.ns[i * d->blocks.blocks + block] = ns;
			else if (error && !d->trouble[0])
				snprintf(d->trouble, sizeof(d->trouble), "%s: %s", cell[i].micro, error);
		}
	}
}

/* Runs pvq-micro once, and takes its values as the blocks from first_block on. */
static int micro_run(struct pvq_lesson_data *d, const char *dir, double timeout_s, size_t first_block)
{
	const struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	char program[] = "pvq-micro", out[] = "--out", here[] = ".", filter[512], rounds[64], least[64],
	     fate[64], path[PATH_MAX];
	char *argv[] = {program, out, here, filter, rounds, least, NULL};
	json_error_t error;
	json_t *root;
	int wstatus = 0, ret = micro_filter(d->lesson, filter, sizeof(filter));

	snprintf(rounds, sizeof(rounds), "--benchmark_repetitions=%d", ROUNDS);
	snprintf(least, sizeof(least), "--benchmark_min_time=%.3f", 0.05 * d->share);
	if (ret == 0)
		ret = pvq_launch_command(argv, dir, timeout_s, &io, &wstatus);
	if (ret || wstatus) {
		if (ret != -EINTR && ret != -ETIMEDOUT)
			fprintf(stderr, "pvq: cannot measure by %s: %s\n", program,
				ret ? strerror(-ret) : pvq_child_fate(wstatus, fate, sizeof(fate)));
		return ret ? ret : -EIO;
	}
	if (snprintf(path, sizeof(path), "%s/micro.json", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	root = json_load_file(path, 0, &error);
	if (!root) {
		fprintf(stderr, "pvq: cannot read what %s wrote: %s\n", program, error.text);
		return -EBADMSG;
	}
	micro_take(d, json_object_get(root, "benchmarks"), first_block);
	json_decref(root);
	return 0;
}

/* Runs it again and again. Begins no run that would not end in time. */
static int measure_micro(struct pvq_lesson_data *d, const char *dir, double budget_s)
{
	uint64_t began_ns = pvq_clock_ns();
	double longest_s = 0, now_s = 0;
	int ret = make_room(d, BLOCKS);

	for (size_t block = 0; ret == 0 && block < BLOCKS && now_s + longest_s <= budget_s;
		block += ROUNDS) {
		double before_s = now_s;

		ret = micro_run(d, dir, budget_s - now_s, block);
		now_s = (double)(pvq_clock_ns() - began_ns) / 1e9;
		longest_s = fmax(longest_s, now_s - before_s);
	}
	return ret == -ETIMEDOUT ? 0 : ret;
}

/* ---- a measurement ---- */

int pvq_lesson_measure(struct pvq_lesson_data *d, const struct pvq_lesson *lesson,
	const struct pvq_registry *registry, double budget_s, uint64_t seed)
{
	char dir[PATH_MAX];
	struct pvq_host host;
	int ret;

	*d = (struct pvq_lesson_data){.lesson = lesson,
		.seed = seed,
		.share = fmax(fmin(budget_s / whole_budget_s, 1), least_share)};
	ret = pvq_host_read(&host);
	if (ret)
		return ret;
	d->cpus = host.usable;
	ret = pvq_scratch_make(dir, sizeof(dir), "lesson");
	if (ret) {
		fprintf(stderr, "pvq: cannot make a folder for the measurement: %s\n", strerror(-ret));
		return ret;
	}
	ret = lesson->cell[0].micro ? measure_micro(d, dir, budget_s)
				    : measure_trials(d, registry, &host, dir, budget_s);
	pvq_scratch_remove(dir);
	return ret;
}
