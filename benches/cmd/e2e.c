/* e2e.c: `pvq e2e`: measures the outside view, into a new folder or a run's. */
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "experiments/e2e/run.h"
#include "report/report.h"

#include <errno.h>
#include <limits.h>

struct e2e_args {
	struct pvq_e2e_wish wish;
	struct pvq_host host;
	const char *out;
	char dir[PATH_MAX];
};

static struct e2e_args args;

#define AT(field) .at = offsetof(struct e2e_args, field)

static const struct pvq_option options[] = {
	{"short", .help = "fewer runs, and fewer items in each", .kind = PVQ_OPTION_FLAG, AT(wish.brief)},
	{"impls", .letters = "i", .word = "A,B,...", .help = "strategies (all)", .kind = PVQ_OPTION_TEXT,
		AT(wish.impls)},
	/* hyperfine needs at least two runs */
	{"runs", .word = "R", .help = "timed runs of each command", .kind = PVQ_OPTION_UNSIGNED, .min = 2,
		.max = 10000, AT(wish.runs)},
	{"n", .letters = "n", .word = "N", .help = "number of items", .kind = PVQ_OPTION_COUNT, .min = 1,
		.max = 1000000000000u, AT(wish.n)},
	{"out", .word = "DIR",
		.help = "folder of the results; may be a run's (reports/e2e-<host>-<utc time>)",
		.kind = PVQ_OPTION_TEXT, AT(out)},
	{0},
};

static int run(const struct pvq_call *call)
{
	struct e2e_args *a = &args;
	int ret;

	a->wish.command = call->typed;
	a->wish.registry = call->registry;
	if ((a->wish.impls && pvq_peers_check(call->registry, a->wish.impls)) || pvq_host_read(&a->host) ||
		pvq_rundir_make(a->out, "e2e-", a->dir, sizeof(a->dir)))
		return PVQ_EXIT_USAGE;
	pvq_launch_signals();
	ret = pvq_e2e_run(&a->wish, &a->host, a->dir);
	if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted; %s holds no outside view yet\n", a->dir);
	else if (ret == -EEXIST)
		fprintf(stderr, "pvq: %s already holds an outside view; name a new folder\n", a->dir);
	if (ret)
		return ret == -EINTR || ret == -EIO ? PVQ_EXIT_FAILED : PVQ_EXIT_USAGE;
	if (pvq_report_make(call->registry, a->dir))
		return PVQ_EXIT_FAILED;
	printf("%s/report.html\n", a->dir);
	return pvq_cmd_flush();
}

const struct pvq_command pvq_command_e2e = {
	.syntax = {.name = "pvq e2e",
		.summary =
			"Time whole runs from outside, with hyperfine, and compare with pvq's own times.",
		.own = options},
	.into = &args,
	.run = run,
};
