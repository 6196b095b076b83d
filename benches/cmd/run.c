/* run.c: `pvq run`: runs one trial from the command line. */
#include "base/parse.h"
#include "cmd/cmd.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "trial/trial_args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The options. */
struct run {
	struct pvq_trial_args args; /* first: pvq_trial_options fill it in */
	struct pvq_host host;
	const char *raw; /* file to which the row is added; NULL: none */
	unsigned cores;
	double timeout_s;
	int csv;
};

static struct run run_args;

static void init(void)
{
	pvq_trial_args_init(&run_args.args);
	run_args.timeout_s = 600;
}

static int take_timeout(void *into, const char *text)
{
	return pvq_parse_seconds("--timeout", text, 0, &((struct run *)into)->timeout_s);
}

#define AT(field) .at = offsetof(struct run, field)

static const struct pvq_option options[] = {
	{"cores", .word = "K", .help = "number of CPUs to run on (all)", .kind = PVQ_OPTION_UNSIGNED,
		.min = 1, .max = PVQ_CPUS_MAX, AT(cores)},
	{"timeout", .word = "TIME", .help = "time limit of the trial, in seconds or as 500ms (600)",
		.kind = PVQ_OPTION_OWN, .take = take_timeout},
	{"csv", .help = "print the row as CSV", .kind = PVQ_OPTION_FLAG, AT(csv)},
	{"raw", .word = "FILE", .help = "add the row to FILE", .kind = PVQ_OPTION_TEXT, AT(raw)},
	{0},
};

static int has_care(const struct pvq_care *care)
{
	return care->attempts || care->recycle || care->item_timeout_ms;
}

static int check_options(struct run *r, struct pvq_registry *registry)
{
	const struct pvq_trial *t = &r->args.trial;

	pvq_peers_find_for(registry, r->args.impl);
	if (pvq_trial_args_find(&r->args, registry))
		return -EINVAL;
	if (has_care(&t->care) && !(t->impl->flags & PVQ_SURVIVES_CRASH)) {
		fprintf(stderr,
			"pvq: --retries, --recycle and --item-timeout are for strategies that replace workers; %s "
			"does not\n",
			t->impl->name);
		return -EINVAL;
	}
	return 0;
}

/* Chooses CPUs and the number of workers if the user did not. */
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
	if (t->impl->flags & PVQ_ONE_WORKER) {
		if (t->workers > 1) {
			fprintf(stderr, "pvq: %s has one worker only; leave --workers out\n",
				t->impl->name);
			return -EINVAL;
		}
		t->workers = 1;
	} else if (!t->workers) {
		t->workers = t->ncpu;
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
	if (row->verified == PVQ_VERIFIED_NO)
		return;
	snprintf(b, sizeof(b), "%.1f MiB", (double)row->max_rss_kb / 1024);
	printf("verified: %s; CPU %s, peak memory %s\n",
		row->verified == PVQ_VERIFIED_ORACLE ? "equal to the oracle" : "equal to a serial run",
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

static int finish(const struct run *r, const struct pvq_row *row)
{
	int unkept = r->raw ? append_raw(r->raw, row) : 0;

	if (r->csv) {
		(void)pvq_row_header(stdout);
		(void)pvq_row_write(stdout, row);
	} else {
		print_human(row);
	}
	if (pvq_cmd_flush()) /* also reports earlier write errors: stdio remembers them */
		return PVQ_EXIT_FAILED;
	if (row->status == PVQ_OK)
		return unkept ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
	fprintf(stderr, "pvq: %s: %s\n", pvq_status_name(row->status), row->reason);
	return PVQ_EXIT_FAILED;
}

static int run(const struct pvq_call *call)
{
	struct run *r = &run_args;
	struct pvq_launch_io io = {.out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO};
	struct pvq_row row;

	if (check_options(r, call->registry) || place(r))
		return PVQ_EXIT_USAGE;
	pvq_spec_settle(&r->args.spec);
	pvq_launch_signals();
	switch (pvq_launch_trial(&r->args.trial, r->timeout_s, &io, &row)) {
	case 0:
		return finish(r, &row);
	case -EINTR:
		fprintf(stderr, "pvq: interrupted; nothing was left running\n");
		return PVQ_EXIT_FAILED;
	default:
		return PVQ_EXIT_FAILED;
	}
}

const struct pvq_command pvq_command_run = {
	.syntax = {.name = "pvq run",
		.summary = "Run one trial, verify its results, and show where the time went.",
		.own = pvq_trial_options,
		.shared = options},
	.into = &run_args,
	.init = init,
	.run = run,
};
