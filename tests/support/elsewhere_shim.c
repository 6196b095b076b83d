/* elsewhere_shim.c: preloaded into pvq, shows it another machine beside the topology that hwloc makes up (HWLOC_SYNTHETIC,
 * HWLOC_XMLFILE): the CPUs 0 to $ELSEWHERE_CPUS - 1 are allowed, or every $ELSEWHERE_STEP-th from $ELSEWHERE_FIRST on; and cgroups are
 * those below $ELSEWHERE_ROOT.
 */
#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t number(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	size_t cpus = number("ELSEWHERE_CPUS", 1), step = number("ELSEWHERE_STEP", 1);

	(void)pid;
	CPU_ZERO_S(size, set);
	for (size_t cpu = number("ELSEWHERE_FIRST", 0); cpu < cpus; cpu += step)
		CPU_SET_S(cpu, size, set);
	return 0;
}

FILE *fopen(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);
	const char *root = getenv("ELSEWHERE_ROOT");
	char moved[4096];

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fopen");
	if (root && (strncmp(path, "/sys/fs/cgroup", 14) == 0 || strcmp(path, "/proc/self/cgroup") == 0)) {
		snprintf(moved, sizeof(moved), "%s%s", root, path);
		return real(moved, mode);
	}
	return real(path, mode);
}
