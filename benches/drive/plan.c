/* plan.c: resolves the wish, sizes loads by pilots, and fits the plan into the time. */
#include "drive/plan.h"
#include "base/grow.h"
#include "base/parse.h"
#include "drive/launch.h"
#include "trial/registry.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 64, LIST_TEXT = 2048, LEVELS = 4 };

/* The wish, resolved. */
struct choice {
	const struct pvq_impl **impl; /* owned */
	unsigned nimpl;
	int commands; /* a task has commands */
	unsigned cores[LIST_MAX], ncores;
	unsigned workers[LIST_MAX], nworkers; /* 0: workers = cores, and more where `beyond` is set */
	unsigned chunk[LIST_MAX], nchunk;     /* at least one; 0: each strategy's own choice */
	uint64_t n[LIST_MAX];                 /* one per spec */
	uint64_t own[LIST_MAX];               /* the items that the task has by itself; 0: any number */
	double item_s[LIST_MAX];              /* seconds that an item takes the baseline; 0: unknown */
	int beyond[LIST_MAX];
};

/* ---- the wish's lists ---- */

/* Copies a list, so that strtok_r() may cut it up. 0, or -EINVAL with one line on stderr. */
static int copy_list(char copy[LIST_TEXT], const char *list, const char *what)
{
	if (strlen(list) >= LIST_TEXT || !list[strspn(list, ",")]) {
		fprintf(stderr, "pvq: %s is %s\n", what, list[0] ? "too long, or only commas" : "empty");
		return -EINVAL;
	}
	memcpy(copy, list, strlen(list) + 1);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* Parses a list of counts into ascending order, each once. With a least of 0, "auto" is 0. */
static int parse_counts(
	const char *what, const char *list, unsigned least, unsigned max, unsigned *count, unsigned *n)
{
	char copy[LIST_TEXT], *save = NULL;
	unsigned distinct = 0;

	if (copy_list(copy, list, what))
		return -EINVAL;
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		uint64_t value = 0;

		if ((least || strcmp(word, "auto") != 0) && pvq_parse_count(what, word, least, max, &value))
			return -EINVAL;
		if (*n == LIST_MAX) {
			fprintf(stderr, "pvq: %s takes at most %d values\n", what, LIST_MAX);
			return -EINVAL;
		}
		count[(*n)++] = (unsigned)value;
	}
	qsort(count, *n, sizeof(*count), by_value);
	for (unsigned i = 1; i < *n; i++)
		if (count[i] != count[distinct])
			count[++distinct] = count[i];
	*n = distinct + 1;
	return 0;
}

/* Adds a strategy if it is not there yet. 0 or -ENOMEM. */
static int add_impl(struct choice *c, const struct pvq_impl *impl)
{
	const struct pvq_impl **more;

	for (unsigned i = 0; i < c->nimpl; i++)
		if (c->impl[i] == impl)
			return 0;
	more = pvq_grow(c->impl, c->nimpl, sizeof(struct pvq_impl *));
	if (!more)
		return -ENOMEM;
	c->impl = more;
	more[c->nimpl++] = impl;
	return 0;
}

static int add_peers(struct choice *c, const struct pvq_registry *registry)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < registry->peers; i++)
		if (c->commands || !(registry->peer[i]->flags & PVQ_COMMANDS_ONLY))
			ret = add_impl(c, registry->peer[i]);
	return ret;
}

/* Adds the strategies that are linked in and measure anything; or the baseline alone. */
static int add_linked(struct choice *c, const struct pvq_registry *registry, int baseline)
{
	const struct pvq_impl *impl;
	int ret = 0;

	for (size_t i = 0; ret == 0 && (impl = pvq_registry_at(registry, i)); i++)
		if (!pvq_impl_is_peer(impl) &&
			(baseline ? impl->flags & PVQ_BASELINE : !(impl->flags & PVQ_HARNESS)))
			ret = add_impl(c, impl);
	return ret;
}

