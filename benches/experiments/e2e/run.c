/* run.c: chooses the runs and how many of each, and runs hyperfine over them.
 *
 * Each cell is tried once beforehand. That tells how long it takes, and keeps hyperfine from timing a cell that cannot
 * run here (its row says why). A run's row carries the cell's number. The manifest lists the commands' cells in order,
 * which is the order of hyperfine's results, so rows and results can be paired.
 */
#include "experiments/e2e/run.h"

#include "base/clock.h"
#include "base/grow.h"
#include "base/process.h"
#include "base/rundir.h"
#include "child.h"
#include "drive/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LOADS = 3,
	LEVELS = 3,
	TIMEOUT_S = 20,
	FULL_RUNS = 30,
	BRIEF_LEAST = 12, /* a median has an interval from 6 runs on, but with fewer than 12 it is wide */
	BRIEF_MOST = 20,
	FIXED_WORDS = 12, /* words of hyperfine's command line before the commands */
};

static const double brief_s = 13;     /* 2 s less than the limit, since estimates err */
static const double driver_s = 0.008; /* a run's time beyond its trial, about */

/* The smallest load, which is the yardstick; one that waits; one that computes. The work is fixed, some 40 ms for a
 * single worker: long enough to show beside the process around it, short enough for a user's everyday command. */
static const struct load {
	const char *spec;
	uint64_t n;
	int dispensable; /* left out if time is short, after all else */
} loads[LOADS] = {{"noop", 1, 0}, {"sleep:us=1000", 40, 1}, {"spin:ns=100000", 400, 0}};

struct cell {
	struct pvq_trial trial;
	unsigned level; /* cells are left out from this level on; 0: never */
	int failed;
	double run_s;
};

struct e2e {
	const struct pvq_e2e_wish *wish;
	const struct pvq_host *host;
	const char *dir;
	struct pvq_spec spec[LOADS]; /* cells point into them */
	struct cell *cell;
	unsigned ncell, level, runs, warmup;
	uint64_t began_ns;
	char version[64];        /* hyperfine's */
	struct pvq_partial json; /* e2e.json, with which the view is complete */
};

/* ---- the cells ---- */

static int add_cell(
	struct e2e *e, const struct pvq_impl *impl, unsigned l, unsigned workers, unsigned level)
{
	struct cell *cell = pvq_grow(e->cell, e->ncell, sizeof(*cell));

	if (!cell)
		return -ENOMEM;
	e->cell = cell;
	cell[e->ncell] = (struct cell){
		.trial = {.impl = impl,
			.spec = &e->spec[l],
			.n = e->wish->n ? e->wish->n : loads[l].n,
			.seed = 1,
			.workers = workers,
			.cpu = e->host->cpu,
			.ncpu = e->host->usable,
			.cell = e->ncell,
			.oracle = ""},
		.level = level                  ? level
			 : loads[l].dispensable ? LEVELS
						: 0,
	};
	e->ncell++;
	return 0;
}

/* Adds a strategy's loads one after the other: hyperfine runs the commands in order, and a yardstick should be measured
 * in the same minute as what is compared with it. */
static int add_loads(struct e2e *e, const struct pvq_impl *impl, unsigned workers, unsigned level)
{
	int ret = 0;

	for (unsigned l = 0; ret == 0 && l < LOADS; l++)
		ret = add_cell(e, impl, l, workers, level);
	return ret;
}

/* Adds a strategy. If time is short, more workers than cores are left out first, then the single worker, then the
 * dispensable load. */
static int add_impl(struct e2e *e, const struct pvq_impl *impl)
{
	unsigned cores = e->host->usable;
	int ret;

	if (impl->flags & PVQ_ONE_WORKER)
		return add_loads(e, impl, 1, 0);
	ret = cores > 1 ? add_loads(e, impl, 1, 2) : 0;
	if (ret == 0)
		ret = add_loads(e, impl, cores, 0);
	if (ret == 0 && cores <= PVQ_WORKERS_MAX / 2)
		ret = add_loads(e, impl, 2 * cores, 1);
	return ret;
}

/* Whether the comma-separated list names the strategy. */
static int is_wanted(const struct e2e *e, const struct pvq_impl *impl)
{
	size_t len = strlen(impl->name);

	if (impl->flags & PVQ_HARNESS)
		return 0;
	if (!e->wish->impls || impl->flags & PVQ_BASELINE)
		return 1;
	for (const char *at = e->wish->impls; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, impl->name, len) == 0 && (at[len] == ',' || !at[len]))
			return 1;
	}
	return 0;
}

