/* host.c: reads the topology by hwloc, and from /proc and /sys what hwloc does not know. */
#include "drive/host.h"
#include "base/asset.h"
#include "base/manifest.h"
#include "base/others.h"
#include "base/probe.h"

#include <errno.h>
#include <hwloc.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

const char *const pvq_layout_words[] = {[PVQ_LAYOUT_CORES] = "cores",
	[PVQ_LAYOUT_COMPACT] = "compact",
	[PVQ_LAYOUT_SPREAD] = "spread",
	[PVQ_LAYOUT_SPREAD + 1] = NULL};

/* An allowed CPU and its place in the topology. */
struct place {
	int cpu;
	unsigned sibling, socket, cache, core; /* sibling: its number within the core */
	unsigned node, kind;                   /* kind: 0 for the fastest cores */
	unsigned core_turn, cache_turn;        /* see find_turns() */
};

/* The allowed CPUs, as read last: the topology does not change, and reading it takes tens of milliseconds. */
static struct place place[PVQ_CPUS_MAX];
static unsigned places;

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* Orders physical cores before their siblings, fast ones before slow ones, then by socket. */
static int order_cores(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = ORDER(x->sibling, y->sibling);

	if (!order)
		order = ORDER(x->kind, y->kind);
	if (!order)
		order = ORDER(x->socket, y->socket);
	if (!order)
		order = ORDER(x->core, y->core);
	return order ? order : ORDER(x->cpu, y->cpu);
}

static int order_compact(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = ORDER(x->socket, y->socket);

	if (!order)
		order = ORDER(x->cache, y->cache);
	if (!order)
		order = ORDER(x->core, y->core);
	return order ? order : order_cores(a, b);
}

/* The first core of every cache, the sockets by turns; then the second ones, and so on. */
static int order_spread(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = ORDER(x->sibling, y->sibling);

	if (!order)
		order = ORDER(x->core_turn, y->core_turn);
	if (!order)
		order = ORDER(x->cache_turn, y->cache_turn);
	return order ? order : order_compact(a, b);
}

/* The largest cache above a CPU: of the third level, if there is one. */
static unsigned cache_index(hwloc_topology_t topology, hwloc_obj_t pu)
{
	const hwloc_obj_type_t level[] = {HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_PACKAGE};

	for (size_t i = 0; i < sizeof(level) / sizeof(*level); i++) {
		hwloc_obj_t up = hwloc_get_ancestor_obj_by_type(topology, level[i], pu);

		if (up)
			return up->logical_index;
	}
	return 0;
}

/* A topology without cores says nothing of siblings: each CPU counts as a core. */
static unsigned core_index(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu);

	return core ? core->logical_index : pu->logical_index;
}

static unsigned ancestor_index(hwloc_topology_t topology, hwloc_obj_type_t type, hwloc_obj_t pu)
{
	hwloc_obj_t up = hwloc_get_ancestor_obj_by_type(topology, type, pu);

	return up ? up->logical_index : 0;
}

/* Of a CPU of several nodes the first counts. */
static unsigned node_index(hwloc_topology_t topology, hwloc_obj_t pu)
{
	hwloc_obj_t node = NULL;

	while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)))
		if (hwloc_bitmap_isset(node->cpuset, pu->os_index))
			return node->logical_index;
	return 0;
}

/* hwloc counts kinds from the slowest on. Where it cannot rank them, they keep its order. */
static unsigned kind_index(hwloc_topology_t topology, hwloc_obj_t pu)
{
	int kinds = hwloc_cpukinds_get_nr(topology, 0),
	    kind = hwloc_cpukinds_get_by_cpuset(topology, pu->cpuset, 0);

	return kinds > 0 && kind >= 0 ? (unsigned)(kinds - 1 - kind) : 0;
}

/* Numbers siblings among the allowed ones: if only the second of a core is ours, it counts as that core's first. */
static unsigned find_places(hwloc_topology_t topology, const cpu_set_t *allowed)
{
	unsigned count = 0;
	hwloc_obj_t pu = NULL;

	while (count < PVQ_CPUS_MAX && (pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu))) {
		struct place *p = &place[count];

		if (pu->os_index >= CPU_SETSIZE || !CPU_ISSET(pu->os_index, allowed))
			continue;
		p->cpu = (int)pu->os_index;
		p->core = core_index(topology, pu);
		p->cache = cache_index(topology, pu);
		p->socket = ancestor_index(topology, HWLOC_OBJ_PACKAGE, pu);
		p->node = node_index(topology, pu);
		p->kind = kind_index(topology, pu);
		p->sibling = 0;
		for (unsigned i = 0; i < count; i++)
			p->sibling += place[i].core == p->core;
		count++;
	}
	return count;
}