/* Adds the strategies that a word of --impls names. */
static int add_named(struct choice *c, const struct pvq_registry *registry, const char *word)
{
	const struct pvq_impl *impl;

	if (strcmp(word, "peers") == 0)
		return add_peers(c, registry);
	if (strcmp(word, "all") == 0)
		return add_linked(c, registry, 0);
	impl = pvq_registry_find(registry, word);
	return impl ? add_impl(c, impl) : -EINVAL;
}

/* peers: if the user names no strategy, add all peers too. */
static int choose_impls(struct choice *c, const struct pvq_registry *registry, const char *list, int peers)
{
	char *copy, *save = NULL;
	int ret;

	/* The baseline is always measured: without it there is no speed-up. */
	ret = add_linked(c, registry, list != NULL);
	if (ret || !list)
		return ret == 0 && peers ? add_peers(c, registry) : ret;
	if (!list[strspn(list, ",")]) {
		fprintf(stderr, "pvq: --impls is %s\n", list[0] ? "only commas" : "empty");
		return -EINVAL;
	}
	copy = strdup(list);
	ret = copy ? 0 : -ENOMEM;
	for (char *word = copy; ret == 0 && (word = strtok_r(word, ",", &save)); word = NULL)
		ret = add_named(c, registry, word);
	free(copy);
	return ret;
}

/* Chooses core counts, and thins them by level; level LEVELS - 1 keeps only the two ends. */
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
		parse_counts("--workers", wish->workers, 1, PVQ_WORKERS_MAX, c->workers, &c->nworkers))
		return -EINVAL;
	if (!wish->cores) {
		candidate_cores(c, host->usable, 0);
		return 0;
	}
	return parse_counts("--cores (this process may use that many CPUs)", wish->cores, 1, host->usable,
		c->cores, &c->ncores);
}

static int choose_chunks(struct choice *c, const struct pvq_wish *wish)
{
	if (wish->chunks)
		return parse_counts("--chunk", wish->chunks, 0, PVQ_CHUNK_MAX, c->chunk, &c->nchunk);
	c->nchunk = 1;
	return 0;
}

int pvq_plan_add_spec(struct pvq_plan *plan, const char *words)
{
	struct pvq_spec **list = pvq_grow(plan->spec, plan->nspec, sizeof(struct pvq_spec *));
	struct pvq_spec *spec = malloc(sizeof(*spec));

	if (list)
		plan->spec = list;
	if (!list || !spec) {
		free(spec);
		return -ENOMEM;
	}
	plan->spec[plan->nspec++] = spec;
	if (pvq_spec_parse(spec, words))
		return -EINVAL;
	if (!pvq_spec_stdin(spec))
		return 0;
	fprintf(stderr, "pvq: many trials cannot share standard input; give a file\n");
	return -EINVAL;
}

/* Whether the last spec repeats an earlier one. */
static int is_repeated(const struct pvq_plan *plan)
{
	const struct pvq_spec *last = plan->spec[plan->nspec - 1];
	char mine[PVQ_ARGS_TEXT], other[PVQ_ARGS_TEXT];

	pvq_spec_args(last, mine, sizeof(mine));
	for (unsigned i = 0; i + 1 < plan->nspec; i++) {
		pvq_spec_args(plan->spec[i], other, sizeof(other));
		if (plan->spec[i]->task == last->task && strcmp(mine, other) == 0)
			return 1;
	}
	return 0;
}

/* Adds to the list of what was left out, for the report. */
static void __attribute__((format(printf, 2, 3))) note(struct pvq_plan *plan, const char *format, ...)
{
	char *more = NULL, *all = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&more, format, args) < 0)
		more = NULL;
	va_end(args);
	/* If memory is out, the plan still holds; only the report's list is incomplete. */
	if (more && asprintf(&all, "%s%s", plan->left_out ? plan->left_out : "", more) >= 0) {
		free(plan->left_out);
		plan->left_out = all;
	}
	free(more);
}

