/* cells.c: turns cells of a summary into the model's terms. */
#include "model/cells.h"
#include "base/grow.h"
#include "base/rundir.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A difference below this share between wall time and CPU time is no waiting: clocks and ticks explain it. */
static const double wait_least = 0.05;

/* Items that wait make the trial sleep: for each, or at least for so large a share of them. Other trials sleep now and then. */
static const double slept_least = 0.5;

/* The median of fewer trials says little, where there are more. */
enum { TRIALS_LEAST = 3 };

/* The argument's value; NAN: the task has no such number. */
static double number(const struct pvq_spec *spec, const char *name)
{
	const struct pvq_arg *arg = spec->task->args;

	for (unsigned i = 0; arg && arg[i].name; i++)
		if (strcmp(arg[i].name, name) == 0)
			return arg[i].kind == PVQ_ARG_REAL    ? spec->value[i].d
			       : arg[i].kind == PVQ_ARG_COUNT ? (double)spec->value[i].u
							      : NAN;
	return NAN;
}

int pvq_model_job_args(struct pvq_model_job *job, const struct pvq_spec *spec)
{
	double in = number(spec, "in"), out = number(spec, "out"), alpha = number(spec, "alpha"),
	       skew = number(spec, "skew");

	job->in = isnan(in) ? 8 : in;
	job->out = isnan(out) ? 8 : out;
	job->memory = strcmp(spec->task->name, "stream") == 0 ? 1024 * number(spec, "kb") : 0;
	pvq_model_tail(job, isnan(alpha) ? skew : alpha);
	return !isnan(in) && !isnan(out);
}

double pvq_model_row_lost(const struct pvq_row *row)
{
	return row->wall_ns ? pvq_row_lost(row) / ((double)row->wall_ns * row->cores) : NAN;
}

void pvq_model_row_times(const struct pvq_row *row, double *compute_ns, double *wait_ns)
{
	double n = (double)row->n, map = (double)row->map_ns, cpu = pvq_row_metric(row, PVQ_CPU_NS);

	*compute_ns = map / n;
	*wait_ns = 0;
	if (isnan(cpu) || cpu >= map * (1 - wait_least))
		return;
	*compute_ns = cpu / n;
	if (row->nvcsw != PVQ_UNKNOWN_U64 && (double)row->nvcsw >= n * slept_least)
		*wait_ns = (map - cpu) / n;
}

/* The work as a job, by its serial cell. 0; -EINVAL: this build does not know the task; -ENOMEM. */
static int job_of(struct pvq_model_job *job, const struct pvq_work *work)
{
	const struct pvq_cell *base = work->base;
	size_t task = pvq_task_rank(work->key->task);
	char words[PVQ_NAME_MAX + PVQ_ARGS_TEXT + 1];
	struct pvq_spec spec;
	double *time;

	snprintf(words, sizeof(words), "%s%s%s", work->key->task, work->key->args[0] ? ":" : "",
		work->key->args);
	if (!pvq_tasks[task] || pvq_spec_parse(&spec, words))
		return -EINVAL;
	time = malloc(2 * base->ok * sizeof(*time));
	if (!time)
		return -ENOMEM;
	for (size_t i = 0; i < base->ok; i++)
		pvq_model_row_times(base->row[i], &time[i], &time[base->ok + i]);
	pvq_sort(time, base->ok);
	pvq_sort(time + base->ok, base->ok);
	*job = (struct pvq_model_job){.n = (double)work->key->n,
		.compute_ns = pvq_quantile(time, base->ok, 0.5),
		.wait_ns = pvq_quantile(time + base->ok, base->ok, 0.5)};
	free(time);
	(void)pvq_model_job_args(job, &spec);
	return 0;
}

/* The median over the rows that know it; 0: none does. */
static double handover_of(const struct pvq_cell *cell)
{
	double *ns = malloc(cell->ok * sizeof(*ns)), median = 0;
	size_t n = 0;

	for (size_t i = 0; ns && i < cell->ok; i++)
		if (cell->row[i]->handover_ns)
			ns[n++] = (double)cell->row[i]->handover_ns;
	if (n) {
		pvq_sort(ns, n);
		median = pvq_quantile(ns, n, 0.5);
	}
	free(ns);
	return median;
}

