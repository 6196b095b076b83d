/* bench.c: `pvq bench`: plans and runs the sweep, then writes the report. */
#include "base/clock.h"
#include "base/parse.h"
#include "base/quote.h"
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "drive/plan.h"
#include "drive/sweep.h"
#include "experiments/ordering/ordering.h"
#include "report/experiment.h"
#include "report/report.h"
#include "results/doctor.h"
#include "trial/registry.h"
#include "trial/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bench {
	struct pvq_registry *registry;
	struct pvq_wish wish;
	int seeded; /* the user gave a seed */
	int only_sweep, dry_run;
	const char *out, *resume, *like, *trace;
	int untraced;    /* the trace could not be written */
	int placed;      /* the user chose the layout */
	unsigned layout; /* enum pvq_layout */
	struct pvq_host host;
	struct pvq_plan plan;
	char dir[PATH_MAX];
	const char *command; /* as typed, for the report */
	uint64_t began_ns;
};

static struct bench bench;

static void init(void)
{
	/* Every run draws the same items. Other draws of `skew` may hold one more huge item, which is other work. */
	bench.wish.seed = PVQ_SEED;
}

static int take_seed(void *into, const char *text)
{
	struct bench *b = into;

	b->seeded = 1;
	return pvq_parse_count("--seed", text, 0, UINT64_MAX, &b->wish.seed);
}

static int take_timeout(void *into, const char *text)
{
	return pvq_parse_seconds("--timeout", text, 0, &((struct bench *)into)->wish.timeout_s);
}

static int take_place(void *into, const char *text)
{
	struct bench *b = into;

	b->placed = 1;
	if (pvq_host_layout(text, &b->layout) == 0)
		return 0;
	fprintf(stderr, "pvq: --place '%s': give cores, compact or spread\n", text);
	return -EINVAL;
}

#define AT(field) .at = offsetof(struct bench, field)
#define FLAG(field) .kind = PVQ_OPTION_FLAG, AT(field)
#define TEXT(field) .kind = PVQ_OPTION_TEXT, AT(field)

static const struct pvq_option options[] = {
	{"profile", .word = "NAME", .choices = "quick default full peers peers-quick",
		.help = "quick, default, full, peers or peers-quick (default)", TEXT(wish.profile)},
	{"impls", .letters = "i", .word = "A,B,...",
		.help = "strategies; all: those linked in; peers: all peers (all)", TEXT(wish.impls)},
	{"tasks", .letters = "t", .word = "T[:ARG=V],...",
		.help = "tasks, with their arguments (the profile's)", TEXT(wish.tasks)},
	{"cores", .word = "1,2,...", .help = "core counts", TEXT(wish.cores)},
	{"workers", .letters = "wj", .word = "4,8,...", .help = "worker counts", TEXT(wish.workers)},
	{"chunk", .word = "1,10,...",
		.help = "chunk sizes: items that a worker takes at a time; auto: the strategy's choice (auto)",
		TEXT(wish.chunks)},
	{"n", .letters = "n", .word = "N", .help = "number of items of every load (sized by pilots)",
		.kind = PVQ_OPTION_COUNT, .min = 1, .max = 1000000000000u, AT(wish.n)},
	{"blocks", .word = "B", .help = "how often every cell is measured (the profile's)",
		.kind = PVQ_OPTION_UNSIGNED, .min = 1, .max = 10000, AT(wish.blocks)},
	{"place", .word = "ORDER", .choices = "cores compact spread",
		.help = "which CPUs come first: cores, then siblings (cores); near each other (compact); far "
			"from each other (spread)",
		.kind = PVQ_OPTION_OWN, .take = take_place},
	{"seed", .word = "S", .help = "seed of the random order and of the tasks' draws (1)",
		.kind = PVQ_OPTION_OWN, .take = take_seed},
	{"timeout", .word = "TIME", .help = "time limit of a trial, in seconds or as 500ms (the profile's)",
		.kind = PVQ_OPTION_OWN, .take = take_timeout},
	{"repeat-ok", .help = "let commands (task cmd) run as often as the plan says",
		FLAG(wish.repeat_ok)},
	{"only-sweep", .help = "measure no experiments beside the sweep", FLAG(only_sweep)},
	{"dry-run", .help = "print the plan and its time; measure nothing, write nothing", FLAG(dry_run)},
	{"out", .word = "DIR", .help = "folder of the run (reports/<host>-<utc time>)", TEXT(out)},
	{"like", .word = "DIR",
		.help = "do the same work as the run in DIR; only --out, --only-sweep, --repeat-ok, --trace "
			"and --dry-run may be added",
		TEXT(like)},
	{"resume", .word = "DIR", .help = "finish the interrupted run in DIR; only --trace may be added",
		TEXT(resume)},
	{"trace", .word = "FILE",
		.help = "write observed trials of one task, one of each strategy, to FILE as a trace for "
			"Perfetto or speedscope",
		TEXT(trace)},
	{0},
};

