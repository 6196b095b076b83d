/* remote.c: writes a cell as words, and reads it back. */
#include "pool/remote.h"
#include "base/parse.h"
#include "child.h"
#include "drive/launch.h"
#include "trial/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEASURE = 1, WHO, WORK, WORKERS, N, ARG, CPUS, WORDS }; /* "--trial" is word 0 */
enum { WORD_MAX = 24, CPUS_TEXT = 4096, CORES_MAX = 512 };

static char trial_word[] = "--trial";

/* ---- the driver ---- */

static void cpus_write(char *text, size_t cap, const struct pvq_host *host, unsigned cores)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < cores && used < cap; i++)
		used += (size_t)snprintf(text + used, cap - used, "%s%d", i ? "," : "", host->cpu[i]);
}

/* Runs the words, and stores what the trial prints in `text`. 0 or -errno; *wstatus: how it ended. */
static int remote_run(char **argv, double timeout_s, char *text, size_t cap, int *wstatus)
{
	struct pvq_launch_io io = {.err_fd = STDERR_FILENO};
	int pipe_fd[2], ret;
	ssize_t got;

	if (pipe2(pipe_fd, O_CLOEXEC))
		return -errno;
	io.out_fd = pipe_fd[1];
	ret = pvq_launch_command(argv, ".", timeout_s, &io, wstatus);
	close(pipe_fd[1]);
	/* The pipe has held the one short line until now. */
	got = read(pipe_fd[0], text, cap - 1);
	if (got < 0 && ret == 0)
		ret = -errno;
	text[got > 0 ? got : 0] = '\0';
	close(pipe_fd[0]);
	return ret;
}

/* Reads the trial's output, which must be one number. */
static int value_read(const char *text, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	return end == text || *end != '\n' || errno ? -EBADMSG : 0;
}

static void complain(const struct pool_cell *cell, int ret, int wstatus)
{
	char fate[64];

	fprintf(stderr, "pool-bench: %s of %s (%s, n %" PRIu64 ", %" PRIu64 "): %s\n",
		pool_measure_name(cell->measure), cell->who, cell->work, cell->n, cell->arg,
		ret       ? strerror(-ret)
		: wstatus ? pvq_child_fate(wstatus, fate, sizeof(fate))
			  : "it printed no number");
}

int pool_remote_measure(const struct pool_cell *cell, const struct pvq_host *host, unsigned cores,
	double timeout_s, double *value)
{
	char text[64], cpus[CPUS_TEXT], self[] = "/proc/self/exe";
	char workers[WORD_MAX], n[WORD_MAX], arg[WORD_MAX];
	char *argv[] = {self, trial_word, (char *)pool_measure_name(cell->measure), (char *)cell->who,
		(char *)cell->work, workers, n, arg, cpus, NULL};
	int wstatus = 0, ret;

	snprintf(workers, sizeof(workers), "%u", cell->workers);
	snprintf(n, sizeof(n), "%" PRIu64, cell->n);
	snprintf(arg, sizeof(arg), "%" PRIu64, cell->arg);
	cpus_write(cpus, sizeof(cpus), host, cores);
	ret = remote_run(argv, timeout_s, text, sizeof(text), &wstatus);
	if (ret == -EINTR)
		return ret;
	if (ret == 0 && wstatus == 0 && value_read(text, value) == 0)
		return 0;
	complain(cell, ret, wstatus);
	return ret ? ret : -EIO;
}

/* ---- the trial ---- */

static int cpus_parse(const char *text, int *cpu, unsigned *ncpu)
{
	for (*ncpu = 0; *ncpu < CORES_MAX; text++) {
		char *end;
		long number = strtol(text, &end, 10);

		if (end == text || number < 0 || number >= PVQ_CPUS_MAX)
			return -EINVAL;
		cpu[(*ncpu)++] = (int)number;
		if (*end == '\0')
			return 0;
		text = end;
		if (*text != ',')
			return -EINVAL;
	}
	return -E2BIG;
}

static int cell_parse(struct pool_cell *cell, char **word)
{
	uint64_t workers;
	unsigned m = 0;

	while (m < POOL_MEASURES && strcmp(word[MEASURE], pool_measure_name((enum pool_measure)m)) != 0)
		m++;
	*cell = (struct pool_cell){.measure = (enum pool_measure)m, .who = word[WHO]};
	snprintf(cell->work, sizeof(cell->work), "%s", word[WORK]);
	if (pvq_parse_count("workers", word[WORKERS], 1, PVQ_WORKERS_MAX, &workers) ||
		pvq_parse_count("n", word[N], 1, UINT64_MAX, &cell->n) ||
		pvq_parse_count("arg", word[ARG], 0, UINT64_MAX, &cell->arg))
		return -EINVAL;
	cell->workers = (unsigned)workers;
	return m < POOL_MEASURES ? 0 : -EINVAL;
}

int pool_remote_child(int argc, char **argv)
{
	struct pvq_error err = PVQ_NO_ERROR;
	struct pool_cell cell;
	int cpu[CORES_MAX];
	unsigned ncpu;
	double value;

	if (argc != WORDS || cell_parse(&cell, argv) || cpus_parse(argv[CPUS], cpu, &ncpu)) {
		fputs("pool-bench: --trial is for internal use\n", stderr);
		return 2;
	}
	if (pool_measure(&cell, cpu, ncpu, &value, &err)) {
		fprintf(stderr, "pool-bench: %s\n", err.msg);
		return 1;
	}
	printf("%.17g\n", value);
	return fflush(stdout) ? 1 : 0;
}
