/* cmd_run.c: `pvq run`: one trial from the command line; and `pvq trial`, its inner side, which shares
 * the options.
 */
#include "cmd.h"
#include "host.h"
#include "launch.h"
#include "trial.h"
#include "twin.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every option as given; trial points into the rest. */
struct run {
	struct pvq_trial trial;
	struct pvq_spec spec;
	struct pvq_host host;
	int cpu[PVQ_CPUS_MAX];
	const char *task, *raw; /* raw: file that gets the row too; NULL: none */
	uint64_t n, seed, workers, cores, chunk, window, block, cell;
	double timeout_s;
	int csv;
};

enum { TRIAL_OPTIONS = 18 }; /* index of the first option that is not for users */

static const struct option options[] = {
	{"impl", required_argument, NULL, 'i'},
	{"task", required_argument, NULL, 't'},
	{"n", required_argument, NULL, 'n'},
	{"workers", required_argument, NULL, 'w'},
	{"cores", required_argument, NULL, 'k'},
	{"chunk", required_argument, NULL, 'c'},
	{"window", required_argument, NULL, 'd'},
	{"seed", required_argument, NULL, 's'},
	{"timeout", required_argument, NULL, 'T'},
	{"print", no_argument, NULL, 'p'},
	{"csv", no_argument, NULL, 'v'},
	{"retries", required_argument, NULL, 'R'},
	{"recycle", required_argument, NULL, 'y'},
	{"item-timeout", required_argument, NULL, 'I'},
	{"raw", required_argument, NULL, 'r'},
	{"cell", required_argument, NULL, 'e'}, /* a number for the row, by which it is found again */
	{"observe", required_argument, NULL, 'O'},
	{"timeline", required_argument, NULL, 'L'},
	/* from here on (TRIAL_OPTIONS): what launch.c passes to `pvq trial` */
	{"cpus", required_argument, NULL, 'C'},
	{"block", required_argument, NULL, 'b'},
	{"oracle", required_argument, NULL, 'o'},
	{0},
};

static int parse_cpus(struct run *r, const char *list)
{
	char *end;

	for (const char *at = list; r->trial.ncpu < PVQ_CPUS_MAX; at = end + 1) {
		r->cpu[r->trial.ncpu++] = (int)strtol(at, &end, 10);
		if (end == at || (*end && *end != ','))
			return -EINVAL;
		if (!*end)
			break;
	}
	r->trial.cpu = r->cpu;
	return 0;
}

static int parse_timeout(const char *name, const char *text, int or_none, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	if (end != text && !*end && (*seconds > 0 || (or_none && *seconds == 0)) && *seconds <= 1e6)
		return 0;
	fprintf(stderr, "pvq: %s must be a number of seconds above 0, not '%s'\n", name, text);
	return -EINVAL;
}

/* A file that the trial will write; launch.c has room for as long a name as can be opened. */
static int parse_path(const char *name, const char *text, const char **path)
{
	if (!*text || strlen(text) >= PATH_MAX) {
		fprintf(stderr, "pvq: %s needs the name of a file, of at most %d characters\n", name,
			PATH_MAX - 1);
		return -EINVAL;
	}
	*path = text;
	return 0;
}

