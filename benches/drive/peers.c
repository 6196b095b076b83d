/* peers.c: finds peers, and asks each for its strategies. */
#include "drive/peers.h"
#include "child.h"
#include "drive/launch.h"
#include "trial/registry.h"
#include "trial/twin.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const double describe_s = 20; /* enough for an interpreter to start on a busy machine */

/* Asks one program. Returns 0 whatever it answered, or -EINTR. */
static int ask(struct pvq_registry *registry, const char *program)
{
	char path[PATH_MAX], word[] = "describe", problem[PVQ_PROBLEM_MAX] = "", fate[64];
	char *argv[] = {path, word, NULL};
	int fd = memfd_create("describe", MFD_CLOEXEC), wstatus = 0, ret;
	const struct pvq_launch_io io = {.out_fd = fd, .err_fd = STDERR_FILENO};
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+e");

	if (!f) {
		fprintf(stderr, "pvq: %s: %s\n", program, strerror(errno));
		if (fd >= 0)
			close(fd);
		return 0;
	}
	snprintf(path, sizeof(path), "%s", program);
	ret = pvq_launch_command(argv, ".", describe_s, &io, &wstatus);
	if (ret == -EINTR) {
		fclose(f);
		return ret;
	}
	if (ret)
		snprintf(problem, sizeof(problem), "%s",
			ret == -ETIMEDOUT
				? "no answer to `describe` in time; fix it, or move it out of that folder"
				: strerror(-ret));
	else if (wstatus)
		snprintf(problem, sizeof(problem), "`describe` ended with %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	rewind(f);
	if (!problem[0])
		(void)pvq_registry_add(registry, f, program, problem);
	fclose(f);
	if (problem[0])
		fprintf(stderr, "pvq: %s is not a peer: %s\n", program, problem);
	return 0;
}

/* Finds the folder of peers. 0 or -errno. */
static int find_folder(char folder[PATH_MAX])
{
	const char *named = getenv("PVQ_PEERS");
	ssize_t len;
	char *slash;

	if (named)
		return realpath(named, folder) ? 0 : -errno;
	len = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	if (len <= 0)
		return -errno;
	folder[len] = '\0';
	slash = strrchr(folder, '/');
	if (!slash || slash + sizeof("/peers") > folder + PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(slash, "/peers", sizeof("/peers"));
	return 0;
}

static int is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

void pvq_peers_find(struct pvq_registry *registry)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct dirent **entry;
	int count, ret = 0;

	if (registry->searched)
		return;
	registry->searched = 1;
	count = find_folder(folder) ? -1 : scandir(folder, &entry, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry[i]->d_name) < (int)sizeof(path) &&
			ret == 0 && is_program(path))
			ret = ask(
				registry, path); /* a signal ends the search; the next trial sees it too */
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	else if (getenv("PVQ_PEERS"))
		fprintf(stderr, "pvq: cannot look for peers in %s: %s\n", getenv("PVQ_PEERS"),
			strerror(errno));
}

void pvq_peers_find_for(struct pvq_registry *registry, const char *list)
{
	while (*list && !registry->searched) {
		size_t len = strcspn(list, ",");
		char name[PVQ_NAME_MAX];

		snprintf(name, sizeof(name), "%.*s", (int)len, list);
		name[pvq_twin_stem(name)] = '\0';
		if (name[0] && strcmp(name, "all") != 0 && !pvq_registry_get(registry, name))
			pvq_peers_find(registry);
		list += len;
		list += *list == ',';
	}
}

int pvq_peers_check(struct pvq_registry *registry, const char *list)
{
	char *copy = strdup(list), *save = NULL;
	int ret = copy ? 0 : -ENOMEM;

	if (!copy)
		fprintf(stderr, "pvq: out of memory\n");
	pvq_peers_find_for(registry, list);
	for (char *word = copy; ret == 0 && (word = strtok_r(word, ",", &save)); word = NULL)
		ret = pvq_registry_find(registry, word) ? 0 : -EINVAL;
	free(copy);
	return ret;
}
