/* main.c: the program pvq-micro: registers every case of every family, runs them, writes DIR/micro.json and DIR/plots, and
 * prints a price list.
 */
#include "base/flush.h"
#include "base/options.h"
#include "base/process.h"
#include "base/rundir.h"
#include "base/whole.h"
#include "drive/host.h"
#include "experiments/prices/picture.h"
#include "micro.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };
enum {
	FLAGS_OURS = 5,
	FLAGS_MAX = 64
}; /* FLAGS_OURS: the program's name and our defaults, which come first */

struct options {
	const char *out;
	int brief, verbose;
};

/* Holds all that the library gets pointers to. */
struct bench {
	struct pvq_micro_env env;
	struct pvq_micro_run *run;
	size_t runs;
	cpu_set_t all; /* the CPUs this process started with */
};

/* ---- what micro.h offers to cases ---- */

void pvq_micro_fail(struct gb_state *state, const char *what, int error)
{
	char message[192];

	snprintf(message, sizeof(message), "%.120s: %s", what, strerror(abs(error)));
	gb_skip_with_error(state, message);
}

int pvq_micro_pin(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? -errno : 0;
}

void *pvq_micro_share(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void pvq_micro_unshare(void *at, size_t bytes)
{
	munmap(at, bytes);
}

/* ---- running a case ---- */

/* Describes one iteration, for programs that read the file: as counters, because the library has no other place for facts
 * about a benchmark. Leaves out zeroes: their coefficient of variation is NaN, which is not valid JSON. */
static void case_describe(struct gb_state *state, const struct pvq_micro_case *what)
{
	gb_set_label(state, what->op);
	if (what->handovers > 0)
		gb_set_counter(state, "handovers", what->handovers, GB_PLAIN);
	if (what->syscalls > 0)
		gb_set_counter(state, "syscalls", what->syscalls, GB_PLAIN);
	if (what->arg_name && strcmp(what->arg_name, "bytes") == 0)
		gb_set_counter(state, "bytes", (double)gb_arg(state, 0), GB_PLAIN);
}

static int case_needs_two(const struct gb_state *state, const struct pvq_micro_case *what)
{
	return what->flags & PVQ_MICRO_TWO_CORES ||
	       (what->arg_name && strcmp(what->arg_name, "cores") == 0 && gb_arg(state, 0) > 1);
}

static void case_run(struct gb_state *state, void *user)
{
	const struct pvq_micro_run *run = user;
	cpu_set_t before;
	int ret = 0;

	if (run->env->cpus < 2 && case_needs_two(state, run->what)) {
		gb_skip_with_error(state, "needs two CPUs, but this process may use only one");
		return;
	}
	if (sched_getaffinity(0, sizeof(before), &before))
		ret = -errno;
	if (ret == 0 && run->what->flags & PVQ_MICRO_PINNED)
		ret = pvq_micro_pin(run->env->cpu[0]);
	if (ret) {
		pvq_micro_fail(state, "choosing the CPU", ret);
		return;
	}
	run->what->run(state, run);
	if (sched_setaffinity(0, sizeof(before), &before))
		pvq_micro_fail(state, "restoring the CPUs", errno);
	case_describe(state, run->what);
}

/* The factor from one argument to the next. The short list takes every second size. */
static int64_t case_step(const struct pvq_micro_case *what, int brief)
{
	int sizes = what->arg_name && strcmp(what->arg_name, "bytes") == 0;

	return brief && sizes ? (int64_t)what->factor * what->factor : what->factor;
}

static int case_add(const struct pvq_micro_run *run)
{
	const struct pvq_micro_case *what = run->what;
	struct gb_bench *b = gb_register(what->name, case_run, (void *)(uintptr_t)run);
	int64_t last = run->env->brief ? what->brief_hi : what->hi;

	if (!b)
		return -errno;
	gb_use_time(b, what->flags & PVQ_MICRO_MANUAL ? GB_MANUAL_TIME : GB_REAL_TIME);
	if (what->iterations)
		gb_iterations(b, what->iterations);
	if (!what->arg_name)
		return 0;
	if (what->flags & PVQ_MICRO_PER_CPU && last > (int64_t)run->env->cpus)
		last = run->env->cpus;
	for (int64_t arg = what->lo; arg <= last; arg *= case_step(what, run->env->brief))
		gb_add_arg(b, arg);
	/* The shim keeps a refused setting and reports it as this case's error. */
	return gb_arg_names(b, &what->arg_name, 1);
}

static int bench_add_all(struct bench *b)
{
	size_t count = 0;
	int ret = 0;

	for (size_t m = 0; pvq_micros[m]; m++)
		for (size_t c = 0; pvq_micros[m]->cases[c].name; c++)
			count++;
	b->run = calloc(count + 1, sizeof(*b->run));
	if (!b->run)
		return -ENOMEM;
	for (size_t m = 0; ret == 0 && pvq_micros[m]; m++)
		for (size_t c = 0; ret == 0 && pvq_micros[m]->cases[c].name; c++) {
			struct pvq_micro_run *run = &b->run[b->runs++];

			run->what = &pvq_micros[m]->cases[c];
			run->env = &b->env;
			ret = case_add(run);
		}
	return ret;
}

static int bench_look_around(struct bench *b, int brief)
{
	struct pvq_host host;
	long pages = sysconf(_SC_AVPHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	int ret = pvq_host_read(&host);

	if (ret)
		return ret;
	b->env.cpus = host.usable;
	b->env.cpu[0] = host.cpu[0];
	b->env.cpu[1] = host.cpu[host.ncpu > 1 && host.usable > 1];
	b->env.spare_bytes = pages > 0 && page > 0 ? (size_t)pages * (size_t)page / 2 : 0;
	b->env.brief = brief;
	return 0;
}

/* ---- the command line ---- */

static const struct pvq_option options[] = {
	{"short", .help = "a price list in some ten seconds: fewer sizes and repetitions",
		.kind = PVQ_OPTION_FLAG, .at = offsetof(struct options, brief)},
	{"verbose", .help = "show the library's own table while it runs", .kind = PVQ_OPTION_FLAG,
		.at = offsetof(struct options, verbose)},
	{"out", .word = "DIR", .help = "where micro.json and plots/ go (reports/micro-<host>-<utc time>)",
		.kind = PVQ_OPTION_TEXT, .at = offsetof(struct options, out)},
	{0},
};

static void tell_of_library(FILE *f)
{
	fputs("\nThe flags of Google Benchmark, --benchmark_filter=REGEX and others, are passed on to it.\n",
		f);
}

static const struct pvq_syntax syntax = {.name = "pvq-micro",
	.summary = "Measure what a pipe, a fork, a wake-up cost here, and print a price list.",
	.own = options,
	.foot = tell_of_library};

static int is_of_library(const char *word)
{
	return strncmp(word, "--benchmark_", strlen("--benchmark_")) == 0 || strncmp(word, "--v=", 4) == 0;
}

/* Moves the library's flags from argv to flag, behind argv[0] and our defaults: the last one wins, so the user's do. They
 * do not change the benchmarks' names: the library adds only what is set per benchmark. Leaves our options in argv.
 * Returns the number of flags, or -E2BIG. */
static int flags_take(char **flag, int *argc, char **argv)
{
	int count = FLAGS_OURS, left = 1;

	if (*argc > FLAGS_MAX)
		return -E2BIG;
	flag[0] = argv[0];
	for (int i = 1; i < *argc; i++)
		*(is_of_library(argv[i]) ? &flag[count++] : &argv[left++]) = argv[i];
	argv[left] = flag[count] = NULL;
	*argc = left;
	return count;
}

static void flags_default(char **flag, int brief)
{
	static char rounds[2][40] = {"--benchmark_repetitions=7", "--benchmark_repetitions=5"};
	static char least[2][40] = {"--benchmark_min_time=0.05", "--benchmark_min_time=0.015"};
	static char mixed[] = "--benchmark_enable_random_interleaving=true";
	static char terse[] = "--benchmark_display_aggregates_only=true";

	flag[1] = rounds[brief];
	flag[2] = least[brief];
	flag[3] = mixed;
	flag[4] = terse;
}

static int folder_make(const struct options *o, char *path, size_t cap)
{
	int ret = 0;

	if (!o->out)
		ret = pvq_rundir_default("micro-", path, cap);
	else if (snprintf(path, cap, "%s", o->out) >= (int)cap)
		ret = -ENAMETOOLONG;
	if (ret == 0 && mkdir(path, 0777) && errno != EEXIST)
		ret = -errno;
	if (ret)
		fprintf(stderr, "pvq-micro: cannot create %s: %s\n", path, strerror(-ret));
	return ret;
}

static int bench_run(struct bench *b, const struct options *o, const char *dir)
{
	char json[PATH_MAX], part[PATH_MAX] = "";
	struct gb_run_config config = {.json_path = part, .quiet = !o->verbose};
	long count;
	int ret = bench_look_around(b, o->brief);

	if (ret == 0)
		ret = bench_add_all(b);
	if (ret == 0 &&
		(snprintf(json, sizeof(json), "%s/micro.json", dir) >= (int)sizeof(json) ||
			snprintf(part, sizeof(part), "%s/micro.json.part", dir) >= (int)sizeof(part)))
		ret = -ENAMETOOLONG;
	if (ret == 0)
		ret = gb_add_context("pvq_list", o->brief ? "short" : "full");
	if (ret == 0)
		fprintf(stderr, "pvq-micro: measuring %zu operations, most at several sizes; takes %s\n",
			b->runs, o->brief ? "some ten seconds" : "about two minutes");
	count = ret ? ret : gb_run(&config);
	gb_clear();
	free(b->run);
	if (count >= 0)
		ret = pvq_whole_name(part, json);
	else
		ret = (int)count;
	if (ret) {
		fprintf(stderr, "pvq-micro: %s\n", strerror(-ret));
		unlink(part);
	}
	return ret;
}

/* Prints and draws the prices. A case that cannot run on this machine is listed with its reason and is not a failure. */
static int bench_show(const char *dir)
{
	struct pvq_prices prices;
	int ret = pvq_prices_read(&prices, dir);

	if (ret)
		return ret;
	pvq_prices_print(stdout, &prices);
	pvq_prices_free(&prices);
	ret = pvq_prices_draw_alone(dir);
	printf("%s/micro.json\n", dir);
	return ret;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct bench b = {0};
	char *flag[FLAGS_MAX + 8], dir[PATH_MAX];
	int flags = flags_take(flag, &argc, argv), ret;

	pvq_process_begin();
	if (flags < 0) {
		fprintf(stderr, "pvq-micro: at most %d arguments\n", FLAGS_MAX - 1);
		return EXIT_USAGE;
	}
	ret = pvq_options_parse(&syntax, argc, argv, &o, NULL);
	if (ret)
		return ret == PVQ_OPTIONS_ANSWERED && pvq_flush(stdout) == 0 ? EXIT_DONE : EXIT_USAGE;
	flags_default(flag, o.brief);
	if (gb_initialize(&flags, flag) || gb_report_unknown(flags, flag))
		return EXIT_USAGE;
	if (folder_make(&o, dir, sizeof(dir)))
		return EXIT_USAGE;
	if (bench_run(&b, &o, dir) || bench_show(dir))
		return EXIT_FAILED;
	gb_shutdown();
	if (pvq_flush(stdout) == 0)
		return EXIT_DONE;
	fprintf(stderr, "pvq-micro: cannot write to stdout\n");
	return EXIT_FAILED;
}
