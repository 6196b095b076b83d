/* run.c: `pvq run`: runs one trial of each strategy that is named. */
#include "base/clock.h"
#include "base/grow.h"
#include "base/parse.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/scratch.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "results/trace.h"
#include "trial/trial_args.h"
#include "trial/twin.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A strategy to run, and the row of its trial. */
struct choice {
	const struct pvq_impl *impl;
	unsigned twin;
	int named; /* by itself, not by "all" or "peers" */
	struct pvq_row row;
};

/* The options, and the strategies that they name. */
struct run {
	struct pvq_trial_args args; /* first: pvq_trial_options fill it in */
	struct pvq_host host;
	const char *raw;        /* file to which the row is added; NULL: none */
	const char *trace_path; /* NULL: no trace */
	struct pvq_trace trace;
	/* With a trace: a folder for a while, and the file in it for a trial's timeline. */
	char scratch[PATH_MAX - 16], items[PATH_MAX];
	unsigned cores;
	double timeout_s; /* 0: none; below 0: not given */
	int csv, json, repeat_ok;
	struct choice *choice; /* owned */
	size_t choices;
};

static struct run run_args;

static void init(void)
{
	pvq_trial_args_init(&run_args.args);
	run_args.timeout_s = -1;
}

static int take_timeout(void *into, const char *text)
{
	return pvq_parse_seconds("--timeout", text, 0, &((struct run *)into)->timeout_s);
}

#define AT(field) .at = offsetof(struct run, field)

static const struct pvq_option options[] = {
	{"cores", .word = "K", .help = "number of CPUs to run on (all)", .kind = PVQ_OPTION_UNSIGNED,
		.min = 1, .max = PVQ_CPUS_MAX, AT(cores)},
	{"timeout", .word = "TIME",
		.help = "time limit of the trial, in seconds or as 500ms (600; commands: none)",
		.kind = PVQ_OPTION_OWN, .take = take_timeout},
	{"csv", .help = "print the row as CSV", .kind = PVQ_OPTION_FLAG, AT(csv)},
	{"json", .help = "print a list of rows as JSON", .kind = PVQ_OPTION_FLAG, AT(json)},
	{"raw", .word = "FILE", .help = "add the row to FILE", .kind = PVQ_OPTION_TEXT, AT(raw)},
	{"repeat-ok", .help = "let several strategies run the same commands", .kind = PVQ_OPTION_FLAG,
		AT(repeat_ok)},
	{"trace", .word = "FILE",
		.help = "observe the trials; write them to FILE as a trace for Perfetto or speedscope",
		.kind = PVQ_OPTION_TEXT, AT(trace_path)},
	{0},
};

static int has_care(const struct pvq_care *care)
{
	return care->attempts || care->recycle || care->item_timeout_ms;
}

/* ---- the strategies ---- */

/* Adds a strategy, unless it is there already. 0, or -errno with one line on stderr. */
static int add(struct run *r, const struct pvq_impl *impl, unsigned twin, int named)
{
	struct choice *more;

	for (size_t i = 0; i < r->choices; i++)
		if (r->choice[i].impl == impl && r->choice[i].twin == twin)
			return 0;
	if (has_care(&r->args.trial.care) && !(impl->flags & PVQ_SURVIVES_CRASH)) {
		fprintf(stderr,
			"pvq: --retries, --recycle and --item-timeout are for strategies that replace workers; %s "
			"does not\n",
			impl->name);
		return -EINVAL;
	}
	more = pvq_grow(r->choice, r->choices, sizeof(*more));
	if (!more) {
		fprintf(stderr, "pvq: out of memory\n");
		return -ENOMEM;
	}
	r->choice = more;
	more[r->choices++] = (struct choice){.impl = impl, .twin = twin, .named = named};
	return 0;
}

