/* plan.h: profiles, the default task list, sizing by pilot, and fitting into the time. */
#include "plan.h"
#include "launch.h"
#include "rundir.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 64, LEVELS = 4 };

/* blocks_min is 8: from there on the fastest of five strategies can be told for sure. */
static const struct pvq_profile profiles[] = {
	{
		.name = "quick",
		.sampler = 1,
		.budget_s = 20,
		.reserve_s = 3,
		.blocks_min = 8,
		.blocks_max = 8,
		.serial_ms = 18,
		.serial_ms_core = 0.5,
		.serial_ms_max = 40,
		.timeout_s = 5,
	},
	{
		.name = "default",
		.budget_s = 180,
		.reserve_s = 14,
		.blocks_min = 8,
		.blocks_max = 20,
		.serial_ms = 120,
		.serial_ms_core = 2.5,
		.serial_ms_max = 200,
		.timeout_s = 20,
	},
	{
		.name = "full",
		.blocks_min = 30,
		.blocks_max = 30,
		.serial_ms = 300,
		.serial_ms_core = 60,
		.serial_ms_max = 4000,
		.timeout_s = 120,
	},
};

/* A task of the default list. */
struct entry {
	const char *spec;
	int sampler; /* also in a sampler */
	int beyond;  /* also with more workers than cores */
};

static const struct entry entries[] = {
	{"noop", 1, 0},
	{"sleep:us=1000", 1, 1},
	{"spin:ns=1000", 1, 0},
	{"spin:ns=100000", 0, 1},
	{"skew:ns=100000", 1, 0},
	{"echo:in=65536,out=65536", 1, 0},
	{"stream", 0, 0},
	{"mandelbrot", 0, 0},
	{"deflate", 1, 0},
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]) };

/* The wish, resolved. */
struct choice {
	const struct pvq_impl *impl[LIST_MAX];
	unsigned nimpl;
	unsigned cores[LIST_MAX], ncores;
	unsigned workers[LIST_MAX], nworkers; /* 0: workers = cores, and beyond where the task says so */
	uint64_t n[LIST_MAX];                 /* one a spec */
	double item_s[LIST_MAX];              /* seconds an item takes the baseline */
	int beyond[LIST_MAX];
};

const struct pvq_profile *pvq_profile_find(const char *name)
{
	const char *names[4] = {0};

	for (unsigned i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
		names[i] = profiles[i].name;
	}
	fprintf(stderr, "pvq: unknown profile '%s'; one of: %s, %s, %s\n", name, names[0], names[1],
		names[2]);
	return NULL;
}

/* ---- the wish's lists ---- */

static int parse_counts(const char *what, const char *list, unsigned max, unsigned *count, unsigned *n)
{
	char copy[512], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		uint64_t value;

		if (pvq_parse_count(what, word, 1, max, &value))
			return -EINVAL;
		if (*n == LIST_MAX) {
			fprintf(stderr, "pvq: %s takes at most %d values\n", what, LIST_MAX);
			return -EINVAL;
		}
		count[(*n)++] = (unsigned)value;
	}
	if (*n > 0)
		return 0;
	fprintf(stderr, "pvq: %s is empty\n", what);
	return -EINVAL;
}

static void add_impl(struct choice *c, const struct pvq_impl *impl)
{
	for (unsigned i = 0; i < c->nimpl; i++)
		if (c->impl[i] == impl)
			return;
	if (c->nimpl < LIST_MAX)
		c->impl[c->nimpl++] = impl;
}

static int choose_impls(struct choice *c, const char *list)
{
	char copy[512], *save = NULL;

	/* The baseline is always measured: without it there is no speed-up to tell of. */
	for (int i = 0; pvq_impls[i]; i++)
		if (!list || pvq_impls[i]->flags & PVQ_BASELINE)
			add_impl(c, pvq_impls[i]);
	if (!list)
		return 0;
	snprintf(copy, sizeof(copy), "%s", list);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		const struct pvq_impl *impl = pvq_impl_find(word);

		if (!impl)
			return -EINVAL;
		add_impl(c, impl);
	}
	return 0;
}