/* Reads the first line of a small file; -1: there is none. */
static int read_line(const char *path, char *buf, size_t cap)
{
	FILE *f = fopen(path, "re");
	int ret = -1;

	if (!f)
		return -1;
	if (fgets(buf, (int)cap, f)) {
		buf[strcspn(buf, "\n")] = '\0';
		ret = 0;
	}
	fclose(f);
	return ret;
}

/* Reads the first line of FOLDER/NAME; -1: there is none. */
static int read_line_in(const char *folder, const char *name, char *buf, size_t cap)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -1;
	ret = read_line(path, buf, cap);
	free(path);
	return ret;
}

/* The limit of one cgroup folder, in CPUs; 0: none. Version 2 has "quota period" in one file, version 1 has two
 * files. */
static double quota_in(const char *folder)
{
	char text[64];
	double quota, period;

	if (read_line_in(folder, "cpu.max", text, sizeof(text)) == 0)
		return sscanf(text, "%lf %lf", &quota, &period) == 2 && period > 0 ? quota / period : 0;
	if (read_line_in(folder, "cpu.cfs_quota_us", text, sizeof(text)) ||
		(quota = strtod(text, NULL)) <= 0)
		return 0;
	if (read_line_in(folder, "cpu.cfs_period_us", text, sizeof(text)) ||
		(period = strtod(text, NULL)) <= 0)
		return 0;
	return quota / period;
}

/* Of two limits; 0: none. */
static double lower(double a, double b)
{
	return a > 0 && b > 0 ? fmin(a, b) : fmax(a, b);
}

/* The lowest limit on the way from our own cgroup up to the root, since each of them binds. */
static double quota_above(const char *root, const char *group)
{
	char *folder;
	double least = 0;

	if (asprintf(&folder, "%s%s", root, group) < 0)
		return 0;
	for (;;) {
		least = lower(least, quota_in(folder));
		if (strlen(folder) <= strlen(root))
			break;
		*strrchr(folder, '/') = '\0';
	}
	free(folder);
	return least;
}

/* Whether a list such as "cpu,cpuacct" has the controller. */
static int has_controller(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strncmp(list, name, len) == 0 && strchr(",", list[len]))
			return 1;
	return 0;
}

/* The limit of a line of /proc/self/cgroup. Version 2 names no controllers. Version 1's folder has the names of all
 * controllers in it, and mostly a link with the name of each. */
static double quota_of_group(const char *controllers, const char *group)
{
	char *root;
	double quota;

	if (!*controllers)
		return quota_above("/sys/fs/cgroup", group);
	if (!has_controller(controllers, "cpu") || asprintf(&root, "/sys/fs/cgroup/%s", controllers) < 0)
		return 0;
	quota = lower(quota_above("/sys/fs/cgroup/cpu", group), quota_above(root, group));
	free(root);
	return quota;
}

static double quota_of_process(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char *line = NULL;
	size_t cap = 0;
	double least = 0;

	while (f && getline(&line, &cap, f) > 0) {
		char *controllers = strchr(line, ':'), *group;

		if (!controllers || !(group = strchr(controllers + 1, ':')))
			continue;
		*group++ = '\0';
		group[strcspn(group, "\n")] = '\0';
		least = lower(least, quota_of_group(controllers + 1, group));
	}
	free(line);
	if (f)
		fclose(f);
	return least;
}

/* Counts cores from the first allowed one in their cache, and caches from the first in their socket. Numbers may be left
 * out where a CPU is not allowed: they only give an order. */
static void find_turns(void)
{
	for (unsigned i = 0; i < places; i++) {
		struct place *p = &place[i];
		unsigned core = p->core, cache = p->cache;

		for (unsigned j = 0; j < places; j++) {
			if (place[j].cache == p->cache && place[j].core < core)
				core = place[j].core;
			if (place[j].socket == p->socket && place[j].cache < cache)
				cache = place[j].cache;
		}
		p->core_turn = p->core - core;
		p->cache_turn = p->cache - cache;
	}
}

static struct pvq_spread spread_of(const struct place *const *set, unsigned count)
{
	struct pvq_spread spread = {0};

	for (unsigned i = 0; i < count; i++) {
		unsigned core = 1, cache = 1, socket = 1;

		for (unsigned j = 0; j < i; j++) {
			core &= set[j]->core != set[i]->core;
			cache &= set[j]->cache != set[i]->cache;
			socket &= set[j]->socket != set[i]->socket;
		}
		spread.cores += core;
		spread.caches += cache;
		spread.sockets += socket;
	}
	return spread;
}

struct pvq_spread pvq_host_spread(const int *cpu, unsigned ncpu)
{
	static const struct place *set[PVQ_CPUS_MAX]; /* large; the driver has one thread */
	unsigned found = 0;