/* Adds those of the registry that are peers, or that are not; never what only measures the harness. */
static int add_all(struct run *r, const struct pvq_registry *registry, int peers)
{
	const struct pvq_impl *impl;
	int ret = 0;

	for (size_t i = 0; ret == 0 && (impl = pvq_registry_at(registry, i)); i++)
		if (pvq_impl_is_peer(impl) == peers && !(impl->flags & PVQ_HARNESS) &&
			(r->args.spec.task->commands || !(impl->flags & PVQ_COMMANDS_ONLY)))
			ret = add(r, impl, 0, 0);
	return ret;
}

static int add_word(struct run *r, const struct pvq_registry *registry, const char *word)
{
	const struct pvq_impl *impl;
	unsigned twin;

	if (strcmp(word, "all") == 0 || strcmp(word, "peers") == 0)
		return add_all(r, registry, word[0] == 'p');
	impl = pvq_twin_find(registry, word, &twin);
	return impl ? add(r, impl, twin, 1) : -EINVAL;
}

static int choose(struct run *r, struct pvq_registry *registry)
{
	char *list = strdup(r->args.impl), *save = NULL;
	int ret = list ? 0 : -ENOMEM;

	pvq_peers_find_for(registry, r->args.impl);
	for (char *word = list; ret == 0 && (word = strtok_r(word, ",", &save)); word = NULL)
		ret = add_word(r, registry, word);
	if (!list)
		fprintf(stderr, "pvq: out of memory\n");
	free(list);
	if (ret == 0 && !r->choices) {
		fprintf(stderr, "pvq: --impl '%s' names no strategy; see 'pvq list'\n", r->args.impl);
		ret = -EINVAL;
	}
	return ret;
}

/* ---- before the trials ---- */

/* Refuses what needs stdout, or a file, for one trial alone. */
static int check_output(const struct run *r)
{
	const char *wrong = NULL;

	if (r->csv && r->json)
		wrong = "--csv and --json both write to stdout; leave one of them out";
	else if (r->args.trial.print && r->json)
		wrong = "--print and --json both write to stdout; leave one of them out";
	else if (r->choices > 1 && r->args.trial.print)
		wrong = "--print shows the results of one strategy; name one";
	else if (r->choices > 1 && r->args.trial.timeline)
		wrong = "--timeline is a file for one strategy; name one";
	else if (r->trace_path && r->args.trial.timeline)
		wrong = "--trace and --timeline both keep the items; leave one of them out";
	if (wrong)
		fprintf(stderr, "pvq: %s\n", wrong);
	return wrong ? -EINVAL : 0;
}

/* Refuses what would lose a job log, or run commands more than once unasked. */
static int check_commands(const struct run *r)
{
	const struct pvq_keep *keep = &r->args.spec.keep;
	const char *wrong = NULL;
	struct stat log;

	if (keep->resume && !keep->joblog)
		wrong = "--resume needs the job log: --joblog FILE";
	else if (keep->joblog && !r->args.spec.task->commands)
		wrong = "--joblog is for tasks whose items are commands";
	else if (keep->joblog && r->choices > 1)
		wrong = "--joblog is the log of one strategy; name one";
	else if (keep->joblog && r->choice[0].impl->flags & PVQ_COMMANDS_ONLY)
		wrong = "this strategy runs the commands by itself, and keeps no job log";
	else if (keep->joblog && !keep->resume && stat(keep->joblog, &log) == 0 && log.st_size > 0)
		wrong = "the job log holds another run; continue that with --resume, or name another file";
	if (wrong)
		fprintf(stderr, "pvq: %s\n", wrong);
	else if (r->args.spec.task->commands && r->choices > 1 && !r->repeat_ok) {
		fprintf(stderr,
			"pvq: every command would run %zu times, once for each strategy; if that does no harm, add "
			"--repeat-ok\n",
			r->choices);
		wrong = "";
	}
	return wrong ? -EINVAL : 0;
}

/* Finds out how many items there are, where that depends on the task. */
static int count_items(struct run *r)
{
	if (pvq_spec_count(&r->args.spec, &r->args.trial.n))
		return -EINVAL;
	if (r->args.trial.n || r->args.spec.keep.resume)
		return 0;
	fprintf(stderr, "pvq: --n is missing: task %s has as many items as you ask for\n",
		r->args.spec.task->name);
	return -EINVAL;
}