/* Whether any option chooses what to measure. */
static int is_wished(const struct bench *b)
{
	const struct pvq_wish *w = &b->wish;

	return w->profile || w->impls || w->tasks || w->cores || w->workers || w->chunks || w->n ||
	       w->blocks || b->seeded || b->placed || w->timeout_s > 0;
}

/* Finds out before the run whether the file can be written. */
static int check_trace(const char *path)
{
	int is_new = access(path, F_OK) != 0;
	FILE *f = fopen(path, "ae");

	if (!f) {
		fprintf(stderr, "pvq: cannot write %s: %s\n", path, strerror(errno));
		return -EINVAL;
	}
	fclose(f);
	if (is_new)
		unlink(path);
	return 0;
}

static int check_options(const struct bench *b)
{
	if ((b->resume && (is_wished(b) || b->out || b->like || b->only_sweep || b->dry_run)) ||
		(b->like && is_wished(b))) {
		fprintf(stderr, "pvq: %s takes its plan from the folder; leave the other options out\n",
			b->resume ? "--resume" : "--like");
		return -EINVAL;
	}
	return b->trace && !b->dry_run ? check_trace(b->trace) : 0;
}

/* The part of the profile's time that is kept for experiments and report, not for the sweep. */
static double reserve_s(const struct bench *b, const struct pvq_profile *p)
{
	return p->report_s + (b->only_sweep ? 0 : pvq_experiments_seconds(p->scale));
}

/* ---- the plan of an earlier run ---- */

/* Says what the folder lacks, and what to do instead. */
static void tell_no_run(const struct bench *b, const char *dir, const struct pvq_manifest *facts, int error)
{
	const char *verb = b->resume ? "resume" : "measure again";

	if (facts->lost)
		fprintf(stderr, "pvq: %s/manifest.tsv is not whole: it holds %zu of %zu facts\n", dir,
			facts->count, facts->count + facts->lost);
	else if (error && error != -ENOENT)
		fprintf(stderr, "pvq: cannot read %s/manifest.tsv: %s\n", dir, strerror(-error));
	else if (pvq_rundir_has(dir, "raw.csv") && !pvq_rundir_has_plan(dir)) {
		fprintf(stderr,
			"pvq: %s holds no run to %s: it ended before it had a plan; begin a run with: pvq bench --out ",
			dir, verb);
		pvq_quote_word(stderr, dir);
		fputc('\n', stderr);
	} else
		fprintf(stderr,
			"pvq: %s holds no run to %s: no manifest.tsv with profile, blocks and time-out\n",
			dir, verb);
}

/* Reads the plan. 0, or -errno with one line on stderr. */
static int read_plan(struct bench *b, const char *dir)
{
	struct pvq_manifest facts;
	const char *profile, *timeout, *blocks, *goal, *place, *cells;
	int ret = pvq_manifest_read(&facts, dir);

	profile = pvq_manifest_get(&facts, "profile");
	timeout = pvq_manifest_get(&facts, "timeout_s");
	blocks = pvq_manifest_get(&facts, "blocks");
	goal = pvq_manifest_get(&facts, "goal");
	place = pvq_manifest_get(&facts, "place"); /* older runs had one order, the default */
	cells = pvq_manifest_get(&facts, "cells"); /* older runs did not tell */
	if (ret || !profile || !timeout || !blocks || facts.lost || !pvq_rundir_has_plan(dir)) {
		tell_no_run(b, dir, &facts, ret);
		pvq_manifest_free(&facts);
		return -EINVAL;
	}
	if (pvq_rundir_has(dir, "peers.csv"))
		pvq_peers_find(b->registry);
	if (place && pvq_host_layout(place, &b->layout)) {
		fprintf(stderr, "pvq: %s/manifest.tsv: unknown place '%s'\n", dir, place);
		pvq_manifest_free(&facts);
		return -EINVAL;
	}
	/* A run that is resumed stays what it was; --like takes its work, not its experiments. */
	if (b->resume)
		b->only_sweep = pvq_manifest_get(&facts, "only_sweep") != NULL;
	pvq_host_arrange(&b->host, (enum pvq_layout)b->layout);
	ret = pvq_plan_read(
		&b->plan, b->registry, &b->host, dir, cells ? (unsigned)strtoul(cells, NULL, 10) : 0);
	if (ret == 0) {
		b->plan.profile = pvq_profile_find(profile);
		b->plan.timeout_s = strtod(timeout, NULL);
		b->plan.blocks = (unsigned)strtoul(blocks, NULL, 10);
		b->plan.goal = goal ? strtod(goal, NULL) : 0;
		if (!b->plan.profile)
			ret = -EINVAL;
		else
			b->plan.reserve_s = reserve_s(b, b->plan.profile);
	}
	pvq_manifest_free(&facts);
	return ret;
}

