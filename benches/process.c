/* process.h: affinity, limits, peak memory. */
#include "process.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

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

void pvq_process_raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
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
