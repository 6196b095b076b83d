/* chaos.c: `pvq chaos`: kills workers while pools run, and shows what each makes of it. */
#include "experiments/chaos/chaos.h"
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "report/report.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

struct chaos_args {
	struct pvq_chaos_wish wish;
	struct pvq_host host;
	const char *out;
	char dir[PATH_MAX];
};

static struct chaos_args args;

static void init(void)
{
	args.wish =
		(struct pvq_chaos_wish){.item_ns = 2000, .items = 10000000, .every_ms = 10, .seconds = 60};
}

#define AT(field) .at = offsetof(struct chaos_args, field)

static const struct pvq_option options[] = {
	{"impls", .letters = "i", .word = "A,B,...",
		.help = "strategies with processes (pvq's pool and its rivals)", .kind = PVQ_OPTION_TEXT,
		AT(wish.impls)},
	{"n", .letters = "n", .word = "N", .help = "number of items; slow strategies get fewer (10M)",
		.kind = PVQ_OPTION_COUNT, .min = 1, .max = 1000000000u, AT(wish.items)},
	{"length", .word = "NS", .help = "work of one item, in nanoseconds (2000)",
		.kind = PVQ_OPTION_COUNT, .max = 10000000000u, AT(wish.item_ns)},
	{"every", .word = "MS", .help = "milliseconds between two kills (10)", .kind = PVQ_OPTION_UNSIGNED,
		.min = 1, .max = 60000, AT(wish.every_ms)},
	{"timeout", .word = "SECONDS", .help = "time-out of each trial (60)", .kind = PVQ_OPTION_UNSIGNED,
		.min = 1, .max = 86400, AT(wish.seconds)},
	{"out", .word = "DIR",
		.help = "folder of the results; may be a run's (reports/chaos-<host>-<utc time>)",
		.kind = PVQ_OPTION_TEXT, AT(out)},
	{0},
};

/* The folder may be a run's, and what is in it stays as it is. */
static int show(struct pvq_registry *registry, const char *dir)
{
	struct pvq_table_rows rows;
	int ret = pvq_chaos_read(&rows, dir);

	if (ret == 0)
		pvq_chaos_table(stdout, &rows);
	free(rows.row);
	return ret ? ret : pvq_report_make(registry, dir);
}

static int run(const struct pvq_call *call)
{
	struct chaos_args *a = &args;
	int ret;

	a->wish.registry = call->registry;
	a->wish.command = call->typed;
	/* The usual ones need not be here: who cannot build Python's has the others. */
	if (!a->wish.impls)
		pvq_peers_find_for(call->registry, pvq_chaos_ways);
	else if (pvq_peers_check(call->registry, a->wish.impls))
		return PVQ_EXIT_USAGE;
	if (pvq_host_read(&a->host) || pvq_rundir_make(a->out, "chaos-", a->dir, sizeof(a->dir)))
		return PVQ_EXIT_USAGE;
	pvq_launch_signals();
	ret = pvq_chaos_run(&a->wish, &a->host, a->dir);
	if (ret > 0) {
		fprintf(stderr, "pvq: %s already holds a " PVQ_CHAOS_FILE "; name a new folder\n", a->dir);
		return PVQ_EXIT_USAGE;
	}
	if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted; nothing is kept\n");
	if (ret || show(call->registry, a->dir))
		return PVQ_EXIT_FAILED;
	return pvq_cmd_flush();
}

const struct pvq_command pvq_command_chaos = {
	.syntax = {.name = "pvq chaos",
		.summary =
			"Kill a random worker every few milliseconds: what do pools of processes make of it?",
		.own = options},
	.into = &args,
	.init = init,
	.run = run,
};