/* ---- a new run ---- */

static int write_manifest(const struct bench *b)
{
	struct pvq_outfile out;
	time_t now = time(NULL);
	struct tm utc;
	char date[40];
	int ret = pvq_manifest_begin(&out, b->dir);

	if (ret)
		return ret;
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &utc));
	pvq_fact_write(out.f, "date", date);
	pvq_fact_write(out.f, "command", b->command);
	pvq_fact_write(out.f, "profile", b->plan.profile->name);
	fprintf(out.f, "blocks\t%u\ncells\t%u\ngoal\t%g\nseed\t%" PRIu64 "\ntimeout_s\t%g\nplace\t%s\n",
		b->plan.blocks, b->plan.ncell, b->plan.goal, b->plan.seed, b->plan.timeout_s,
		pvq_layout_words[b->layout]);
	if (b->plan.left_out)
		pvq_fact_write(out.f, "left_out", b->plan.left_out);
	if (b->only_sweep)
		pvq_fact_write(out.f, "only_sweep", "yes");
	pvq_host_facts(&b->host, out.f);
	ret = pvq_manifest_write(&out, b->dir);
	pvq_outfile_free(&out);
	return ret;
}

static int make_plan(struct bench *b, const struct pvq_profile *profile)
{
	if (b->wish.impls)
		pvq_peers_find_for(b->registry, b->wish.impls);
	else if (profile->peers)
		pvq_peers_find(b->registry);
	pvq_host_arrange(&b->host, (enum pvq_layout)b->layout);
	return pvq_plan_make(&b->plan, b->registry, &b->wish, &b->host);
}

/* Plans, and writes nothing. */
static int plan_only(struct bench *b)
{
	const struct pvq_profile *profile = pvq_profile_find(b->wish.profile ? b->wish.profile : "default");
	int ret;

	if (!profile)
		return -EINVAL;
	b->wish.reserve_s = reserve_s(b, profile);
	b->wish.dry = b->dry_run;
	if (!b->like)
		return make_plan(b, profile);
	ret = read_plan(b, b->like);
	return ret ? ret : pvq_plan_allowed(&b->plan, &b->wish);
}

static int plan_into(struct bench *b, const struct pvq_rundir *run)
{
	int ret = plan_only(b);

	if (ret) {
		pvq_rundir_remove(run);
		return ret;
	}
	ret = write_manifest(b);
	if (ret == 0 && b->registry->peers)
		ret = pvq_peers_write(b->registry, b->dir);
	if (ret == 0)
		ret = pvq_plan_write(&b->plan, &b->host, b->dir); /* last: with it the folder holds a run */
	if (ret == 0 && !b->out)
		pvq_rundir_latest(b->dir);
	return ret;
}

static int plan_new(struct bench *b)
{
	struct pvq_rundir run;
	int ret = pvq_rundir_create(&run, b->out);

	snprintf(b->dir, sizeof(b->dir), "%s", run.path);
	if (ret == 0)
		ret = plan_into(b, &run);
	pvq_rundir_unlock(&run);
	return ret;
}

/* ---- resuming a run ---- */

static int plan_resumed(struct bench *b)
{
	snprintf(b->dir, sizeof(b->dir), "%s", b->resume);
	return read_plan(b, b->dir);
}

/* ---- both ---- */

static void announce(const struct bench *b)
{
	const struct pvq_profile *p = b->plan.profile;
	double block_s = pvq_plan_block_s(&b->plan);

	fprintf(stderr, "pvq: %u cells in up to %u block%s", b->plan.ncell, b->plan.blocks,
		b->plan.blocks == 1 ? "" : "s");
	if (p->budget_s > 0)
		fprintf(stderr, ", at most %.0f s in all", p->budget_s);
	else if (block_s > 0)
		fprintf(stderr, ", about %.0f minutes", block_s * b->plan.blocks / 60 + 1);
	fprintf(stderr, "; into %s\n", b->dir);
	if (b->plan.left_out)
		fprintf(stderr, "pvq: left out: %s\n", b->plan.left_out);
}

