/* selftest.c: `pvq selftest`: does the measurement report differences that do not exist, does it find real ones, and
 * does a second run agree? */
#include "experiments/selftest/selftest.h"
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/peers.h"
#include "drive/plan.h"
#include "trial/spec.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct selftest_args {
	struct pvq_selftest_wish wish;
	const char *out;
	char dir[PATH_MAX];
};

static struct selftest_args args;

static void init(void)
{
	args.wish = (struct pvq_selftest_wish){
		.blocks = PVQ_SELFTEST_BLOCKS, .profile = "default", .seed = PVQ_SEED};
}

static int take_profile(void *into, const char *name)
{
	struct selftest_args *a = into;

	a->wish.profile = strcmp(name, "none") == 0 ? NULL : name;
	return !a->wish.profile || pvq_profile_find(name) ? 0 : -EINVAL;
}

#define AT(field) .at = offsetof(struct selftest_args, field)

static const struct pvq_option options[] = {
	{"blocks", .word = "B", .help = "blocks of the sweep of twins; 0 skips it",
		.kind = PVQ_OPTION_UNSIGNED, .max = 10000, AT(wish.blocks)},
	{"profile", .word = "NAME", .help = "profile of the run made twice; none skips it (default)",
		.kind = PVQ_OPTION_OWN, .take = take_profile},
	{"seed", .word = "S", .help = "seed of the random order", .kind = PVQ_OPTION_COUNT,
		.max = UINT64_MAX, AT(wish.seed)},
	{"out", .word = "DIR", .help = "folder of the results (reports/selftest-<host>-<utc time>)",
		.kind = PVQ_OPTION_TEXT, AT(out)},
	{0},
};

static int run(const struct pvq_call *call)
{
	struct selftest_args *a = &args;
	struct pvq_selftest s;
	struct pvq_host host;
	int ret, passed;

	a->wish.registry = call->registry;
	pvq_launch_signals();
	if (a->wish.profile && pvq_profile_find(a->wish.profile)->peers)
		pvq_peers_find(call->registry);
	if (pvq_host_read(&host) || pvq_rundir_make(a->out, "selftest-", a->dir, sizeof(a->dir)))
		return PVQ_EXIT_USAGE;
	ret = pvq_selftest_run(&a->wish, &host, a->dir);
	if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted; what ran is in %s\n", a->dir);
	if (ret)
		return PVQ_EXIT_FAILED;
	ret = pvq_selftest_read(&s, call->registry, a->dir);
	passed = ret == 0 && pvq_selftest_passed(&s);
	if (ret == 0)
		pvq_selftest_write(stdout, &s);
	pvq_selftest_free(&s);
	return pvq_cmd_flush() || !passed ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

const struct pvq_command pvq_command_selftest = {
	.syntax = {.name = "pvq selftest",
		.summary =
			"Test the measurement: does it report differences that do not exist, or miss real ones?",
		.own = options},
	.into = &args,
	.init = init,
	.run = run,
};
