/* e2e.c: `pvq e2e`: the outside view, into a folder of its own or into a run's. */
#include "base/rundir.h"
#include "cmd/cmd.h"
#include "drive/launch.h"
#include "experiments/e2e/run.h"
#include "report/report.h"
#include "trial/spec.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

struct e2e_args {
	struct pvq_e2e_wish wish;
	struct pvq_host host;
	char dir[PATH_MAX];
	char command[1024]; /* as typed, for the report */
};

static const struct option options[] = {
	{"short", no_argument, NULL, 's'},
	{"runs", required_argument, NULL, 'r'},
	{"impls", required_argument, NULL, 'i'},
	{"n", required_argument, NULL, 'n'},
	{"out", required_argument, NULL, 'o'},
	{0},
};

static int parse_impls(struct e2e_args *a, const char *list)
{
	char copy[512], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
		if (!pvq_impl_find(word))
			return -EINVAL;
	a->wish.impls = list;
	return 0;
}

static int parse_option(struct e2e_args *a, int option)
{
	uint64_t number;

	switch (option) {
	case 's':
		a->wish.brief = 1;
		return 0;
	case 'r':
		if (pvq_parse_count("--runs", optarg, 2, 10000, &number)) /* hyperfine wants two */
			return -EINVAL;
		a->wish.runs = (unsigned)number;
		return 0;
	case 'i':
		return parse_impls(a, optarg);
	case 'n':
		return pvq_parse_count("--n", optarg, 1, 1000000000000u, &a->wish.n);
	case 'o':
		if (snprintf(a->dir, sizeof(a->dir), "%s", optarg) < (int)sizeof(a->dir))
			return 0;
		fprintf(stderr, "pvq: --out is too long\n");
		return -EINVAL;
	default: /* getopt has said what */
		return -EINVAL;
	}
}

static int parse(struct e2e_args *a, int argc, char **argv)
{
	size_t len = (size_t)snprintf(a->command, sizeof(a->command), "pvq e2e");
	int option;

	for (int i = 1; i < argc && len < sizeof(a->command); i++)
		len += (size_t)snprintf(a->command + len, sizeof(a->command) - len, " %s", argv[i]);
	argv[0] = (char *)"pvq"; /* the name that getopt's messages begin with */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (parse_option(a, option))
			return -EINVAL;
	if (optind < argc) {
		fprintf(stderr, "pvq: unexpected argument '%s'\n", argv[optind]);
		return -EINVAL;
	}
	a->wish.command = a->command;
	return 0;
}

static int make_folder(struct e2e_args *a)
{
	int ret = a->dir[0] ? 0 : pvq_rundir_default("e2e-", a->dir, sizeof(a->dir));

	if (ret == 0 && mkdir(a->dir, 0777) && errno != EEXIST) {
		ret = -errno;
		fprintf(stderr, "pvq: cannot create the folder %s: %s\n", a->dir, strerror(errno));
	}
	return ret;
}

int pvq_cmd_e2e(int argc, char **argv)
{
	static struct e2e_args a; /* large */
	int ret;

	if (parse(&a, argc, argv) || pvq_host_read(&a.host) || make_folder(&a))
		return PVQ_EXIT_USAGE;
	pvq_launch_signals();
	ret = pvq_e2e_run(&a.wish, &a.host, a.dir);
	if (ret == -EINTR)
		fprintf(stderr, "pvq: interrupted; what hyperfine had finished is in %s/e2e.json\n", a.dir);
	if (ret)
		return ret == -EINTR || ret == -EIO ? PVQ_EXIT_FAILED : PVQ_EXIT_USAGE;
	if (pvq_report_make(a.dir))
		return PVQ_EXIT_FAILED;
	printf("%s/report.html\n", a.dir);
	return pvq_cmd_flush();
}
