/* selftest.c: `pvq selftest`: are differences found that are none, are real ones found, does a second run agree? */
#include "experiments/selftest/selftest.h"
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/host.h"
#include "drive/launch.h"
#include "drive/plan.h"
#include "trial/spec.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

struct selftest_args {
	struct pvq_selftest_wish wish;
	char dir[PATH_MAX];
};

static const struct option options[] = {
	{"blocks", required_argument, NULL, 'b'},
	{"profile", required_argument, NULL, 'p'},
	{"seed", required_argument, NULL, 's'},
	{"out", required_argument, NULL, 'o'},
	{0},
};

static int parse_option(struct selftest_args *a, int option)
{
	uint64_t number;

	switch (option) {
	case 'b':
		if (pvq_parse_count("--blocks", optarg, 0, 10000, &number))
			return -EINVAL;
		a->wish.blocks = (unsigned)number;
		return 0;
	case 'p':
		a->wish.profile = strcmp(optarg, "none") == 0 ? NULL : optarg;
		return !a->wish.profile || pvq_profile_find(optarg) ? 0 : -EINVAL;
	case 's':
		return pvq_parse_count("--seed", optarg, 0, UINT64_MAX, &a->wish.seed);
	case 'o':
		if (snprintf(a->dir, sizeof(a->dir), "%s", optarg) < (int)sizeof(a->dir))
			return 0;
		fprintf(stderr, "pvq: --out is too long\n");
		return -EINVAL;
	default: /* getopt has said what */
		return -EINVAL;
	}
}

static int parse(struct selftest_args *a, int argc, char **argv)
{
	int option;

	*a = (struct selftest_args){
		.wish = {.blocks = PVQ_SELFTEST_BLOCKS, .profile = "default", .seed = PVQ_SEED}};
	argv[0] = (char *)"pvq"; /* the name that getopt's messages begin with */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (parse_option(a, option))
			return -EINVAL;
	if (optind == argc)
		return 0;
	fprintf(stderr, "pvq: unexpected argument '%s'\n", argv[optind]);
	return -EINVAL;
}

static int make_dir(struct selftest_args *a)
{
	int ret = a->dir[0] ? 0 : pvq_rundir_default("selftest-", a->dir, sizeof(a->dir));

	if (ret == 0 && mkdir(a->dir, 0777) && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot make %s: %s\n", a->dir, strerror(-ret));
	}
	return ret;
}

int pvq_cmd_selftest(int argc, char **argv)
{
	static struct selftest_args a; /* large */
	struct pvq_selftest s;
	struct pvq_host host;
	int ret, passed;

	if (parse(&a, argc, argv))
		return PVQ_EXIT_USAGE;
	pvq_launch_signals();
	if (pvq_host_read(&host) || make_dir(&a))
		return PVQ_EXIT_USAGE;
	ret = pvq_selftest_run(&a.wish, &host, a.dir);
	if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted; what ran is in %s\n", a.dir);
	if (ret)
		return PVQ_EXIT_FAILED;
	ret = pvq_selftest_read(&s, a.dir);
	passed = ret == 0 && pvq_selftest_passed(&s);
	if (ret == 0)
		pvq_selftest_write(stdout, &s);
	pvq_selftest_free(&s);
	return pvq_cmd_flush() || !passed ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}