/* Candidates for many cores, thinned by level; level LEVELS - 1 is just the two ends. */
static void candidate_cores(struct choice *c, unsigned usable, unsigned level)
{
	static const unsigned step[] = {
		1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024};

	c->ncores = 0;
	for (unsigned i = 0; i < sizeof(step) / sizeof(step[0]) && step[i] < usable; i++) {
		unsigned power = (step[i] & (step[i] - 1)) == 0;
		unsigned fourth = power && (step[i] & 0x55555555u);

		if (level == 0 || (level == 1 && power) || (level == 2 && fourth) || step[i] == 1)
			c->cores[c->ncores++] = step[i];
	}
	c->cores[c->ncores++] = usable;
}

static int choose_cores(struct choice *c, const struct pvq_wish *wish, const struct pvq_host *host)
{
	if (wish->workers &&
		parse_counts("--workers", wish->workers, PVQ_WORKERS_MAX, c->workers, &c->nworkers))
		return -EINVAL;
	if (!wish->cores) {
		candidate_cores(c, host->usable, 0);
		return 0;
	}
	return parse_counts("--cores (this process may use that many CPUs)", wish->cores, host->usable,
		c->cores, &c->ncores);
}

static int add_spec(struct pvq_plan *plan, const char *words)
{
	struct pvq_spec **list = realloc(plan->spec, (plan->nspec + 1) * sizeof(struct pvq_spec *));
	struct pvq_spec *spec = malloc(sizeof(*spec));

	if (list)
		plan->spec = list;
	if (!list || !spec) {
		free(spec);
		return -ENOMEM;
	}
	plan->spec[plan->nspec++] = spec;
	return pvq_spec_parse(spec, words);
}

/* The list's next comma that starts a task: one followed by a word that is not an argument's name. */
static char *next_task(char *list)
{
	for (char *comma = strchr(list, ','); comma; comma = strchr(comma + 1, ',')) {
		size_t word = strcspn(comma + 1, ":,=");

		if (comma[1 + word] != '=')
			return comma;
	}
	return NULL;
}

static int choose_tasks(struct pvq_plan *plan, struct choice *c, const char *list)
{
	int ret = 0;
	char copy[2048];

	if (!list) {
		for (unsigned i = 0; ret == 0 && i < ENTRIES; i++) {
			if (plan->profile->sampler && !entries[i].sampler)
				continue;
			c->beyond[plan->nspec] = entries[i].beyond;
			ret = add_spec(plan, entries[i].spec);
		}
		return ret;
	}
	if (snprintf(copy, sizeof(copy), "%s", list) >= (int)sizeof(copy)) {
		fprintf(stderr, "pvq: --tasks is too long\n");
		return -EINVAL;
	}
	for (char *at = copy; ret == 0 && at;) {
		char *comma = next_task(at);

		if (comma)
			*comma++ = '\0';
		if (plan->nspec == LIST_MAX) {
			fprintf(stderr, "pvq: --tasks takes at most %d tasks\n", LIST_MAX);
			return -EINVAL;
		}
		c->beyond[plan->nspec] = 1;
		ret = add_spec(plan, at);
		at = comma;
	}
	return ret;
}

/* ---- sizing ---- */

/* Two significant digits: a size that one can say aloud. */
static uint64_t round_size(double n)
{
	double unit = n < 100 ? 1 : pow(10, floor(log10(n)) - 1);

	return n < 1 ? 1 : (uint64_t)(round(n / unit) * unit);
}

/* As many items as take the baseline target_s; where items are tiny it is handing them over that takes the
 * time of all the others, and sets the size. */
static uint64_t size_for(double target_s, double item_s)
{
	const double hand_over_s = 0.25e-6;

	return round_size(target_s / (item_s + hand_over_s));
}

/* Runs the baseline on ever larger loads until the map is long enough to judge an item by. A task that
 * fails here is planned all the same: its failure belongs into the report. */