static int check_options(struct run *r, struct pvq_registry *registry)
{
	if (pvq_trial_args_task(&r->args) || choose(r, registry))
		return -EINVAL;
	/* Any number of commands may take any time. */
	if (r->timeout_s < 0)
		r->timeout_s = r->args.spec.task->commands ? 0 : 600;
	return check_output(r) || check_commands(r) || count_items(r) ? -EINVAL : 0;
}

/* Chooses the CPUs. */
static int place(struct run *r)
{
	struct pvq_trial *t = &r->args.trial;

	if (pvq_host_read(&r->host))
		return -EINVAL;
	if (r->cores > r->host.usable) {
		fprintf(stderr, "pvq: --cores %u: this process may use %u\n", r->cores, r->host.usable);
		return -EINVAL;
	}
	t->cpu = r->host.cpu;
	t->ncpu = r->cores ? r->cores : r->host.usable;
	if (r->choices == 1 && r->choice[0].impl->flags & PVQ_ONE_WORKER && t->workers > 1) {
		fprintf(stderr, "pvq: %s has one worker only; leave --workers out\n",
			r->choice[0].impl->name);
		return -EINVAL;
	}
	return 0;
}

/* ---- output ---- */

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

static const char *verified_words(enum pvq_verified verified)
{
	return verified == PVQ_VERIFIED_ORACLE   ? "verified: equal to the oracle"
	       : verified == PVQ_VERIFIED_SERIAL ? "verified: equal to a serial run"
						 : "unverified: commands run once";
}

/* f: stderr, where stdout has what commands wrote. */
static void print_human(FILE *f, const struct pvq_row *row)
{
	char a[32], b[32], c[32], d[32], e[32];

	fprintf(f, "%s, %s%s%s, n %" PRIu64 ", %u worker%s on %u core%s%s\n", row->impl, row->task,
		row->args[0] ? ":" : "", row->args, row->n, row->workers, row->workers == 1 ? "" : "s",
		row->cores, row->cores == 1 ? "" : "s", row->oversubscribed ? " (oversubscribed)" : "");
	if (row->total_ns > 0)
		fprintf(f, "total %s = start %s + map %s + stop %s; first result after %s of map\n",
			seconds(row->total_ns, a), seconds(row->start_ns, b), seconds(row->map_ns, c),
			seconds(row->stop_ns, d), seconds(row->first_ns, e));
	if (row->verified == PVQ_VERIFIED_NO)
		return;
	snprintf(b, sizeof(b), "%.1f MiB", (double)row->max_rss_kb / 1024);
	fprintf(f, "%s; CPU %s, peak memory %s\n", verified_words(row->verified),
		row->user_ns == PVQ_UNKNOWN_U64 || row->sys_ns == PVQ_UNKNOWN_U64
			? "unknown"
			: seconds(row->user_ns + row->sys_ns, a),
		row->max_rss_kb ? b : "unknown");
}

/* Adds the row to the file. 0 or -errno with one line on stderr. */
static int append_raw(const char *path, const struct pvq_row *row)
{
	int ret = pvq_row_append(path, row);

	if (ret)
		fprintf(stderr, "pvq: cannot write %s: %s\n", path, strerror(-ret));
	return ret;
}

/* Whether the digests of all good trials agree. */
static int same_results(const struct run *r)
{
	const char *first = NULL;

	for (size_t i = 0; i < r->choices; i++) {
		const struct pvq_row *row = &r->choice[i].row;

		if (row->status == PVQ_OK && first && strcmp(row->oracle, first) != 0)
			return 0;
		if (row->status == PVQ_OK)
			first = row->oracle;
	}
	return 1;
}