static int parse_option(struct run *r, int option)
{
	uint64_t number;
	double seconds;

	switch (option) {
	case 'i':
		r->trial.impl = pvq_twin_find(optarg, &r->trial.twin);
		return r->trial.impl ? 0 : -EINVAL;
	case 't':
		r->task = optarg;
		return 0;
	case 'n':
		return pvq_parse_count("--n", optarg, 1, 1000000000000u, &r->n);
	case 'w':
		return pvq_parse_count("--workers", optarg, 1, PVQ_WORKERS_MAX, &r->workers);
	case 'k':
		return pvq_parse_count("--cores", optarg, 1, PVQ_CPUS_MAX, &r->cores);
	case 'c':
		return pvq_parse_count("--chunk", optarg, 0, PVQ_CHUNK_MAX, &r->chunk);
	case 'd':
		return pvq_parse_count("--window", optarg, 0, PVQ_WINDOW_MAX, &r->window);
	case 's':
		return pvq_parse_count("--seed", optarg, 0, UINT64_MAX, &r->seed);
	case 'T':
		return parse_timeout("--timeout", optarg, 0, &r->timeout_s);
	case 'R':
		if (pvq_parse_count("--retries", optarg, 0, 200, &number))
			return -EINVAL;
		r->trial.care.attempts = (unsigned)number + 1;
		return 0;
	case 'y':
		return pvq_parse_count("--recycle", optarg, 0, UINT64_MAX, &r->trial.care.recycle);
	case 'I':
		if (parse_timeout("--item-timeout", optarg, 1, &seconds))
			return -EINVAL;
		r->trial.care.item_timeout_ms = (uint64_t)ceil(seconds * 1000);
		return 0;
	case 'p':
		r->trial.print = 1;
		return 0;
	case 'v':
		r->csv = 1;
		return 0;
	case 'r':
		r->raw = optarg;
		return 0;
	case 'O':
		return parse_path("--observe", optarg, &r->trial.observe);
	case 'L':
		return parse_path("--timeline", optarg, &r->trial.timeline);
	case 'C':
		return parse_cpus(r, optarg);
	case 'b':
		return pvq_parse_count("--block", optarg, 0, UINT32_MAX, &r->block);
	case 'e':
		return pvq_parse_count("--cell", optarg, 0, UINT32_MAX, &r->cell);
	case 'o':
		r->trial.oracle = optarg;
		return 0;
	default: /* getopt has said what */
		return -EINVAL;
	}
}

static int has_care(const struct pvq_care *care)
{
	return care->attempts || care->recycle || care->item_timeout_ms;
}

/* inner: with the options of `pvq trial`. */
static int parse(struct run *r, int argc, char **argv, int inner)
{
	struct option known[sizeof(options) / sizeof(options[0])];
	int option;

	*r = (struct run){.seed = 1, .trial.oracle = "", .timeout_s = 600};
	argv[0] = (char *)"pvq"; /* the name that getopt's messages begin with */
	memcpy(known, options, sizeof(options));
	if (!inner)
		memset(&known[TRIAL_OPTIONS], 0, sizeof(known[0]));
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (parse_option(r, option))
			return -EINVAL;
	if (optind < argc) {
		fprintf(stderr, "pvq: unexpected argument '%s'\n", argv[optind]);
		return -EINVAL;
	}
	if (!r->trial.impl || !r->task || !r->n) {
		fprintf(stderr, "pvq: %s is missing; see 'pvq help'\n",
			!r->trial.impl ? "--impl"
			: !r->task     ? "--task"
				       : "--n");
		return -EINVAL;
	}
	if (pvq_spec_parse(&r->spec, r->task))
		return -EINVAL;
	if (!inner && has_care(&r->trial.care) && !(r->trial.impl->flags & PVQ_SURVIVES_CRASH)) {
		fprintf(stderr,
			"pvq: --retries, --recycle and --item-timeout are for strategies that replace workers; %s "
			"does not\n",
			r->trial.impl->name);
		return -EINVAL;
	}
	r->trial.spec = &r->spec;
	r->trial.n = r->n;
	r->trial.seed = r->seed;
	r->trial.workers = (unsigned)r->workers;
	r->trial.chunk = (unsigned)r->chunk;
	r->trial.window = (unsigned)r->window;
	r->trial.block = (unsigned)r->block;
	r->trial.cell = (unsigned)r->cell;
	return 0;
}

int pvq_cmd_trial(int argc, char **argv)
{
	static struct run r; /* large */

	return parse(&r, argc, argv, 1) ? PVQ_EXIT_USAGE : pvq_launch_child(&r.trial);
}