static int choose_tasks(struct pvq_plan *plan, struct choice *c, const char *list)
{
	int ret = 0;
	char copy[LIST_TEXT];

	if (!list) {
		for (const struct pvq_profile_task *t = pvq_profile_tasks; ret == 0 && t->spec; t++) {
			if (!(t->on & plan->profile->list)) {
				note(plan, "%s%s", plan->left_out ? ", " : "tasks ", t->spec);
				continue;
			}
			c->beyond[plan->nspec] = t->beyond;
			ret = pvq_plan_add_spec(plan, t->spec);
		}
		return ret;
	}
	if (copy_list(copy, list, "--tasks"))
		return -EINVAL;
	for (char *at = copy; ret == 0 && at;) {
		char *comma = at + pvq_spec_piece(at, PVQ_PIECE_TASK);

		if (*comma)
			*comma++ = '\0';
		else
			comma = NULL;
		if (plan->nspec == LIST_MAX) {
			fprintf(stderr, "pvq: --tasks takes at most %d tasks\n", LIST_MAX);
			return -EINVAL;
		}
		c->beyond[plan->nspec] = 1;
		ret = pvq_plan_add_spec(plan, at);
		if (ret == 0 && is_repeated(plan))
			free(plan->spec[--plan->nspec]);
		at = comma;
	}
	return ret;
}

/* ---- sizing ---- */

/* Rounds a size to two significant digits, which are easy to read. */
static uint64_t round_size(double n)
{
	double unit = n < 100 ? 1 : pow(10, floor(log10(n)) - 1);

	return n < 1 ? 1 : (uint64_t)(round(n / unit) * unit);
}

/* Of commands, no item may be there twice: two of them might write the same file at the same time. */
static uint64_t most_items(const struct pvq_plan *plan, const struct choice *c, unsigned s)
{
	const uint64_t most = 1u << 24;

	return plan->spec[s]->task->commands && c->own[s] ? c->own[s] : most;
}

/* Runs the baseline on ever larger loads until the map is long enough to estimate the time of an item. A task that
 * fails here is planned all the same, since the report must show its failure. */
static int pilot(struct pvq_plan *plan, struct choice *c, unsigned s, const struct pvq_host *host)
{
	const struct pvq_profile *p = plan->profile;
	const double enough_s = p->serial_ms / 1e3 / 8;
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = 2};
	double timeout_s = plan->timeout_s;

	/* Tasks that hang must not use up the time before the first block. */
	if (p->budget_s > 0)
		timeout_s = fmin(timeout_s, p->budget_s / 4 / plan->nspec);
	for (uint64_t n = 1; n <= most_items(plan, c, s); n *= 4) {
		struct pvq_trial t = {.impl = c->impl[0],
			.spec = plan->spec[s],
			.n = n,
			.seed = plan->seed,
			.workers = 1,
			.cpu = host->cpu,
			.ncpu = 1,
			.oracle = ""};
		struct pvq_row row;
		int ret = pvq_launch_trial(&t, timeout_s, &io, &row);

		if (ret)
			return ret;
		if (row.status != PVQ_OK)
			return 0;
		io.err_fd = -1; /* the first pilot has shown the task's messages */
		c->item_s[s] = (double)row.map_ns / 1e9 / (double)n;
		if ((double)row.map_ns / 1e9 >= enough_s)
			return 0;
	}
	return 0;
}

static int pilots(struct pvq_plan *plan, struct choice *c, const struct pvq_host *host)
{
	int ret = 0;

	for (unsigned s = 0; ret == 0 && s < plan->nspec; s++) {
		pvq_spec_settle(plan->spec[s]);
		ret = pvq_spec_count(plan->spec[s], &c->own[s]);
		if (ret == 0)
			ret = pilot(plan, c, s, host);
	}
	return ret;
}

/* The number of items that take the baseline serial_ms. If items are tiny, the size follows from dispatch instead,
 * which takes most of the other strategies' time. It is at least one item a worker, unless even the baseline would not
 * end within half the time-out. */
static uint64_t size_for(const struct pvq_plan *plan, double serial_ms, double item_s, unsigned workers)
{
	const double hand_over_s = 0.25e-6;
	double n = serial_ms / 1e3 / (item_s + hand_over_s),
	       most = plan->timeout_s / 2 / (item_s + hand_over_s);

	return round_size(fmin(fmax(n, workers), most));
}

/* Whole passes over a task's own items, at least one, since some of them may not stand for all. Of commands one pass, or
 * its beginning: more would take too long. */