/* Says what spoils the run, by the facts of its start. */
static void warn_spoiled(const struct bench *b)
{
	struct pvq_manifest manifest;

	if (pvq_manifest_read(&manifest, b->dir) == 0)
		pvq_doctor_warn(stderr, &manifest);
	pvq_manifest_free(&manifest);
}

/* ---- --dry-run ---- */

/* Prints "2 workers on 1 core" and so on: each pair of numbers that the task's cells have. first, end: its cells. */
static void print_task(const struct pvq_plan_cell *first, const struct pvq_plan_cell *end)
{
	char args[PVQ_ARGS_TEXT], label[PVQ_LABEL_MAX];
	const char *separator =
		end - first == 1 ? " cell;  workers on cores:" : " cells; workers on cores:";

	pvq_spec_args(first->spec, args, sizeof(args));
	pvq_text_task(label, first->spec->task->name, args);
	printf("  %-34s %3td", label, end - first);
	for (const struct pvq_plan_cell *c = first; c < end; c++) {
		const struct pvq_plan_cell *same = first;

		while (same < c && (same->workers != c->workers || same->cores != c->cores))
			same++;
		if (same < c)
			continue;
		printf("%s %u on %u", separator, c->workers, c->cores);
		separator = ",";
	}
	putchar('\n');
}

/* Estimates hold for loads as the profile wants them; what others take is not known before a pilot. */
static void print_time(const struct bench *b)
{
	const struct pvq_plan *plan = &b->plan;
	double limit_s = plan->profile->budget_s, block_s = pvq_plan_block_s(plan),
	       sweep_s = limit_s - plan->reserve_s;
	int known = !b->wish.n && !b->like;

	if (limit_s > 0)
		printf("Time: at most %.0f s in all: %.0f s for the sweep, %.0f s for %s", limit_s, sweep_s,
			plan->reserve_s, b->only_sweep ? "the report" : "experiments and the report");
	else
		printf("Time: no limit");
	if (known && limit_s > 0)
		printf("; about %.0f of %u blocks fit\n", fmin(floor(sweep_s / block_s), plan->blocks),
			plan->blocks);
	else if (known)
		printf("; about %.0f minutes for the sweep\n", block_s * plan->blocks / 60 + 1);
	else
		printf("; what a block takes is not known before it runs\n");
}

/* Prints what cannot be measured on this machine. */
static void print_limits(const struct pvq_host *host)
{
	if (host->ncpu == 1)
		puts("Not measured: anything in parallel, since only one CPU is allowed");
	else if (host->usable < host->ncpu)
		printf("Not measured: more than %u of the %u CPUs at once, since the cgroup's quota is %.2f CPUs\n",
			host->usable, host->ncpu, host->quota_cpus);
	if (host->kinds > 1)
		printf("Mind: the cores are of %u kinds; trials take the fast ones first\n", host->kinds);
}

static int print_plan(const struct bench *b)
{
	const struct pvq_plan *plan = &b->plan;
	const char *separator = "Strategies:";

	printf("Plan: profile %s, %u cell%s, up to %u block%s, seed %" PRIu64 "\n", plan->profile->name,
		plan->ncell, plan->ncell == 1 ? "" : "s", plan->blocks, plan->blocks == 1 ? "" : "s",
		plan->seed);
	for (unsigned i = 0; i < plan->ncell; i++) {
		unsigned j = 0;

		while (plan->cell[j].impl != plan->cell[i].impl)
			j++;
		if (j < i)
			continue;
		printf("%s %s", separator, plan->cell[i].impl->name);
		separator = ",";
	}
	puts("\nTasks:");
	for (unsigned i = 0, end; i < plan->ncell; i = end) {
		for (end = i; end < plan->ncell && plan->cell[end].work == plan->cell[i].work;)
			end++;
		print_task(plan->cell + i, plan->cell + end);
	}
	if (b->wish.n)
		printf("Items: %" PRIu64 " of each task\n", b->wish.n);
	else
		printf("Items: %s\n", b->like ? "as in the run" : "sized by pilots when the run begins");
	printf("Experiments: %s\n", b->only_sweep ? "none" : "those of the profile");
	if (plan->left_out)
		printf("Left out: %s\n", plan->left_out);
	print_limits(&b->host);
	print_time(b);
	return pvq_cmd_flush();
}

static int run_dry(struct bench *b)
{
	int code = PVQ_EXIT_USAGE;

	if (plan_only(b) == 0)
		code = print_plan(b);
	pvq_plan_free(&b->plan);
	return code;
}