/* Chooses CPUs and workers where the user did not. */
static int place(struct run *r)
{
	if (pvq_host_read(&r->host))
		return -EINVAL;
	if (r->cores > r->host.usable) {
		fprintf(stderr, "pvq: --cores %" PRIu64 ": this process may use %u\n", r->cores,
			r->host.usable);
		return -EINVAL;
	}
	r->trial.cpu = r->host.cpu;
	r->trial.ncpu = r->cores ? (unsigned)r->cores : r->host.usable;
	if (r->trial.impl->flags & PVQ_BASELINE) {
		if (r->workers > 1) {
			fprintf(stderr, "pvq: %s has one worker only\n", r->trial.impl->name);
			return -EINVAL;
		}
		r->trial.workers = 1;
	} else if (!r->workers) {
		r->trial.workers = r->trial.ncpu;
	}
	return 0;
}

static const char *seconds(uint64_t ns, char buf[32])
{
	if (ns >= 1000000000u)
		snprintf(buf, 32, "%.3f s", (double)ns / 1e9);
	else if (ns >= 1000000u)
		snprintf(buf, 32, "%.3f ms", (double)ns / 1e6);
	else
		snprintf(buf, 32, "%.1f us", (double)ns / 1e3);
	return buf;
}

static void print_human(const struct pvq_row *row)
{
	char a[32], b[32], c[32], d[32], e[32];

	printf("%s, %s%s%s, n %" PRIu64 ", %u worker%s on %u core%s%s\n", row->impl, row->task,
		row->args[0] ? ":" : "", row->args, row->n, row->workers, row->workers == 1 ? "" : "s",
		row->cores, row->cores == 1 ? "" : "s", row->oversubscribed ? " (oversubscribed)" : "");
	if (row->total_ns > 0)
		printf("total %s = start %s + map %s + stop %s; first result after %s of map\n",
			seconds(row->total_ns, a), seconds(row->start_ns, b), seconds(row->map_ns, c),
			seconds(row->stop_ns, d), seconds(row->first_ns, e));
	if (row->verified != PVQ_VERIFIED_NO)
		printf("verified: %s; CPU %s, peak memory %.1f MiB\n",
			row->verified == PVQ_VERIFIED_ORACLE ? "equal to the oracle"
							     : "equal to a serial run",
			seconds(row->user_ns + row->sys_ns, a), (double)row->max_rss_kb / 1024);
}

/* 0 or -errno with one line on stderr. */
static int append_raw(const char *path, const struct pvq_row *row)
{
	int ret = pvq_row_append(path, row);

	if (ret)
		fprintf(stderr, "pvq: cannot write %s: %s\n", path, strerror(-ret));
	return ret;
}

static int finish(const struct run *r, const struct pvq_row *row)
{
	int unkept = r->raw ? append_raw(r->raw, row) : 0;

	if (r->csv) {
		(void)pvq_row_header(stdout);
		(void)pvq_row_write(stdout, row);
	} else {
		print_human(row);
	}
	if (pvq_cmd_flush()) /* whatever failed above shows in here: stdio remembers it */
		return PVQ_EXIT_FAILED;
	if (row->status == PVQ_OK)
		return unkept ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
	fprintf(stderr, "pvq: %s: %s\n", pvq_status_name(row->status), row->reason);
	return PVQ_EXIT_FAILED;
}

int pvq_cmd_run(int argc, char **argv)
{
	static struct run r; /* large */
	struct pvq_launch_io io = {.out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO};
	struct pvq_row row;

	if (parse(&r, argc, argv, 0) || place(&r))
		return PVQ_EXIT_USAGE;
	pvq_spec_settle(&r.spec);
	pvq_launch_signals();
	switch (pvq_launch_trial(&r.trial, r.timeout_s, &io, &row)) {
	case 0:
		return finish(&r, &row);
	case -EINTR:
		fprintf(stderr, "pvq: interrupted; nothing was left running\n");
		return PVQ_EXIT_FAILED;
	default:
		return PVQ_EXIT_FAILED;
	}
}
