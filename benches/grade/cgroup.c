/* cgroup.c: finds where cgroups may be made, and writes their limits. */
#include "grade/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME "pvq-grade-"

/* A limit's file, and the file in which a line counts how often the limit was met. */
static const struct control {
	const char *controller;
	struct {
		const char *limit, *events, *event;
	} version[2];
} control[PVQ_CGROUP_PARTS] = {
	[PVQ_CGROUP_PIDS] = {"pids",
		{{"pids.max", "pids.events", "max"}, {"pids.max", "pids.events", "max"}}},
	[PVQ_CGROUP_MEMORY] = {"memory", {{"memory.limit_in_bytes", "memory.oom_control", "oom_kill"},
						 {"memory.max", "memory.events", "oom_kill"}}},
};

static int write_number(const char *dir, const char *file, uint64_t number)
{
	char path[PATH_MAX + 32], text[32];
	int len = snprintf(text, sizeof(text), "%llu", (unsigned long long)number), fd, ret;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write(fd, text, (size_t)len) == len ? 0 : -errno;
	close(fd);
	return ret;
}

/* Whether a comma-separated list holds the word. */
static int lists(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ',') && (at[len] == '\0' || at[len] == ',' || at[len] == '\n'))
			return 1;
	return 0;
}

/* Where the hierarchy of the controller is mounted; version 2's has all of them. 0 or -ENOENT. */
static int find_mount(const char *controller, int version, char mount[PATH_MAX])
{
	char line[4 * PATH_MAX], where[PATH_MAX], type[32], options[1024];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	int found = 0;

	while (f && !found && fgets(line, sizeof(line), f)) {
		const char *tail = strstr(line, " - ");

		found = tail && sscanf(line, "%*s %*s %*s %*s %4095s", where) == 1 &&
			sscanf(tail, " - %31s %*s %1023s", type, options) == 2 &&
			(version ? strcmp(type, "cgroup2") == 0
				 : strcmp(type, "cgroup") == 0 && lists(options, controller));
	}
	if (f)
		fclose(f);
	if (found)
		memcpy(mount, where, PATH_MAX);
	return found ? 0 : -ENOENT;
}

/* The cgroup that this process is in. 0 or -ENOENT. */
static int find_own(const char *controller, int version, char own[PATH_MAX])
{
	char line[PATH_MAX + 256];
	FILE *f = fopen("/proc/self/cgroup", "re");
	int found = 0;

	while (f && !found && fgets(line, sizeof(line), f)) {
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		found = version ? strncmp(line, "0:", 2) == 0 : lists(list + 1, controller);
		if (found)
			snprintf(own, PATH_MAX, "%s", path);
	}
	if (f)
		fclose(f);
	return found ? 0 : -ENOENT;
}

enum { ABANDONED_S = 600 };

/* Removes empty cgroups of supervisors that were killed. One that is still in use has processes, or is new. */
static void sweep(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	struct stat st;

	while (d && (entry = readdir(d)))
		if (strncmp(entry->d_name, NAME, strlen(NAME)) == 0 &&
			fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			st.st_ctime + ABANDONED_S < time(NULL))
			(void)unlinkat(dirfd(d), entry->d_name, AT_REMOVEDIR);
	if (d)
		closedir(d);
}

/* Makes the cgroup below that one. 0; -errno, with nothing left. */
static int make_below(const char *parent, const char *limit, uint64_t most, char dir[PATH_MAX])
{
	int ret, made;

	sweep(parent);
	if (snprintf(dir, PATH_MAX, "%s/" NAME "%d", parent, (int)getpid()) >= PATH_MAX)
		return -ENAMETOOLONG;
	made = mkdir(dir, 0755) == 0;
	ret = made || errno == EEXIST ? write_number(dir, limit, most) : -errno;
	if (ret && made)
		rmdir(dir);
	return ret;
}

/* Makes the part in that version's hierarchy: within this process's own cgroup, or beside it, because in version 2 a
 * cgroup with processes lends no controllers. 0 or -errno. */
static int make_part(enum pvq_cgroup_part part, int version, uint64_t most, char dir[PATH_MAX])
{
	char mount[PATH_MAX], own[PATH_MAX], parent[2 * PATH_MAX], *slash;
	const char *limit = control[part].version[version].limit;
	int ret = find_mount(control[part].controller, version, mount);

	if (ret == 0)
		ret = find_own(control[part].controller, version, own);
	if (ret)
		return ret;
	snprintf(parent, sizeof(parent), "%s%s", mount, strcmp(own, "/") == 0 ? "" : own);
	if (access(parent, F_OK)) /* a container's own view */
		snprintf(parent, sizeof(parent), "%s", mount);
	ret = make_below(parent, limit, most, dir);
	slash = strrchr(parent, '/');
	if (ret && version && strcmp(parent, mount) != 0 && slash) {
		*slash = '\0';
		ret = make_below(parent, limit, most, dir);
	}
	return ret;
}

void pvq_cgroup_make(struct pvq_cgroup *cgroup, unsigned processes, unsigned memory_mb)
{
	const uint64_t most[PVQ_CGROUP_PARTS] = {processes, (uint64_t)memory_mb << 20};

	for (int part = 0; part < PVQ_CGROUP_PARTS; part++)
		if (make_part(part, 0, most[part], cgroup->dir[part]) &&
			make_part(part, 1, most[part], cgroup->dir[part]))
			cgroup->dir[part][0] = '\0';
}

int pvq_cgroup_enter(const struct pvq_cgroup *cgroup)
{
	int ret = 0;

	for (int part = 0; ret == 0 && part < PVQ_CGROUP_PARTS; part++)
		if (cgroup->dir[part][0])
			ret = write_number(cgroup->dir[part], "cgroup.procs", (uint64_t)getpid());
	return ret;
}

int pvq_cgroup_was_full(const struct pvq_cgroup *cgroup, enum pvq_cgroup_part part)
{
	unsigned long long times = 0;

	for (int version = 0; times == 0 && cgroup->dir[part][0] && version < 2; version++) {
		const char *event = control[part].version[version].event;
		char path[PATH_MAX + 32], line[128];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", cgroup->dir[part],
			control[part].version[version].events);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			if (strncmp(line, event, strlen(event)) == 0 && line[strlen(event)] == ' ')
				times = strtoull(line + strlen(event), NULL, 10);
		if (f)
			fclose(f);
	}
	return times > 0;
}

void pvq_cgroup_end(const struct pvq_cgroup *cgroup)
{
	const char *dir = cgroup->dir[PVQ_CGROUP_PIDS];

	if (!dir[0])
		return;
	(void)write_number(
		dir, control[PVQ_CGROUP_PIDS].version[0].limit, 0); /* the same file in both versions */
	(void)write_number(dir, "cgroup.kill", 1);
}

void pvq_cgroup_remove(const struct pvq_cgroup *cgroup)
{
	for (int part = 0; part < PVQ_CGROUP_PARTS; part++)
		/* Processes that have just ended are still counted for a moment. */
		for (int tries = 0;
			cgroup->dir[part][0] && rmdir(cgroup->dir[part]) && errno == EBUSY && tries < 200;
			tries++)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}