/* One line for each strategy. */
static void print_table(const struct run *r)
{
	const struct pvq_row *first = &r->choice[0].row;
	int width = (int)strlen("strategy");

	for (size_t i = 0; i < r->choices; i++) {
		int len = (int)strlen(r->choice[i].row.impl);

		width = len > width ? len : width;
	}
	printf("%s%s%s, n %" PRIu64 ", on %u core%s\n\n", first->task, first->args[0] ? ":" : "",
		first->args, first->n, first->cores, first->cores == 1 ? "" : "s");
	printf("%-*s %8s %11s %11s %11s %11s\n", width, "strategy", "workers", "total", "start", "map",
		"stop");
	for (size_t i = 0; i < r->choices; i++) {
		const struct pvq_row *row = &r->choice[i].row;
		char a[32], b[32], c[32], d[32];

		printf("%-*s %8u", width, row->impl, row->workers);
		if (row->status == PVQ_OK)
			printf(" %11s %11s %11s %11s\n", seconds(row->total_ns, a),
				seconds(row->start_ns, b), seconds(row->map_ns, c),
				seconds(row->stop_ns, d));
		else
			printf("  %s: %s\n", pvq_status_name(row->status), row->reason);
	}
	if (r->args.spec.task->commands)
		printf("\nUnverified, since commands do not run again; %s.",
			same_results(r) ? "all strategies had the same results"
					: "not all strategies had the same results");
	else
		printf("\nOnly verified results have times.");
	printf(" One trial of each is no comparison: 'pvq bench' repeats them.\n");
}

static void print_csv(const struct run *r)
{
	(void)pvq_row_header(stdout);
	for (size_t i = 0; i < r->choices; i++)
		(void)pvq_row_write(stdout, &r->choice[i].row);
}

static int print_json(const struct run *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->choices; i++)
		list = pvq_json_append(list, pvq_json_row(&r->choice[i].row));
	return pvq_json_print(list);
}

/* Prints what was asked for. Returns the exit code. */
static int print(const struct run *r)
{
	if (r->json)
		return print_json(r);
	if (r->csv)
		print_csv(r);
	else if (r->choices == 1)
		print_human(r->args.trial.print && r->args.spec.task->commands ? stderr : stdout,
			&r->choice[0].row);
	else
		print_table(r);
	return pvq_cmd_flush(); /* also reports earlier write errors: stdio remembers them */
}

static int finish(const struct run *r, int unkept)
{
	int code = print(r);

	for (size_t i = 0; code == PVQ_EXIT_DONE && i < r->choices; i++) {
		const struct pvq_row *row = &r->choice[i].row;

		/* Of a group, those that cannot run here are shown, and are no failure. */
		if (row->status == PVQ_OK || (row->status == PVQ_UNAVAILABLE && !r->choice[i].named))
			continue;
		fprintf(stderr, "pvq: %s%s%s: %s\n", r->choices > 1 ? row->impl : "",
			r->choices > 1 ? ": " : "", pvq_status_name(row->status), row->reason);
		unkept = 1;
	}
	return unkept ? PVQ_EXIT_FAILED : code;
}

/* ---- progress ---- */

enum { PROGRESS_EVERY_MS = 1000 };

static const double quiet_s = 2; /* a trial that is over by then shows no progress */

struct progress {
	struct pvq_launch_observer observer; /* first: the call-back gets it */
	struct pvq_progress line;
	const struct run *run;
	const struct pvq_impl *impl;
	uint64_t began_ns;
};

static void observe(struct pvq_launch_observer *observer, pid_t pid)
{
	struct progress *p = (struct progress *)observer;
	double now_s = (double)(pvq_clock_ns() - p->began_ns) / 1e9;
	char text[PVQ_SPEC_MAX + PVQ_NAME_MAX + 64], limit[32] = "";

	if (pid == 0) {
		pvq_progress_end(&p->line);
	} else if (now_s >= quiet_s) {
		if (p->run->timeout_s > 0)
			snprintf(limit, sizeof(limit), " of at most %g s", p->run->timeout_s);
		snprintf(text, sizeof(text), "%.0f s%s: %s, %s", now_s, limit, p->impl->name,
			p->run->args.task);
		pvq_progress_line(&p->line, now_s, text);
	}
}

/* ---- the trace ---- */

static const char items_file[] = "items.csv";