	for (unsigned i = 0; i < ncpu; i++)
		for (unsigned j = 0; j < places; j++)
			if (place[j].cpu == cpu[i])
				set[found++] = &place[j];
	return found == ncpu ? spread_of(set, found) : (struct pvq_spread){0};
}

int pvq_host_layout(const char *name, unsigned *layout)
{
	for (*layout = 0; pvq_layout_words[*layout]; ++*layout)
		if (strcmp(name, pvq_layout_words[*layout]) == 0)
			return 0;
	return -EINVAL;
}

void pvq_host_arrange(struct pvq_host *host, enum pvq_layout layout)
{
	int (*const order[])(const void *, const void *) = {[PVQ_LAYOUT_CORES] = order_cores,
		[PVQ_LAYOUT_COMPACT] = order_compact,
		[PVQ_LAYOUT_SPREAD] = order_spread};

	qsort(place, places, sizeof(*place), order[layout]);
	for (unsigned i = 0; i < places; i++)
		host->cpu[i] = place[i].cpu;
}

/* How many NUMA nodes and kinds of cores the allowed CPUs have. */
static void count_nodes_and_kinds(struct pvq_host *host)
{
	for (unsigned i = 0; i < places; i++) {
		unsigned node = 1, kind = 1;

		for (unsigned j = 0; j < i; j++) {
			node &= place[j].node != place[i].node;
			kind &= place[j].kind != place[i].kind;
		}
		host->nodes += node;
		host->kinds += kind;
	}
}

static int host_topology(struct pvq_host *host, const cpu_set_t *allowed)
{
	hwloc_topology_t topology;
	struct pvq_spread spread;
	int ret;

	if (hwloc_topology_init(&topology))
		return -ENOMEM;
	errno = 0;
	if (hwloc_topology_load(topology)) {
		ret = errno ? -errno : -ENODEV;
		hwloc_topology_destroy(topology);
		return ret;
	}
	places = find_places(topology, allowed);
	hwloc_topology_destroy(topology);
	find_turns();
	host->ncpu = places;
	pvq_host_arrange(host, PVQ_LAYOUT_CORES);
	spread = pvq_host_spread(host->cpu, host->ncpu);
	host->cores = spread.cores;
	host->caches = spread.caches;
	host->sockets = spread.sockets;
	count_nodes_and_kinds(host);
	return host->ncpu ? 0 : -ENODEV;
}

int pvq_host_read(struct pvq_host *host)
{
	cpu_set_t allowed;
	int ret = 0;

	memset(host, 0, sizeof(*host));
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		ret = -errno;
	else
		ret = host_topology(host, &allowed);
	if (ret) {
		fprintf(stderr, "pvq: cannot read which CPUs may be used: %s\n", strerror(-ret));
		return ret;
	}
	host->quota_cpus = quota_of_process();
	host->usable = host->ncpu;
	if (host->quota_cpus > 0 && host->quota_cpus < host->ncpu)
		host->usable = host->quota_cpus < 1 ? 1 : (unsigned)host->quota_cpus;
	return 0;
}

/* Writes a fact: the value of the first "name : value" line in a file. */
static void fact_from(FILE *f, const char *key, const char *path, const char *name)
{
	FILE *in = fopen(path, "re");
	char line[512];

	while (in && fgets(line, sizeof(line), in)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, name, strlen(name)) != 0)
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		pvq_fact_write(f, key, colon + 1 + strspn(colon + 1, " \t"));
		break;
	}
	if (in)
		fclose(in);
}

static void fact_line(FILE *f, const char *key, const char *path)
{
	char line[256];

	if (read_line(path, line, sizeof(line)) == 0)
		pvq_fact_write(f, key, line);
}

static void fact_virtual(FILE *f)
{
	FILE *in = fopen("/proc/cpuinfo", "re");
	char line[4096];
	int hypervisor = 0;

	while (in && fgets(line, sizeof(line), in))
		if (strncmp(line, "flags", 5) == 0 && strstr(line, " hypervisor"))
			hypervisor = 1;
	if (in)
		fclose(in);
	pvq_fact_write(
		f, "host_virtual", hypervisor ? "yes: a hypervisor is present" : "no sign of a hypervisor");
}

/* Measures interference while we do nothing for a moment. The load average would still include the last minute. */
static void fact_foreign(const struct pvq_host *host, FILE *f)
{
	const struct timespec moment = {.tv_nsec = 300000000};
	struct pvq_cpu_time ours, before, after;
	double all;

	/* Where our own CPUs are missing, the others' times do not say what happens on ours. */
	if (pvq_cpu_time_read(&ours, host->cpu, host->usable) || pvq_cpu_time_read(&before, NULL, 0) ||
		nanosleep(&moment, NULL) || pvq_cpu_time_read(&after, NULL, 0) ||
		after.all_ns <= before.all_ns)
		return;
	all = (double)(after.all_ns - before.all_ns) / 100;
	fprintf(f, "host_foreign\t%.1f %% of the CPUs' time, in 0.3 s\n",
		(double)(after.busy_ns - before.busy_ns) / all);
	fprintf(f, "host_stolen\t%.1f %% of the CPUs' time, in 0.3 s\n",
		(double)(after.stolen_ns - before.stolen_ns) / all);
}