int pvq_model_is_plain(const char *task)
{
	static const char *const plain[] = {"noop", "spin", "echo", "job"};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(task, plain[i]) == 0)
			return 1;
	return 0;
}

static int add(struct pvq_model_cells *cells, const struct pvq_work *work, const struct pvq_cell *cell,
	const struct pvq_model_job *job, unsigned calibrate_cores)
{
	const struct pvq_row *key = cell->key;
	const struct pvq_estimate *map = &cell->metric[PVQ_MAP_NS];
	struct pvq_model_cell *more = pvq_grow(cells->cell, cells->count, sizeof(*more));

	if (!more)
		return -ENOMEM;
	cells->cell = more;
	more[cells->count++] = (struct pvq_model_cell){.cell = cell,
		.work = work,
		.job = *job,
		.at = {.workers = key->workers,
			.cores = key->cores,
			.window = key->window,
			.handover_ns = handover_of(cell)},
		.map_ns = map->median,
		.edge_ns = cell->metric[PVQ_START_NS].median + cell->metric[PVQ_STOP_NS].median,
		.width = pvq_estimate_width(map),
		.calibrates = key->cores <= calibrate_cores && pvq_model_is_plain(key->task) &&
			      (cell->baseline || key->workers == key->cores)};
	return 0;
}

/* first: cells without a hand-over, which are the same at every level, belong here. */
static int add_summary(
	struct pvq_model_cells *cells, const struct pvq_summary *s, unsigned calibrate_cores, int first)
{
	size_t least = s->blocks < TRIALS_LEAST ? 1 : TRIALS_LEAST;
	int ret = 0;

	for (size_t w = 0; ret == 0 && w < s->works; w++) {
		const struct pvq_work *work = &s->work[w];
		struct pvq_model_job job;

		if (!work->base)
			continue;
		ret = job_of(&job, work);
		if (ret == -EINVAL) {
			ret = 0;
			continue;
		}
		for (size_t c = work->first; ret == 0 && c < work->first + work->cells; c++) {
			const struct pvq_cell *cell = &s->cell[c];

			if (cell->metric[PVQ_MAP_NS].n >= least && !cell->harness &&
				(first || handover_of(cell) > 0))
				ret = add(cells, work, cell, &job, calibrate_cores);
		}
	}
	return ret;
}

int pvq_model_cells_add(struct pvq_model_cells *cells, const struct pvq_registry *registry,
	const struct pvq_rows *rows, unsigned calibrate_cores)
{
	struct pvq_summary all;
	size_t levels = 0;
	int ret = pvq_summarise(&all, registry, rows);

	if (ret)
		return ret;
	if (cells->summaries + PVQ_LEVELS_MAX <= PVQ_MODEL_SUMMARIES)
		ret = pvq_summarise_levels(&cells->at[cells->summaries], &levels, &all, rows);
	if (levels) {
		pvq_summary_free(&all);
	} else {
		cells->at[cells->summaries] = all;
		levels = 1;
	}
	for (size_t i = 0; ret == 0 && i < levels; i++)
		ret = add_summary(cells, &cells->at[cells->summaries + i], calibrate_cores, i == 0);
	cells->summaries += levels;
	return ret;
}

/* As pvq_rows_read_file(), without a word. */
static int read_quietly(struct pvq_rows *rows, const char *dir, const char *name)
{
	FILE *in = pvq_rundir_has(dir, name) ? pvq_rundir_open(dir, name, "re") : NULL;
	int ret = in ? pvq_rows_read(rows, in) : 0;

	if (in)
		fclose(in);
	return ret;
}