static uint64_t whole_passes(const struct pvq_plan *plan, const struct choice *c, unsigned s, uint64_t n)
{
	uint64_t own = c->own[s], most = most_items(plan, c, s);

	if (own == 0 || plan->spec[s]->task->commands)
		return n < most ? n : most;
	return (n < own ? 1 : (n + own / 2) / own) * own;
}

static void size_loads(
	struct pvq_plan *plan, struct choice *c, const struct pvq_wish *wish, double serial_ms)
{
	unsigned times = c->nworkers ? 1 : plan->profile->sampler ? 2 : 4;
	unsigned most = c->nworkers ? c->workers[c->nworkers - 1] : c->cores[c->ncores - 1];

	for (unsigned s = 0; s < plan->nspec; s++) {
		if (wish->dry) {
			c->n[s] = 1;
			c->item_s[s] = serial_ms / 1e3;
		} else if (wish->n)
			c->n[s] = wish->n;
		else if (c->item_s[s] > 0)
			c->n[s] = whole_passes(plan, c, s,
				size_for(
					plan, serial_ms, c->item_s[s], c->beyond[s] ? most * times : most));
		else
			c->n[s] = whole_passes(
				plan, c, s, most); /* it fails anyway; so it fails on every worker */
	}
}

/* Estimates the time of a trial well enough to plan by: process start and verification, the work divided among the
 * workers, and dispatch at the cost of the slowest strategy; for peers, at an interpreter's cost. */
static double estimate(
	const struct choice *c, const struct pvq_impl *impl, unsigned s, unsigned workers, unsigned cores)
{
	int peer = pvq_impl_is_peer(impl);
	const double trial_s = peer ? 0.08 : 0.006, fork_s = 0.0003, item_s = peer ? 15e-6 : 0.5e-6;
	unsigned parallel = workers < cores ? workers : cores;
	double n = (double)c->n[s];

	return trial_s + fork_s * workers + n * c->item_s[s] / parallel + n * item_s;
}

int pvq_plan_add_cell(struct pvq_plan *plan, const struct pvq_plan_cell *cell)
{
	struct pvq_plan_cell *more = pvq_grow(plan->cell, plan->ncell, sizeof(*more));

	if (!more)
		return -ENOMEM;
	plan->cell = more;
	more[plan->ncell++] = *cell;
	return 0;
}

/* Adds a cell of the i-th strategy on the s-th task; `at` says with how many workers, cores, and so on. */
static int add_cell(struct pvq_plan *plan, const struct choice *c, unsigned i, unsigned s,
	const struct pvq_plan_cell *at)
{
	struct pvq_plan_cell cell = *at;

	cell.impl = c->impl[i];
	cell.spec = plan->spec[s];
	cell.n = c->n[s];
	cell.estimate_s = estimate(c, c->impl[i], s, at->workers, at->cores);
	return pvq_plan_add_cell(plan, &cell);
}

/* Adds every strategy, or only the baseline, on one task, with one number of cores and of workers. A single worker has no
 * chunk. Which others have none, or clip it, shows when they run (sweep.h). */
static int add_group(struct pvq_plan *plan, const struct choice *c, unsigned s, unsigned flag,
	unsigned workers, unsigned cores)
{
	int ret = 0;

	for (unsigned i = 0; ret == 0 && i < c->nimpl; i++) {
		unsigned single = c->impl[i]->flags & PVQ_ONE_WORKER, chunks = single ? 1 : c->nchunk;

		if ((c->impl[i]->flags & PVQ_BASELINE) != flag || (workers > 1 && single))
			continue;
		for (unsigned k = 0; ret == 0 && k < chunks; k++)
			ret = add_cell(plan, c, i, s,
				&(struct pvq_plan_cell){.workers = workers,
					.cores = cores,
					.chunk = single ? 0 : c->chunk[k]});
	}
	return ret;
}

/* Adds a twin of one strategy of the group, to show what differences noise alone makes. Strategies take turns, task by
 * task. */
static int add_twin(
	struct pvq_plan *plan, const struct choice *c, unsigned s, unsigned workers, unsigned cores)
{
	unsigned others = 0, turn;

