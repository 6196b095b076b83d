/* others.c: takes differences of /proc/stat, and subtracts what we used ourselves. */
#include "base/others.h"
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int is_watched(int number, const int *cpu, unsigned ncpu)
{
	for (unsigned i = 0; i < ncpu; i++)
		if (cpu[i] == number)
			return 1;
	return ncpu == 0;
}

/* Adds a line such as "cpu1 4705 150 1120 16250 520 0 20 3". The first line, "cpu ", is the sum of all. */
static int add_line(struct pvq_cpu_time *t, const char *line, const int *cpu, unsigned ncpu)
{
	unsigned long long user, nice, system, idle, wait, irq, soft, steal, tick_ns;
	int number;

	if (!isdigit((unsigned char)
			    line[3])) /* %d would skip the space and read the first value as the number */
		return 0;
	if (sscanf(line, "cpu%d %llu %llu %llu %llu %llu %llu %llu %llu", &number, &user, &nice, &system,
		    &idle, &wait, &irq, &soft, &steal) != 9 ||
		!is_watched(number, cpu, ncpu))
		return 0;
	tick_ns = 1000000000ull / (unsigned long long)sysconf(_SC_CLK_TCK);
	t->busy_ns += (user + nice + system + irq + soft) * tick_ns;
	t->stolen_ns += steal * tick_ns;
	t->all_ns += (user + nice + system + irq + soft + idle + wait + steal) * tick_ns;
	return 1;
}

int pvq_cpu_time_read(struct pvq_cpu_time *t, const int *cpu, unsigned ncpu)
{
	FILE *f = fopen("/proc/stat", "re");
	char line[512];
	unsigned found = 0;

	*t = (struct pvq_cpu_time){0};
	if (!f)
		return -ENODATA;
	while (fgets(line, sizeof(line), f) && strncmp(line, "cpu", 3) == 0)
		found += (unsigned)add_line(t, line, cpu, ncpu);
	fclose(f);
	return found >= (ncpu ? ncpu : 1) && t->all_ns ? 0 : -ENODATA;
}

static uint64_t own_ns(void)
{
	const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	uint64_t sum = 0;

	for (int i = 0; i < 2; i++) {
		struct rusage r;

		getrusage(who[i], &r); /* fails for bad arguments only */
		sum += (uint64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000u +
		       (uint64_t)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000u;
	}
	return sum;
}

void pvq_watch_begin(struct pvq_watch *w, const int *cpu, unsigned ncpu)
{
	w->at_ns = pvq_clock_ns();
	w->own_ns = own_ns();
	w->ok = pvq_cpu_time_read(&w->cpus, cpu, ncpu) == 0;
}

struct pvq_meanwhile pvq_watch_end(const struct pvq_watch *before, const int *cpu, unsigned ncpu)
{
	struct pvq_meanwhile m = {0};
	struct pvq_watch now;

	pvq_watch_begin(&now, cpu, ncpu);
	m.wall_ns = now.at_ns - before->at_ns;
	if (!before->ok || !now.ok)
		return m;
	m.known = 1;
	m.stolen_ns = now.cpus.stolen_ns - before->cpus.stolen_ns;
	m.foreign_ns =
		(int64_t)(now.cpus.busy_ns - before->cpus.busy_ns) - (int64_t)(now.own_ns - before->own_ns);
	return m;
}