int pvq_model_cells_swept(
	struct pvq_model_cells *cells, const struct pvq_registry *registry, const char *dir, int told)
{
	static const char grain[] = "grain.csv";
	struct pvq_rows *rows = cells->swept;
	int ret[PVQ_MODEL_SWEPT] = {
		told ? read_quietly(&rows[0], dir, grain) : pvq_rows_read_file(dir, grain, &rows[0]),
		pvq_rows_read_file(dir, PVQ_GRID_FILE, &rows[1])};

	for (size_t i = 0; i < PVQ_MODEL_SWEPT; i++) {
		if (ret[i] != -ENOMEM && rows[i].count)
			ret[i] = pvq_model_cells_add(cells, registry, &rows[i], 0);
		if (ret[i] == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

struct pvq_model_items *pvq_model_items_of(const struct pvq_moment *moment, size_t n)
{
	struct pvq_model_items *items = malloc(sizeof(*items) + n * sizeof(items->ns[0]));

	if (!items)
		return NULL;
	items->count = n;
	/* In their own order, whatever that of their ends was. */
	for (size_t i = 0; i < n; i++)
		items->ns[i] = NAN;
	for (size_t i = 0; i < n; i++)
		if (moment[i].item < n)
			items->ns[moment[i].item] = (double)(moment[i].end_ns - moment[i].begin_ns);
	n = items->count;
	items->count = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(items->ns[i]))
			items->ns[items->count++] = items->ns[i];
	return items;
}

/* The items of a work from its serial timeline; NULL: there is none. 0 or -ENOMEM. */
static int read_items(struct pvq_model_items **items, struct pvq_model_cells *cells,
	const struct pvq_work *work, const char *dir)
{
	char name[PVQ_TIMELINE_NAME];
	struct pvq_moment *moment;
	struct pvq_model_items **more;
	size_t n;

	*items = NULL;
	pvq_timeline_name(name, work->base->key->impl, work->slug);
	if (!pvq_rundir_has(dir, name) || pvq_timeline_read(dir, name, &moment, &n))
		return 0;
	more = pvq_grow(cells->items, cells->works, sizeof(struct pvq_model_items *));
	if (more) {
		cells->items = more;
		*items = pvq_model_items_of(moment, n);
	}
	free(moment);
	if (!*items)
		return -ENOMEM;
	cells->items[cells->works++] = *items;
	return 0;
}

/* Only the longest is known. The rest is that of exponential times. */
static void note_longest(struct pvq_model_job *job, double longest_ns)
{
	const double uneven = 3; /* times the mean */
	double mean = job->compute_ns + job->wait_ns;

	if (longest_ns < uneven * mean)
		return;
	job->longest_ns = longest_ns;
	job->rest_ns = mean;
}

int pvq_model_cells_observed(
	struct pvq_model_cells *cells, const struct pvq_observations *observed, const char *dir)
{
	const struct pvq_work *last = NULL;
	struct pvq_model_items *items = NULL;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < cells->count; i++) {
		struct pvq_model_cell *c = &cells->cell[i];
		const struct pvq_observed *o = pvq_observed_shortest(observed, c->work->base->key);
		size_t task = pvq_task_rank(c->work->key->task);

		if (!pvq_tasks[task] || pvq_model_is_plain(c->work->key->task))
			continue;
		/* The cells of a work follow one another. */
		if (pvq_tasks[task]->uneven && c->work != last) {
			ret = read_items(&items, cells, c->work, dir);
			last = c->work;
		}
		c->job.items = c->work == last ? items : NULL;
		if (o && c->job.longest_ns <= 0)
			note_longest(&c->job, (double)o->longest_ns);
	}
	return ret;
}

void pvq_model_cells_free(struct pvq_model_cells *cells)
{
	for (size_t i = 0; i < cells->summaries; i++)
		pvq_summary_free(&cells->at[i]);
	for (size_t i = 0; i < PVQ_MODEL_SWEPT; i++)
		pvq_rows_free(&cells->swept[i]);
	for (size_t i = 0; i < cells->works; i++)
		free(cells->items[i]);
	free(cells->items);
	free(cells->cell);
	memset(cells, 0, sizeof(*cells));
}