static int pilot(
	struct pvq_plan *plan, struct choice *c, unsigned s, const struct pvq_host *host, double target_s)
{
	const struct pvq_impl *baseline = c->impl[0];
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = 2};
	double enough_s = target_s / 8;

	for (uint64_t n = 8;; n *= 4) {
		struct pvq_trial t = {.impl = baseline,
			.spec = plan->spec[s],
			.n = n,
			.seed = plan->seed,
			.workers = 1,
			.cpu = host->cpu,
			.ncpu = 1,
			.oracle = ""};
		struct pvq_row row;
		int ret = pvq_launch_trial(&t, plan->timeout_s, &io, &row);

		if (ret)
			return ret;
		if (row.status != PVQ_OK) {
			c->n[s] = c->n[s] ? c->n[s] : n;
			return 0;
		}
		io.err_fd = -1; /* what the task has to say, it has said */
		c->item_s[s] = (double)row.map_ns / 1e9 / (double)n;
		if ((double)row.map_ns / 1e9 >= enough_s || n >= 1u << 24)
			break;
	}
	if (c->n[s] == 0)
		c->n[s] = size_for(target_s, c->item_s[s]);
	return 0;
}

static int size_loads(struct pvq_plan *plan, struct choice *c, uint64_t n, const struct pvq_host *host)
{
	const struct pvq_profile *p = plan->profile;
	double ms = fmin(fmax(p->serial_ms, p->serial_ms_core * c->cores[c->ncores - 1]), p->serial_ms_max);

	for (unsigned s = 0; s < plan->nspec; s++) {
		int ret;

		pvq_spec_settle(plan->spec[s]);
		c->n[s] = n;
		ret = pilot(plan, c, s, host, ms / 1e3);
		if (ret)
			return ret;
	}
	return 0;
}

/* A guess good enough to plan by: process start and verification, then the work over the workers,
 * then what handing over an item costs the dearest strategy. */
static double estimate(const struct choice *c, unsigned s, unsigned workers, unsigned cores)
{
	const double trial_s = 0.015, fork_s = 0.0003, item_s = 0.5e-6;
	unsigned parallel = workers < cores ? workers : cores;
	double n = (double)c->n[s];

	return trial_s + fork_s * workers + n * c->item_s[s] / parallel + n * item_s;
}

static int add_cell(struct pvq_plan *plan, const struct choice *c, unsigned i, unsigned s, unsigned workers,
	unsigned cores)
{
	struct pvq_plan_cell *cell = realloc(plan->cell, (plan->ncell + 1) * sizeof(*cell));

	if (!cell)
		return -ENOMEM;
	plan->cell = cell;
	cell[plan->ncell++] = (struct pvq_plan_cell){
		.impl = c->impl[i],
		.spec = plan->spec[s],
		.n = c->n[s],
		.workers = workers,
		.cores = cores,
		.estimate_s = estimate(c, s, workers, cores),
	};
	return 0;
}

/* Every strategy, or just the baseline, on one task, one number of cores, one number of workers. */
static int add_group(struct pvq_plan *plan, const struct choice *c, unsigned s, unsigned flag,
	unsigned workers, unsigned cores)
{
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < c->nimpl; i++)
		if ((c->impl[i]->flags & PVQ_BASELINE) == flag)
			ret = add_cell(plan, c, i, s, workers, cores);
	return ret;
}

/* Groups are runs of cells that share task, cores and workers: the baseline, on one core with one
 * worker, joins the others that have just those. */
static void number_groups(struct pvq_plan *plan)
{
	plan->ngroup = 0;
	for (unsigned i = 0; i < plan->ncell; i++) {
		struct pvq_plan_cell *c = &plan->cell[i];

		if (i == 0 || c->spec != c[-1].spec || c->cores != c[-1].cores ||
			c->workers != c[-1].workers)
			plan->ngroup++;
		c->group = plan->ngroup - 1;
	}
}

