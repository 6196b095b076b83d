/* pvq.c: main(): finds the subcommand. */
#include "base/asset.h"
#include "cmd/cmd.h"
#include "drive/peers.h"
#include "trial/peer.h"
#include "trial/spec.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
};

static const struct command commands[] = {
	{"list", pvq_cmd_list, "list                                 the strategies and the tasks"},
	{"run", pvq_cmd_run,
		"run --impl I --task T[:arg=v,...] --n N [--workers W] [--cores K] [--chunk C]\n      "
		"[--window D] [--seed S] [--timeout SEC] [--retries R] [--recycle N]\n      [--item-timeout SEC] [--print] [--csv] [--raw FILE [--cell NUMBER]]\n      [--observe FILE] [--timeline FILE]       "
		"one trial, verified; --raw adds its row to FILE, marked with NUMBER;\n                                           "
		"--observe: where its time went, --timeline: item by item"},
	{"bench", pvq_cmd_bench,
		"bench [--profile quick|default|full|peers|peers-quick] [--impls a,b] [--tasks t,u:arg=v] [--cores "
		"1,2]\n      [--workers 4,8] [--n N] [--blocks B] [--seed S] [--timeout SEC] [--out "
		"DIR]\n      | --like DIR [--out DIR] | --resume DIR\n                                           "
		"the sweep, then its report; --like: the same work as the run in DIR"},
	{"e2e", pvq_cmd_e2e,
		"e2e [--short] [--impls a,b] [--runs R] [--n N] [--out DIR]\n                                        "
		"   whole runs as hyperfine times them, beside what pvq says"},
	{"report", pvq_cmd_report,
		"report DIR                           the report again, from DIR/raw.csv"},
	{"compare", pvq_cmd_compare,
		"compare A[,A2,A3] B[,B2,B3] [--fail-above 5%] [--metric map|total] [--out DIR]\n                  "
		"                         the runs before against those after; three a side to be sure"},
	{"selftest", pvq_cmd_selftest,
		"selftest [--blocks B] [--profile P|none] [--seed S] [--out DIR]\n                                        "
		"   is the measurement worth anything?"},
	{"doctor", pvq_cmd_doctor,
		"doctor                               is this machine fit to measure on?"},
	{"trial", pvq_peer_trial, NULL}, /* the driver's own use */
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

int pvq_cmd_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return PVQ_EXIT_DONE;
	fprintf(stderr, "pvq: cannot write to stdout\n");
	return PVQ_EXIT_FAILED;
}

static void usage(FILE *f)
{
	fprintf(f, "pvq: which way of running N tasks on C cores should I take?\n\n");
	for (unsigned i = 0; i < COMMANDS; i++)
		if (commands[i].usage)
			fprintf(f, "  pvq %s\n", commands[i].usage);
	fprintf(f, "\nExit code: 0 done and verified, 1 a measured failure, 2 wrong usage.\n");
}

/* A closed descriptor 0, 1 or 2 would be given to the next file that is opened, and a message meant for
 * stderr would end up in raw.csv. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	const char *names[COMMANDS + 1] = {0}, *near;

	fill_standard_descriptors();
	pvq_impl_seek = pvq_peers_find;
	if (argc < 2) {
		usage(stderr);
		return PVQ_EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return pvq_cmd_flush();
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("pvq %s\n", pvq_revision);
		return pvq_cmd_flush();
	}
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
		if (commands[i].usage)
			names[i] = commands[i].name;
	}
	near = pvq_nearest(argv[1], names);
	fprintf(stderr, "pvq: unknown command '%s'; %s%s%stry 'pvq help'\n", argv[1],
		near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
	return PVQ_EXIT_USAGE;
}
