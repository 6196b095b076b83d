/* tree.h: CPU clocks of other processes (times() and /proc/PID/stat count in ticks of 10 ms, as much as a
 * whole target here), and the kernel's list of children. */
#include "tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static int tree_own(pid_t pid, uint64_t *ns)
{
	struct timespec used;
	clockid_t clock;
	int ret = clock_getcpuclockid(pid, &clock);

	if (ret)
		return -ret;
	if (clock_gettime(clock, &used))
		return -errno;
	*ns += (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
	return 0;
}

int pvq_tree_cpu(pid_t pid, uint64_t *ns, unsigned *processes)
{
	char path[64];
	intmax_t child;
	int ret = tree_own(pid, ns);
	FILE *f;

	if (ret)
		return ret;
	++*processes;
	snprintf(path, sizeof(path), "/proc/%jd/task/%jd/children", (intmax_t)pid, (intmax_t)pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (ret == 0 && fscanf(f, "%jd", &child) == 1)
		ret = pvq_tree_cpu((pid_t)child, ns, processes);
	if (ret == 0 && ferror(f))
		ret = -EIO;
	fclose(f);
	return ret;
}