/* 0, or -errno with one line on stderr. */
static int begin_trace(struct run *r)
{
	int ret;

	if (!r->trace_path)
		return 0;
	ret = pvq_scratch_make(r->scratch, sizeof(r->scratch), "trace");
	if (ret) {
		fprintf(stderr, "pvq: cannot make a folder for the items: %s\n", strerror(-ret));
		return ret;
	}
	snprintf(r->items, sizeof(r->items), "%s/%s", r->scratch, items_file);
	pvq_trace_begin(&r->trace, r->trace_path);
	return 0;
}

/* Adds a trial whose timeline was kept. 0, or -errno with one line on stderr. */
static int add_to_trace(struct run *r, const struct pvq_row *row)
{
	struct pvq_moment *moment;
	struct pvq_observed seen;
	size_t n;
	int ret = pvq_timeline_read(r->scratch, items_file, &moment, &n);

	pvq_observed_identify(&seen, row);
	if (ret == 0)
		ret = pvq_trace_add(&r->trace, &seen, moment, n);
	free(moment);
	return ret;
}

static int end_trace(struct run *r)
{
	pvq_scratch_remove(r->scratch);
	return pvq_trace_end(&r->trace);
}

/* ---- the trials ---- */

static int run_one(struct run *r, struct choice *c)
{
	struct pvq_trial t = r->args.trial;
	struct progress progress = {
		.observer = {.fd = -1, .every_ms = PROGRESS_EVERY_MS, .observe = observe},
		.run = r,
		.impl = c->impl,
		.began_ns = pvq_clock_ns()};
	struct pvq_launch_io io = {
		.out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO, .input = pvq_spec_stdin(&r->args.spec)};

	if (r->trace_path)
		t.timeline = r->items;
	t.impl = c->impl;
	t.twin = c->twin;
	if (c->impl->flags & PVQ_ONE_WORKER)
		t.workers = 1;
	else if (!t.workers)
		t.workers = t.ncpu;
	pvq_progress_init(&progress.line);
	if (progress.line.terminal && !t.print) /* elsewhere the driver sleeps until the trial ends */
		io.observer = &progress.observer;
	return pvq_launch_trial(&t, r->timeout_s, &io, &c->row);
}

static int run_all(struct run *r)
{
	int unkept = 0, ret = 0;

	if (begin_trace(r))
		return PVQ_EXIT_FAILED;
	pvq_spec_settle(&r->args.spec);
	pvq_launch_signals();
	for (size_t i = 0; ret == 0 && i < r->choices; i++) {
		const struct pvq_row *row = &r->choice[i].row;

		ret = run_one(r, &r->choice[i]);
		if (ret == -EINTR)
			fprintf(stderr, "pvq: interrupted; nothing was left running%s\n",
				r->args.keep.joblog ? "; --resume runs what has not succeeded" : "");
		if (ret == 0 && r->raw && append_raw(r->raw, row))
			unkept = 1;
		if (ret == 0 && r->trace_path && row->status == PVQ_OK && add_to_trace(r, row))
			unkept = 1;
	}
	if (r->trace_path && end_trace(r))
		unkept = 1;
	return ret ? PVQ_EXIT_FAILED : finish(r, unkept);
}

/* There is nothing to run. */
static int say_done(const struct run *r)
{
	fprintf(stderr, "pvq: nothing is left to do: all commands have succeeded, by %s\n",
		r->args.spec.keep.joblog);
	return PVQ_EXIT_DONE;
}

static int run(const struct pvq_call *call)
{
	struct run *r = &run_args;
	int code = PVQ_EXIT_USAGE;

	pvq_process_bind(); /* to hyperfine: experiments/e2e/run.c */
	if (check_options(r, call->registry) == 0 && place(r) == 0)
		code = r->args.trial.n ? run_all(r) : say_done(r);
	free(r->choice);
	return code;
}

const struct pvq_command pvq_command_run = {
	.syntax = {.name = "pvq run",
		.summary =
			"Run one trial of each strategy named, verify its results, and show where the time went.",
		.own = pvq_trial_options,
		.shared = options},
	.into = &run_args,
	.init = init,
	.run = run,
};