static int add_cells(struct pvq_plan *plan, const struct choice *c)
{
	unsigned most = c->cores[c->ncores - 1], loops = c->nworkers ? c->nworkers : 1;
	int ret = 0;

	free(plan->cell);
	plan->cell = NULL;
	plan->ncell = 0;
	for (unsigned s = 0; ret == 0 && s < plan->nspec; s++) {
		ret = add_group(plan, c, s, PVQ_BASELINE, 1, 1);
		for (unsigned k = 0; ret == 0 && k < c->ncores; k++)
			for (unsigned w = 0; ret == 0 && w < loops; w++)
				ret = add_group(plan, c, s, 0, c->nworkers ? c->workers[w] : c->cores[k],
					c->cores[k]);
		for (unsigned times = 2; ret == 0 && !c->nworkers && c->beyond[s] &&
					 times <= (plan->profile->sampler ? 2 : 4);
			times *= 2)
			if (most * times <= PVQ_WORKERS_MAX)
				ret = add_group(plan, c, s, 0, most * times, most);
	}
	number_groups(plan);
	return ret;
}

double pvq_plan_block_s(const struct pvq_plan *plan)
{
	double sum = 0;

	for (unsigned i = 0; i < plan->ncell; i++)
		if (!plan->cell[i].skip)
			sum += plan->cell[i].estimate_s;
	return sum;
}

/* Says which of the usable core counts are not measured. */
static void note_left_out(struct pvq_plan *plan, const struct choice *all, const struct choice *kept)
{
	size_t len = 0;

	for (unsigned i = 0; i < all->ncores; i++) {
		int found = 0;

		for (unsigned j = 0; j < kept->ncores; j++)
			found |= kept->cores[j] == all->cores[i];
		if (!found && len < sizeof(plan->left_out))
			len += (size_t)snprintf(plan->left_out + len, sizeof(plan->left_out) - len, "%s%u",
				len ? ", " : "core counts ", all->cores[i]);
	}
	if (len && len < sizeof(plan->left_out))
		snprintf(plan->left_out + len, sizeof(plan->left_out) - len,
			", so that %u blocks fit into %.0f s; --profile full or --cores measures them",
			plan->profile->blocks_min, plan->profile->budget_s);
}

/* Drops core counts, level by level, until enough blocks fit into the time. */
static int fit(
	struct pvq_plan *plan, struct choice *c, const struct pvq_wish *wish, const struct pvq_host *host)
{
	const struct pvq_profile *p = plan->profile;
	struct choice all = *c;
	int ret = add_cells(plan, c);

	for (unsigned level = 1; ret == 0 && p->budget_s > 0 && !wish->cores && level < LEVELS; level++) {
		if (pvq_plan_block_s(plan) * p->blocks_min <= p->budget_s - p->reserve_s)
			break;
		candidate_cores(c, host->usable, level);
		ret = add_cells(plan, c);
	}
	note_left_out(plan, &all, c);
	return ret;
}

int pvq_plan_make(struct pvq_plan *plan, const struct pvq_wish *wish, const struct pvq_host *host)
{
	struct choice c = {0};
	int ret;

	memset(plan, 0, sizeof(*plan));
	plan->profile = pvq_profile_find(wish->profile ? wish->profile : "default");
	if (!plan->profile)
		return -EINVAL;
	plan->seed = wish->seed;
	plan->blocks = wish->blocks ? wish->blocks : plan->profile->blocks_max;
	plan->timeout_s = wish->timeout_s > 0 ? wish->timeout_s : plan->profile->timeout_s;
	ret = choose_impls(&c, wish->impls);
	if (ret == 0)
		ret = choose_cores(&c, wish, host);
	if (ret == 0)
		ret = choose_tasks(plan, &c, wish->tasks);
	if (ret == 0)
		ret = size_loads(plan, &c, wish->n, host);
	if (ret == 0)
		ret = fit(plan, &c, wish, host);
	if (ret)
		pvq_plan_free(plan);
	return ret;
}

