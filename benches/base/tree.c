/* tree.c: walks the kernel's lists of children, and reads CPU clocks and smaps_rollup. It uses the CPU clocks of the
 * processes, because times() and /proc/PID/stat count in ticks of 10 ms, as long as a whole trial may take. */
#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int tree_own_cpu(pid_t pid, uint64_t *ns)
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

static int tree_own_pss(pid_t pid, uint64_t *kb)
{
	char path[64], line[256];
	uint64_t value;
	int ret = -ESRCH; /* a zombie's file is empty */
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%jd/smaps_rollup", (intmax_t)pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (ret && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %" SCNu64, &value) == 1) {
			*kb += value;
			ret = 0;
		}
	fclose(f);
	return ret;
}

static void tree_add_children(
	pid_t pid, const char *thread, pvq_tree_measure *measure, uint64_t *sum, unsigned *processes)
{
	char path[320];
	intmax_t child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%jd/task/%s/children", (intmax_t)pid, thread);
	f = fopen(path, "re");
	if (!f)
		return; /* the thread has ended */
	while (fscanf(f, "%jd", &child) == 1)
		(void)pvq_tree_each((pid_t)child, measure, sum, processes); /* fails if it has ended */
	fclose(f);
}

int pvq_tree_each(pid_t pid, pvq_tree_measure *measure, uint64_t *sum, unsigned *processes)
{
	char path[64];
	struct dirent *thread;
	int ret = measure(pid, sum);
	DIR *dir;

	if (ret == 0)
		++*processes;
	/* A zombie uses nothing, but its children live on until init adopts them. */
	snprintf(path, sizeof(path), "/proc/%jd/task", (intmax_t)pid);
	dir = opendir(path);
	while (dir && (thread = readdir(dir)))
		if (thread->d_name[0] != '.')
			tree_add_children(pid, thread->d_name, measure, sum, processes);
	if (dir)
		closedir(dir);
	return ret;
}

int pvq_tree_cpu(pid_t pid, uint64_t *ns, unsigned *processes)
{
	return pvq_tree_each(pid, tree_own_cpu, ns, processes);
}

int pvq_tree_pss(pid_t pid, uint64_t *kb, unsigned *processes)
{
	return pvq_tree_each(pid, tree_own_pss, kb, processes);
}