/* What the probe sees of the CPUs that a trial on all of them would use. */
static void fact_probe(const struct pvq_host *host, FILE *f)
{
	struct pvq_probe probe = {0};

	for (int look = 0; look < 5 && !probe.handover_ns && host->usable > 1; look++)
		pvq_probe_look(&probe, host->cpu, host->usable);
	if (probe.handover_ns)
		fprintf(f, "host_handover\t%u ns for a cache line from one CPU to another and back\n",
			(unsigned)probe.handover_ns);
	if (probe.beside_ns && probe.compute_ns)
		fprintf(f, "host_beside\t%.2f times as long as alone, for one CPU beside another one\n",
			(double)probe.beside_ns / (double)probe.compute_ns);
}

/* On AMD and others "boost" is 1 if boosting is allowed; Intel's driver has the opposite flag. */
static void fact_boost(FILE *f)
{
	char line[16];

	if (read_line("/sys/devices/system/cpu/cpufreq/boost", line, sizeof(line)) == 0)
		pvq_fact_write(f, "host_boost", line[0] == '1' ? "on" : "off");
	else if (read_line("/sys/devices/system/cpu/intel_pstate/no_turbo", line, sizeof(line)) == 0)
		pvq_fact_write(f, "host_boost", line[0] == '0' ? "on" : "off");
}

static void fact_cpus(const struct pvq_host *host, FILE *f)
{
	fprintf(f, "host_cpus\t%u allowed of %ld online, %u usable at once, on %u core%s of %u socket%s",
		host->ncpu, sysconf(_SC_NPROCESSORS_ONLN), host->usable, host->cores,
		host->cores == 1 ? "" : "s", host->sockets, host->sockets == 1 ? "" : "s");
	if (host->nodes > 1)
		fprintf(f, ", %u NUMA nodes", host->nodes);
	if (host->kinds > 1)
		fprintf(f, ", %u kinds of cores", host->kinds);
	fputs("; in the order of use:", f);
	for (unsigned i = 0; i < host->ncpu; i++)
		fprintf(f, " %d", host->cpu[i]);
	fputc('\n', f);
	if (host->quota_cpus > 0)
		fprintf(f, "host_cpu_quota\t%.2f CPUs (cgroup)\n", host->quota_cpus);
	else
		pvq_fact_write(f, "host_cpu_quota", "none");
}

void pvq_host_facts(const struct pvq_host *host, FILE *f)
{
	struct utsname uts;

	if (access("/proc/self/exe", F_OK))
		pvq_fact_write(f, "host_proc", "not mounted");
	fact_from(f, "host_cpu_model", "/proc/cpuinfo", "model name");
	fact_cpus(host, f);
	fact_virtual(f);
	fact_from(f, "host_memory", "/proc/meminfo", "MemTotal");
	fact_line(f, "host_governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	fact_boost(f);
	fact_line(f, "host_smt", "/sys/devices/system/cpu/smt/control");
	fact_line(f, "host_huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled");
	fact_line(f, "host_aslr", "/proc/sys/kernel/randomize_va_space");
	fact_line(f, "host_clock", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
	fact_line(f, "host_load_at_start", "/proc/loadavg");
	fact_foreign(host, f);
	fact_probe(host, f);
	if (uname(&uts) == 0)
		fprintf(f, "host_kernel\t%s %s %s\n", uts.sysname, uts.release, uts.machine);
	pvq_fact_write(f, "version_pvq", pvq_revision);
	pvq_fact_write(f, "version_compiler", pvq_compiler);
	pvq_fact_write(f, "version_flags", pvq_cflags);
	fprintf(f, "version_hwloc_api\t%d.%d.%d\n", HWLOC_API_VERSION >> 16, HWLOC_API_VERSION >> 8 & 255,
		HWLOC_API_VERSION & 255);
	fprintf(f, "version_xxhash\t%u.%u.%u\n", XXH_versionNumber() / 10000,
		XXH_versionNumber() / 100 % 100, XXH_versionNumber() % 100);
	pvq_fact_write(f, "version_zlib", zlibVersion());
}

void pvq_host_begin_facts(const struct pvq_host *host, const char *command, FILE *f)
{
	time_t now = time(NULL);
	struct tm utc;
	char date[40];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &utc));
	pvq_fact_write(f, "date", date);
	pvq_fact_write(f, "command", command);
	pvq_host_facts(host, f);
}