	for (unsigned i = 0; i < c->nimpl; i++)
		others += !(c->impl[i]->flags & PVQ_ONE_WORKER);
	if (others == 0)
		return 0;
	turn = s % others;
	for (unsigned i = 0; i < c->nimpl; i++)
		if (!(c->impl[i]->flags & PVQ_ONE_WORKER) && turn-- == 0)
			return add_cell(plan, c, i, s,
				&(struct pvq_plan_cell){.twin = 1,
					.workers = workers,
					.cores = cores,
					.chunk = c->chunk[0]});
	return 0;
}

/* The baseline, with one worker on one core, joins the group of the others with the same numbers. */
void pvq_plan_number_groups(struct pvq_plan *plan)
{
	plan->ngroup = plan->nwork = 0;
	for (unsigned i = 0; i < plan->ncell; i++) {
		struct pvq_plan_cell *c = &plan->cell[i];

		if (i == 0 || c->spec != c[-1].spec || c->cores != c[-1].cores ||
			c->workers != c[-1].workers)
			plan->ngroup++;
		plan->nwork += i == 0 || c->spec != c[-1].spec;
		c->group = plan->ngroup - 1;
		c->work = plan->nwork - 1;
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
			for (unsigned w = 0; ret == 0 && w < loops; w++) {
				unsigned workers = c->nworkers ? c->workers[w] : c->cores[k];

				ret = add_group(plan, c, s, 0, workers, c->cores[k]);
				if (ret == 0 && c->cores[k] == most && w == 0)
					ret = add_twin(plan, c, s, workers, most);
			}
		for (unsigned times = 2; ret == 0 && !c->nworkers && c->beyond[s] &&
					 times <= (plan->profile->sampler ? 2 : 4);
			times *= 2)
			if (most * times <= PVQ_WORKERS_MAX)
				ret = add_group(plan, c, s, 0, most * times, most);
	}
	pvq_plan_number_groups(plan);
	return ret;
}

unsigned pvq_plan_blocks_most(const struct pvq_plan *plan)
{
	return plan->blocks + (plan->goal > 0 ? plan->blocks / 2 : 0);
}

struct pvq_plan pvq_plan_beside(const struct pvq_plan *of, unsigned blocks)
{
	return (struct pvq_plan){
		.profile = of->profile, .blocks = blocks, .seed = of->seed, .timeout_s = of->timeout_s};
}

unsigned pvq_plan_cores(const struct pvq_plan *plan)
{
	unsigned cores = 1;

	for (unsigned i = 0; i < plan->ncell; i++)
		cores = plan->cell[i].cores > cores ? plan->cell[i].cores : cores;
	return cores;
}

double pvq_plan_block_s(const struct pvq_plan *plan)
{
	double sum = 0;

	for (unsigned i = 0; i < plan->ncell; i++)
		if (!plan->cell[i].skip)
			sum += plan->cell[i].estimate_s;
	return sum;
}

static int fits(const struct pvq_plan *plan)
{
	const struct pvq_profile *p = plan->profile;

	return p->budget_s <= 0 || pvq_plan_block_s(plan) * p->blocks_min <= p->budget_s - plan->reserve_s;
}

/* Notes which usable core counts are left out, and how many blocks to expect. */
static void note_cores(struct pvq_plan *plan, const struct choice *all, const struct choice *kept)
{
	const struct pvq_profile *p = plan->profile;
	const char *separator = plan->left_out ? "; core counts " : "core counts ";
	double blocks = (p->budget_s - plan->reserve_s) / pvq_plan_block_s(plan);

	if (kept->ncores == all->ncores)
		return;
	for (unsigned i = 0; i < all->ncores; i++) {
		int found = 0;

		for (unsigned j = 0; j < kept->ncores; j++)
			found |= kept->cores[j] == all->cores[i];
		if (!found)
			note(plan, "%s%u", separator, all->cores[i]);
		separator = found ? separator : ", ";
	}
	note(plan, ", so that about %.0f blocks fit into %.0f s; --profile full or --cores measures them",
		floor(fmin(blocks, p->blocks_max)), p->budget_s);
}