static int add_cells(struct e2e *e)
{
	const struct pvq_impl *impl;
	int ret = 0;

	for (unsigned l = 0; ret == 0 && l < LOADS; l++) {
		ret = pvq_spec_parse(&e->spec[l], loads[l].spec);
		if (ret == 0)
			pvq_spec_settle(&e->spec[l]); /* once, so that every run does identical work */
	}
	for (size_t i = 0; ret == 0 && (impl = pvq_registry_at(e->wish->registry, i)); i++)
		ret = is_wanted(e, impl) ? add_impl(e, impl) : 0;
	return ret;
}

/* ---- trying each cell once ---- */

static int try_cell(struct cell *cell, FILE *csv)
{
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	uint64_t began_ns = pvq_clock_ns();
	struct pvq_row row;
	int ret = pvq_launch_trial(&cell->trial, TIMEOUT_S, &io, &row);

	if (ret)
		return ret;
	cell->run_s = (double)(pvq_clock_ns() - began_ns) / 1e9 + driver_s;
	cell->failed = row.status != PVQ_OK;
	return cell->failed ? pvq_row_write(csv, &row) : 0;
}

static int try_cells(struct e2e *e)
{
	FILE *csv = pvq_rundir_open(e->dir, "e2e.csv", "we");
	int ret = csv ? pvq_row_header(csv) : -EIO;

	for (unsigned i = 0; ret == 0 && i < e->ncell; i++)
		ret = try_cell(&e->cell[i], csv);
	if (csv)
		fclose(csv); /* every row was flushed and checked */
	if (csv && ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot write %s/e2e.csv: %s\n", e->dir, strerror(-ret));
	return ret;
}

/* ---- how many runs ---- */

static int is_timed(const struct e2e *e, const struct cell *cell)
{
	return !cell->failed && !(cell->level && cell->level <= e->level);
}

static double round_s(const struct e2e *e)
{
	double sum = 0;

	for (unsigned i = 0; i < e->ncell; i++)
		sum += is_timed(e, &e->cell[i]) ? e->cell[i].run_s : 0;
	return sum;
}

/* Fits as many runs as possible into the time. If even the fewest do not fit, it leaves out cells, level by level. */
static void fit(struct e2e *e)
{
	double left_s = brief_s - (double)(pvq_clock_ns() - e->began_ns) / 1e9;
	double runs = FULL_RUNS;

	e->warmup = e->wish->brief ? 1 : 2;
	for (e->level = 0; e->wish->brief && e->level <= LEVELS; e->level++) {
		runs = left_s / (round_s(e) + 1e-9) - e->warmup;
		if (runs >= BRIEF_LEAST || e->level == LEVELS)
			break;
	}
	if (e->wish->brief)
		runs = runs < BRIEF_LEAST ? BRIEF_LEAST : runs > BRIEF_MOST ? BRIEF_MOST : runs;
	e->runs = e->wish->runs ? e->wish->runs : (unsigned)runs;
}

/* ---- the manifest ---- */

static int add_facts(const struct e2e *e)
{
	static const char *const left_out[LEVELS + 1] = {NULL, "twice as many workers as cores",
		"all but one worker per core", "all but one worker per core, and the load that sleeps"};
	struct pvq_outfile out;
	int ret = pvq_manifest_begin(&out, e->dir);

	if (ret)
		return ret;
	if (!pvq_rundir_has(e->dir, "manifest.tsv"))
		pvq_host_begin_facts(e->host, e->wish->command, out.f);
	fprintf(out.f, "e2e_runs\t%u\ne2e_warmup\t%u\n", e->runs, e->warmup);
	pvq_fact_write(out.f, "version_hyperfine", e->version);
	fputs("e2e_cells\t", out.f);
	for (unsigned i = 0, first = 1; i < e->ncell; i++)
		if (is_timed(e, &e->cell[i])) {
			fprintf(out.f, "%s%u", first ? "" : " ", e->cell[i].trial.cell);
			first = 0;
		}
	fputs("\n", out.f);
	if (e->level)
		pvq_fact_write(out.f, "e2e_left_out", left_out[e->level]);
	ret = pvq_manifest_add(&out, e->dir);
	pvq_outfile_free(&out);
	return ret;
}

/* ---- hyperfine ---- */

static int find_hyperfine(struct e2e *e)
{
	FILE *f = popen("hyperfine --version 2>/dev/null", "re");
	char line[64] = "";

	if (!f) {
		int error = errno;

		fprintf(stderr, "pvq: cannot run hyperfine: %s\n", strerror(error));
		return -error;
	}
	if (fgets(line, sizeof(line), f))
		sscanf(line, "hyperfine %63s", e->version);
	pclose(f);
	if (e->version[0])
		return 0;
	fprintf(stderr, "pvq: hyperfine is not installed, so there is no outside view (on Debian: apt-get "
			"install hyperfine)\n");
	return -ENOENT;
}

/* The command as a user would type it; NULL: out of memory. None of its words holds a blank. */
static char *command_of(const struct pvq_trial *t)
{
	char args[PVQ_ARGS_TEXT], *command = NULL;

	pvq_spec_args(t->spec, args, sizeof(args));
	if (asprintf(&command,
		    "pvq run --impl %s --task %s%s%s --n %" PRIu64 " --workers %u --timeout %d "
		    "--cell %u --raw e2e.csv",
		    t->impl->name, t->spec->task->name, args[0] ? ":" : "", args, t->n, t->workers,
		    TIMEOUT_S, t->cell) < 0)
		return NULL;
	return command;
}

static void free_words(char **argv)
{
	for (unsigned i = FIXED_WORDS; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/* hyperfine's command line. With -i it continues after a run that fails, whose row says so. */
static char **words_of(const struct e2e *e, char runs[16], char warmup[16])
{
	const char *const fixed[FIXED_WORDS] = {"hyperfine", "-N", "-i", "--style", "basic",
		"--export-json", e->json.file, "--warmup", warmup, "--runs", runs, "--"};
	char **argv = calloc(FIXED_WORDS + e->ncell + 1, sizeof(*argv));
	unsigned argc = FIXED_WORDS;

	if (!argv)
		return NULL;
	snprintf(runs, 16, "%u", e->runs);
	snprintf(warmup, 16, "%u", e->warmup);
	memcpy(argv, fixed, sizeof(fixed));
	for (unsigned i = 0; i < e->ncell; i++) {
		if (!is_timed(e, &e->cell[i]))
			continue;
		argv[argc] = command_of(&e->cell[i].trial);
		if (!argv[argc++]) {
			free_words(argv);
			return NULL;
		}
	}
	return argv;
}

static int time_them(const struct e2e *e)
{
	char runs[16], warmup[16], log[PATH_MAX], fate[64], pid[16];
	char **argv = words_of(e, runs, warmup);
	struct pvq_launch_io io = {.out_fd = -1, .err_fd = -1};
	int wstatus = 0, ret = argv ? 0 : -ENOMEM;

	if (ret == 0 && snprintf(log, sizeof(log), "%s/e2e.log", e->dir) >= (int)sizeof(log))
		ret = -ENAMETOOLONG;
	if (ret == 0)
		io.out_fd = io.err_fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (ret == 0 && (io.out_fd < 0 || setenv(PVQ_BOUND, pid, 1)))
		ret = -errno;
	if (ret == 0)
		ret = pvq_launch_command(argv, e->dir, 0, &io, &wstatus);
	unsetenv(PVQ_BOUND);
	if (io.out_fd >= 0)
		close(io.out_fd);
	free_words(argv);
	if (ret && ret != -EINTR)
		fprintf(stderr, "pvq: cannot run hyperfine: %s\n", strerror(-ret));
	if (ret == 0 && wstatus) {
		fprintf(stderr, "pvq: hyperfine failed (%s); its messages are in %s\n",
			pvq_child_fate(wstatus, fate, sizeof(fate)), log);
		ret = -EIO;
	}
	return ret;
}

/* ---- the whole view ---- */

static void announce(const struct e2e *e)
{
	unsigned commands = 0;

	for (unsigned i = 0; i < e->ncell; i++)
		commands += (unsigned)is_timed(e, &e->cell[i]);
	fprintf(stderr, "pvq: outside view: %u commands, %u runs of each, about %.0f s; into %s/e2e.json\n",
		commands, e->runs, round_s(e) * (e->runs + e->warmup) + 1, e->dir);
}

static int run_view(struct e2e *e)
{
	int ret = find_hyperfine(e);

	if (ret == 0)
		ret = add_cells(e);
	if (ret == 0)
		ret = try_cells(e);
	if (ret == 0) {
		fit(e);
		announce(e);
		ret = time_them(e);
	}
	return ret ? ret : add_facts(e);
}

static int tell_of_memory(int ret)
{
	if (ret == -ENOMEM)
		fprintf(stderr, "pvq: no outside view: %s\n", strerror(ENOMEM));
	return ret;
}

int pvq_e2e_run(const struct pvq_e2e_wish *wish, const struct pvq_host *host, const char *dir)
{
	struct e2e *e = calloc(1, sizeof(*e)); /* specs are large, and must not move */
	int ret;

	if (!e)
		return tell_of_memory(-ENOMEM);
	e->wish = wish;
	e->host = host;
	e->dir = dir;
	e->began_ns = pvq_clock_ns();
	ret = pvq_partial_begin(&e->json, dir, "e2e.json");
	if (ret == 0)
		ret = pvq_partial_end(&e->json, run_view(e));
	else if (ret > 0)
		ret = -EEXIST; /* a second view would mix its rows with the first one's */
	free(e->cell);
	free(e);
	return tell_of_memory(ret);
}