void pvq_plan_free(struct pvq_plan *plan)
{
	for (unsigned i = 0; i < plan->nspec; i++)
		free(plan->spec[i]);
	free(plan->spec);
	free(plan->cell);
	memset(plan, 0, sizeof(*plan));
}

struct pvq_trial pvq_plan_trial(
	const struct pvq_plan *plan, unsigned cell, unsigned block, const struct pvq_host *host)
{
	const struct pvq_plan_cell *c = &plan->cell[cell];

	return (struct pvq_trial){
		.impl = c->impl,
		.spec = c->spec,
		.n = c->n,
		.seed = plan->seed,
		.workers = c->workers,
		.chunk = c->chunk,
		.window = c->window,
		.cpu = host->cpu,
		.ncpu = c->cores,
		.block = block,
		.cell = cell,
		.oracle = c->oracle,
	};
}

/* ---- plan.csv ---- */

int pvq_plan_write(const struct pvq_plan *plan, const struct pvq_host *host, const char *dir)
{
	FILE *f = pvq_rundir_open(dir, "plan.csv", "we");
	int ret = f ? pvq_row_header(f) : -EIO;

	for (unsigned i = 0; ret == 0 && i < plan->ncell; i++) {
		struct pvq_trial t = pvq_plan_trial(plan, i, 0, host);
		struct pvq_row row;

		pvq_trial_identify(&t, &row);
		ret = pvq_row_write(f, &row);
	}
	if (f && fclose(f) && ret == 0)
		ret = -errno;
	if (f && ret)
		fprintf(stderr, "pvq: cannot write %s/plan.csv: %s\n", dir, strerror(-ret));
	return ret;
}

static int same_spec(const struct pvq_spec *spec, const struct pvq_row *row)
{
	char args[PVQ_ARGS_TEXT];

	pvq_spec_args(spec, args, sizeof(args));
	return strcmp(spec->task->name, row->task) == 0 && strcmp(args, row->args) == 0;
}

static int read_cell(struct pvq_plan *plan, const struct pvq_row *row)
{
	struct pvq_plan_cell *cell = realloc(plan->cell, (plan->ncell + 1) * sizeof(*cell));
	const struct pvq_impl *impl = pvq_impl_find(row->impl);
	char words[PVQ_NAME_MAX + PVQ_ARGS_TEXT + 2];

	if (cell)
		plan->cell = cell;
	if (!cell || !impl)
		return cell ? -EINVAL : -ENOMEM;
	if (plan->nspec == 0 || !same_spec(plan->spec[plan->nspec - 1], row)) {
		snprintf(words, sizeof(words), "%s%s%s", row->task, row->args[0] ? ":" : "", row->args);
		if (add_spec(plan, words))
			return -EINVAL;
	}
	cell[plan->ncell++] = (struct pvq_plan_cell){
		.impl = impl,
		.spec = plan->spec[plan->nspec - 1],
		.n = row->n,
		.workers = row->workers,
		.cores = row->cores,
		.chunk = row->chunk,
		.window = row->window,
	};
	plan->seed = row->seed;
	return 0;
}

int pvq_plan_read(struct pvq_plan *plan, const struct pvq_host *host, const char *dir)
{
	struct pvq_rows rows = {0};
	FILE *f = pvq_rundir_open(dir, "plan.csv", "re");
	int ret = f ? pvq_rows_read(&rows, f) : -ENOENT;

	memset(plan, 0, sizeof(*plan));
	if (f)
		fclose(f);
	if (ret && f)
		fprintf(stderr, "pvq: %s/plan.csv: %s\n", dir, rows.problem);
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		ret = read_cell(plan, &rows.row[i]);
		if (ret == 0 && rows.row[i].cores > host->ncpu) {
			fprintf(stderr, "pvq: %s was planned for %u CPUs, and this process may use %u\n",
				dir, rows.row[i].cores, host->ncpu);
			ret = -EINVAL;
		}
	}
	number_groups(plan);
	pvq_rows_free(&rows);
	if (ret)
		pvq_plan_free(plan);
	return ret;
}