/* ---- the run ---- */

/* Runs the experiments that the report shows beside the sweep, and writes the trace. 0 or -EINTR. */
static int run_experiments(struct bench *b)
{
	const struct pvq_session session = {.plan = &b->plan,
		.host = &b->host,
		.dir = b->dir,
		.command = b->command,
		.resumed = b->resume != NULL};
	int ret = b->only_sweep ? 0 : pvq_experiments_run(&session);

	if (ret == 0 && b->trace) {
		ret = pvq_observe_trace(&session, b->trace);
		b->untraced = ret != 0;
	}
	return ret == -EINTR ? ret : 0;
}

static int add_end(const struct bench *b, const struct pvq_sweep *sweep)
{
	static const char *const why[] = {"every cell is precise enough", "the block limit was reached",
		"the time was used up", "interrupted"};
	struct pvq_outfile out;
	int ret = pvq_manifest_begin(&out, b->dir);

	if (ret)
		return ret;
	fprintf(out.f, "ended\t%s, after %u to %u whole blocks and %.0f s\n", why[sweep->end],
		sweep->blocks_least, sweep->blocks_most, (double)(pvq_clock_ns() - b->began_ns) / 1e9);
	ret = pvq_manifest_add(&out, b->dir);
	pvq_outfile_free(&out);
	return ret;
}

static int conclude(const struct bench *b, const struct pvq_sweep *sweep)
{
	int ret = 0, ended = add_end(b, sweep);

	/* Report even after Ctrl-C: the rows measured so far are kept and shown. */
	if (sweep->trials || b->resume)
		ret = pvq_report_make(b->registry, b->dir);
	if ((ret == 0 || ret == -EBADMSG) && sweep->end != PVQ_SWEEP_INTERRUPTED)
		ret = pvq_report_print_short(b->registry, stdout, b->dir);
	if (sweep->end == PVQ_SWEEP_INTERRUPTED) {
		fprintf(stderr,
			"pvq: interrupted after %lu trials, which are kept; continue with: pvq bench --resume ",
			sweep->trials);
		pvq_quote_word(stderr, b->dir);
		fputc('\n', stderr);
		return PVQ_EXIT_FAILED;
	}
	if (ret || ended)
		return PVQ_EXIT_FAILED;
	if (b->trace && !b->untraced)
		printf("\nTrace: %s", b->trace);
	printf("\nReport: %s/report.html\n", !b->out && !b->resume ? "reports/latest" : b->dir);
	if (sweep->failed)
		fprintf(stderr, "pvq: %lu of %lu trials failed; the report says which and why\n",
			sweep->failed, sweep->trials);
	return pvq_cmd_flush() || sweep->failed || b->untraced ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

static int run(const struct pvq_call *call)
{
	struct bench *b = &bench;
	struct pvq_sweep sweep = {.host = &b->host, .dir = b->dir, .file = "raw.csv"};
	const struct pvq_profile *p;
	int ret;

	b->registry = call->registry;
	b->began_ns = pvq_clock_ns();
	b->command = call->typed;
	if (check_options(b))
		return PVQ_EXIT_USAGE;
	pvq_launch_signals();
	if (pvq_host_read(&b->host))
		return PVQ_EXIT_USAGE;
	if (b->dry_run)
		return run_dry(b);
	ret = b->resume ? plan_resumed(b) : plan_new(b);
	if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted before the first trial\n");
	if (ret)
		return ret == -EINTR ? PVQ_EXIT_FAILED : PVQ_EXIT_USAGE;
	warn_spoiled(b);
	announce(b);
	p = b->plan.profile;
	if (p->budget_s > 0) /* the deadline may have passed already: pilots count too */
		sweep.deadline_s =
			p->budget_s - b->plan.reserve_s - (double)(pvq_clock_ns() - b->began_ns) / 1e9;
	ret = pvq_sweep_run(&b->plan, &sweep);
	if (ret == 0 && run_experiments(b))
		sweep.end = PVQ_SWEEP_INTERRUPTED;
	ret = ret && ret != -EINTR ? PVQ_EXIT_FAILED : conclude(b, &sweep);
	warn_spoiled(b); /* once more: nobody looks at the beginning of a long run's output */
	pvq_plan_free(&b->plan);
	return ret;
}

const struct pvq_command pvq_command_bench = {
	.syntax = {.name = "pvq bench", .summary = "Run the sweep, then write its report.", .own = options},
	.into = &bench,
	.init = init,
	.run = run,
};
