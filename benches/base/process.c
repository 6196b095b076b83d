/* process.c: CPU affinity, limits, CPU time and peak memory. */
#include "base/process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

const char *pvq_process_hint(int error)
{
	return error == EAGAIN ? " (too many processes? See ulimit -u)" : "";
}

int pvq_process_confine(const int *cpu, unsigned ncpu)
{
	cpu_set_t set;

	if (ncpu == 0)
		return 0;
	CPU_ZERO(&set);
	for (unsigned i = 0; i < ncpu; i++)
		CPU_SET((size_t)cpu[i], &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

void pvq_process_begin(void)
{
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_IGN);
}

void pvq_process_bind(void)
{
	const char *starter = getenv(PVQ_BOUND);
	pid_t pid = starter ? (pid_t)strtol(starter, NULL, 10) : 0;

	if (pid <= 0)
		return;
	unsetenv(PVQ_BOUND); /* it is not meant for what this process starts */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (kill(pid, 0) && errno == ESRCH)
		_exit(1); /* it died before the line above took effect */
}

void pvq_process_raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

struct pvq_usage pvq_process_usage(void)
{
	struct pvq_usage sum = {0};
	const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};

	for (int i = 0; i < 2; i++) {
		struct rusage r;

		getrusage(who[i], &r); /* fails for bad arguments only */
		sum.user_ns += timeval_ns(r.ru_utime);
		sum.sys_ns += timeval_ns(r.ru_stime);
		sum.nvcsw += (uint64_t)r.ru_nvcsw;
		sum.nivcsw += (uint64_t)r.ru_nivcsw;
	}
	return sum;
}

struct pvq_usage pvq_usage_between(const struct pvq_usage *before, const struct pvq_usage *after)
{
	return (struct pvq_usage){.user_ns = after->user_ns - before->user_ns,
		.sys_ns = after->sys_ns - before->sys_ns,
		.nvcsw = after->nvcsw - before->nvcsw,
		.nivcsw = after->nivcsw - before->nivcsw};
}

uint64_t pvq_process_peak_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long long kb = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtoull(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}