/* Fits enough blocks into the time: by smaller loads, then fewer core counts, then both. */
static int fit(
	struct pvq_plan *plan, struct choice *c, const struct pvq_wish *wish, const struct pvq_host *host)
{
	const struct pvq_profile *p = plan->profile;
	const double serial_ms[] = {p->serial_ms, p->serial_ms_least};
	struct choice all = *c;
	int ret = 0;

	for (unsigned step = 0; ret == 0 && step < 2 * (wish->cores ? 1 : LEVELS); step++) {
		if (!wish->cores)
			candidate_cores(c, host->usable, step / 2);
		size_loads(plan, c, wish, serial_ms[step % 2]);
		ret = add_cells(plan, c);
		if (fits(plan))
			break;
	}
	note_cores(plan, &all, c);
	return ret;
}

static int has_commands(const struct pvq_plan *plan)
{
	for (unsigned s = 0; s < plan->nspec; s++)
		if (plan->spec[s]->task->commands)
			return 1;
	return 0;
}

int pvq_plan_allowed(const struct pvq_plan *plan, const struct pvq_wish *wish)
{
	unsigned most = 0;

	if (wish->repeat_ok || wish->dry || !has_commands(plan))
		return 0;
	for (unsigned s = 0; s < plan->nspec; s++) {
		unsigned cells = 0;

		for (unsigned i = 0; i < plan->ncell; i++)
			cells += plan->cell[i].spec == plan->spec[s] && plan->spec[s]->task->commands;
		most = cells > most ? cells : most;
	}
	fprintf(stderr,
		"pvq: the commands would run for every item up to %u times in the sweep (%u cells in %u blocks), "
		"and in pilots and experiments; if that does no harm, add --repeat-ok\n",
		most * pvq_plan_blocks_most(plan), most, pvq_plan_blocks_most(plan));
	return -EINVAL;
}

/* The cells before any pilot, to tell how often commands would run. */
static int allow_commands(struct pvq_plan *plan, struct choice *c, const struct pvq_wish *wish)
{
	int ret;

	if (!has_commands(plan))
		return 0;
	ret = add_cells(plan, c);
	return ret ? ret : pvq_plan_allowed(plan, wish);
}

int pvq_plan_make(struct pvq_plan *plan, const struct pvq_registry *registry, const struct pvq_wish *wish,
	const struct pvq_host *host)
{
	struct choice c = {0};
	int ret;

	memset(plan, 0, sizeof(*plan));
	plan->profile = pvq_profile_find(wish->profile ? wish->profile : "default");
	if (!plan->profile)
		return -EINVAL;
	plan->registry = registry;
	plan->seed = wish->seed;
	plan->reserve_s = wish->reserve_s;
	plan->blocks = wish->blocks ? wish->blocks : plan->profile->blocks_max;
	plan->goal = wish->blocks ? 0 : plan->profile->goal;
	plan->timeout_s = wish->timeout_s > 0 ? wish->timeout_s : plan->profile->timeout_s;
	ret = choose_tasks(plan, &c, wish->tasks);
	c.commands = ret == 0 && has_commands(plan);
	if (ret == 0)
		ret = choose_impls(&c, registry, wish->impls, plan->profile->peers);
	if (ret == 0)
		ret = choose_cores(&c, wish, host);
	if (ret == 0)
		ret = choose_chunks(&c, wish);
	if (ret == 0)
		ret = allow_commands(plan, &c, wish);
	if (ret == 0 && !wish->dry)
		ret = pilots(plan, &c, host);
	if (ret == 0)
		ret = fit(plan, &c, wish, host);
	free(c.impl);
	if (ret == -ENOMEM)
		fprintf(stderr, "pvq: cannot plan the sweep: %s\n", strerror(ENOMEM));
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
	free(plan->left_out);
	memset(plan, 0, sizeof(*plan));
}

struct pvq_trial pvq_plan_trial(
	const struct pvq_plan *plan, unsigned cell, unsigned block, const struct pvq_host *host)
{
	const struct pvq_plan_cell *c = &plan->cell[cell];

	return (struct pvq_trial){
		.impl = c->impl,
		.twin = c->twin,
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
