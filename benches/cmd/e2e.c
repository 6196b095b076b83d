/* e2e.c: `pvq e2e`: measures the outside view, into a new folder or a run's. */
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "experiments/e2e/run.h"
#include "report/report.h"
#include "trial/registry.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Checks that every name is known. Looks for peers only if one is not linked in. */
static int check_impls(struct pvq_registry *registry, const char *list)
{
	char *copy = strdup(list ? list : ""), *save = NULL;
	int ret = copy ? 0 : -ENOMEM;

	if (!copy)
		fprintf(stderr, "pvq: out of memory\n");
	if (list)
		pvq_peers_find_for(registry, list);
	for (char *word = copy; ret == 0 && (word = strtok_r(word, ",", &save)); word = NULL)
		ret = pvq_registry_find(registry, word) ? 0 : -EINVAL;
	free(copy);
	return ret;
}

static int make_folder(struct e2e_args *a)
{
	int ret = 0;

	if (!a->out)
		ret = pvq_rundir_default("e2e-", a->dir, sizeof(a->dir));
	else if (snprintf(a->dir, sizeof(a->dir), "%s", a->out) >= (int)sizeof(a->dir)) {
		fprintf(stderr, "pvq: --out is too long\n");
		ret = -EINVAL;
	}
	if (ret == 0 && mkdir(a->dir, 0777) && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot create the folder %s: %s\n", a->dir, strerror(errno));
	}
	return ret;
}

static int run(const struct pvq_call *call)
{
	struct e2e_args *a = &args;
	int ret;

	a->wish.command = call->typed;
	a->wish.registry = call->registry;
	if (check_impls(call->registry, a->wish.impls) || pvq_host_read(&a->host) || make_folder(a))
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
